//! What a Delete is to remove, from the id that it gives and from what was declared.

use super::declared::{config_name, owner, read};
use crate::envelope::{Envelope, Identified, ResourceType};
use crate::plan::Owner;
use crate::properties::Problems;
use crate::spec::{DashboardName, EndpointConfigName, EndpointName, NamesInUse};

/// What a Delete is to remove.
#[derive(Debug)]
pub(super) struct Removal {
    pub(super) owner: Owner,
    /// The id that an answer gave, or that CloudFormation made up; `None` in an event that CloudFormation didn't send.
    pub(super) physical_id: Option<String>,
    /// Whether CloudFormation made the id up, by how it looks.
    pub(super) looks_made_up: bool,
    /// Endpoint configs that may have been made under the id.
    pub(super) endpoint_configs: Vec<EndpointConfigName>,
    /// The endpoint that may serve on one of them.
    pub(super) endpoint: Option<EndpointName>,
    /// Whether the endpoint goes too.
    pub(super) owns_endpoint: bool,
    /// Names that the declaration used.
    pub(super) names: NamesInUse,
}

impl Removal {
    /// Reads a Delete. Its declaration says what it can: one that can't be read leaves the id and the ledger.
    pub(super) fn read(envelope: &Envelope, resource_type: ResourceType) -> Self {
        let owner = owner(envelope);
        let properties = envelope.properties.value();
        let declaration =
            properties.and_then(|properties| read(&owner, resource_type, properties, &Problems::default()));
        let declared = declaration.as_ref();
        let mut names = declared.map(NamesInUse::of).unwrap_or_default();
        let config = declared.and_then(|declared| config_name(resource_type, declared, &owner));
        let mut endpoint_configs: Vec<EndpointConfigName> = config.into_iter().collect();
        let physical_id = envelope.physical_resource_id.clone();
        if let Some(id) = &physical_id {
            match resource_type.physical_id() {
                Identified::EndpointConfig => endpoint_configs.extend(EndpointConfigName::parse(id).ok()),
                Identified::Dashboard => names.dashboards.extend(DashboardName::parse(id).ok()),
                Identified::Endpoint => {}
            }
        }
        Self {
            physical_id,
            looks_made_up: looks_made_up(envelope),
            endpoint_configs,
            endpoint: declared.and_then(|declared| EndpointName::parse(declared.endpoint_name.value.as_deref()?).ok()),
            owns_endpoint: resource_type.owns_endpoint(),
            names,
            owner,
        }
    }
}

/// Whether an id looks like those that CloudFormation makes up where a custom resource gave none: the stack's name, the logical
/// id and random capitals and digits, each cut where it is too long
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html>).
pub(super) fn looks_made_up(envelope: &Envelope) -> bool {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::request::testing::{declaration, envelope, event};

    fn removal(resource_type: &str, physical_id: Option<&str>) -> Removal {
        let mut event = event("Delete", resource_type, &declaration());
        event["PhysicalResourceId"] = json!(physical_id);
        let envelope = envelope(&event);
        Removal::read(&envelope, envelope.known_type().unwrap())
    }

    #[test]
    fn the_physical_id_names_what_its_type_is_known_by() {
        let configs = |removal: &Removal| removal.endpoint_configs.iter().any(|name| name.as_str() == "given-id");
        let dashboards = |removal: &Removal| removal.names.dashboards.iter().any(|name| name.as_str() == "given-id");
        for (resource_type, is_config, is_dashboard, owns_endpoint) in [
            ("Custom::MonitoredEndpointConfig", true, false, false),
            ("Custom::EndpointMonitoring", false, true, false),
            ("Custom::MonitoredEndpoint", false, false, true),
        ] {
            let removal = removal(resource_type, Some("given-id"));
            let found = (configs(&removal), dashboards(&removal), removal.owns_endpoint);
            assert_eq!(found, (is_config, is_dashboard, owns_endpoint), "{resource_type}");
            assert_eq!(removal.endpoint.map(|name| name.to_string()).as_deref(), Some("chat"));
        }
    }

    #[test]
    fn a_delete_whose_properties_make_no_sense_still_has_its_id() {
        let mut event = event("Delete", "Custom::MonitoredEndpointConfig", &json!("none"));
        event["PhysicalResourceId"] = json!("chat-0123456789");
        let removal = Removal::read(&envelope(&event), ResourceType::MonitoredEndpointConfig);
        assert_eq!(
            removal.endpoint_configs.iter().map(EndpointConfigName::as_str).collect::<Vec<_>>(),
            ["chat-0123456789"]
        );
        assert_eq!(removal.endpoint, None);
    }

    #[test]
    fn only_the_stacks_name_the_logical_id_and_random_capitals_look_made_up() {
        for (id, expected) in [
            ("chat-Config-1ABCDEFGH2IJ", true),
            ("cha-Conf-1ABCDEFGH2IJ", true),
            ("chat-Config-1abcdefgh2ij", false),
            ("chat-Config-1ABC", false),
            ("talk-Config-1ABCDEFGH2IJ", false),
            ("chat-Other-1ABCDEFGH2IJ", false),
            ("chat", false),
        ] {
            assert_eq!(removal("Custom::MonitoredEndpoint", Some(id)).looks_made_up, expected, "{id}");
        }
        assert!(!removal("Custom::MonitoredEndpoint", None).looks_made_up);
    }
}
