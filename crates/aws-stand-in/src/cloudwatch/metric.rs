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
    // Whatever is found counts as recently active.
    #[serde(rename = "RecentlyActive")]
    _recently_active: Option<String>,
    include_linked_accounts: Option<bool>,
    owning_account: Option<String>,
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
    let (now, state) = (timestamp(context.clock.now()), &context.state);
    let with_linked = wanted.include_linked_accounts == Some(true);
    let linked = state.linked.iter().filter(|_| with_linked).map(|(account, store)| (account.as_str(), store));
    let accounts = std::iter::once((context.config.account.as_str(), &state.store)).chain(linked);
    let accounts =
        accounts.filter(|(account, _)| wanted.owning_account.as_deref().is_none_or(|owner| owner == *account));
    let found: Vec<(&str, Value)> = accounts
        .flat_map(|(account, store)| store.recent(now).map(move |stream| (account, stream)))
        .filter(|(_, stream)| wanted.finds(stream))
        .map(|(account, stream)| {
            let dimensions: Vec<_> =
                stream.dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
            (account, json!({ "Namespace": stream.namespace, "MetricName": stream.name, "Dimensions": dimensions }))
        })
        .collect();
    let page = page::cut("metrics", found, wanted.next_token.as_deref(), PAGE).map_err(|_| invalid_token())?;
    let (owners, metrics): (Vec<&str>, Vec<Value>) = page.items.into_iter().unzip();
    let mut answer = json!({ "Metrics": metrics });
    if with_linked {
        answer["OwningAccounts"] = json!(owners);
    }
    Ok(page::answer(answer, page.next))
}
