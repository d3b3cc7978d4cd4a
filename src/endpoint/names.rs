//! Names that are valid by construction, each by the rule of the service that takes it.

use std::fmt::{self, Write as _};

use sha2::{Digest, Sha256};

/// Why a text is not such a name: what is allowed, in words.
pub type NameRule = &'static str;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $valid:path, $rule:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Accepts a valid name.
            ///
            /// # Errors
            /// The rule that `text` breaks, in words.
            pub fn parse(text: &str) -> Result<Self, NameRule> {
                if $valid(text) { Ok(Self(text.to_owned())) } else { Err($rule) }
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// The longest name that SageMaker takes.
const MAX_SAGEMAKER_NAME: usize = 63;
/// 40 bits: two contents of one resource meet in one name once in a million million.
const HASH_DIGITS: usize = 10;

/// A name that SageMaker takes: `prefix`, cut where it must be, and a hash of `parts`. The same parts, the same name.
#[must_use]
pub fn hashed(prefix: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digits = hash.finalize().iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    let room = MAX_SAGEMAKER_NAME - HASH_DIGITS - 1;
    let prefix = prefix.get(..room).unwrap_or(prefix).trim_end_matches('-');
    format!("{prefix}-{}", &digits[..HASH_DIGITS])
}

impl EndpointName {
    /// The name of an endpoint whose declaration gives none: from stack and logical id, the same at each request.
    #[must_use]
    pub fn generate(stack_id: &str, logical_id: &str) -> Self {
        // arn:aws:cloudformation:us-east-1:123456789012:stack/NAME/ID
        let stack = stack_id.split('/').nth(1).unwrap_or("stack");
        let allowed = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        let prefix: String = format!("{stack}-{logical_id}").chars().filter(allowed).collect();
        let prefix = prefix.trim_start_matches('-');
        Self(hashed(if prefix.is_empty() { "endpoint" } else { prefix }, &[stack_id, logical_id]))
    }
}

impl AlarmName {
    /// The name of the alarm on one variant or model alone, where each has its own.
    ///
    /// # Errors
    /// Where the two together are too long.
    pub fn of_part(&self, part: &str) -> Result<Self, NameRule> {
        Self::parse(&format!("{self}-{part}"))
    }
}

const SAGEMAKER_RULE: NameRule = "use 1 to 63 letters, digits and hyphens, with a letter or digit at both ends";

name!(
    /// Name of a SageMaker endpoint.
    EndpointName, is_sagemaker_name, SAGEMAKER_RULE
);
name!(
    /// Name of a SageMaker endpoint config.
    EndpointConfigName, is_sagemaker_name, SAGEMAKER_RULE
);
name!(
    /// Name of a production variant.
    VariantName, is_sagemaker_name, SAGEMAKER_RULE
);
name!(
    /// Name of an inference component.
    InferenceComponentName, is_sagemaker_name, SAGEMAKER_RULE
);
name!(
    /// Name of a CloudWatch dashboard.
    DashboardName, is_dashboard_name, "use 1 to 255 letters, digits, hyphens and underscores"
);
name!(
    /// Name of a CloudWatch alarm.
    AlarmName, is_alarm_name, "use 1 to 255 printable characters"
);

/// `[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`, at most 63 characters:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html>.
fn is_sagemaker_name(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(inside) && !text.starts_with('-') && !text.ends_with('-')
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html>.
fn is_dashboard_name(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=255).contains(&text.len()) && text.bytes().all(inside)
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>.
fn is_alarm_name(text: &str) -> bool {
    let length = text.chars().count();
    (1..=255).contains(&length) && !text.chars().any(char::is_control) && text.trim() == text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_follow_their_services_rules() {
        assert!(EndpointName::parse("chat-1").is_ok());
        assert!(EndpointName::parse(&"a".repeat(63)).is_ok());
        for bad in ["", "-a", "a-", "a_b", "a b", "é", &"a".repeat(64)] {
            assert!(EndpointName::parse(bad).is_err(), "{bad}");
        }
        assert!(DashboardName::parse("a_b-C").is_ok());
        assert!(DashboardName::parse("a.b").is_err());
        assert!(AlarmName::parse("GPU unused (chat)").is_ok());
        assert!(AlarmName::parse("a\nb").is_err());
    }

    #[test]
    fn a_generated_name_says_which_resource_it_is_and_is_valid() {
        let stack = "arn:aws:cloudformation:us-east-1:123456789012:stack/chat-prod/5d7cf2b0";
        let name = EndpointName::generate(stack, "Endpoint");
        assert!(name.as_str().starts_with("chat-prod-Endpoint-"), "{name}");
        let long = "x/y".repeat(90);
        for (stack, logical) in [(stack, "Endpoint"), ("", ""), ("/", ""), (&long, "E")] {
            assert!(EndpointName::parse(EndpointName::generate(stack, logical).as_str()).is_ok(), "{stack}");
        }
        assert_ne!(EndpointName::generate("a/b/1", "E"), EndpointName::generate("a/b/2", "E"));
    }

    proptest! {
        #[test]
        fn the_documented_pattern_is_accepted(name in "[a-zA-Z0-9](-{0,2}[a-zA-Z0-9]){0,20}") {
            prop_assert!(VariantName::parse(&name).is_ok());
        }
    }
}
