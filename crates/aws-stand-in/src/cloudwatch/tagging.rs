//! `TagResource`, `UntagResource` and `ListTagsForResource`, for alarms and dashboards.

use crate::cloudwatch::Context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{TagPair, alarm_arn, dashboard_arn, invalid_value, merge_tags, read};
use crate::{error::ServiceError, tag::Tags};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TagResource {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
    tags: Vec<TagPair>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UntagResource {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
    tag_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListTagsForResource {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
}

/// The tags of the resource that an ARN names.
fn tags_of<'a>(context: &'a mut Context<'_>, arn: &str) -> Result<&'a mut Tags, ServiceError> {
    let (kind, name) = match arn.split_once(":alarm:") {
        Some((_, name)) if arn == alarm_arn(context.config, name) => ("cloudwatch:alarm", name),
        _ => match arn.split_once(":dashboard/") {
            Some((_, name)) if arn == dashboard_arn(context.config, name) => ("cloudwatch:dashboard", name),
            _ => {
                return Err(invalid_value(format!("Invalid ARN for this account and Region: {arn}")));
            }
        },
    };
    let tags = if kind == "cloudwatch:alarm" {
        context.state.alarms.get_mut(name).map(super::Alarm::tags_mut)
    } else {
        context.state.dashboards.get_mut(name).map(super::Dashboard::tags_mut)
    };
    tags.ok_or_else(|| {
        ServiceError::new(404, "ResourceNotFoundException", format!("Resource {arn} does not exist"))
            .with_member("ResourceType", kind.into())
            .with_member("ResourceId", arn.into())
    })
}

pub(super) fn tag(context: &mut Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let request: TagResource = read(request)?;
    let tags = tags_of(context, &request.resource_arn)?;
    *tags = merge_tags(tags, request.tags).map_err(|error| invalid_value(error.to_string()))?;
    Ok(json!({}))
}

pub(super) fn untag(context: &mut Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let request: UntagResource = read(request)?;
    tags_of(context, &request.resource_arn)?.retain(|key, _| !request.tag_keys.contains(key));
    Ok(json!({}))
}

pub(super) fn list(context: &mut Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let request: ListTagsForResource = read(request)?;
    let tags = tags_of(context, &request.resource_arn)?;
    let tags: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Ok(json!({ "Tags": tags }))
}
