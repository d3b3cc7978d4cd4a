//! The request table: one item for each resource, read and written whole.
//!
//! An item carries a version, and a write names the version that it was made from, so that of two
//! writers one learns that it came second
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html>). Two actions and no
//! more, but where monitoring is kept right between requests, or the panels' function reads all endpoints: then the table is scanned too.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use thiserror::Error;

use super::fault::{CallError, Fault, failed};
use super::patient;

/// The partition key.
const KEY: &str = "Resource";
/// The TTL attribute, in seconds since 1970.
const EXPIRES_AT: &str = "ExpiresAt";
const VERSION: &str = "Version";
const RECORD: &str = "Record";

/// A `DynamoDB` table with the partition key `Resource`, a string.
#[derive(Clone, Debug)]
pub struct RequestTable {
    client: Client,
    name: String,
}

/// An item as it stands in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Counts the writes, from 1.
    pub(crate) version: u64,
    /// The record, as JSON text.
    pub(crate) record: String,
}

/// Why an item couldn't be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    Call(CallError),
    Item(IncompleteItem),
}

/// An item that this provider never writes.
#[derive(Debug, Error)]
#[error("it has no {VERSION}, a number, or no {RECORD}, a string")]
pub struct IncompleteItem;

type Item = HashMap<String, AttributeValue>;

fn text(item: &mut Item, attribute: &str) -> Option<String> {
    match item.remove(attribute)? {
        AttributeValue::S(text) => Some(text),
        _ => None,
    }
}

fn stored(item: &mut Item) -> Option<Stored> {
    let version = item.get(VERSION)?.as_n().ok()?.parse().ok()?;
    Some(Stored { version, record: text(item, RECORD)? })
}

impl RequestTable {
    /// The table of this name, in the account and Region that `config` describes.
    #[must_use]
    pub fn new(config: &SdkConfig, name: &str) -> Self {
        let config = aws_sdk_dynamodb::config::Builder::from(config).retry_partition(patient("DynamoDB")).build();
        Self { client: Client::from_conf(config), name: name.to_owned() }
    }

    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The item of `resource` as the last write left it.
    pub(crate) async fn read(&self, resource: &str) -> Result<Option<Stored>, ReadError> {
        let request = self.client.get_item().table_name(&self.name).consistent_read(true);
        let answer = request.key(KEY, AttributeValue::S(resource.to_owned())).send().await;
        let answer = answer.map_err(|error| ReadError::Call(failed("dynamodb:GetItem")(error.into())))?;
        let read = |mut item| stored(&mut item).ok_or(ReadError::Item(IncompleteItem));
        answer.item.map(read).transpose()
    }

    /// A page of items with their resources, without those that this provider never writes, from the one after `after` on, and after which of them the next page begins. Pages are
    /// 1 MB at most; what is written meanwhile may or may not be among them
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html>).
    pub(crate) async fn page(&self, after: Option<&str>) -> Result<(Vec<(String, Stored)>, Option<String>), CallError> {
        let mut request = self.client.scan().table_name(&self.name);
        if let Some(after) = after {
            request = request.exclusive_start_key(KEY, AttributeValue::S(after.to_owned()));
        }
        let answer = request.send().await.map_err(|error| failed("dynamodb:Scan")(error.into()))?;
        let next = answer.last_evaluated_key.and_then(|mut key| text(&mut key, KEY));
        let items = answer.items.unwrap_or_default().into_iter();
        Ok((items.filter_map(|mut item| Some((text(&mut item, KEY)?, stored(&mut item)?))).collect(), next))
    }

    /// The items of all pages.
    pub(crate) async fn all(&self) -> Result<Vec<(String, Stored)>, CallError> {
        let (mut all, mut next) = self.page(None).await?;
        while let Some(after) = next {
            let (page, following) = self.page(Some(&after)).await?;
            all.extend(page);
            next = following;
        }
        Ok(all)
    }

    /// Writes the item of `resource`, which nobody may have written since version `before` (none: there was no item).
    /// `expires_at`, in seconds since 1970, is when `DynamoDB` may forget it. `false` where somebody was faster.
    pub(crate) async fn write(
        &self,
        resource: &str,
        before: Option<u64>,
        next: Stored,
        expires_at: Option<u64>,
    ) -> Result<bool, CallError> {
        let number = |number: u64| AttributeValue::N(number.to_string());
        let mut request = self
            .client
            .put_item()
            .table_name(&self.name)
            .item(KEY, AttributeValue::S(resource.to_owned()))
            .item(VERSION, number(next.version))
            .item(RECORD, AttributeValue::S(next.record));
        if let Some(expires_at) = expires_at {
            request = request.item(EXPIRES_AT, number(expires_at));
        }
        request = match before {
            None => request
                .condition_expression("attribute_not_exists(#resource)")
                .expression_attribute_names("#resource", KEY),
            Some(version) => request
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", VERSION)
                .expression_attribute_values(":version", number(version)),
        };
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(false)
            }
            Err(error) => Err(failed("dynamodb:PutItem")(Fault::from(error))),
        }
    }
}
