//! What a Create or an Update declares: read and validated, with what was declared before it.
//!
//! Pure. Where only an endpoint knows what a declaration leaves out, [`ValidatedDeclaration::NeedsEndpoint`] says so.

use serde_json::Value;

use crate::envelope::{Envelope, Identified, RequestType, ResourceType};
use crate::ledger::{Kind, Thing};
use crate::place::Arn;
use crate::plan::{Identity, Owner, endpoint_config_name};
use crate::properties::{Declaration, Problems};
use crate::reconcile::Abandoned;
use crate::spec::{EndpointConfigName, EndpointName, NamesInUse, ObservedConfig, Spec, Validated, actions_are_near};

/// What a Create or an Update declares.
#[derive(Debug)]
pub(super) struct DeclaredState {
    pub(super) owner: Owner,
    /// Create or Update.
    pub(super) request_type: RequestType,
    /// Whether no value of the declarations may be quoted.
    pub(super) no_echo: bool,
    /// What became of the declaration, as far as it says everything itself.
    pub(super) validation: ValidatedDeclaration,
    /// What was declared before (in an Update), as far as it can be read.
    pub(super) before: Option<Declaration>,
    resource_type: ResourceType,
    physical_id: Option<String>,
    declaration: Option<Declaration>,
}

/// What became of a declaration.
#[derive(Debug)]
pub(super) enum ValidatedDeclaration {
    /// It can be carried out.
    Valid(Box<Spec>),
    /// It can't: all problems in words, worst first.
    Refused(String),
    /// It leaves out what this endpoint has to be asked for, or what the author has to `supply` instead.
    NeedsEndpoint { endpoint: EndpointName, supply: &'static str },
}

impl DeclaredState {
    /// Reads and validates what is declared.
    pub(super) fn read(envelope: &Envelope, request_type: RequestType, resource_type: ResourceType) -> Self {
        let owner = owner(envelope);
        let problems = Problems::default();
        let properties = envelope.properties.value();
        let declaration = properties.and_then(|properties| read(&owner, resource_type, properties, &problems));
        let validation = match &declaration {
            Some(declaration) => validate(resource_type, declaration, None, &problems),
            None if properties.is_some() => ValidatedDeclaration::Refused(problems.to_string()),
            None => {
                let problem = "Properties: there are none, or they are nested too deeply to be read";
                ValidatedDeclaration::Refused(problem.to_owned())
            }
        };
        let before = envelope.old_properties.value();
        let before = before.and_then(|before| read(&owner, resource_type, before, &Problems::default()));
        let physical_id = envelope.physical_resource_id.clone();
        let no_echo = envelope.no_echo();
        Self { owner, request_type, no_echo, validation, before, resource_type, physical_id, declaration }
    }

    /// What becomes of the declaration once its endpoint has been `observed`.
    pub(super) fn validate_on(&self, observed: &ObservedConfig) -> ValidatedDeclaration {
        let problems = Problems::default();
        match &self.declaration {
            Some(declaration) => {
                if declaration.no_echo {
                    problems.withhold_values();
                }
                validate(self.resource_type, declaration, Some(observed), &problems)
            }
            None => ValidatedDeclaration::Refused(problems.to_string()),
        }
    }

    /// The endpoint config that the earlier declaration made.
    pub(super) fn config_before(&self) -> Option<EndpointConfigName> {
        config_name(self.resource_type, self.before.as_ref()?, &self.owner)
    }

    /// Names of dashboards and alarms that the declaration uses, and those that the earlier one used.
    pub(super) fn names_in_use(&self) -> NamesInUse {
        let names = [&self.before, &self.declaration].into_iter().flatten().map(NamesInUse::of);
        names.reduce(NamesInUse::and).unwrap_or_default()
    }

    /// Names of everything that the declarations may have made.
    pub(super) fn all_names(&self) -> Vec<Thing> {
        let mut names = Vec::new();
        for declaration in [&self.declaration, &self.before].into_iter().flatten() {
            let config = config_name(self.resource_type, declaration, &self.owner);
            names.extend(config.as_ref().map(Thing::from));
            names.extend(declaration.endpoint_name.value.as_deref().map(|name| Thing::new(Kind::Endpoint, name)));
            let NamesInUse { dashboards, alarms } = NamesInUse::of(declaration);
            names.extend(dashboards.iter().map(Thing::from));
            names.extend(alarms.iter().map(Thing::from));
        }
        names
    }

    /// The id that a valid declaration is known by, where that doesn't depend on its endpoint.
    pub(super) fn planned_id(&self) -> Option<String> {
        let ValidatedDeclaration::Valid(spec) = &self.validation else { return None };
        Identity::of(spec, &self.owner).ok().map(|identity| identity.physical_id)
    }

    /// Whether what somebody changes by hand is to be put right.
    pub(super) fn corrects_drift(&self) -> bool {
        self.declaration.as_ref().is_some_and(|declaration| declaration.dashboard.correct_drift.value == Some(true))
    }

    /// What a failed replacement may have left, where this request plans for `planned_id`.
    ///
    /// Where an Update to another id fails and can't be undone, CloudFormation goes back with an Update from the new
    /// properties to the old ones, under the old id, and never sends a Delete for the new one. So an Update that stays at its
    /// id, from a declaration that means another, is the one chance to remove what was made under that other.
    pub(super) fn abandoned(&self, planned_id: &str) -> Option<Abandoned> {
        let before = self.before.as_ref()?;
        if self.physical_id.as_deref() != Some(planned_id) {
            return None;
        }
        let physical_id = match self.resource_type.physical_id() {
            Identified::Endpoint => before.endpoint_name.value.clone(),
            Identified::EndpointConfig => self.config_before().map(|name| name.to_string()),
            Identified::Dashboard => NamesInUse::of(before).dashboards.first().map(ToString::to_string),
        };
        let physical_id = physical_id.filter(|id| id != planned_id)?;
        let endpoint = EndpointName::parse(&physical_id).ok().filter(|_| self.resource_type.owns_endpoint());
        Some(Abandoned { physical_id, endpoint })
    }
}

/// The resource that a request is about.
pub(super) fn owner(envelope: &Envelope) -> Owner {
    Owner { stack_id: envelope.stack_id.clone(), logical_id: envelope.logical_resource_id.clone() }
}

/// Validates a declaration that was read with `problems`.
pub(super) fn validate(
    resource_type: ResourceType,
    declaration: &Declaration,
    observed: Option<&ObservedConfig>,
    problems: &Problems,
) -> ValidatedDeclaration {
    match Spec::validate(resource_type, declaration, observed, problems) {
        Validated::Valid(spec) => ValidatedDeclaration::Valid(spec),
        Validated::Invalid => ValidatedDeclaration::Refused(problems.to_string()),
        Validated::NeedsEndpoint(endpoint) => {
            ValidatedDeclaration::NeedsEndpoint { endpoint, supply: left_out_of(declaration) }
        }
    }
}

/// The endpoint config that a declaration makes. It is found by its content, as it was named.
pub(super) fn config_name(
    resource_type: ResourceType,
    declaration: &Declaration,
    owner: &Owner,
) -> Option<EndpointConfigName> {
    let Validated::Valid(spec) = Spec::validate(resource_type, declaration, None, &Problems::default()) else {
        return None;
    };
    EndpointConfigName::parse(&endpoint_config_name(spec.endpoint_config.as_ref()?, owner).ok()?).ok()
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
    if resource_type.owns_endpoint() && problems.clean(&declaration.endpoint_name.path) {
        let generated = || EndpointName::generate(&owner.stack_id, &owner.logical_id).to_string();
        declaration.endpoint_name.value.get_or_insert_with(generated);
    }
    let name = &mut declaration.dashboard.dashboard_name;
    if resource_type.watches_fleet() && problems.clean(&name.path) {
        // One for each account and Region, and dashboards of all Regions share their names.
        let region = Arn::parse(&owner.stack_id).unwrap_or_default().region;
        name.value.get_or_insert_with(|| format!("endpoint-fleet-{region}"));
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::request::testing::{declaration, envelope, event};

    fn declared(event: &Value) -> DeclaredState {
        let envelope = envelope(event);
        DeclaredState::read(&envelope, envelope.request_type.unwrap(), envelope.known_type().unwrap())
    }

    #[test]
    fn problems_and_no_properties_at_all_are_refused_in_words_of_their_own() {
        let refusal = |event: &Value| match declared(event).validation {
            ValidatedDeclaration::Refused(problems) => problems,
            other => panic!("{other:?}"),
        };
        let mut event = event("Create", "Custom::MonitoredEndpoint", &json!({"Dashboards": {}}));
        assert!(refusal(&event).contains("Properties.Dashboards"));
        event.as_object_mut().unwrap().remove("ResourceProperties");
        assert!(refusal(&event).starts_with("Properties: there are none"));
    }

    #[test]
    fn monitoring_that_leaves_out_its_variants_needs_its_endpoint() {
        let declared = declared(&event("Create", "Custom::EndpointMonitoring", &json!({"EndpointName": "chat"})));
        let ValidatedDeclaration::NeedsEndpoint { endpoint, supply } = &declared.validation else {
            panic!("{declared:?}")
        };
        assert_eq!((endpoint.as_str(), *supply), ("chat", "ProductionVariants and MetricsConfig"));
        assert_eq!(declared.planned_id(), None, "no spec, no plan");
        let observed = declaration_as_observed();
        assert!(matches!(declared.validate_on(&observed), ValidatedDeclaration::Valid(_)));
    }

    #[test]
    fn an_endpoint_that_was_observed_may_make_the_declaration_wrong_and_no_echo_still_holds() {
        let properties = json!({"EndpointName": "chat", "NoEcho": "true", "Variants": [{"VariantName": "hush-hush"}]});
        let declared = declared(&event("Create", "Custom::EndpointMonitoring", &properties));
        let ValidatedDeclaration::Refused(problems) = declared.validate_on(&declaration_as_observed()) else {
            panic!("{declared:?}")
        };
        assert!(problems.contains("Variants") && !problems.contains("hush-hush"), "{problems}");
    }

    #[test]
    fn going_back_to_the_old_name_abandons_what_was_made_under_the_new_one() {
        let mut back = event("Update", "Custom::MonitoredEndpoint", &declaration());
        back["PhysicalResourceId"] = json!("chat");
        back["OldResourceProperties"] = declaration();
        assert!(declared(&back).abandoned("chat").is_none(), "the same name");
        back["OldResourceProperties"]["EndpointName"] = json!("talk");
        let abandoned = declared(&back).abandoned("chat").unwrap();
        assert_eq!(abandoned.physical_id, "talk");
        assert_eq!(abandoned.endpoint.as_ref().map(EndpointName::as_str), Some("talk"));
        assert!(declared(&back).abandoned("talk").is_none(), "an Update that moves away");
    }

    #[test]
    fn names_come_from_both_declarations_the_newest_last() {
        let mut moved = event("Update", "Custom::MonitoredEndpoint", &declaration());
        moved["OldResourceProperties"] = declaration();
        moved["OldResourceProperties"]["EndpointName"] = json!("talk");
        let declared = declared(&moved);
        let dashboards = declared.names_in_use().dashboards;
        assert_eq!(
            dashboards.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["talk-monitoring", "chat-monitoring"]
        );
        let endpoints = declared.all_names().into_iter().filter(|thing| thing.kind == Kind::Endpoint);
        assert_eq!(endpoints.map(|thing| thing.name).collect::<Vec<_>>(), ["chat", "talk"]);
        assert_eq!(declared.planned_id().as_deref(), Some("chat"));
    }

    /// An endpoint as [`declaration`] declares it.
    fn declaration_as_observed() -> ObservedConfig {
        let problems = Problems::default();
        let read = Declaration::read(ResourceType::MonitoredEndpoint, &declaration(), &problems).unwrap();
        ObservedConfig {
            production_variants: read.config.production_variants().to_vec(),
            metrics_config: read.config.metrics_config().cloned(),
            ..ObservedConfig::default()
        }
    }
}
