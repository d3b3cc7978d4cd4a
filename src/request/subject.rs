//! From an envelope to what is to be done: the declaration read and validated, or the names of what is to be removed.
//!
//! Pure. Where only an endpoint knows what a declaration leaves out, `Validation::NeedsEndpoint` says so.

use serde_json::Value;

use crate::envelope::{Envelope, Properties, ResourceType};
use crate::ledger::Kind;
use crate::plan::{Identity, Owner, endpoint_config_name};
use crate::properties::{Declaration, Problems};
use crate::spec::{
    DashboardName, EndpointConfigName, EndpointName, NamesInUse, ObservedConfig, Spec, Validated, actions_are_near,
};

/// What became of a declaration.
pub(crate) enum Validation {
    /// It can be carried out.
    Valid { declaration: Box<Declaration>, spec: Box<Spec> },
    /// It can't: all problems in words, worst first.
    Refused(String),
    /// It leaves out what this endpoint has to be asked for, or what the author has to `supply` instead.
    NeedsEndpoint { endpoint: EndpointName, supply: &'static str },
}

/// What a Delete is about.
pub(crate) struct Removal {
    pub(crate) physical_id: String,
    pub(crate) looks_made_up: bool,
    pub(crate) endpoint_configs: Vec<EndpointConfigName>,
    pub(crate) endpoint: Option<EndpointName>,
    pub(crate) names: NamesInUse,
}

/// What a failed replacement may have left.
pub(crate) struct Abandoned {
    pub(crate) physical_id: String,
    pub(crate) endpoint: Option<EndpointName>,
}

/// The resource that the request is about.
pub(crate) fn owner(envelope: &Envelope) -> Owner {
    Owner { stack_id: envelope.stack_id.clone(), logical_id: envelope.logical_resource_id.clone() }
}

/// Reads and validates what is declared. `observed` is what the endpoint says, where it has been asked.
pub(crate) fn validate(
    envelope: &Envelope,
    resource_type: ResourceType,
    observed: Option<&ObservedConfig>,
) -> Validation {
    let problems = Problems::default();
    let Some(properties) = envelope.properties.value() else {
        return Validation::Refused("Properties: there are none, or they are nested too deeply to be read".to_owned());
    };
    let Some(declaration) = read(&owner(envelope), resource_type, properties, &problems) else {
        return Validation::Refused(problems.to_string());
    };
    match Spec::validate(resource_type, &declaration, observed, &problems) {
        Validated::Valid(spec) => Validation::Valid { declaration: Box::new(declaration), spec },
        Validated::Invalid => Validation::Refused(problems.to_string()),
        Validated::NeedsEndpoint(endpoint) => Validation::NeedsEndpoint { endpoint, supply: left_out_of(&declaration) },
    }
}

/// What was declared before (in an Update), as far as it can be read.
pub(crate) fn earlier_declaration(envelope: &Envelope, resource_type: ResourceType) -> Option<Declaration> {
    read(&owner(envelope), resource_type, envelope.old_properties.value()?, &Problems::default())
}

/// The endpoint config that a declaration makes. It is found by its content, as it was named.
pub(crate) fn config_name(
    resource_type: ResourceType,
    declaration: &Declaration,
    owner: &Owner,
) -> Option<EndpointConfigName> {
    let Validated::Valid(spec) = Spec::validate(resource_type, declaration, None, &Problems::default()) else {
        return None;
    };
    EndpointConfigName::parse(&endpoint_config_name(spec.endpoint_config.as_ref()?, owner).ok()?).ok()
}

/// The id that a valid declaration is known by, where it can be told without its endpoint.
pub(crate) fn planned_id(envelope: &Envelope, resource_type: ResourceType) -> Option<String> {
    match validate(envelope, resource_type, None) {
        Validation::Valid { spec, .. } => {
            Identity::of(&spec, &owner(envelope)).ok().map(|identity| identity.physical_id)
        }
        _ => None,
    }
}

/// Names of everything that the declarations of a request may have made.
pub(crate) fn names(envelope: &Envelope, resource_type: ResourceType) -> Vec<(Kind, String)> {
    let owner = owner(envelope);
    let mut names = Vec::new();
    for properties in [&envelope.properties, &envelope.old_properties].into_iter().filter_map(Properties::value) {
        let Some(declaration) = read(&owner, resource_type, properties, &Problems::default()) else { continue };
        let config = config_name(resource_type, &declaration, &owner);
        names.extend(config.map(|name| (Kind::EndpointConfig, name.to_string())));
        names.extend(declaration.endpoint_name.value.clone().map(|name| (Kind::Endpoint, name)));
        let NamesInUse { dashboards, alarms } = NamesInUse::of(&declaration);
        names.extend(dashboards.into_iter().map(|name| (Kind::Dashboard, name.to_string())));
        names.extend(alarms.into_iter().map(|name| (Kind::Alarm, name.to_string())));
    }
    names
}

/// What a Delete is about; `None` without an id.
pub(crate) fn removal(envelope: &Envelope, resource_type: ResourceType) -> Option<Removal> {
    let physical_id = envelope.physical_resource_id.clone()?;
    let owner = owner(envelope);
    let properties = envelope.properties.value();
    let declaration = properties.and_then(|properties| read(&owner, resource_type, properties, &Problems::default()));
    let declared = declaration.as_ref();
    let mut names = declared.map(NamesInUse::of).unwrap_or_default();
    let mut endpoint_configs: Vec<EndpointConfigName> =
        declared.and_then(|it| config_name(resource_type, it, &owner)).into_iter().collect();
    match resource_type {
        ResourceType::MonitoredEndpointConfig => endpoint_configs.extend(EndpointConfigName::parse(&physical_id).ok()),
        ResourceType::EndpointMonitoring => names.dashboards.extend(DashboardName::parse(&physical_id).ok()),
        ResourceType::MonitoredEndpoint => {}
    }
    let endpoint = declared.and_then(|it| EndpointName::parse(it.endpoint_name.value.as_deref()?).ok());
    let looks_made_up = looks_made_up(envelope);
    Some(Removal { physical_id, looks_made_up, endpoint_configs, endpoint, names })
}

/// Whether an id looks like those that CloudFormation makes up where a custom resource gave none: the stack's name, the logical
/// id and random capitals and digits, each cut where it is too long
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html>).
pub(crate) fn looks_made_up(envelope: &Envelope) -> bool {
    const FEWEST: usize = 8;
    let (owner, id) = (owner(envelope), envelope.physical_resource_id.as_deref().unwrap_or_default());
    let Some((rest, random)) = id.rsplit_once('-') else { return false };
    let Some((stack, logical_id)) = rest.rsplit_once('-') else { return false };
    random.len() >= FEWEST
        && random.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && !stack.is_empty()
        && owner.stack_name().starts_with(stack)
        && !logical_id.is_empty()
        && owner.logical_id.starts_with(logical_id)
}

/// What a failed replacement may have left.
///
/// Where an Update to another id fails and can't be undone, CloudFormation goes back with an Update from the new
/// properties to the old ones, under the old id, and never sends a Delete for the new one. So an Update that stays at its
/// id, from a declaration that means another, is the one chance to remove what was made under that other.
pub(crate) fn abandoned(
    envelope: &Envelope,
    resource_type: ResourceType,
    planned_id: &str,
    before: &Declaration,
) -> Option<Abandoned> {
    if envelope.physical_resource_id.as_deref() != Some(planned_id) {
        return None;
    }
    let physical_id = match resource_type {
        ResourceType::MonitoredEndpoint => before.endpoint_name.value.clone(),
        ResourceType::MonitoredEndpointConfig => {
            config_name(resource_type, before, &owner(envelope)).map(|name| name.to_string())
        }
        ResourceType::EndpointMonitoring => NamesInUse::of(before).dashboards.first().map(ToString::to_string),
    };
    let physical_id = physical_id.filter(|id| id != planned_id)?;
    let endpoint = (resource_type == ResourceType::MonitoredEndpoint).then(|| EndpointName::parse(&physical_id).ok());
    Some(Abandoned { physical_id, endpoint: endpoint.flatten() })
}

/// Reads a declaration, with the endpoint's name generated where it may be left out and is. `None` where there is nothing
/// to read; everything else that is wrong is noted in `problems`.
#[must_use]
pub fn read(
    owner: &Owner,
    resource_type: ResourceType,
    properties: &Value,
    problems: &Problems,
) -> Option<Declaration> {
    let mut declaration = Declaration::read(resource_type, properties, problems)?;
    if resource_type == ResourceType::MonitoredEndpoint && problems.clean(&declaration.endpoint_name.path) {
        let generated = || EndpointName::generate(&owner.stack_id, &owner.logical_id).to_string();
        declaration.endpoint_name.value.get_or_insert_with(generated);
    }
    actions_are_near(&declaration, &owner.stack_id, problems);
    Some(declaration)
}

/// The property to give where there is no endpoint to read it from.
fn left_out_of(declaration: &Declaration) -> &'static str {
    match (declaration.declares_variants(), declaration.config.metrics_config().is_some()) {
        (true, _) => "MetricsConfig",
        (false, true) => "ProductionVariants",
        (false, false) => "ProductionVariants and MetricsConfig",
    }
}
