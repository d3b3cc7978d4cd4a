//! An answer as CloudFormation read it, and tags as AWS describes them.

use serde_json::Value;

/// An answer as CloudFormation read it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer(pub(crate) Value);

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        self.0["Status"] == "SUCCESS"
    }

    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.0["Status"], "SUCCESS", "{}", self.0["Reason"]);
        self
    }

    /// The reason of a failure.
    #[track_caller]
    pub(crate) fn failed(&self) -> String {
        assert_eq!(self.0["Status"], "FAILED", "{}", self.0);
        self.reason().to_owned()
    }

    pub(crate) fn id(&self) -> String {
        self.0["PhysicalResourceId"].as_str().unwrap().to_owned()
    }

    pub(crate) fn data(&self, name: &str) -> &str {
        self.0["Data"][name].as_str().unwrap_or_else(|| panic!("no attribute {name}: {}", self.0))
    }

    pub(crate) fn reason(&self) -> &str {
        self.0["Reason"].as_str().unwrap_or_default()
    }
}

/// The three tags that say whose something is, by their last word.
pub(crate) fn ownership(described: &Value, word: &str) -> String {
    tag(described, &format!("monitored-endpoint:{word}"))
}

/// The value of a tag, empty where there is none.
pub(crate) fn tag(described: &Value, key: &str) -> String {
    match &described["Tags"] {
        Value::Object(tags) => tags.get(key).and_then(Value::as_str).unwrap_or_default().to_owned(),
        Value::Array(tags) => {
            let found = tags.iter().find(|tag| tag["Key"] == key);
            found.and_then(|tag| tag["Value"].as_str()).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}
