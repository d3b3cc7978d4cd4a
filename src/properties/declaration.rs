//! A declaration as its author wrote it, with types restored and nothing validated yet.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::update_endpoint::UpdateEndpointInput;
use serde_json::{Map, Value};

use super::misplaced;
use super::node::{Fields, Node};
use super::problem::{Problems, nearest};
use super::reference::{self, COMMON, OF_CONFIGS, OF_DEPLOYMENTS, OF_MONITORING};
use super::shape::ShapeReader;
use crate::alarm::AlarmKind;
use crate::envelope::{ResourceType, service_timeout, withholds};
use crate::scalar;

const FREQUENCY: &str = "MetricPublishFrequencyInSeconds";
/// How the launch article spells [`FREQUENCY`]; no such member exists, and people paste it.
const FREQUENCY_ALIAS: &str = "MetricsPublishFrequencyInSeconds";

/// Everything a declaration says. What it leaves out is `None` or empty.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Every member of `CreateEndpointConfig`, read through the SDK's schema.
    pub config: CreateEndpointConfigInput,
    /// Name of the endpoint to monitor.
    pub endpoint_name: Option<String>,
    /// Seconds that CloudFormation waits, where that is declared and possible.
    pub service_timeout: Option<i64>,
    /// How `UpdateEndpoint` is to deploy, for `Custom::MonitoredEndpoint`.
    pub deployment: Option<UpdateEndpointInput>,
    /// What the endpoint config's name starts with.
    pub endpoint_config_name_prefix: Option<String>,
    /// Models to show by name.
    pub inference_components: Vec<DeclaredComponent>,
    /// GPUs of one instance, for every variant that `variants` doesn't name.
    pub gpus_per_instance: Option<i64>,
    /// Price of one instance, for every variant that `variants` doesn't name.
    pub cost_per_hour: Option<Cost>,
    /// Where variants differ.
    pub variants: Vec<DeclaredVariant>,
    /// `GpuId`, `AcceleratorId` or `Auto`.
    pub gpu_dimension: Option<String>,
    /// The dashboard's settings.
    pub dashboard: DeclaredDashboard,
    /// Settings of the alarms that are mentioned.
    pub alarms: BTreeMap<AlarmKind, DeclaredAlarm>,
    /// Actions of every alarm that has none of its own.
    pub actions: Actions,
    /// Which tags go with every alarm's notifications, where that is said.
    pub alarm_tags: Option<DeclaredAlarmTags>,
    /// Whether a dashboard or alarm that this resource didn't make may be taken over.
    pub adopt_existing: bool,
    /// Whether CloudFormation is to mask the attributes, and no value is to be quoted.
    pub no_echo: bool,
}

/// A price per instance-hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cost {
    /// Dollars, as declared.
    Dollars(f64),
    /// The Region's on-demand price is to be looked up.
    Auto,
}

/// One entry of `InferenceComponents`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeclaredComponent {
    /// Name of the inference component.
    pub name: Option<String>,
    /// What panels call it.
    pub label: Option<String>,
    /// GPUs of one copy.
    pub gpus_per_copy: Option<i64>,
}

/// One entry of `Variants`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeclaredVariant {
    /// The production variant this is about.
    pub variant_name: Option<String>,
    /// GPUs of one instance.
    pub gpus_per_instance: Option<i64>,
    /// Price of one instance.
    pub cost_per_hour: Option<Cost>,
    /// How its model is called.
    pub model_mode: Option<String>,
}

/// `Dashboard`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeclaredDashboard {
    /// `false` makes no dashboard.
    pub enabled: Option<bool>,
    /// Name of the dashboard.
    pub dashboard_name: Option<String>,
    /// Start of the shown time range.
    pub start: Option<String>,
    /// `auto` or `inherit`.
    pub period_override: Option<String>,
    /// Whether there are interactive panels.
    pub interactive: Option<bool>,
}

/// One alarm, in CloudWatch's own words.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "the names are PutMetricAlarm's")]
pub struct DeclaredAlarm {
    pub enabled: Option<bool>,
    pub source: Option<String>,
    pub alarm_name: Option<String>,
    pub alarm_description: Option<String>,
    pub threshold: Option<f64>,
    pub comparison_operator: Option<String>,
    pub period: Option<i32>,
    pub time_zone: Option<String>,
    pub evaluation_periods: Option<i32>,
    pub datapoints_to_alarm: Option<i32>,
    pub treat_missing_data: Option<String>,
    pub actions_enabled: Option<bool>,
    pub actions: Actions,
}

/// `AlarmTagsPropagation`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredAlarmTags {
    /// `false` leaves the tags out.
    pub enabled: Option<bool>,
    /// Keys of the tags that go along.
    pub included: Option<Vec<String>>,
    /// Keys of the tags that don't.
    pub excluded: Option<Vec<String>>,
}

/// Actions by the state they are taken in; `None` where the declaration says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are PutMetricAlarm's")]
pub struct Actions {
    pub alarm: Option<Vec<String>>,
    pub ok: Option<Vec<String>>,
    pub insufficient_data: Option<Vec<String>>,
}

impl Declaration {
    /// Reads a declaration. What can't be read is noted in `problems` and counts as left out; `None` when there is
    /// nothing to read at all.
    #[must_use]
    pub fn read(resource_type: ResourceType, properties: &Value, problems: &Problems) -> Option<Self> {
        let root = Node::root(properties, problems);
        let all = root.object()?;
        let no_echo = withholds(all);
        if no_echo {
            problems.withhold_values();
        }
        if let Some(given) = all.get("NoEcho").filter(|given| !given.is_null()) {
            // Noted where it can't be read.
            let _ = root.child("NoEcho", given).boolean();
        }
        let Divided { own, members, deployment } = divide(&root, all, resource_type);
        let own = Value::Object(own);
        let fields = Node::root(&own, problems).members();
        Some(Self {
            config: read_config(members, problems)?,
            deployment: read_deployment(deployment, problems),
            service_timeout: declared_service_timeout(&fields),
            endpoint_name: fields.text("EndpointName"),
            endpoint_config_name_prefix: fields.text("EndpointConfigNamePrefix"),
            inference_components: entries(&fields, "InferenceComponents", component),
            gpus_per_instance: fields.sized("GpusPerInstance"),
            cost_per_hour: cost(&fields),
            variants: entries(&fields, "Variants", variant),
            gpu_dimension: fields.text("GpuDimension"),
            dashboard: fields.get("Dashboard").map(|node| dashboard(&node)).unwrap_or_default(),
            alarms: AlarmKind::ALL
                .into_iter()
                .filter_map(|kind| Some((kind, alarm(&fields.get(kind.property())?))))
                .collect(),
            actions: actions(&fields),
            alarm_tags: fields.get("AlarmTagsPropagation").map(|node| alarm_tags(&node)),
            adopt_existing: fields.boolean("AdoptExisting").unwrap_or_default(),
            no_echo,
        })
    }

    /// Whether the declaration names any production variant.
    #[must_use]
    pub fn declares_variants(&self) -> bool {
        !self.config.production_variants().is_empty()
    }
}

/// The flat properties, divided.
#[derive(Default)]
struct Divided {
    own: Map<String, Value>,
    members: Map<String, Value>,
    deployment: Map<String, Value>,
}

/// Divides the properties into ours and the members of `CreateEndpointConfig`. What is neither, or doesn't belong to
/// this type, is noted.
fn divide(root: &Node<'_>, all: &Map<String, Value>, resource_type: ResourceType) -> Divided {
    let schema = CreateEndpointConfigInput::SCHEMA;
    let makes_config = resource_type != ResourceType::EndpointMonitoring;
    let deploys = resource_type == ResourceType::MonitoredEndpoint;
    let member_names = || schema.members().iter().filter_map(|member| member.member_name());
    let mut divided = Divided::default();
    for (name, value) in all {
        let node = root.child(name, value);
        let is_member = schema.member_schema(name).is_some();
        let entry = |place: &mut Map<String, Value>| drop(place.insert(name.clone(), value.clone()));
        match name.as_str() {
            own if reference::has(COMMON, own) || makes_config && reference::has(OF_CONFIGS, own) => {
                entry(&mut divided.own);
            }
            member if is_member && (makes_config || OF_MONITORING.contains(&member)) => {
                entry(&mut divided.members);
            }
            deployment if OF_DEPLOYMENTS.contains(&deployment) && deploys => entry(&mut divided.deployment),
            deployment if OF_DEPLOYMENTS.contains(&deployment) => node.invalid(format!(
                "belongs to Custom::MonitoredEndpoint, which deploys; leave it out of {resource_type}"
            )),
            other if is_member || reference::has(OF_CONFIGS, other) => node.invalid(
                "Custom::EndpointMonitoring makes no endpoint config; leave it out, or use Custom::MonitoredEndpointConfig"
                    .to_owned(),
            ),
            other => {
                if let Some(home) = misplaced::home(other) {
                    node.misplaced(home);
                    continue;
                }
                let names = member_names().filter(|name| makes_config || OF_MONITORING.contains(name));
                let of_configs = reference::names(if makes_config { OF_CONFIGS } else { &[] });
                let of_deployments = OF_DEPLOYMENTS.iter().copied().filter(|_| deploys);
                let names: Vec<&str> =
                    names.chain(reference::names(COMMON)).chain(of_configs).chain(of_deployments).collect();
                root.unknown(other, names.into_iter());
            }
        }
    }
    divided
}

/// Lets the launch article's spelling pass as the API's. Both with different values is a problem.
fn rename_frequency_alias(mut members: Map<String, Value>, problems: &Problems) -> Map<String, Value> {
    if let Some(Value::Object(metrics)) = members.get_mut("MetricsConfig")
        && let Some(alias) = metrics.remove(FREQUENCY_ALIAS)
    {
        let same = |given: &Value| match (scalar::integer(given), scalar::integer(&alias)) {
            (Some(given), Some(alias)) => given == alias,
            _ => *given == alias,
        };
        match metrics.get(FREQUENCY) {
            Some(given) if !same(given) => problems.conflict(
                &format!("Properties.MetricsConfig.{FREQUENCY_ALIAS}"),
                format!(
                    "{} contradicts {FREQUENCY}, which is {}; keep {FREQUENCY} (the API's spelling) alone",
                    Node::root(&alias, problems).quoted(),
                    Node::root(given, problems).quoted(),
                ),
            ),
            Some(_) => {}
            None => drop(metrics.insert(FREQUENCY.to_owned(), alias)),
        }
    }
    members
}

fn read_config(members: Map<String, Value>, problems: &Problems) -> Option<CreateEndpointConfigInput> {
    let members = Value::Object(rename_frequency_alias(members, problems));
    let read = CreateEndpointConfigInput::deserialize(&mut ShapeReader::new(Node::root(&members, problems)));
    read.map_err(|error| problems.invalid("Properties", error.to_string())).ok()
}

/// Through `UpdateEndpoint`'s own schema, of which a declaration gives only the members that say how to deploy.
fn read_deployment(members: Map<String, Value>, problems: &Problems) -> Option<UpdateEndpointInput> {
    let members = Value::Object(members);
    let read = UpdateEndpointInput::deserialize(&mut ShapeReader::new(Node::root(&members, problems)));
    read.map_err(|error| problems.invalid("Properties", error.to_string())).ok()
}

/// Only validated here, by the same function that reads it with the envelope before anything can go wrong.
fn declared_service_timeout(fields: &Fields<'_>) -> Option<i64> {
    let node = fields.get("ServiceTimeout")?;
    let seconds = service_timeout(node.value());
    if node.integer().is_some() && seconds.is_none() {
        node.invalid(format!("{} is not a ServiceTimeout; use 1 to 3600 seconds", node.quoted()));
    }
    seconds.and_then(|seconds| i64::try_from(seconds.as_secs()).ok())
}

fn entries<T>(fields: &Fields<'_>, name: &str, read: fn(&Node<'_>) -> T) -> Vec<T> {
    fields.get(name).and_then(|node| node.items()).unwrap_or_default().iter().map(read).collect()
}

fn component(node: &Node<'_>) -> DeclaredComponent {
    let fields = node.fields(reference::INFERENCE_COMPONENT);
    DeclaredComponent {
        name: fields.text("Name"),
        label: fields.text("Label"),
        gpus_per_copy: fields.sized("GpusPerCopy"),
    }
}

fn variant(node: &Node<'_>) -> DeclaredVariant {
    let fields = node.fields(reference::VARIANT);
    DeclaredVariant {
        variant_name: fields.text("VariantName"),
        gpus_per_instance: fields.sized("GpusPerInstance"),
        cost_per_hour: cost(&fields),
        model_mode: fields.text("ModelMode"),
    }
}

fn cost(fields: &Fields<'_>) -> Option<Cost> {
    const AUTO: &str = "Auto";
    let node = fields.get("CostPerHour")?;
    if let Some(dollars) = scalar::number(node.value()) {
        return Some(Cost::Dollars(dollars));
    }
    let text = node.value().as_str();
    if text == Some(AUTO) {
        return Some(Cost::Auto);
    }
    let is_nearly = text.is_some_and(|text| nearest(text, [AUTO].into_iter()).is_some());
    node.mismatch_with("a number or Auto", if is_nearly { "; did you mean Auto?" } else { "" })
}

fn dashboard(node: &Node<'_>) -> DeclaredDashboard {
    let fields = node.fields(reference::DASHBOARD);
    DeclaredDashboard {
        enabled: fields.boolean("Enabled"),
        dashboard_name: fields.text("DashboardName"),
        start: fields.text("Start"),
        period_override: fields.text("PeriodOverride"),
        interactive: fields.boolean("Interactive"),
    }
}

fn alarm(node: &Node<'_>) -> DeclaredAlarm {
    let fields = node.fields(reference::ALARM);
    DeclaredAlarm {
        enabled: fields.boolean("Enabled"),
        source: fields.text("Source"),
        alarm_name: fields.text("AlarmName"),
        alarm_description: fields.text("AlarmDescription"),
        threshold: fields.number("Threshold"),
        comparison_operator: fields.text("ComparisonOperator"),
        period: fields.sized("Period"),
        time_zone: fields.text("TimeZone"),
        evaluation_periods: fields.sized("EvaluationPeriods"),
        datapoints_to_alarm: fields.sized("DatapointsToAlarm"),
        treat_missing_data: fields.text("TreatMissingData"),
        actions_enabled: fields.boolean("ActionsEnabled"),
        actions: actions(&fields),
    }
}

fn alarm_tags(node: &Node<'_>) -> DeclaredAlarmTags {
    let fields = node.fields(reference::ALARM_TAGS);
    DeclaredAlarmTags {
        enabled: fields.boolean("Enabled"),
        included: fields.texts("IncludedTagKeys"),
        excluded: fields.texts("ExcludedTagKeys"),
    }
}

fn actions(fields: &Fields<'_>) -> Actions {
    Actions {
        alarm: fields.texts("AlarmActions"),
        ok: fields.texts("OKActions"),
        insufficient_data: fields.texts("InsufficientDataActions"),
    }
}
