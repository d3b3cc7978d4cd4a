//! Attribute values as requests carry them, such as `{"S": "text"}`: what they may hold, how large they are, and how
//! they compare. It knows nothing of tables and keys.
//! See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html>.

use std::cmp::Ordering;

use aws_smithy_types::base64;
use serde_json::{Map, Value};

use super::number::Number;

/// An item, or a part of one: attributes by name.
pub(super) type Attributes = Map<String, Value>;

/// The overhead of a list or map, and of each element in one, in bytes.
const COLLECTION_OVERHEAD: usize = 3;
const ELEMENT_OVERHEAD: usize = 1;

/// An attribute's type and what it holds, if it is one at all.
pub(super) fn typed(value: &Value) -> Option<(&str, &Value)> {
    value.as_object()?.iter().next().map(|(kind, content)| (kind.as_str(), content))
}

/// Checks all attributes of an item and brings each into the form that is kept. The error is `DynamoDB`'s message.
pub(super) fn all_kept(attributes: &Attributes) -> Result<Attributes, String> {
    attributes.iter().map(|(name, value)| Ok((name.clone(), kept(value)?))).collect()
}

/// Checks one value and brings it into the form that is kept: numbers without superfluous zeros, sets in order.
pub(super) fn kept(value: &Value) -> Result<Value, String> {
    let Some(members) = value.as_object() else {
        return Err("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes".into());
    };
    let given: Vec<_> = members.iter().filter(|(_, content)| !content.is_null()).collect();
    let [(kind, content)] = given[..] else {
        let what = if given.is_empty() { "is empty" } else { "has more than one datatypes set" };
        return Err(format!("Supplied AttributeValue {what}, must contain exactly one of the supported datatypes"));
    };
    let content = match (kind.as_str(), content) {
        ("NULL", Value::Bool(false)) => {
            return Err(
                "One or more parameter values were invalid: Null attribute value types must have the value of \
                        true"
                    .into(),
            );
        }
        ("N", Value::String(text)) => number(text)?,
        ("B", Value::String(text)) => binary(text)?,
        ("L", Value::Array(elements)) => Value::Array(elements.iter().map(kept).collect::<Result<_, _>>()?),
        ("M", Value::Object(members)) => Value::Object(all_kept(members)?),
        ("SS", Value::Array(elements)) => set(elements, |text| Ok(Value::from(text)))?,
        ("NS", Value::Array(elements)) => set(elements, number)?,
        ("BS", Value::Array(elements)) => set(elements, binary)?,
        _ => content.clone(),
    };
    Ok(Value::Object(Map::from_iter([(kind.clone(), content)])))
}

fn number(text: &str) -> Result<Value, String> {
    Number::parse(text).map(|number| Value::from(number.to_string()))
}

fn binary(text: &str) -> Result<Value, String> {
    base64::decode(text).map(|bytes| Value::from(base64::encode(bytes))).map_err(|error| error.to_string())
}

fn set(elements: &[Value], read: impl Fn(&str) -> Result<Value, String>) -> Result<Value, String> {
    let mut kept =
        elements.iter().map(|element| read(element.as_str().unwrap_or_default())).collect::<Result<Vec<_>, _>>()?;
    kept.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    if kept.is_empty() {
        return Err("One or more parameter values were invalid: An set  may not be empty".into());
    }
    if kept.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("One or more parameter values were invalid: Input collection contains duplicates.".into());
    }
    Ok(Value::Array(kept))
}

/// An item's size in bytes, as
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html> estimates it.
pub(super) fn item_size(item: &Attributes) -> usize {
    item.iter().map(|(name, value)| name.len() + size(value)).sum()
}

fn size(value: &Value) -> usize {
    match typed(value) {
        Some(("L", Value::Array(elements))) => {
            COLLECTION_OVERHEAD + elements.iter().map(|element| ELEMENT_OVERHEAD + size(element)).sum::<usize>()
        }
        Some(("M", Value::Object(members))) => {
            let members = members.iter().map(|(name, value)| ELEMENT_OVERHEAD + name.len() + size(value));
            COLLECTION_OVERHEAD + members.sum::<usize>()
        }
        Some((kind, Value::Array(elements))) => elements.iter().map(|element| scalar_size(kind, element)).sum(),
        Some((kind, content)) => scalar_size(kind, content),
        None => 0,
    }
}

fn scalar_size(kind: &str, content: &Value) -> usize {
    let text = content.as_str().unwrap_or_default();
    match kind {
        "S" | "SS" => text.len(),
        "N" | "NS" => Number::parse(text).map_or(0, |number| number.significant_digits().div_ceil(2) + 1),
        "B" | "BS" => base64::decode(text).map_or(0, |bytes| bytes.len()),
        _ => 1,
    }
}

/// Which of two kept values comes first; none where they are of different types or of one that has no order.
pub(super) fn order(one: &Value, other: &Value) -> Option<Ordering> {
    let ((kind, one), (other_kind, other)) = (typed(one)?, typed(other)?);
    if kind != other_kind {
        return None;
    }
    let (one, other) = (one.as_str()?, other.as_str()?);
    match kind {
        "S" => Some(one.as_bytes().cmp(other.as_bytes())),
        "N" => Some(Number::parse(one).ok()?.cmp(&Number::parse(other).ok()?)),
        "B" => Some(base64::decode(one).ok()?.cmp(&base64::decode(other).ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_kept_in_one_form() {
        let given = json!({"M": {"n": {"N": "1.50"}, "s": {"NS": ["2.0", "1"]}, "l": {"L": [{"N": "01"}]}}});
        let expected = json!({"M": {"n": {"N": "1.5"}, "s": {"NS": ["1", "2"]}, "l": {"L": [{"N": "1"}]}}});
        assert_eq!(kept(&given), Ok(expected));
    }

    #[test]
    fn values_that_are_none_are_refused() {
        for wrong in [
            json!({}),
            json!({"S": "a", "N": "1"}),
            json!({"N": "one"}),
            json!({"NULL": false}),
            json!({"SS": []}),
            json!({"NS": ["1", "1.0"]}),
            json!({"B": "%"}),
            json!({"M": {"a": {}}}),
        ] {
            assert!(kept(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_those_of_the_guide() {
        let size = |item: Value| item_size(item.as_object().unwrap());
        assert_eq!(size(json!({"ab": {"S": "ü"}})), 4);
        assert_eq!(size(json!({"a": {"N": "123"}})), 4);
        assert_eq!(size(json!({"a": {"BOOL": true}})), 2);
        assert_eq!(size(json!({"a": {"B": "AAAA"}})), 4);
        assert_eq!(size(json!({"a": {"L": []}})), 4);
        assert_eq!(size(json!({"a": {"M": {"b": {"S": "cd"}}}})), 1 + 3 + 1 + 1 + 2);
    }

    #[test]
    fn only_values_of_one_ordered_type_have_an_order() {
        let number = |text: &str| json!({ "N": text });
        assert_eq!(order(&number("9"), &number("10")), Some(Ordering::Less));
        assert_eq!(order(&json!({"S": "9"}), &json!({"S": "10"})), Some(Ordering::Greater));
        assert_eq!(order(&json!({"S": "9"}), &number("9")), None);
        assert_eq!(order(&json!({"BOOL": true}), &json!({"BOOL": false})), None);
    }
}
