//! `ListMetrics`: names of what reported data in the last two weeks, and of what whoever tests has declared.

use crate::cloudwatch::Context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{invalid_token, read};
use crate::{clock::timestamp, error::ServiceError, page};
use metric_math::telemetry::Metric;

/// What `CloudWatch` gives at most per page.
const PAGE: usize = 500;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListMetrics {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<DimensionFilter>,
    next_token: Option<String>,
    // Whatever is found counts as recently active, and as this account's own.
    #[serde(rename = "RecentlyActive")]
    _recently_active: Option<String>,
    #[serde(rename = "IncludeLinkedAccounts")]
    _include_linked_accounts: Option<bool>,
    #[serde(rename = "OwningAccount")]
    _owning_account: Option<String>,
}

/// Without a value it finds every stream that has the dimension.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DimensionFilter {
    name: String,
    value: Option<String>,
}

impl ListMetrics {
    fn finds(&self, stream: &Metric) -> bool {
        self.namespace.as_ref().is_none_or(|namespace| *namespace == stream.namespace)
            && self.metric_name.as_ref().is_none_or(|name| *name == stream.name)
            && self.dimensions.iter().all(|filter| {
                stream
                    .dimensions
                    .get(&filter.name)
                    .is_some_and(|value| filter.value.as_ref().is_none_or(|wanted| wanted == value))
            })
    }
}

pub(super) fn list(context: &Context<'_>, request: &Value) -> Result<Value, ServiceError> {
    let wanted: ListMetrics = read(request)?;
    let found: Vec<_> = context
        .state
        .store
        .recent(timestamp(context.clock.now()))
        .filter(|stream| wanted.finds(stream))
        .map(|stream| {
            let dimensions: Vec<_> =
                stream.dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
            json!({ "Namespace": stream.namespace, "MetricName": stream.name, "Dimensions": dimensions })
        })
        .collect();
    let page = page::cut("metrics", found, wanted.next_token.as_deref(), PAGE).map_err(|_| invalid_token())?;
    Ok(page::answer(json!({ "Metrics": page.items }), page.next))
}
