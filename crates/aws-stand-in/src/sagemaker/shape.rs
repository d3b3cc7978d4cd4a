//! Requests and answers through the SDK's own schemas.
//! Nothing here knows a single shape: what the SDK reads and writes is what the stand-in takes and gives.

use aws_smithy_json::codec::{JsonCodec, JsonCodecSettings};
use aws_smithy_schema::{
    codec::Codec,
    serde::{SerdeError, SerializableStruct, ShapeDeserializer, ShapeSerializer},
};
use serde_json::Value;

use super::{Checked, refuse};
use crate::error::ServiceError;

fn codec() -> JsonCodec {
    JsonCodec::new(JsonCodecSettings::builder().use_json_name(false).build())
}

/// Reads and checks a request, acts on it and writes the answer.
pub(super) fn run<I: SerializableStruct, O: SerializableStruct>(
    checked: &Checked<'_>,
    read: impl FnOnce(&mut dyn ShapeDeserializer) -> Result<I, SerdeError>,
    act: impl FnOnce(I) -> Result<O, ServiceError>,
) -> Result<Vec<u8>, ServiceError> {
    let body = checked.request.to_string();
    let input = read(&mut codec().create_deserializer(body.as_bytes()))
        .map_err(|error| ServiceError::serialization(error.to_string()))?;
    let understood = to_value(&input).map_err(|error| ServiceError::serialization(error.message))?;
    if let Some(unknown) = first_unknown(checked.request, &understood, "") {
        return Err(ServiceError::serialization(format!("unknown member {unknown} in {}", checked.input)));
    }
    if let Some(violations) = checked.model.violations(checked.input, checked.request) {
        return Err(refuse(violations));
    }
    write(&act(input)?)
}

pub(super) fn write(output: &impl SerializableStruct) -> Result<Vec<u8>, ServiceError> {
    let mut serializer = codec().create_serializer();
    serializer.write_struct(output.schema(), output).map_err(|error| ServiceError::internal(error.to_string()))?;
    Ok(serializer.finish())
}

pub(super) fn to_value(output: &impl SerializableStruct) -> Result<Value, ServiceError> {
    serde_json::from_slice(&write(output)?).map_err(|error| ServiceError::internal(error.to_string()))
}

/// Where a request says something that the SDK's schemas passed over, such as a misspelt member.
fn first_unknown(said: &Value, understood: &Value, path: &str) -> Option<String> {
    match (said, understood) {
        (Value::Object(said), Value::Object(understood)) => {
            said.iter().filter(|(_, value)| !value.is_null()).find_map(|(name, value)| {
                let path = format!("{path}/{name}");
                match understood.get(name) {
                    None => Some(path),
                    Some(understood) => first_unknown(value, understood, &path),
                }
            })
        }
        (Value::Array(said), Value::Array(understood)) => said
            .iter()
            .zip(understood)
            .enumerate()
            .find_map(|(index, (said, understood))| first_unknown(said, understood, &format!("{path}/{index}"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::first_unknown;

    #[test]
    fn what_was_passed_over_is_found_at_any_depth() {
        let understood = json!({"A": [{"B": 1}], "C": "x"});
        assert_eq!(first_unknown(&understood, &understood, ""), None);
        assert_eq!(first_unknown(&json!({"A": [{"B": 1, "Bb": 2}]}), &understood, "").as_deref(), Some("/A/0/Bb"));
        assert_eq!(first_unknown(&json!({"D": null}), &understood, ""), None, "null is the same as absent");
    }
}
