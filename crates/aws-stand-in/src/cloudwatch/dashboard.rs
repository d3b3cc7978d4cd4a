//! Dashboards and their operations. What a body may hold is `dashboard_body`'s to say.
//! See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html>.

use crate::cloudwatch::Context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{TagPair, dashboard_arn, dashboard_body, invalid_token, invalid_value, merge_tags, read};
use crate::{
    clock::{Millis, epoch_seconds},
    config::Config,
    error::ServiceError,
    page,
    tag::Tags,
};

const LONGEST_NAME: usize = 255;
const PAGE: usize = 1000;

#[derive(Debug)]
pub(super) struct Dashboard {
    body: String,
    modified: Millis,
    tags: Tags,
}

impl Dashboard {
    pub(super) fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    pub(super) fn describe(&self, config: &Config, name: &str) -> Value {
        json!({
            "DashboardName": name,
            "DashboardArn": dashboard_arn(config, name),
            "DashboardBody": self.body,
            "LastModified": epoch_seconds(self.modified),
            "Tags": self.tags,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PutDashboard {
    dashboard_name: String,
    dashboard_body: String,
    #[serde(default)]
    tags: Vec<TagPair>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetDashboard {
    dashboard_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListDashboards {
    dashboard_name_prefix: Option<String>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteDashboards {
    dashboard_names: Vec<String>,
}

fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// The refusal of a whole dashboard, with what was found wrong in its body.
fn refuse(message: String, found: &[dashboard_body::Finding]) -> ServiceError {
    ServiceError::new(400, "InvalidParameterInput", message)
        .shaped("DashboardInvalidInputError")
        .with_member("dashboardValidationMessages", messages(found))
}

fn messages(found: &[dashboard_body::Finding]) -> Value {
    found.iter().map(|one| json!({ "DataPath": one.path, "Message": one.message })).collect()
}

pub(super) fn put(context: &mut Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let request: PutDashboard = read(request)?;
    let name = request.dashboard_name;
    if !is_name(&name) {
        return Err(refuse(
            format!("The value {name} for parameter DashboardName is invalid: it must match [A-Za-z0-9_-]{{1,255}}."),
            &[],
        ));
    }
    let examined = dashboard_body::examine(&request.dashboard_body)
        .map_err(|_| refuse("The field DashboardBody must be a valid JSON object".into(), &[]))?;
    if !examined.errors.is_empty() {
        let listed: Value =
            examined.errors.iter().map(|one| json!({ "dataPath": one.path, "message": one.message })).collect();
        let message = format!(
            "The dashboard body is invalid, there are {} validation errors:\n{listed:#}",
            examined.errors.len()
        );
        return Err(refuse(message, &examined.errors));
    }
    let tags = match context.state.dashboards.get(&name) {
        // Tags of a request count only when it makes the dashboard.
        Some(existing) => existing.tags.clone(),
        None => merge_tags(&Tags::new(), request.tags).map_err(|error| invalid_value(error.to_string()))?,
    };
    let modified = context.clock.now();
    context.state.dashboards.insert(name, Dashboard { body: request.dashboard_body, modified, tags });
    Ok(json!({ "DashboardValidationMessages": messages(&examined.warnings) }))
}

pub(super) fn get(context: &Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let GetDashboard { dashboard_name: name } = read(request)?;
    let Some(dashboard) = context.state.dashboards.get(&name) else {
        return Err(missing(format!("Dashboard {name} does not exist")));
    };
    Ok(json!({
        "DashboardArn": dashboard_arn(context.config, &name),
        "DashboardBody": dashboard.body,
        "DashboardName": name,
    }))
}

fn missing(message: String) -> ServiceError {
    ServiceError::new(404, "ResourceNotFound", message).shaped("DashboardNotFoundError")
}

pub(super) fn list(context: &Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let request: ListDashboards = read(request)?;
    let prefix = request.dashboard_name_prefix.unwrap_or_default();
    let entries: Vec<_> = context
        .state
        .dashboards
        .iter()
        .filter(|(name, _)| name.starts_with(&prefix))
        .map(|(name, dashboard)| {
            json!({
                "DashboardName": name,
                "DashboardArn": dashboard_arn(context.config, name),
                "LastModified": epoch_seconds(dashboard.modified),
                "Size": dashboard.body.len(),
            })
        })
        .collect();
    let page = page::cut("dashboards", entries, request.next_token.as_deref(), PAGE).map_err(|_| invalid_token())?;
    Ok(page::answer(json!({ "DashboardEntries": page.items }), page.next))
}

/// One name that doesn't exist, and nothing is deleted.
pub(super) fn delete(context: &mut Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let request: DeleteDashboards = read(request)?;
    let unknown: Vec<_> = request
        .dashboard_names
        .iter()
        .filter(|name| !context.state.dashboards.contains_key(*name))
        .map(String::as_str)
        .collect();
    if !unknown.is_empty() {
        return Err(missing(format!("The specified dashboard does not exist. [{}]", unknown.join(", "))));
    }
    context.state.dashboards.retain(|name, _| !request.dashboard_names.contains(name));
    Ok(json!({}))
}
