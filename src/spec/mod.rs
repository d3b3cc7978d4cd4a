//! A declaration that has been validated: everything after this module can trust it.
//!
//! Validation does no I/O. Where a declaration leaves out what only the endpoint knows, [`Validated::NeedsEndpoint`] says so
//! and validation runs again with what was observed.

mod actions;
mod alarm_rules;
mod alarm_settings;
mod alarm_tags;
mod combinations;
mod deployment_waits;
mod fleet;
mod instance_type;
mod names_in_use;
mod tags;
mod validate;
mod variant;
mod warnings;

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::types::{DeploymentConfig, MetricsConfig, ProductionVariant, VariantProperty};

pub use crate::alarm::{
    AlarmActions, AlarmKind, AlarmSource, AlarmSpec, Comparison, FleetAlarm, MissingData, Part, PartAlarm, PlacedModel,
    Watched,
};
pub(crate) use crate::endpoint::hosts_components;
pub use crate::endpoint::{
    AlarmName, Capacity, DashboardName, DeclaredInstances, Dollars, EndpointConfigName, EndpointName, GpuDimension,
    InferenceComponent, InferenceComponentName, NameRule, Partitions, PriceBasis, PublishFrequency, Serving, Variant,
    VariantName, hashed,
};
pub(crate) use actions::are_near as actions_are_near;
pub use alarm_tags::AlarmTags;
pub use fleet::Fleet;
pub use names_in_use::{NamesInUse, default_dashboard_name};
pub use tags::{OWNERSHIP_PREFIX, Tag};
pub use warnings::AlarmWarning;

use crate::envelope::ResourceType;
pub(crate) use crate::properties::quote;
use crate::properties::{Declaration, PeriodOverride, Problems};
use validate::Validator;

/// Everything that is wanted, valid by construction.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// The endpoint config to make, for the types that make one.
    pub endpoint_config: Option<EndpointConfigSpec>,
    /// How the endpoint is to be deployed, for the type that owns it.
    pub deployment: Option<Deployment>,
    /// What to show and to watch.
    pub subject: Subject,
    /// The author's tags, for everything made.
    pub tags: Vec<Tag>,
    /// Whether a dashboard or alarm that this resource didn't make may be taken over.
    pub adopt_existing: bool,
}

/// What is shown and watched.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// One endpoint.
    Endpoint(Box<Monitoring>),
    /// All endpoints of an account and Region together.
    Fleet(Box<Fleet>),
}

impl Subject {
    /// The alarms that are switched on, by what they are on.
    #[must_use]
    pub fn alarms(&self) -> Vec<(Watched, &AlarmName)> {
        match self {
            Self::Endpoint(monitoring) => {
                monitoring.alarms.iter().map(|alarm| (Watched::Endpoint(alarm.kind), &alarm.name)).collect()
            }
            Self::Fleet(fleet) => fleet.alarm.iter().map(|alarm| (Watched::Fleet, &alarm.name)).collect(),
        }
    }
}

/// The endpoint config to make.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointConfigSpec {
    /// How it is named.
    pub naming: Naming,
    /// What was declared, and the `MetricsConfig` default. Without name and tags.
    pub request: CreateEndpointConfigInput,
}

/// How an endpoint is moved to another config, as `UpdateEndpoint` takes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deployment {
    /// Blue/green or rolling, and the alarms that roll it back.
    pub deployment_config: Option<DeploymentConfig>,
    /// Whether autoscaled instance counts and variant weights survive. SageMaker's own default is `false`, which resets
    /// them to the config's; here it is `true`.
    pub retain_all_variant_properties: Option<bool>,
    /// What doesn't survive all the same.
    pub exclude_retained_variant_properties: Option<Vec<VariantProperty>>,
    /// Whether the last deployment's configuration is used again.
    pub retain_deployment_config: Option<bool>,
}

/// How an endpoint config gets its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Naming {
    /// As declared. The config can't change under it.
    Fixed(EndpointConfigName),
    /// A prefix, and a hash of the content: another content is another name.
    Prefix(String),
}

/// What to show and to watch.
#[derive(Clone, Debug, PartialEq)]
pub struct Monitoring {
    /// The endpoint.
    pub endpoint_name: EndpointName,
    /// How often it publishes metrics.
    pub frequency: PublishFrequency,
    /// Whether it publishes metrics per instance, container and GPU.
    pub enhanced_metrics: bool,
    /// Whether it publishes OpenTelemetry metrics as well as CloudWatch's own.
    pub detailed_observability: bool,
    /// What serves it.
    pub variants: Vec<Variant>,
    /// Models to show by name.
    pub components: Vec<InferenceComponent>,
    /// Name of the metric dimension that tells one GPU from another, where declared.
    pub gpu_dimension: Option<GpuDimension>,
    /// Name of the dashboard, also where it is switched off: it is the physical id of `Custom::EndpointMonitoring`.
    pub dashboard_name: DashboardName,
    /// The dashboard to make, unless it is switched off.
    pub dashboard: Option<DashboardSpec>,
    /// The alarms that are switched on, in the order of their kinds, at most one of each.
    pub alarms: Vec<AlarmSpec>,
    /// Which of their tags go with the alarms' notifications.
    pub alarm_tags: Option<AlarmTags>,
}

impl Monitoring {
    /// The alarm of this kind, where it is switched on.
    #[must_use]
    pub fn alarm(&self, kind: AlarmKind) -> Option<&AlarmSpec> {
        self.alarms.iter().find(|alarm| alarm.kind == kind)
    }
}

/// The dashboard's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DashboardSpec {
    /// Start of the shown time range: `-PT3H` or a point in time.
    pub start: String,
    /// Whether periods follow the time range, or each panel keeps its own.
    pub period_override: PeriodOverride,
    /// Whether there are interactive panels; where nothing is declared, as soon as there is a function to draw them.
    pub interactive: Option<bool>,
}

/// What an existing endpoint says about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObservedConfig {
    /// Production variants of the config that serves.
    pub production_variants: Vec<ProductionVariant>,
    /// Shadow variants of the config that serves.
    pub shadow_production_variants: Vec<ProductionVariant>,
    /// Its metrics configuration.
    pub metrics_config: Option<MetricsConfig>,
    /// Whether it answers from a queue.
    pub asynchronous: bool,
}

/// How validation ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Validated {
    /// Everything is known and valid.
    Valid(Box<Spec>),
    /// Valid so far; what is left out has to be read from this endpoint.
    NeedsEndpoint(EndpointName),
    /// The problems say why.
    Invalid,
}

impl Spec {
    /// What is shown and watched of its endpoint; none where it is about all endpoints together.
    #[must_use]
    pub fn monitoring(&self) -> Option<&Monitoring> {
        match &self.subject {
            Subject::Endpoint(monitoring) => Some(monitoring),
            Subject::Fleet(_) => None,
        }
    }

    /// Name of the dashboard, also where it is switched off.
    #[must_use]
    pub fn dashboard_name(&self) -> &DashboardName {
        match &self.subject {
            Subject::Endpoint(monitoring) => &monitoring.dashboard_name,
            Subject::Fleet(fleet) => &fleet.dashboard_name,
        }
    }

    /// The dashboard to make, unless it is switched off.
    #[must_use]
    pub fn dashboard(&self) -> Option<&DashboardSpec> {
        match &self.subject {
            Subject::Endpoint(monitoring) => monitoring.dashboard.as_ref(),
            Subject::Fleet(fleet) => fleet.dashboard.as_ref(),
        }
    }

    /// Validates a declaration. `observed` is what its endpoint says, where that has been asked for.
    #[must_use]
    pub fn validate(
        resource_type: ResourceType,
        declaration: &Declaration,
        observed: Option<&ObservedConfig>,
        problems: &Problems,
    ) -> Validated {
        let validator = Validator { resource_type, declaration, observed, problems };
        let spec = validator.spec();
        match (problems.is_empty(), spec) {
            (false, _) => Validated::Invalid,
            (true, Some(spec)) => Validated::Valid(Box::new(spec)),
            (true, None) => match declaration.endpoint_name.value.as_deref().map(EndpointName::parse) {
                Some(Ok(name)) => Validated::NeedsEndpoint(name),
                _ => Validated::Invalid,
            },
        }
    }
}

/// What properties declare, for tests that are about a valid declaration.
#[cfg(test)]
pub(crate) fn valid(resource_type: ResourceType, properties: &serde_json::Value) -> Spec {
    let problems = Problems::default();
    let declaration = Declaration::read(resource_type, properties, &problems).unwrap();
    match Spec::validate(resource_type, &declaration, None, &problems) {
        Validated::Valid(spec) => *spec,
        other => panic!("{other:?}: {problems}"),
    }
}
