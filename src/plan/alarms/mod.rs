//! The alarms' requests.
//!
//! Each kind says in `alarm` what it measures and what its description tells; whether it exists, and with which settings,
//! was decided before. Where variants or models are more than one alarm takes, each gets an alarm, and a composite takes
//! their place.

mod description;
pub(super) mod fleet;
mod from_json;
mod json;
mod request;

use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmInputBuilder;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;

use super::{Environment, PlanError};
use crate::alarm::{Scope, Watched};
use crate::spec::{AlarmName, AlarmSpec, Monitoring, Part, PartAlarm, Variant};

/// An alarm to put.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedAlarm {
    /// What it watches; of a composite and of its parts too.
    pub watched: Watched,
    /// Its name.
    pub name: AlarmName,
    /// The request, without tags.
    pub request: AlarmRequest,
}

/// What makes an alarm.
#[derive(Clone, Debug, PartialEq)]
pub enum AlarmRequest {
    /// `PutMetricAlarm`.
    Metric(Box<PutMetricAlarmInputBuilder>),
    /// `PutCompositeAlarm`. The alarms that its rule names have to exist before it, and longer than it.
    Composite(Box<PutCompositeAlarmInputBuilder>),
}

impl AlarmRequest {
    /// Whether it is a composite alarm. One can't become a metric alarm, nor the other way round.
    #[must_use]
    pub fn is_composite(&self) -> bool {
        matches!(self, Self::Composite(_))
    }
}

/// What requests depend on apart from the alarm.
pub(super) struct AlarmContext<'m> {
    pub(super) monitoring: &'m Monitoring,
    pub(super) environment: &'m Environment,
    /// Where the console shows the dashboard, where there is one.
    pub(super) dashboard_url: Option<String>,
}

/// The requests that make `alarm`, in the order in which they have to be made.
///
/// # Errors
/// Where it needs a price, and none was found.
pub(super) fn planned(alarm: &AlarmSpec, context: &AlarmContext<'_>) -> Result<Vec<PlannedAlarm>, PlanError> {
    let whole = scope(alarm, None, context);
    if alarm.parts.is_empty() {
        return Ok(vec![on(alarm, &whole, context)?]);
    }
    let parts = alarm.parts.iter().map(|part| {
        // The composite speaks for all of them.
        let quiet = AlarmSpec {
            name: part.name.clone(),
            parts: Vec::new(),
            actions: alarm.actions.without_any(),
            ..alarm.clone()
        };
        on(&quiet, &scope(alarm, Some(part), context), context)
    });
    let mut planned = parts.collect::<Result<Vec<_>, _>>()?;
    let composite =
        request::composite(alarm, context.monitoring.alarm_tags.as_ref(), description::of(alarm, &whole, context));
    planned.push(PlannedAlarm { watched: Watched::Endpoint(alarm.kind), name: alarm.name.clone(), request: composite });
    Ok(planned)
}

/// What the alarm is on, or one part of it.
fn scope<'m>(alarm: &AlarmSpec, part: Option<&'m PartAlarm>, context: &AlarmContext<'m>) -> Scope<'m> {
    let (monitoring, part) = (context.monitoring, part.map(|part| &part.on));
    let is_on = |variant: &&Variant| {
        let alone = match part {
            Some(Part::Variant(name)) => variant.name == *name,
            Some(Part::Model(_)) => variant.hosts_components(),
            None => true,
        };
        alone && (alarm.kind.definition().watches)(variant)
    };
    let variants: Vec<&Variant> = monitoring.variants.iter().filter(is_on).collect();
    let hosts = variants.iter().any(|variant| variant.hosts_components());
    let models = monitoring.components.iter().filter(|model| match part {
        Some(Part::Model(name)) => model.name == *name,
        _ => hosts,
    });
    Scope {
        endpoint: &monitoring.endpoint_name,
        frequency: monitoring.frequency,
        gpu_dimension: monitoring.gpu_dimension,
        models: models.collect(),
        variants,
        part,
        prices: &context.environment.prices,
    }
}

/// The alarm on this together.
fn on(alarm: &AlarmSpec, scope: &Scope<'_>, context: &AlarmContext<'_>) -> Result<PlannedAlarm, PlanError> {
    let measure = (alarm.kind.definition().measure)(alarm, scope).ok_or(PlanError::NoPrice(alarm.kind))?;
    let tags = context.monitoring.alarm_tags.as_ref();
    let request = request::metric(alarm, tags, measure, description::of(alarm, scope, context));
    Ok(PlannedAlarm { watched: Watched::Endpoint(alarm.kind), name: alarm.name.clone(), request })
}
