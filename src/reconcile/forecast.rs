//! What a request would change, decided by [`decide`] as the provider decides it, with nothing asked of AWS: what exists is taken
//! to be what earlier plans made. For whoever wants to know before it happens.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::types::EndpointStatus;

use super::change::Change;
use super::decide::{Desired, decide};
use super::error::ReconcileError;
use super::existing::{Existing, Found};
use crate::ledger::{Kind, Thing};
use crate::plan::{Plan, PlanError};
use crate::shape_json;
use crate::spec::{EndpointConfigName, EndpointName, Tag};

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is created.
    Created,
    /// Its content changes in place; an endpoint moves to another config.
    Changed,
    /// Its tags change alone.
    Retagged,
    /// It is deleted in the same request.
    Removed,
}

/// One change, in the order in which they are carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// What is changed.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub fate: Fate,
}

/// What a stack has before the request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Before<'b> {
    /// What this provider has made in the stack, with tags that say for whom.
    pub plans: &'b [&'b Plan],
    /// Endpoints that somebody else made.
    pub endpoints_of_others: &'b [EndpointName],
}

/// What the request for `desired` would change.
///
/// # Errors
/// What the provider would refuse before its first write.
pub fn forecast(before: Before<'_>, desired: &Desired<'_>) -> Result<Vec<Forecast>, ReconcileError> {
    let existing = existing(before)?;
    let mut forecast: Vec<Forecast> = Vec::new();
    for (_, change) in decide(desired, &BTreeSet::new(), &existing)? {
        let Some(fate) = fate(&change, &existing) else { continue };
        let Thing { kind, name } = change.thing();
        // Content and tags of one thing are one change to whoever reads it.
        let same = forecast.iter_mut().find(|one| one.kind == kind && one.name == name);
        match same {
            Some(_) if fate == Fate::Retagged => {}
            Some(same) if same.fate == Fate::Retagged => same.fate = fate,
            _ => forecast.push(Forecast { kind, name, fate }),
        }
    }
    Ok(forecast)
}

/// What a change comes to; `None` for an endpoint that serves as it should.
fn fate(change: &Change, existing: &Existing) -> Option<Fate> {
    Some(match change {
        Change::CreateEndpointConfig(_)
        | Change::PutDashboard { before: None, .. }
        | Change::PutAlarm { before: None, .. } => Fate::Created,
        Change::PutDashboard { .. } | Change::PutAlarm { .. } => Fate::Changed,
        Change::Retag { .. } => Fate::Retagged,
        Change::RemoveDashboard { .. } | Change::RemoveAlarm { .. } | Change::GiveBack(_) => Fate::Removed,
        Change::Deploy(planned) => match existing.endpoint(&planned.name) {
            None => Fate::Created,
            Some(found) if found.content.endpoint_config_name.as_deref() == Some(&planned.config) => return None,
            Some(_) => Fate::Changed,
        },
    })
}

/// What was there before, as if it had been described.
pub(super) fn existing(before: Before<'_>) -> Result<Existing, PlanError> {
    let mut existing = Existing::default();
    for plan in before.plans {
        if let Some(config) = &plan.endpoint_config {
            let name = config.endpoint_config_name().and_then(|name| EndpointConfigName::parse(name).ok());
            let found = found(&plan.tags, described(config)?);
            existing.endpoint_configs.extend(name.map(|name| (name, found)));
        }
        existing.endpoints.extend(plan.endpoint.iter().map(|endpoint| {
            let content = serving(&endpoint.name, &endpoint.config);
            (endpoint.name.clone(), found(&plan.tags, content))
        }));
        let dashboard = plan.dashboard.iter();
        existing.dashboards.extend(dashboard.map(|one| (one.name.clone(), found(&plan.tags, one.body.clone()))));
        let alarms = plan.alarms.iter();
        existing.alarms.extend(alarms.map(|one| (one.name.clone(), found(&plan.tags, one.request.clone()))));
    }
    let others = before.endpoints_of_others.iter();
    existing.endpoints.extend(others.map(|name| (name.clone(), found(&[], serving(name, "")))));
    existing.alarms.sort_by_key(|(_, found)| !found.content.is_composite());
    Ok(existing)
}

fn found<T>(tags: &[Tag], content: T) -> Found<T> {
    Found { arn: String::new(), tags: tags.to_vec(), content }
}

/// A config as SageMaker describes what was created so.
fn described(config: &CreateEndpointConfigInput) -> Result<DescribeEndpointConfigOutput, PlanError> {
    let json = shape_json::to_json(CreateEndpointConfigInput::SCHEMA, config)?;
    Ok(shape_json::from_json(&json, |reader| DescribeEndpointConfigOutput::deserialize(reader))?)
}

fn serving(endpoint: &EndpointName, config: &str) -> DescribeEndpointOutput {
    DescribeEndpointOutput::builder()
        .endpoint_name(endpoint.as_str())
        .endpoint_config_name(config)
        .endpoint_status(EndpointStatus::InService)
        .build()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::plan::Owner;
    use crate::reconcile::testing::{owner, planned};

    fn of(logical_id: &str, members: &[(&str, Value)]) -> Plan {
        let mut declared = json!({
            "EndpointName": "chat",
            "ProductionVariants": [
                {"VariantName": "Main", "ModelName": "m", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1},
            ],
        });
        for (name, value) in members {
            declared[name] = value.clone();
        }
        planned(&declared, logical_id)
    }

    fn desired<'d>(plan: &'d Plan, owner: &'d Owner) -> Desired<'d> {
        Desired { plan, owner, adopts: false, dropped_tags: &[] }
    }

    fn forecasted(plans: &[&Plan], new: &Plan, logical_id: &str) -> Result<Vec<(Kind, Fate)>, String> {
        let before = Before { plans, endpoints_of_others: &[] };
        let steps = forecast(before, &desired(new, &owner(logical_id))).map_err(|error| error.to_string())?;
        Ok(steps.into_iter().map(|step| (step.kind, step.fate)).collect())
    }

    #[test]
    fn everything_is_created_once_and_nothing_changes_the_second_time() {
        let plan = of("It", &[]);
        let created = [Kind::EndpointConfig, Kind::Endpoint, Kind::Dashboard].map(|kind| (kind, Fate::Created));
        assert_eq!(forecasted(&[], &plan, "It"), Ok(created.to_vec()));
        assert_eq!(forecasted(&[&plan], &plan, "It"), Ok(Vec::new()));
    }

    #[test]
    fn another_config_moves_the_endpoint_and_a_tag_alone_changes_tags() {
        let before = of("It", &[]);
        let frequency = json!({"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": 10});
        let moved = forecasted(&[&before], &of("It", &[("MetricsConfig", frequency)]), "It").unwrap();
        assert!(moved.contains(&(Kind::EndpointConfig, Fate::Created)), "{moved:?}");
        assert!(moved.contains(&(Kind::Endpoint, Fate::Changed)), "{moved:?}");
        let tagged = of("It", &[("Tags", json!([{"Key": "team", "Value": "ml"}]))]);
        let tagged = forecasted(&[&before], &tagged, "It").unwrap();
        assert!(tagged.len() == 3 && tagged.iter().all(|(_, fate)| *fate == Fate::Retagged), "{tagged:?}");
    }

    #[test]
    fn what_another_logical_id_has_is_refused_as_the_provider_refuses_it() {
        let refused = forecasted(&[&of("It", &[])], &of("Other", &[]), "Other").unwrap_err();
        assert!(refused.contains("exists and belongs to It of stack"), "{refused}");
        let others = [EndpointName::parse("chat").unwrap()];
        let before = Before { plans: &[], endpoints_of_others: &others };
        let refused = forecast(before, &desired(&of("It", &[]), &owner("It"))).unwrap_err().to_string();
        assert!(refused.contains("was not made by this resource"), "{refused}");
    }
}
