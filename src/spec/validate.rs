//! From a declaration to a [`Spec`]: each property validated, and all of them together.
//!
//! A check covers only what could be read: where a path has a problem already, it stays silent.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::types::{MetricsConfig, ProductionVariant};

use super::alarm_rules::AlarmRules;
use super::names_in_use::{DASHBOARD_SUFFIX, name_or_default};
use super::variant::VariantReader;
use super::{
    DashboardName, DashboardSpec, Deployment, EndpointConfigName, EndpointConfigSpec, EndpointName, GpuDimension,
    InferenceComponent, InferenceComponentName, Monitoring, NameRule, Naming, ObservedConfig, PublishFrequency, Spec,
    Subject, Variant, alarm_tags, combinations, deployment_waits, quote, tags,
};
use crate::envelope::ResourceType;
use crate::properties::{
    Declaration, Declared, DeclaredComponent, DeclaredDashboard, Member, PeriodOverride, Problems,
};

/// What an endpoint publishes, by its `MetricsConfig`
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MetricsConfig.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Metrics {
    pub(super) frequency: PublishFrequency,
    /// Per instance, container and GPU.
    pub(super) enhanced: bool,
    /// As OpenTelemetry metrics too, for PromQL.
    pub(super) detailed: bool,
}

/// Validates one declaration, noting every problem on the way.
pub(super) struct Validator<'d> {
    pub(super) resource_type: ResourceType,
    pub(super) declaration: &'d Declaration,
    pub(super) observed: Option<&'d ObservedConfig>,
    pub(super) problems: &'d Problems,
}

impl Validator<'_> {
    /// `None` where something is wrong (the problems say what) or has to be observed first.
    pub(super) fn spec(&self) -> Option<Spec> {
        let declaration = self.declaration;
        if let Some(fleet) = &declaration.fleet {
            let tags = tags::validate(&declaration.config_members().tags(), self.problems);
            let subject = Subject::Fleet(Box::new(self.fleet(fleet)?));
            let adopt_existing = declaration.adopt_existing;
            return Some(Spec { endpoint_config: None, deployment: None, subject, tags, adopt_existing });
        }
        let endpoint_name = self.endpoint_name();
        let makes_config = self.resource_type.owns_config();
        let metrics = self.metrics_config(makes_config);
        let components = self.components();
        let gpu_dimension = self.gpu_dimension();
        let tags = tags::validate(&declaration.config_members().tags(), self.problems);
        let alarm_tags = alarm_tags::validate(declaration.alarm_tags.as_ref(), self.problems);
        let dashboard_name = self.dashboard_name();
        let endpoint_config = makes_config.then(|| self.endpoint_config());
        let deployment = self.deployment();
        let variants = self.variants();
        // Everything that can be validated without these two has been; what follows needs both.
        let metrics = metrics?;
        let dashboard = self.dashboard(metrics.frequency);
        let variants = variants?;
        self.copies_fit(&variants);
        let rules =
            AlarmRules { declaration, metrics, variants: &variants, components: &components, problems: self.problems };
        let alarms = rules.validate();
        let endpoint_config = match endpoint_config {
            Some(config) => Some(config?),
            None => None,
        };
        Some(Spec {
            endpoint_config,
            deployment,
            subject: Subject::Endpoint(Box::new(Monitoring {
                endpoint_name: endpoint_name?,
                frequency: metrics.frequency,
                enhanced_metrics: metrics.enhanced,
                detailed_observability: metrics.detailed,
                variants,
                components,
                gpu_dimension,
                dashboard_name: dashboard_name?,
                dashboard,
                alarms,
                alarm_tags,
            })),
            tags,
            adopt_existing: declaration.adopt_existing,
        })
    }

    fn endpoint_name(&self) -> Option<EndpointName> {
        let declared = &self.declaration.endpoint_name;
        if declared.value.is_none() && self.problems.clean(&declared.path) {
            self.problems.missing(&declared.path, "give the name of the endpoint that is to be monitored");
        }
        self.named(declared, "an endpoint name", EndpointName::parse)
    }

    /// The name that is declared; `None` where there is none, or it isn't one.
    pub(super) fn named<N>(
        &self,
        declared: &Declared<String>,
        what: &str,
        parse: fn(&str) -> Result<N, NameRule>,
    ) -> Option<N> {
        self.named_at(&declared.path, declared.value.as_deref()?, what, parse)
    }

    pub(super) fn named_at<N>(
        &self,
        path: &str,
        text: &str,
        what: &str,
        parse: fn(&str) -> Result<N, NameRule>,
    ) -> Option<N> {
        let refuse =
            |rule| self.problems.invalid(path, format!("{} is not {what}; {rule}", quote(text, self.problems)));
        parse(text).map_err(refuse).ok()
    }

    /// What is published, and how often. `None` where it has to be observed first.
    fn metrics_config(&self, makes_config: bool) -> Option<Metrics> {
        let declared = self.declaration.config_members().metrics_config();
        let metrics = match (declared.given(), self.observed) {
            (Some(metrics), _) => metrics,
            (None, Some(observed)) if !makes_config => match &observed.metrics_config {
                Some(value) => Member { value, path: declared.path },
                // A config from before MetricsConfig existed.
                None => {
                    return Some(Metrics { frequency: PublishFrequency::DEFAULT, enhanced: false, detailed: false });
                }
            },
            (None, _) if makes_config => {
                return Some(Metrics { frequency: PublishFrequency::DEFAULT, enhanced: true, detailed: true });
            }
            (None, _) => return None,
        };
        let Member { value: seconds, path } = metrics.metric_publish_frequency_in_seconds();
        let frequency = seconds.map_or(Some(PublishFrequency::DEFAULT), PublishFrequency::from_seconds);
        if frequency.is_none() && self.problems.clean(&path) {
            let seconds = seconds.unwrap_or_default();
            let message = format!("{seconds} is not a publish frequency; use 10, 30, 60, 120, 180, 240 or 300 seconds");
            self.problems.invalid(&path, message);
        }
        Some(Metrics {
            // A frequency that is refused still has to let the rest be validated.
            frequency: frequency.unwrap_or(PublishFrequency::DEFAULT),
            enhanced: metrics.value.enable_enhanced_metrics.unwrap_or_default(),
            // On by default in a new config, and off in one from before it existed.
            detailed: metrics.value.enable_detailed_observability.unwrap_or(makes_config),
        })
    }

    fn components(&self) -> Vec<InferenceComponent> {
        let mut components: Vec<InferenceComponent> = Vec::new();
        let mut names = BTreeSet::new();
        for DeclaredComponent { name: declared, label, gpus_per_copy } in &self.declaration.inference_components {
            let name = self.named(declared, "an inference component name", InferenceComponentName::parse);
            let Some(name) = name else { continue };
            if !names.insert(name.clone()) {
                let message = format!("{} is given twice; keep one entry", quote(name.as_str(), self.problems));
                self.problems.conflict(&declared.path, message);
                continue;
            }
            let label = label.value.clone().unwrap_or_else(|| name.to_string());
            let gpus_per_copy = gpus_per_copy.value.and_then(|gpus| u32::try_from(gpus).ok());
            components.push(InferenceComponent { name, label, gpus_per_copy });
        }
        components
    }

    /// A copy of a model is placed on one instance.
    fn copies_fit(&self, variants: &[Variant]) {
        let Some(most) = variants.iter().filter_map(Variant::shared_gpus).max() else { return };
        for DeclaredComponent { gpus_per_copy, .. } in &self.declaration.inference_components {
            if let Some(gpus) = gpus_per_copy.value.filter(|gpus| *gpus > i64::from(most)) {
                let message = format!(
                    "{gpus} GPUs are more than an instance has ({most}), and a copy is placed on one instance; lower it"
                );
                self.problems.conflict(&gpus_per_copy.path, message);
            }
        }
    }

    fn gpu_dimension(&self) -> Option<GpuDimension> {
        self.declaration.gpu_dimension.value?.dimension()
    }

    fn dashboard_name(&self) -> Option<DashboardName> {
        let given = &self.declaration.dashboard.dashboard_name;
        if given.value.is_some() {
            return self.named(given, "a dashboard name", DashboardName::parse);
        }
        // The default is as valid as the endpoint's name, whose problem has been noted.
        DashboardName::parse(&name_or_default(None, self.declaration, DASHBOARD_SUFFIX)?).ok()
    }

    fn dashboard(&self, frequency: PublishFrequency) -> Option<DashboardSpec> {
        let declared = &self.declaration.dashboard;
        // `auto` may choose 60 s for a short time range. Where samples are further apart, that would leave gaps and
        // make one sample count for a whole period, so panels keep their own period.
        let by_default = if frequency.seconds() > 60 { PeriodOverride::Inherit } else { PeriodOverride::Auto };
        if declared.period_override.value == Some(PeriodOverride::Auto) && frequency.seconds() > 60 {
            let message = format!(
                "auto may draw graphs by the minute, and metrics come every {frequency}: most minutes would be empty and the others \
                 too high; use inherit, or leave it out"
            );
            self.problems.conflict(&declared.period_override.path, message);
        }
        dashboard(declared, by_default, self.problems)
    }

    fn endpoint_config(&self) -> Option<EndpointConfigSpec> {
        let (config, problems) = (self.declaration.config_members(), self.problems);
        let list = config.production_variants();
        let variants = list.items();
        if variants.is_empty() && problems.clean(&list.path) {
            problems.missing(&list.path, "give at least one production variant");
        }
        if variants.len() > 10 {
            let message = format!("{} are more than SageMaker takes; use at most 10", variants.len());
            problems.invalid(&list.path, message);
        }
        combinations::validate(&config, problems);
        combinations::components_have_one_variant(&config, problems);
        self.role_for_components(&variants);
        let naming = self.naming()?;
        let mut request = config.value.clone();
        request.endpoint_config_name = None;
        request.tags = None;
        if request.metrics_config.is_none() {
            request.metrics_config = Some(default_metrics_config());
        }
        Some(EndpointConfigSpec { naming, request })
    }

    /// A variant without a model of its own hosts inference components, which run under the config's role.
    fn role_for_components(&self, variants: &[Member<'_, ProductionVariant>]) {
        let (role, problems) = (self.declaration.config_members().execution_role_arn(), self.problems);
        if role.value.is_some() || !problems.clean(&role.path) {
            return;
        }
        let without_model = |variant: &Member<'_, _>| {
            variant.model_name().given().is_none() && problems.clean(&variant.model_name().path)
        };
        if let Some(at) = variants.iter().position(without_model) {
            let message = format!(
                "ProductionVariants[{at}] has no ModelName, so it hosts inference components, and SageMaker needs a role for that; \
                 give ExecutionRoleArn (or the variant's ModelName)"
            );
            problems.missing(&role.path, message);
        }
    }

    /// How the config is named; `None` where that is said in two ways, or the name isn't one.
    fn naming(&self) -> Option<Naming> {
        let fixed = self.declaration.config_members().endpoint_config_name();
        let prefix = &self.declaration.endpoint_config_name_prefix;
        match (fixed.value.as_deref().filter(|name| !name.is_empty()), prefix.value.is_some()) {
            (Some(_), true) => {
                let message = "contradicts EndpointConfigNamePrefix; keep the prefix, which lets the config change";
                self.problems.conflict(&fixed.path, message);
                None
            }
            (Some(name), false) => {
                let parse = EndpointConfigName::parse;
                self.named_at(&fixed.path, name, "an endpoint config name", parse).map(Naming::Fixed)
            }
            (None, true) => {
                let name = self.named(prefix, "the start of a name", EndpointConfigName::parse)?;
                Some(Naming::Prefix(name.to_string()))
            }
            (None, false) => self.declaration.endpoint_name.value.clone().map(Naming::Prefix),
        }
    }

    fn deployment(&self) -> Option<Deployment> {
        if !self.resource_type.owns_endpoint() {
            return None;
        }
        let members = self.declaration.deployment_members()?;
        if let Some(config) = members.deployment_config().given() {
            deployment_waits::validate(&config, self.declaration.service_timeout.value, self.problems);
        }
        let declared = members.value.clone();
        Some(Deployment {
            deployment_config: declared.deployment_config,
            retain_all_variant_properties: Some(declared.retain_all_variant_properties.unwrap_or(true)),
            exclude_retained_variant_properties: declared.exclude_retained_variant_properties,
            retain_deployment_config: declared.retain_deployment_config,
        })
    }

    /// `None` where they have to be observed first, or where one is wrong.
    fn variants(&self) -> Option<Vec<Variant>> {
        let config = self.declaration.config_members();
        let (production, shadow) = (config.production_variants(), config.shadow_production_variants());
        let asynchronous = config.value.async_inference_config.is_some()
            || self.observed.is_some_and(|observed| observed.asynchronous);
        let reader = VariantReader { declaration: self.declaration, problems: self.problems, asynchronous };
        match self.observed {
            _ if self.declaration.declares_variants() => Some(reader.read(&production.items(), &shadow.items())),
            Some(observed) => Some(reader.read(
                &production.with_items(&observed.production_variants),
                &shadow.with_items(&observed.shadow_production_variants),
            )),
            None => None,
        }
    }
}

/// The dashboard's settings, unless it is switched off. Without `PeriodOverride` it has the given one.
pub(super) fn dashboard(
    declared: &DeclaredDashboard,
    period_override: PeriodOverride,
    problems: &Problems,
) -> Option<DashboardSpec> {
    let start = declared.start.value.as_deref().unwrap_or("-PT3H");
    if !is_start(start) {
        let message = format!(
            "{} is not a start; use a duration such as -PT3H, or a time such as 2026-01-31T12:00:00.000Z",
            quote(start, problems)
        );
        problems.invalid(&declared.start.path, message);
    }
    let spec = DashboardSpec {
        start: start.to_owned(),
        period_override: declared.period_override.value.unwrap_or(period_override),
        interactive: declared.interactive.value,
    };
    declared.enabled.value.unwrap_or(true).then_some(spec)
}

/// Enhanced metrics every 60 s: what the launch article advises to start with.
fn default_metrics_config() -> MetricsConfig {
    MetricsConfig::builder()
        .enable_enhanced_metrics(true)
        .metric_publish_frequency_in_seconds(i32::from(PublishFrequency::DEFAULT.seconds()))
        .build()
}

/// `-P…` durations and points in time, as the dashboard body's `start` takes them:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>.
fn is_start(text: &str) -> bool {
    use aws_sdk_sagemaker::primitives::{DateTime, DateTimeFormat};
    let is_duration = |rest: &str| {
        !rest.is_empty()
            && rest.ends_with(|c: char| c.is_ascii_uppercase() && c != 'T')
            && rest.bytes().all(|byte| byte.is_ascii_digit() || b"YMWDTHS".contains(&byte))
            && rest.bytes().any(|byte| byte.is_ascii_digit())
    };
    match text.strip_prefix("-P") {
        Some(rest) => is_duration(rest),
        None => DateTime::from_str(text, DateTimeFormat::DateTimeWithOffset).is_ok(),
    }
}
