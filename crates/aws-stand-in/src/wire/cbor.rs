//! CBOR as rpcv2Cbor uses it, to and from JSON values.
//! See <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>: timestamps carry tag 1, strings are text.

use ciborium::value::{Integer, Value as Cbor};
use serde_json::{Map, Number, Value};

use crate::model::{Kind, Model};

const EPOCH_SECONDS: u64 = 1;

pub(crate) fn read(body: &[u8]) -> Result<Value, String> {
    let mut rest = body;
    let value: Cbor = ciborium::from_reader(&mut rest).map_err(|error| error.to_string())?;
    if rest.is_empty() { to_json(value) } else { Err(format!("{} bytes follow the CBOR value", rest.len())) }
}

fn to_json(value: Cbor) -> Result<Value, String> {
    Ok(match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(flag) => Value::Bool(flag),
        Cbor::Integer(number) => {
            let number = i64::try_from(number).map_err(|error| error.to_string())?;
            Value::Number(number.into())
        }
        Cbor::Float(number) => {
            Value::Number(Number::from_f64(number).ok_or("numbers that are no numbers are not served")?)
        }
        Cbor::Text(text) => Value::String(text),
        Cbor::Tag(EPOCH_SECONDS, inner) => to_json(*inner)?,
        Cbor::Array(elements) => Value::Array(elements.into_iter().map(to_json).collect::<Result<_, _>>()?),
        Cbor::Map(entries) => {
            let mut members = Map::new();
            for (key, value) in entries {
                let Cbor::Text(key) = key else {
                    return Err("a map's keys must be text".into());
                };
                if members.contains_key(&key) {
                    return Err(format!("the key {key} comes twice"));
                }
                members.insert(key, to_json(value)?);
            }
            Value::Object(members)
        }
        other => return Err(format!("{other:?} has no place in this protocol")),
    })
}

/// Writes a value. Where its shape is known, timestamps and floating point numbers are written as such.
pub(crate) fn write(model: &Model, shape: Option<&str>, value: &Value) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    ciborium::into_writer(&from_json(model, shape, value), &mut body).map_err(|error| error.to_string())?;
    Ok(body)
}

fn from_json(model: &Model, shape: Option<&str>, value: &Value) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(flag) => Cbor::Bool(*flag),
        Value::Number(number) => {
            let float = Cbor::Float(number.as_f64().unwrap_or_default());
            match shape.and_then(|shape| model.kind(shape)) {
                Some(Kind::Timestamp) => Cbor::Tag(EPOCH_SECONDS, Box::new(float)),
                Some(Kind::Float | Kind::Double) => float,
                _ => number.as_i64().map_or(float, |number| Cbor::Integer(Integer::from(number))),
            }
        }
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Array(elements) => {
            let part = shape.and_then(|shape| model.part(shape, None));
            Cbor::Array(elements.iter().map(|element| from_json(model, part, element)).collect())
        }
        Value::Object(members) => Cbor::Map(
            members
                .iter()
                .map(|(name, value)| {
                    let part = shape.and_then(|shape| model.part(shape, Some(name)));
                    (Cbor::Text(name.clone()), from_json(model, part, value))
                })
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_come_back_and_timestamps_are_tagged() {
        let model = crate::model::cloudwatch();
        let value = json!({"DashboardEntries": [{"DashboardName": "d", "LastModified": 1.5, "Size": 3}]});
        let body = write(&model, Some("ListDashboardsOutput"), &value).unwrap();
        // Tag 1 is the byte C1, the float that follows starts with F9, FA or FB.
        assert!(body.windows(2).any(|pair| pair[0] == 0xC1 && (0xF9..=0xFB).contains(&pair[1])), "{body:x?}");
        assert_eq!(read(&body), Ok(value));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert!(read(&[0xA1, 0x01, 0x02]).is_err(), "a map with a number for a key");
        assert!(read(&[0xA0, 0x00]).is_err(), "a second value");
        assert!(read(&[0x41, 0x00]).is_err(), "bytes");
        assert!(read(&[0xA2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02]).is_err(), "a doubled key");
    }
}
