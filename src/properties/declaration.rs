//! A declaration as its author wrote it, with types restored and nothing validated yet.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::update_endpoint::UpdateEndpointInput;
use serde_json::{Map, Value};

use super::entry::{Cost, Declared};
use super::fleet::{DeclaredFleet, MEMBERS_OF_FLEETS, OF_FLEETS, SHARED_WITH_FLEETS, read_fleet};
use super::member::Member;
use super::misplaced;
use super::node::{Fields, Node, ROOT};
use super::problem::Problems;
use super::property::{self, Property, has};
use super::reference::{
    self, COMMON, OF_CONFIGS, OF_DEPLOYMENTS, OF_MONITORING, after_alarms, alarm_tags, before_alarms, component,
    dashboard, of_configs, settings, variant,
};
use super::shape::ShapeReader;
use super::words::{GpuDimensionChoice, ModelMode, PeriodOverride};
use crate::alarm::{AlarmKind, Comparison, MissingData};
use crate::envelope::{ResourceType, withholds};
use crate::scalar;

use ResourceType::{EndpointFleet, EndpointMonitoring, MonitoredEndpoint, MonitoredEndpointConfig};

const METRICS_CONFIG: &str = "MetricsConfig";
const FREQUENCY: &str = "MetricPublishFrequencyInSeconds";
/// How the launch article spells [`FREQUENCY`]; no such member exists, and people paste it.
const FREQUENCY_ALIAS: &str = "MetricsPublishFrequencyInSeconds";

/// Everything a declaration says. What it leaves out is `None` or empty.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Every member of `CreateEndpointConfig`, read through the SDK's schema.
    pub config: CreateEndpointConfigInput,
    /// Name of the endpoint to monitor.
    pub endpoint_name: Declared<String>,
    /// Seconds that CloudFormation waits.
    pub service_timeout: Declared<i64>,
    /// How `UpdateEndpoint` is to deploy, for `Custom::MonitoredEndpoint`.
    pub deployment: Option<UpdateEndpointInput>,
    /// What the endpoint config's name starts with.
    pub endpoint_config_name_prefix: Declared<String>,
    /// Models to show by name.
    pub inference_components: Vec<DeclaredComponent>,
    /// GPUs of one instance, for every variant that `variants` doesn't name.
    pub gpus_per_instance: Declared<i64>,
    /// Price of one instance, for every variant that `variants` doesn't name.
    pub cost_per_hour: Declared<Cost>,
    /// Where variants differ.
    pub variants: Vec<DeclaredVariant>,
    /// The metric dimension that identifies a GPU.
    pub gpu_dimension: Declared<GpuDimensionChoice>,
    /// The dashboard's settings.
    pub dashboard: DeclaredDashboard,
    /// Settings of every kind of alarm, mentioned or not.
    pub alarms: BTreeMap<AlarmKind, DeclaredAlarm>,
    /// Actions of every alarm that has none of its own.
    pub actions: DeclaredActions,
    /// Which tags go with every alarm's notifications, where that is said.
    pub alarm_tags: Option<DeclaredAlarmTags>,
    /// What is said of all endpoints together, by the type that is about them.
    pub fleet: Option<DeclaredFleet>,
    /// Whether a dashboard or alarm that this resource didn't make may be taken over.
    pub adopt_existing: bool,
    /// Whether CloudFormation is to mask the attributes, and no value is to be quoted.
    pub no_echo: bool,
}

/// One entry of `InferenceComponents`.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredComponent {
    /// Name of the inference component.
    pub name: Declared<String>,
    /// What panels call it.
    pub label: Declared<String>,
    /// GPUs of one copy.
    pub gpus_per_copy: Declared<i64>,
}

/// One entry of `Variants`.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredVariant {
    /// The production variant this is about.
    pub variant_name: Declared<String>,
    /// GPUs of one instance.
    pub gpus_per_instance: Declared<i64>,
    /// Price of one instance.
    pub cost_per_hour: Declared<Cost>,
    /// How its model is called.
    pub model_mode: Declared<ModelMode>,
}

/// `Dashboard`.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredDashboard {
    /// `false` makes no dashboard.
    pub enabled: Declared<bool>,
    /// Name of the dashboard.
    pub dashboard_name: Declared<String>,
    /// Start of the shown time range.
    pub start: Declared<String>,
    /// Whether periods follow the shown time range.
    pub period_override: Declared<PeriodOverride>,
    /// Whether what somebody changes by hand is put right.
    pub correct_drift: Declared<bool>,
    /// Whether there are interactive panels.
    pub interactive: Declared<bool>,
}

/// One alarm, in CloudWatch's own words.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the other names are PutMetricAlarm's")]
pub struct DeclaredAlarm {
    /// The property that declares it.
    pub path: String,
    /// Whether it is there.
    pub mentioned: bool,
    pub enabled: Declared<bool>,
    pub source: Declared<String>,
    pub alarm_name: Declared<String>,
    pub alarm_description: Declared<String>,
    pub threshold: Declared<f64>,
    pub comparison_operator: Declared<Comparison>,
    pub period: Declared<i32>,
    pub time_zone: Declared<String>,
    pub evaluation_periods: Declared<i32>,
    pub datapoints_to_alarm: Declared<i32>,
    pub treat_missing_data: Declared<MissingData>,
    pub actions: DeclaredActions,
}

/// `AlarmTagsPropagation`.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredAlarmTags {
    /// `false` leaves the tags out.
    pub enabled: Declared<bool>,
    /// Keys of the tags that go along.
    pub included: Declared<Vec<String>>,
    /// Keys of the tags that don't.
    pub excluded: Declared<Vec<String>>,
}

/// Actions by the state they are taken in, and whether they are taken at all.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names are PutMetricAlarm's")]
pub struct DeclaredActions {
    pub enabled: Declared<bool>,
    pub alarm: Declared<Vec<String>>,
    pub ok: Declared<Vec<String>>,
    pub insufficient_data: Declared<Vec<String>>,
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
        // Noted where it can't be read.
        let _ = root.members().read(&after_alarms::NO_ECHO);
        let Divided { own, members, deployment } = divide(&root, all, resource_type);
        let own = Value::Object(own);
        let fields = Node::root(&own, problems).members();
        Some(Self {
            config: read_config(members, problems)?,
            deployment: read_deployment(deployment, problems),
            service_timeout: fields.read(&before_alarms::SERVICE_TIMEOUT),
            endpoint_name: fields.read(&before_alarms::ENDPOINT_NAME),
            endpoint_config_name_prefix: fields.read(&of_configs::ENDPOINT_CONFIG_NAME_PREFIX),
            inference_components: fields.each(&before_alarms::INFERENCE_COMPONENTS, read_component),
            gpus_per_instance: fields.read(&before_alarms::GPUS_PER_INSTANCE),
            cost_per_hour: fields.read(&before_alarms::COST_PER_HOUR),
            variants: fields.each(&before_alarms::VARIANTS, read_variant),
            gpu_dimension: fields.read(&before_alarms::GPU_DIMENSION),
            dashboard: read_dashboard(&fields.members(&before_alarms::DASHBOARD_SETTINGS)),
            alarms: AlarmKind::ALL
                .into_iter()
                .map(|kind| (kind, read_alarm(&fields.members(&reference::alarm(kind)))))
                .collect(),
            actions: DeclaredActions {
                enabled: fields.read(&after_alarms::ACTIONS_ENABLED),
                alarm: fields.read(&after_alarms::ALARM_ACTIONS),
                ok: fields.read(&after_alarms::OK_ACTIONS),
                insufficient_data: fields.read(&after_alarms::INSUFFICIENT_DATA_ACTIONS),
            },
            alarm_tags: read_alarm_tags(&fields.members(&after_alarms::ALARM_TAGS_PROPAGATION)),
            fleet: resource_type.watches_fleet().then(|| read_fleet(&fields)),
            adopt_existing: fields.read(&after_alarms::ADOPT_EXISTING).value.unwrap_or_default(),
            no_echo,
        })
    }

    /// The members of `CreateEndpointConfig`, each with its path.
    pub(crate) fn config_members(&self) -> Member<'_, CreateEndpointConfigInput> {
        Member::root(&self.config)
    }

    /// The members of `UpdateEndpoint` that say how to deploy, each with its path.
    pub(crate) fn deployment_members(&self) -> Option<Member<'_, UpdateEndpointInput>> {
        self.deployment.as_ref().map(Member::root)
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

/// Our own properties that a type takes.
fn own_of(resource_type: ResourceType) -> impl Iterator<Item = &'static str> + Clone {
    let watches_fleet = resource_type.watches_fleet();
    let names = |table: &'static [Property], taken: bool| property::names(if taken { table } else { &[] });
    property::names(COMMON)
        .filter(move |name| !watches_fleet || SHARED_WITH_FLEETS.contains(name))
        .chain(names(OF_CONFIGS, resource_type.owns_config()))
        .chain(names(OF_FLEETS, watches_fleet))
}

/// Whether a type takes a member of `CreateEndpointConfig`.
fn takes_member(resource_type: ResourceType, name: &str) -> bool {
    if resource_type.owns_config() {
        return true;
    }
    let taken = if resource_type.watches_fleet() { MEMBERS_OF_FLEETS } else { OF_MONITORING };
    taken.contains(&name)
}

/// Divides the properties into ours and the members of `CreateEndpointConfig`. What is neither, or doesn't belong to
/// this type, is noted.
fn divide(root: &Node<'_>, all: &Map<String, Value>, resource_type: ResourceType) -> Divided {
    let schema = CreateEndpointConfigInput::SCHEMA;
    let deploys = resource_type.owns_endpoint();
    let member_names = || schema.members().iter().filter_map(|member| member.member_name());
    let mut divided = Divided::default();
    for (name, value) in all {
        let node = root.child(name, value);
        let is_member = schema.member_schema(name).is_some();
        let entry = |place: &mut Map<String, Value>| drop(place.insert(name.clone(), value.clone()));
        match name.as_str() {
            own if own_of(resource_type).any(|known| known == own) => entry(&mut divided.own),
            member if is_member && takes_member(resource_type, member) => entry(&mut divided.members),
            deployment if OF_DEPLOYMENTS.contains(&deployment) && deploys => entry(&mut divided.deployment),
            other if has(OF_FLEETS, other) => node.invalid(format!(
                "belongs to {EndpointFleet}, which is about all endpoints; leave it out of {resource_type}"
            )),
            other if resource_type.watches_fleet() && (is_member || has(COMMON, other) || has(OF_CONFIGS, other)) => {
                node.invalid(format!(
                    "is about one endpoint, and {EndpointFleet} is about all of them; leave it out, or declare it with \
                     {EndpointMonitoring}"
                ));
            }
            deployment if OF_DEPLOYMENTS.contains(&deployment) => {
                node.invalid(format!("belongs to {MonitoredEndpoint}, which deploys; leave it out of {resource_type}"));
            }
            other if is_member || has(OF_CONFIGS, other) => node.invalid(format!(
                "{EndpointMonitoring} makes no endpoint config; leave it out, or use {MonitoredEndpointConfig}"
            )),
            other => {
                if let Some(home) = misplaced::home(other) {
                    node.misplaced(home);
                    continue;
                }
                let names = member_names().filter(|name| takes_member(resource_type, name));
                let of_deployments = OF_DEPLOYMENTS.iter().copied().filter(|_| deploys);
                let names: Vec<&str> = names.chain(own_of(resource_type)).chain(of_deployments).collect();
                root.unknown(other, names.into_iter());
            }
        }
    }
    divided
}

/// Lets the launch article's spelling pass as the API's. Both with different values is a problem.
fn rename_frequency_alias(mut members: Map<String, Value>, problems: &Problems) -> Map<String, Value> {
    if let Some(Value::Object(metrics)) = members.get_mut(METRICS_CONFIG)
        && let Some(alias) = metrics.remove(FREQUENCY_ALIAS)
    {
        let same = |given: &Value| match (scalar::integer(given), scalar::integer(&alias)) {
            (Some(given), Some(alias)) => given == alias,
            _ => *given == alias,
        };
        match metrics.get(FREQUENCY) {
            Some(given) if !same(given) => problems.conflict(
                &format!("{ROOT}.{METRICS_CONFIG}.{FREQUENCY_ALIAS}"),
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
    read.map_err(|error| problems.invalid(ROOT, error.to_string())).ok()
}

/// Through `UpdateEndpoint`'s own schema, of which a declaration gives only the members that say how to deploy.
fn read_deployment(members: Map<String, Value>, problems: &Problems) -> Option<UpdateEndpointInput> {
    let members = Value::Object(members);
    let read = UpdateEndpointInput::deserialize(&mut ShapeReader::new(Node::root(&members, problems)));
    read.map_err(|error| problems.invalid(ROOT, error.to_string())).ok()
}

fn read_component(fields: &Fields<'_>) -> DeclaredComponent {
    DeclaredComponent {
        name: fields.read(&component::NAME),
        label: fields.read(&component::LABEL),
        gpus_per_copy: fields.read(&component::GPUS_PER_COPY),
    }
}

fn read_variant(fields: &Fields<'_>) -> DeclaredVariant {
    DeclaredVariant {
        variant_name: fields.read(&variant::NAME),
        gpus_per_instance: fields.read(&variant::GPUS_PER_INSTANCE),
        cost_per_hour: fields.read(&variant::COST_PER_HOUR),
        model_mode: fields.read(&variant::MODEL_MODE),
    }
}

fn read_dashboard(fields: &Fields<'_>) -> DeclaredDashboard {
    DeclaredDashboard {
        enabled: fields.read(&dashboard::ENABLED),
        dashboard_name: fields.read(&dashboard::NAME),
        start: fields.read(&dashboard::START),
        period_override: fields.read(&dashboard::PERIOD_OVERRIDE),
        correct_drift: fields.read(&dashboard::CORRECT_DRIFT),
        interactive: fields.read(&dashboard::INTERACTIVE),
    }
}

pub(super) fn read_alarm(fields: &Fields<'_>) -> DeclaredAlarm {
    DeclaredAlarm {
        path: fields.path().to_owned(),
        mentioned: fields.are_given(),
        enabled: fields.read(&settings::ENABLED),
        source: fields.read(&settings::SOURCE),
        alarm_name: fields.read(&settings::NAME),
        alarm_description: fields.read(&settings::DESCRIPTION),
        threshold: fields.read(&settings::THRESHOLD),
        comparison_operator: fields.read(&settings::COMPARISON_OPERATOR),
        period: fields.read(&settings::PERIOD),
        time_zone: fields.read(&settings::TIME_ZONE),
        evaluation_periods: fields.read(&settings::EVALUATION_PERIODS),
        datapoints_to_alarm: fields.read(&settings::DATAPOINTS_TO_ALARM),
        treat_missing_data: fields.read(&settings::TREAT_MISSING_DATA),
        actions: DeclaredActions {
            enabled: fields.read(&settings::ACTIONS_ENABLED),
            alarm: fields.read(&settings::ALARM_ACTIONS),
            ok: fields.read(&settings::OK_ACTIONS),
            insufficient_data: fields.read(&settings::INSUFFICIENT_DATA_ACTIONS),
        },
    }
}

/// `None` where nothing is said of them.
fn read_alarm_tags(fields: &Fields<'_>) -> Option<DeclaredAlarmTags> {
    fields.are_given().then(|| DeclaredAlarmTags {
        enabled: fields.read(&alarm_tags::ENABLED),
        included: fields.read(&alarm_tags::INCLUDED),
        excluded: fields.read(&alarm_tags::EXCLUDED),
    })
}
