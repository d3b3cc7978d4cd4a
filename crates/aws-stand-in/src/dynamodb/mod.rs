//! `DynamoDB`'s reading and conditional writing of single items, in tables whose key is one string attribute `Resource`.
//! Tables come and go with the tests that need them: no operation makes one, and none is listed with what exists.

mod attribute;
mod condition;
mod number;
mod request;
mod scan;
mod token;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::{
    attribute::{Attributes, item_size},
    request::Write,
};
use crate::{
    config::Config,
    context::Context,
    error::ServiceError,
    model::Model,
    wire::{self, Protocol},
};

/// The partition key of every table.
const KEY: &str = "Resource";

/// The largest item, in bytes: 400 KB, attribute names included
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items>).
const LARGEST_ITEM: usize = 400 * 1024;

#[derive(Debug, Default)]
struct Table {
    items: BTreeMap<String, Attributes>,
}

/// The tables by name.
#[derive(Debug, Default)]
pub(crate) struct State {
    tables: BTreeMap<String, Table>,
}

impl State {
    /// Makes an empty table; one that exists stays as it is.
    pub(crate) fn make_table(&mut self, name: &str) {
        self.tables.entry(name.to_owned()).or_default();
    }

    /// Every item of a table, ordered by key; none if there is no such table.
    pub(crate) fn items(&self, name: &str) -> Option<Vec<Value>> {
        let table = self.tables.get(name)?;
        Some(table.items.values().cloned().map(Value::Object).collect())
    }

    /// Forgets all items and keeps the tables.
    pub(crate) fn empty(&mut self) {
        for table in self.tables.values_mut() {
            table.items.clear();
        }
    }

    fn table(&self, name: &str) -> Result<&Table, ServiceError> {
        self.tables.get(name).ok_or_else(missing)
    }

    fn table_mut(&mut self, name: &str) -> Result<&mut Table, ServiceError> {
        self.tables.get_mut(name).ok_or_else(missing)
    }
}

fn missing() -> ServiceError {
    ServiceError::new(400, "ResourceNotFoundException", "Requested resource not found")
}

/// Most of what `DynamoDB` refuses, it refuses with this code.
fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "ValidationException", message)
}

/// Carries out one operation on a request that is a JSON object.
pub(crate) fn call(
    context: &mut Context<'_, State>,
    model: &Model,
    operation: &str,
    protocol: Protocol,
    request: &Value,
) -> Result<Vec<u8>, ServiceError> {
    model.check_request(operation, request, invalid)?;
    request::check_members(request)?;
    let name = request::table_name(context.config, request);
    let output = match operation {
        "GetItem" => get(context.state, &name, request),
        "PutItem" => put(context.state, &name, request),
        "DeleteItem" => delete(context.state, &name, request),
        "Scan" => scan::scan(context.state.table(&name)?, request),
        _ => Err(ServiceError::unknown_operation(operation)),
    }?;
    wire::write(protocol, model, model.output(operation), &output)
}

fn get(state: &State, name: &str, request: &Value) -> Result<Value, ServiceError> {
    let key = request::key(&request["Key"])?;
    Ok(state.table(name)?.items.get(&key).map_or_else(|| json!({}), |item| json!({ "Item": item })))
}

fn put(state: &mut State, name: &str, request: &Value) -> Result<Value, ServiceError> {
    let write = Write::read(request)?;
    let item = request::item(&request["Item"])?;
    let key = request::key_of_item(&item)?;
    let table = state.table_mut(name)?;
    write.check(table.items.get(&key))?;
    if item_size(&item) > LARGEST_ITEM {
        return Err(invalid("Item size has exceeded the maximum allowed size"));
    }
    Ok(write.answer(table.items.insert(key, item)))
}

fn delete(state: &mut State, name: &str, request: &Value) -> Result<Value, ServiceError> {
    let write = Write::read(request)?;
    let key = request::key(&request["Key"])?;
    let table = state.table_mut(name)?;
    write.check(table.items.get(&key))?;
    Ok(write.answer(table.items.remove(&key)))
}

pub(crate) fn table_arn(config: &Config, name: &str) -> String {
    format!("arn:{}:dynamodb:{}:{}:table/{name}", config.partition(), config.region, config.account)
}
