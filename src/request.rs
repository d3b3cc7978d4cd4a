//! From an envelope to what is to be done: the declaration read and judged, or the names of what is to be removed.
//!
//! Pure. Where only an endpoint knows what a declaration leaves out, `Judgement::NeedsEndpoint` says so.

use serde_json::Value;

use crate::envelope::{Envelope, ResourceType};
use crate::plan::{Owner, endpoint_config_name};
use crate::properties::{Declaration, Problems};
use crate::spec::{DashboardName, EndpointConfigName, EndpointName, Judged, NamesInUse, ObservedConfig, Spec};

/// What became of a declaration.
pub(crate) enum Judgement {
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
    pub(crate) endpoint_configs: Vec<String>,
    pub(crate) endpoint: Option<EndpointName>,
    pub(crate) names: NamesInUse,
}

/// The resource that the request is about.
pub(crate) fn owner(envelope: &Envelope) -> Owner {
    Owner { stack_id: envelope.stack_id.clone(), logical_id: envelope.logical_resource_id.clone() }
}

/// Reads and judges what is declared. `observed` is what the endpoint says, where it has been asked.
pub(crate) fn judge(envelope: &Envelope, resource_type: ResourceType, observed: Option<&ObservedConfig>) -> Judgement {
    let problems = Problems::default();
    let Some(properties) = envelope.properties.value() else {
        return Judgement::Refused("Properties: there are none, or they are nested too deeply to be read".to_owned());
    };
    let Some(declaration) = read(&owner(envelope), resource_type, properties, &problems) else {
        return Judgement::Refused(problems.to_string());
    };
    match Spec::judge(resource_type, &declaration, observed, &problems) {
        Judged::Valid(spec) => Judgement::Valid { declaration: Box::new(declaration), spec },
        Judged::Invalid => Judgement::Refused(problems.to_string()),
        Judged::NeedsEndpoint(endpoint) => Judgement::NeedsEndpoint { endpoint, supply: left_out_of(&declaration) },
    }
}

/// What was declared before (in an Update), as far as it can be read.
pub(crate) fn earlier_declaration(envelope: &Envelope, resource_type: ResourceType) -> Option<Declaration> {
    read(&owner(envelope), resource_type, envelope.old_properties.value()?, &Problems::default())
}

/// The endpoint config that a declaration makes. It is found by its content, as it was named.
pub(crate) fn config_name(resource_type: ResourceType, declaration: &Declaration, owner: &Owner) -> Option<String> {
    let Judged::Valid(spec) = Spec::judge(resource_type, declaration, None, &Problems::default()) else {
        return None;
    };
    endpoint_config_name(spec.endpoint_config.as_ref()?, owner).ok()
}

/// Keys of the tags that a declaration sets.
pub(crate) fn tag_keys(declaration: &Declaration) -> Vec<String> {
    declaration.config.tags().iter().filter_map(|tag| tag.key.clone()).collect()
}

/// What a Delete is about; `None` where its id can't name anything that was ever made.
pub(crate) fn removal(envelope: &Envelope, resource_type: ResourceType) -> Option<Removal> {
    let physical_id = envelope.physical_resource_id.clone()?;
    let properties = envelope.properties.value();
    let owner = owner(envelope);
    let declaration = properties.and_then(|properties| read(&owner, resource_type, properties, &Problems::default()));
    removal_of(envelope, resource_type, physical_id, declaration)
}

/// What a failed replacement may have left.
///
/// Where an Update to another id fails and can't be taken back, CloudFormation goes back with an Update from the new
/// properties to the old ones, under the old id, and never sends a Delete for the new one. So an Update that stays at its
/// id, from a declaration that means another, is the one chance to remove what was made under that other.
pub(crate) fn leftover(
    envelope: &Envelope,
    resource_type: ResourceType,
    planned_id: &str,
    before: Declaration,
) -> Option<Removal> {
    if envelope.physical_resource_id.as_deref() != Some(planned_id) {
        return None;
    }
    let other_id = match resource_type {
        ResourceType::MonitoredEndpoint => before.endpoint_name.clone(),
        ResourceType::MonitoredEndpointConfig => config_name(resource_type, &before, &owner(envelope)),
        ResourceType::EndpointMonitoring => NamesInUse::of(&before).dashboards.first().map(ToString::to_string),
    }?;
    if other_id == planned_id { None } else { removal_of(envelope, resource_type, other_id, Some(before)) }
}

fn removal_of(
    envelope: &Envelope,
    resource_type: ResourceType,
    physical_id: String,
    declaration: Option<Declaration>,
) -> Option<Removal> {
    let names = declaration.as_ref().map(NamesInUse::of).unwrap_or_default();
    let mut removal = Removal { physical_id, endpoint_configs: Vec::new(), endpoint: None, names };
    let id = &removal.physical_id;
    match resource_type {
        ResourceType::MonitoredEndpointConfig => {
            let config = EndpointConfigName::parse(id).ok()?;
            removal.endpoint_configs.push(config.to_string());
            removal.endpoint = declaration.and_then(|it| EndpointName::parse(it.endpoint_name.as_deref()?).ok());
        }
        ResourceType::EndpointMonitoring => removal.names.dashboards.push(DashboardName::parse(id).ok()?),
        ResourceType::MonitoredEndpoint => {
            removal.endpoint = Some(EndpointName::parse(id).ok()?);
            let owner = owner(envelope);
            removal.endpoint_configs.extend(declaration.and_then(|it| config_name(resource_type, &it, &owner)));
        }
    }
    Some(removal)
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
    if resource_type == ResourceType::MonitoredEndpoint && problems.clean("Properties.EndpointName") {
        let generated = || EndpointName::generate(&owner.stack_id, &owner.logical_id).to_string();
        declaration.endpoint_name.get_or_insert_with(generated);
    }
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
