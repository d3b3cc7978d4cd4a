//! Scan: all items of a table, page by page, in the order of their keys.

use serde_json::{Value, json};

use super::{KEY, Table, attribute::item_size, request};
use crate::error::ServiceError;

/// A page ends with the item that reaches this many bytes:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html>.
const PAGE_SIZE: usize = 1024 * 1024;

pub(super) fn scan(table: &Table, request: &Value) -> Result<Value, ServiceError> {
    let after = match &request["ExclusiveStartKey"] {
        Value::Null => None,
        key => Some(request::key(key)?),
    };
    let limit = request["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let rest = table.items.iter().filter(|(key, _)| after.as_ref().is_none_or(|after| *key > after));
    let (mut items, mut bytes, mut last) = (Vec::new(), 0, None);
    for (key, item) in rest {
        bytes += item_size(item);
        items.push(item);
        if items.len() >= limit || bytes >= PAGE_SIZE {
            last = Some(key);
            break;
        }
    }
    let mut answer = json!({ "Count": items.len(), "ScannedCount": items.len() });
    if request["Select"] != "COUNT" {
        answer["Items"] = json!(items);
    }
    if let Some(key) = last {
        answer["LastEvaluatedKey"] = json!({ KEY: { "S": key } });
    }
    Ok(answer)
}
