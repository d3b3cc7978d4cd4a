//! The two sets of properties of a request, and the few of their members that must be known before anything is validated.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::deadline::SERVICE_TIMEOUT;
use crate::scalar;

/// `ResourceProperties` or `OldResourceProperties`. Their values may be secret: `Debug` shows none of them.
#[derive(Clone, Default, PartialEq)]
pub struct Properties(Option<Value>);

impl Properties {
    /// The properties as JSON, where the event has any.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.0.as_ref()
    }

    /// How long CloudFormation waits for the answer, where the declaration says so.
    #[must_use]
    pub fn service_timeout(&self) -> Option<Duration> {
        service_timeout(self.value()?.get("ServiceTimeout")?)
    }

    pub(super) fn no_echo(&self) -> bool {
        self.value().and_then(Value::as_object).is_some_and(withholds)
    }
}

impl From<Value> for Properties {
    fn from(value: Value) -> Self {
        Self(Some(value))
    }
}

impl From<Option<Value>> for Properties {
    fn from(value: Option<Value>) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Properties(withheld)" } else { "Properties(absent)" })
    }
}

/// `ServiceTimeout`, where the value is one: an integer in [`SERVICE_TIMEOUT`], or its text
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html>).
pub(crate) fn service_timeout(value: &Value) -> Option<Duration> {
    let seconds = u32::try_from(scalar::integer(value)?).ok()?;
    SERVICE_TIMEOUT.contains(&seconds).then(|| Duration::from_secs(seconds.into()))
}

/// Whether no value of these properties may be shown. Only a clear false (or nothing) permits it: who wrote `yes`, a
/// reference that nobody resolved or `noEcho` wanted something kept, and the mistake must not show it.
pub(crate) fn withholds(properties: &Map<String, Value>) -> bool {
    let given = properties.iter().filter(|(name, _)| name.eq_ignore_ascii_case("NoEcho")).map(|(_, value)| value);
    given.into_iter().any(|value| !value.is_null() && scalar::boolean(value) != Some(false))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::envelope::ResourceType;
    use crate::properties::{Declaration, Problems};

    /// Whether the declaration's reader refuses this `ServiceTimeout`.
    fn is_refused(value: &Value) -> bool {
        let problems = Problems::default();
        let properties = json!({"ServiceTimeout": value});
        let read = Declaration::read(ResourceType::EndpointMonitoring, &properties, &problems);
        assert!(read.is_some());
        !problems.is_empty()
    }

    #[test]
    fn review_12_a_service_timeout_is_read_the_same_way_everywhere() {
        let timeout = |value: &Value| Properties::from(json!({"ServiceTimeout": value})).service_timeout();
        for (value, seconds) in [
            (json!(5), 5),
            (json!("5"), 5),
            (json!("5.0"), 5),
            (json!(5.0), 5),
            (json!("1"), 1),
            (json!("3600"), 3600),
            (json!("3600.00"), 3600),
        ] {
            assert_eq!(timeout(&value), Some(Duration::from_secs(seconds)), "{value}");
            assert!(!is_refused(&value), "{value}");
        }
        let none: [Value; 12] = [
            json!(0),
            json!("0"),
            json!(-5),
            json!("5.5"),
            json!("3601"),
            json!("1e9"),
            json!(""),
            json!("five"),
            json!(" 5"),
            json!(true),
            json!([5]),
            json!({"Ref": "Timeout"}),
        ];
        for value in none {
            assert_eq!(timeout(&value), None, "{value}");
            assert!(is_refused(&value), "{value}");
        }
    }

    proptest! {
        #[test]
        fn review_12_both_readers_agree_on_any_service_timeout(text in "[-+]?[0-9]{0,5}(\\.[05]{0,2})?(e[0-9])?|\\PC{0,6}") {
            let value = json!(text);
            prop_assert_eq!(service_timeout(&value).is_none(), is_refused(&value));
        }
    }

    #[test]
    fn review_14_only_a_clear_false_lets_values_be_shown() {
        let no_echo = |value: Value| Properties::from(json!({"NoEcho": value})).no_echo();
        for value in [json!(false), json!("false"), json!("False"), Value::Null] {
            assert!(!no_echo(value.clone()), "{value}");
        }
        for value in [
            json!(true),
            json!("true"),
            json!("TRUE"),
            json!("yes"),
            json!("1"),
            json!(1),
            json!(0),
            json!(""),
            json!(" false"),
            json!({"Ref": "Secret"}),
            json!([false]),
        ] {
            assert!(no_echo(value.clone()), "{value}");
        }
        assert!(Properties::from(json!({"noecho": "true"})).no_echo(), "a misspelt one");
        assert!(!Properties::from(json!({})).no_echo() && !Properties::from(json!("none")).no_echo());
    }
}
