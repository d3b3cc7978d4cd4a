//! What requests have in common: the table, the key, the item, and the condition of a write with what it answers.

use serde_json::{Value, json};

use super::{
    KEY,
    attribute::{self, Attributes},
    condition::Condition,
    invalid, table_arn,
};
use crate::{config::Config, error::ServiceError};

/// Members that change what an operation does and aren't played.
const UNPLAYED: [&str; 11] = [
    "AttributesToGet",
    "ConditionalOperator",
    "Expected",
    "FilterExpression",
    "IndexName",
    "ProjectionExpression",
    "ReturnConsumedCapacity",
    "ReturnItemCollectionMetrics",
    "ScanFilter",
    "Segment",
    "TotalSegments",
];

/// Refuses what the stand-in would have to pass over in silence.
pub(super) fn check_members(request: &Value) -> Result<(), ServiceError> {
    let asks = |member: &&&str| request.get(**member).is_some_and(|value| !value.is_null() && *value != "NONE");
    match UNPLAYED.iter().find(asks) {
        Some(member) => Err(invalid(format!("The member {member} is not served by this stand-in."))),
        None => Ok(()),
    }
}

/// The table's name, given as such or as an ARN.
pub(super) fn table_name(config: &Config, request: &Value) -> String {
    let given = request["TableName"].as_str().unwrap_or_default();
    given.strip_prefix(&table_arn(config, "")).unwrap_or(given).to_owned()
}

/// An item as it is kept.
pub(super) fn item(value: &Value) -> Result<Attributes, ServiceError> {
    kept(value)
}

fn kept(value: &Value) -> Result<Attributes, ServiceError> {
    value.as_object().map_or_else(|| Ok(Attributes::new()), |given| attribute::all_kept(given).map_err(invalid))
}

/// The key of an item to be read or deleted: that attribute and no other.
pub(super) fn key(value: &Value) -> Result<String, ServiceError> {
    let given = kept(value)?;
    match (given.len(), given.get(KEY).and_then(attribute::typed)) {
        (1, Some(("S", key))) => filled(key),
        _ => Err(invalid("The provided key element does not match the schema")),
    }
}

/// The key that an item to be written has among its attributes.
pub(super) fn key_of_item(item: &Attributes) -> Result<String, ServiceError> {
    match item.get(KEY).and_then(attribute::typed) {
        Some(("S", key)) => filled(key),
        Some((kind, _)) => Err(invalid(format!(
            "One or more parameter values were invalid: Type mismatch for key {KEY} expected: S actual: {kind}"
        ))),
        None => Err(invalid(format!("One or more parameter values were invalid: Missing the key {KEY} in the item"))),
    }
}

fn filled(key: &Value) -> Result<String, ServiceError> {
    match key.as_str() {
        Some(key) if !key.is_empty() => Ok(key.to_owned()),
        _ => Err(invalid(format!(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an \
             empty string value. Key: {KEY}"
        ))),
    }
}

/// What a write asks for besides its item.
pub(super) struct Write {
    condition: Option<Condition>,
    returns_old: bool,
    returns_old_on_failure: bool,
}

impl Write {
    pub(super) fn read(request: &Value) -> Result<Self, ServiceError> {
        let returns = request["ReturnValues"].as_str().unwrap_or("NONE");
        if !["NONE", "ALL_OLD"].contains(&returns) {
            return Err(invalid("ReturnValues can only be ALL_OLD or NONE"));
        }
        Ok(Self {
            condition: condition(request)?,
            returns_old: returns == "ALL_OLD",
            returns_old_on_failure: request["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD",
        })
    }

    /// Checks the condition against the item that is there, or none.
    pub(super) fn check(&self, existing: Option<&Attributes>) -> Result<(), ServiceError> {
        let nothing = Attributes::new();
        let holds = self.condition.as_ref().is_none_or(|condition| condition.holds(existing.unwrap_or(&nothing)));
        if holds {
            return Ok(());
        }
        let refusal = ServiceError::new(400, "ConditionalCheckFailedException", "The conditional request failed");
        Err(match existing.filter(|_| self.returns_old_on_failure) {
            Some(item) => refusal.with_member("Item", json!(item)),
            None => refusal,
        })
    }

    pub(super) fn answer(&self, old: Option<Attributes>) -> Value {
        old.filter(|_| self.returns_old).map_or_else(|| json!({}), |old| json!({ "Attributes": old }))
    }
}

fn condition(request: &Value) -> Result<Option<Condition>, ServiceError> {
    let placeholders = ["ExpressionAttributeNames", "ExpressionAttributeValues"];
    for member in placeholders {
        if request[member].as_object().is_some_and(serde_json::Map::is_empty) {
            return Err(invalid(format!("{member} must not be empty")));
        }
    }
    let Some(expression) = request["ConditionExpression"].as_str() else {
        return match placeholders.iter().find(|member| request[**member].is_object()) {
            Some(member) => Err(invalid(format!("{member} can only be specified when using expressions"))),
            None => Ok(None),
        };
    };
    let names = request["ExpressionAttributeNames"].as_object().cloned().unwrap_or_default();
    let values = kept(&request["ExpressionAttributeValues"])?;
    Condition::read(expression, &names, &values).map(Some).map_err(invalid)
}
