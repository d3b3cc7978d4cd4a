//! Exemptions by tag: a resource that carries [`TAG`] with a reason is left alone, and the answer says so.

use serde_json::Value;

use cloudformation_template::Open;

use crate::properties::{ROOT, is_within};

/// The key of the tag that exempts an endpoint or an endpoint config. Its value is the reason.
pub const TAG: &str = "monitored-endpoint:exempt";

/// Whether a resource is exempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Exemption {
    /// It isn't.
    No,
    /// The tag is there without a reason.
    WithoutReason,
    /// It is, for this reason.
    For(String),
    /// A tag's key, or all of the tags, depends on this.
    Open(String),
}

/// What a resource's tags say. `open` is what of its properties only a deployment knows.
pub(super) fn of(properties: &Value, open: &[Open]) -> Exemption {
    let mut tags = properties.get("Tags").and_then(Value::as_array).into_iter().flatten();
    // SageMaker's resources have a list of keys and values.
    if let Some(tag) = tags.rfind(|tag| tag.get("Key").and_then(Value::as_str) == Some(TAG)) {
        return match tag.get("Value").and_then(Value::as_str).map(str::trim).filter(|reason| !reason.is_empty()) {
            Some(reason) => Exemption::For(reason.to_owned()),
            None => Exemption::WithoutReason,
        };
    }
    let tags = format!("{ROOT}.Tags");
    let is_key = |path: &str| is_within(path, &tags) && !path.ends_with(".Value");
    match open.iter().find(|open| is_key(&open.path)) {
        Some(open) => Exemption::Open(open.words()),
        None => Exemption::No,
    }
}

#[cfg(test)]
mod tests {
    use cloudformation_template::Unknown;
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_tag_with_a_reason_exempts() {
        let with = |value: Value| json!({"Tags": [{"Key": "team", "Value": "a"}, {"Key": TAG, "Value": value}]});
        assert_eq!(of(&with("a test".into()), &[]), Exemption::For("a test".to_owned()));
        for empty in [json!(""), json!("  "), Value::Null] {
            assert_eq!(of(&with(empty), &[]), Exemption::WithoutReason);
        }
        assert_eq!(of(&json!({"Tags": [{"Key": "monitored-endpoint:exempted", "Value": "x"}]}), &[]), Exemption::No);
    }

    #[test]
    fn a_tag_that_only_a_deployment_knows_may_exempt() {
        let open =
            |path: &str| [Open { path: path.to_owned(), depends_on: vec![Unknown::Parameter("Tag".to_owned())] }];
        let tags = json!({"Tags": [{"Key": "UNRESOLVED-Tag", "Value": "x"}]});
        assert_eq!(of(&tags, &open("Properties.Tags[0].Key")), Exemption::Open("parameter Tag".to_owned()));
        assert_eq!(of(&tags, &open("Properties.Tags[0].Value")), Exemption::No);
        assert_eq!(of(&tags, &open("Properties.DataCaptureConfig")), Exemption::No);
    }
}
