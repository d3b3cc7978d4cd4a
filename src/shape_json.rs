//! The SDK's SageMaker shapes as JSON, written by the SDK's own codec.
//!
//! For what has to be compared, hashed or shown: two requests are the same when their JSON is.

use aws_smithy_json::codec::{JsonCodec, JsonCodecSettings};
use aws_smithy_schema::Schema;
use aws_smithy_schema::codec::Codec;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeDeserializer, ShapeSerializer};
use serde_json::Value;
use thiserror::Error;

/// A shape that does not become JSON.
#[derive(Debug, Error)]
pub enum ShapeJsonError {
    /// The codec refused it.
    #[error("the SDK's codec did not write the shape")]
    Write(#[from] SerdeError),
    /// The codec wrote something that isn't JSON.
    #[error("the SDK's codec wrote something that is not JSON")]
    Parse(#[from] serde_json::Error),
}

/// `shape` as JSON, with members in alphabetical order and without those that are not set.
///
/// # Errors
/// Where the codec can't write the shape.
pub fn to_json(schema: &Schema<'_>, shape: &dyn SerializableStruct) -> Result<Value, ShapeJsonError> {
    let mut serializer = JsonCodec::new(JsonCodecSettings::default()).create_serializer();
    serializer.write_struct(schema, shape)?;
    Ok(serde_json::from_slice(&serializer.finish())?)
}

/// The shape that `read` makes of JSON.
///
/// # Errors
/// Where the codec can't read it.
pub fn from_json<T>(
    json: &Value,
    read: impl FnOnce(&mut dyn ShapeDeserializer) -> Result<T, SerdeError>,
) -> Result<T, ShapeJsonError> {
    let json = serde_json::to_vec(json)?;
    Ok(read(&mut JsonCodec::new(JsonCodecSettings::default()).create_deserializer(&json))?)
}

/// Whether `whole` says everything that `part` says. `whole` may say more: a service describes a resource with defaults
/// that nobody declared.
#[must_use]
pub fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            // A service doesn't give back what is empty.
            part.iter().all(|(name, part)| match whole.get(name) {
                Some(whole) => contains(whole, part),
                None => is_empty(part),
            })
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| contains(whole, part))
        }
        (Value::Number(whole), Value::Number(part)) => whole.as_f64() == part.as_f64(),
        _ => whole == part,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn more_is_contained_and_less_or_other_is_not() {
        let described = json!({"a": [{"b": 1.0, "c": "default"}], "d": true});
        assert!(contains(&described, &json!({"a": [{"b": 1}]})));
        assert!(!contains(&described, &json!({"a": [{"b": 2}]})));
        assert!(!contains(&described, &json!({"a": []})));
        assert!(!contains(&described, &json!({"e": 1})));
        assert!(contains(&described, &json!({"e": [], "f": "", "g": {}})));
    }

    proptest! {
        #[test]
        fn everything_contains_itself(text in any::<String>(), number in any::<i32>(), flag in any::<bool>()) {
            let value = json!({"a": [text, {"n": number}], "f": flag});
            prop_assert!(contains(&value, &value));
        }
    }
}
