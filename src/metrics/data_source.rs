//! A function as a data source of CloudWatch: `LAMBDA("name", …)`, whose answer is a series like any other.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_MultiDataSources-Custom-Use.html>. In an alarm the
//! function has 4.5 seconds, and a period is a minute at the least.

use std::fmt;

/// `LAMBDA("name", "argument", …)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSource {
    function: String,
    arguments: Vec<String>,
}

impl DataSource {
    /// The function of this ARN, in the same account and Region. Arguments are made of names, numbers and spaces: nothing that would
    /// need escaping inside the quotes.
    #[must_use]
    pub fn of(function_arn: &str, arguments: Vec<String>) -> Self {
        let (_, name) = function_arn.split_once(":function:").unwrap_or(("", function_arn));
        let name = name.split(':').next().unwrap_or(name);
        Self { function: name.to_owned(), arguments }
    }
}

impl fmt::Display for DataSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LAMBDA(\"{}\"", self.function)?;
        for argument in &self.arguments {
            write!(f, ", \"{argument}\"")?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_called_by_its_name_without_its_alias() {
        for arn in ["arn:aws:lambda:us-east-1:123456789012:function:panels:live", "panels"] {
            let source = DataSource::of(arn, vec!["a".to_owned(), "b c".to_owned()]);
            assert_eq!(source.to_string(), r#"LAMBDA("panels", "a", "b c")"#);
        }
    }
}
