//! What an event asks for, read from its envelope once. Whoever carries a command out finds everything in it and never
//! asks the envelope for a property again.
//!
//! Pure: no call, and no clock.

use super::declared::DeclaredState;
use super::removal::Removal;
use crate::envelope::{Envelope, RequestType, ResourceType};

/// What an event asks for.
#[derive(Debug)]
pub(super) enum Command {
    /// A Create or an Update: what is declared is to exist.
    Apply(Box<DeclaredState>),
    /// A Delete: what was made under the physical id is to go.
    Remove(Box<Removal>),
    /// A Delete of a type that is not ours. Nothing was ever made for it, and its stack has to be able to go away.
    Nothing,
    /// A request that can't be carried out by any run, and why.
    Refused(String),
}

impl Command {
    /// Reads the command. A declaration with problems is a command still: the ledger has to know that it came.
    pub(super) fn read(envelope: &Envelope) -> Self {
        let Some(request_type) = envelope.request_type else {
            let problem = "this is not a CloudFormation request: RequestType is not Create, Update or Delete";
            return Self::Refused(problem.to_owned());
        };
        let is_removal = request_type == RequestType::Delete;
        let Some(resource_type) = envelope.known_type() else {
            return if is_removal { Self::Nothing } else { Self::Refused(unknown_type(&envelope.resource_type)) };
        };
        if let Some(problem) = envelope.identity_problem() {
            return Self::Refused(problem);
        }
        if is_removal {
            Self::Remove(Box::new(Removal::read(envelope, resource_type)))
        } else {
            Self::Apply(Box::new(DeclaredState::read(envelope, request_type, resource_type)))
        }
    }
}

fn unknown_type(name: &str) -> String {
    let known = ResourceType::ALL.map(|(name, _)| name).join(", ");
    format!("{name:?} is not a resource type of this provider; use {known}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::request::testing::{envelope, event};

    fn command(event: &Value) -> Command {
        Command::read(&envelope(event))
    }

    fn refusal(event: &Value) -> String {
        match command(event) {
            Command::Refused(problem) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn creates_and_updates_apply_and_deletes_remove() {
        for (request_type, type_of_change) in
            [("Create", Some(RequestType::Create)), ("Update", Some(RequestType::Update)), ("Delete", None)]
        {
            for (name, _) in ResourceType::ALL {
                match (command(&event(request_type, name, &json!({}))), type_of_change) {
                    (Command::Apply(declared), Some(expected)) => assert_eq!(declared.request_type, expected),
                    (Command::Remove(_), None) => {}
                    (other, _) => panic!("{request_type} of {name}: {other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_delete_of_another_type_is_nothing_to_do() {
        assert!(matches!(command(&event("Delete", "Custom::Other", &json!({}))), Command::Nothing));
        let problem = refusal(&event("Update", "Custom::Other", &json!({})));
        assert!(problem.starts_with("\"Custom::Other\" is not a resource type of this provider"), "{problem}");
        assert!(problem.contains("Custom::MonitoredEndpointConfig"), "{problem}");
    }

    #[test]
    fn what_is_no_request_and_what_nobody_owns_is_refused() {
        let mut invented = event("Replace", "Custom::MonitoredEndpoint", &json!({}));
        assert!(refusal(&invented).contains("RequestType is not Create, Update or Delete"));
        for request_type in ["Create", "Update", "Delete"] {
            invented["RequestType"] = json!(request_type);
            invented["StackId"] = json!("chat");
            assert!(refusal(&invented).starts_with("StackId \"chat\" is no ARN"), "{request_type}");
        }
    }
}
