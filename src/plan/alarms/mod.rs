//! The alarms' requests: what each measures, what fires it, and what its description says.
//!
//! Each kind has a file, which gives its [`Measure`] and the sentence that says what it is about; whether it exists, and
//! with which settings, was decided before. Where variants are more than one alarm takes, each gets an alarm, and a
//! composite takes their place.

mod description;
mod gpu_buffer;
mod idle_gpu;
mod json;
mod no_traffic;
mod request;
mod unused_gpu;

use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmInputBuilder;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmInputBuilder;

use super::Surroundings;
use crate::spec::{AlarmKind, AlarmName, AlarmSpec, Monitoring, Variant, watches};
use request::Measure;

/// An alarm to put.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedAlarm {
    /// What it watches; of a composite and of its parts too.
    pub kind: AlarmKind,
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

/// What requests depend on beside the alarm.
pub(super) struct Context<'m> {
    pub(super) monitoring: &'m Monitoring,
    pub(super) surroundings: &'m Surroundings,
    /// Where the console shows the dashboard, where there is one.
    pub(super) dashboard_url: Option<String>,
}

/// What one alarm is on: variants, and whether they are all that it could be on.
struct Scope<'m> {
    monitoring: &'m Monitoring,
    variants: Vec<&'m Variant>,
    /// Whether it is one variant of several, each with an alarm of its own.
    single: bool,
}

impl Scope<'_> {
    /// What is watched, in words.
    fn in_words(&self) -> String {
        let endpoint = &self.monitoring.endpoint_name;
        match self.variants.as_slice() {
            [variant] if self.single => format!("variant {} of endpoint {endpoint}", variant.name),
            _ => format!("endpoint {endpoint}"),
        }
    }
}

/// The requests that make `alarm`, in the order in which they have to be made.
pub(super) fn planned(alarm: &AlarmSpec, context: &Context<'_>) -> Vec<PlannedAlarm> {
    let monitoring = context.monitoring;
    let variants: Vec<&Variant> = monitoring.variants.iter().filter(|variant| watches(alarm.kind, variant)).collect();
    if alarm.on_variants.is_empty() {
        return vec![on(alarm, &Scope { monitoring, variants, single: false }, context)];
    }
    let parts = alarm.on_variants.iter().map(|part| {
        let variants = variants.iter().copied().filter(|variant| variant.name == part.variant).collect();
        // The composite speaks for all of them.
        let quiet = AlarmSpec {
            name: part.name.clone(),
            alarm_actions: Vec::new(),
            ok_actions: Vec::new(),
            insufficient_data_actions: Vec::new(),
            ..alarm.clone()
        };
        on(&quiet, &Scope { monitoring, variants, single: true }, context)
    });
    let mut planned: Vec<PlannedAlarm> = parts.collect();
    let scope = Scope { monitoring, variants, single: false };
    let composite = request::composite(alarm, description::of_composite(alarm, &scope, context));
    planned.push(PlannedAlarm { kind: alarm.kind, name: alarm.name.clone(), request: composite });
    planned
}

/// The alarm on these variants together.
fn on(alarm: &AlarmSpec, scope: &Scope<'_>, context: &Context<'_>) -> PlannedAlarm {
    let measure: Measure = match alarm.kind {
        AlarmKind::UnusedGpu | AlarmKind::GpuBuffer => unused_gpu::measure(alarm, scope),
        AlarmKind::IdleGpu => idle_gpu::measure(alarm, scope),
        AlarmKind::NoTraffic => no_traffic::measure(alarm, scope),
    };
    let request = request::metric(alarm, measure, description::of(alarm, scope, context));
    PlannedAlarm { kind: alarm.kind, name: alarm.name.clone(), request }
}

/// The sentence that says what fires the alarm, and what to do.
fn sentence(alarm: &AlarmSpec, scope: &Scope<'_>) -> String {
    match alarm.kind {
        AlarmKind::UnusedGpu => unused_gpu::sentence(alarm, scope),
        AlarmKind::GpuBuffer => gpu_buffer::sentence(alarm, scope),
        AlarmKind::IdleGpu => idle_gpu::sentence(alarm, scope),
        AlarmKind::NoTraffic => no_traffic::sentence(alarm, scope),
    }
}
