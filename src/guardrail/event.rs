//! What CloudFormation or the Cloud Control API asks a Lambda Hook, read from any JSON.
//!
//! <https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/lambda-hooks-create-lambda-function.html>. That page
//! spells some members in two ways (`clientRequestToken` and `clientRequesttoken`, `stackId` and `stackID`), so letter case is
//! ignored. Its resource events lack the token, which an answer needs: an absent one is answered as an empty text.

use cloudformation_template::Stack;
use serde_json::Value;
use thiserror::Error;

use crate::place::Arn;

/// One call of the hook.
#[derive(Clone, PartialEq)]
pub(super) struct Event {
    /// To be repeated in the answer.
    pub token: String,
    /// Where the operation takes place, as far as the event says it.
    pub stack: Stack,
    /// Whether the Cloud Control API asks, which shows shorter messages and has no stack.
    pub from_cloud_control: bool,
    /// What is about to be done, and to what.
    pub target: Target,
}

/// What a hook is asked about.
#[derive(Clone, PartialEq)]
pub(super) enum Target {
    /// A resource with its proposed properties.
    Resource {
        /// `AWS::SageMaker::EndpointConfig`.
        type_name: String,
        /// Its name in the template, or what Cloud Control made up.
        logical_id: String,
        /// As they are proposed.
        properties: Value,
    },
    /// A stack's or a change set's template, in a payload that has to be fetched or is at hand.
    Template(Value),
    /// Something is deleted.
    Deletion,
}

/// The event is no hook's.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum EventError {
    /// There is no `requestData` with a target.
    #[error("not an event of a CloudFormation Lambda Hook: it has no requestData with a targetName")]
    NoTarget,
    /// A stack's or change set's event without its template.
    #[error("the event has no requestData.payload, where a stack's or a change set's template is")]
    NoPayload,
}

impl Event {
    /// The token that an answer to any JSON has to carry.
    pub(super) fn token(event: &Value) -> String {
        member(event, "clientRequestToken").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Reads an event.
    ///
    /// # Errors
    /// Where it isn't one of a Lambda Hook.
    pub(super) fn read(event: &Value) -> Result<Self, EventError> {
        let data = member(event, "requestData").ok_or(EventError::NoTarget)?;
        let type_name = text(data, "targetName").ok_or(EventError::NoTarget)?;
        let stack_id = text(event, "stackId").filter(|id| !id.is_empty());
        // Cloud Control writes RESOURCE where CloudFormation repeats the type.
        let from_cloud_control = stack_id.is_none() || text(data, "targetType") == Some("RESOURCE");
        Ok(Self {
            token: Self::token(event),
            stack: stack(event, stack_id),
            from_cloud_control,
            target: target(event, data, type_name)?,
        })
    }
}

fn target(event: &Value, data: &Value, type_name: &str) -> Result<Target, EventError> {
    if text(event, "actionInvocationPoint").is_some_and(|point| point.starts_with("DELETE")) {
        return Ok(Target::Deletion);
    }
    if ["STACK", "CHANGE_SET"].contains(&type_name) {
        let payload = member(data, "payload").filter(|payload| !payload.is_null()).ok_or(EventError::NoPayload)?;
        return Ok(Target::Template(payload.clone()));
    }
    let model = member(data, "targetModel");
    Ok(Target::Resource {
        type_name: type_name.to_owned(),
        logical_id: text(data, "targetLogicalId").unwrap_or("Resource").to_owned(),
        properties: model.and_then(|model| member(model, "resourceProperties")).cloned().unwrap_or(Value::Null),
    })
}

/// Account, Region and name, from the stack's ARN or from the function's own.
fn stack(event: &Value, stack_id: Option<&str>) -> Stack {
    let function = member(event, "hookModel").and_then(|model| text(model, "LambdaFunction"));
    let [stack, function] = [stack_id, function].map(|arn| arn.and_then(Arn::parse).unwrap_or_default());
    let given = |part: &&str| !part.is_empty();
    let region = [stack.region, function.region].into_iter().find(given).unwrap_or("us-east-1");
    let account = text(event, "awsAccountId").or(Some(stack.account).filter(given)).unwrap_or("123456789012");
    let name = stack.resource.split('/').nth(1).unwrap_or("stack");
    Stack { region: region.to_owned(), account: account.to_owned(), name: name.to_owned(), ..Stack::default() }
}

/// A member by its name in any letter case.
pub(super) fn member<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    let members = object.as_object()?;
    members
        .get(name)
        .or_else(|| members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

fn text<'v>(object: &'v Value, name: &str) -> Option<&'v str> {
    member(object, name)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_spellings_of_the_documented_members_are_read() {
        let event = json!({
            "clientRequesttoken": "t", "awsAccountId": "210987654321",
            "stackID": "arn:aws-cn:cloudformation:cn-north-1:210987654321:stack/chat/1",
            "actionInvocationPoint": "UPDATE_PRE_PROVISION",
            "requestData": {"targetName": "STACK", "targetType": "STACK", "payload": "https://s3.example/p"},
        });
        let read = Event::read(&event).unwrap_or_else(|error| panic!("{error}"));
        let Stack { region, account, name, .. } = &read.stack;
        assert_eq!(
            (read.token.as_str(), region.as_str(), account.as_str(), name.as_str()),
            ("t", "cn-north-1", "210987654321", "chat")
        );
        assert!(!read.from_cloud_control && matches!(read.target, Target::Template(_)));
    }

    #[test]
    fn cloud_control_has_no_stack_and_the_function_says_where_it_is() {
        let event = json!({
            "hookModel": {"LambdaFunction": "arn:aws:lambda:eu-west-1:123456789012:function:hook"},
            "stackId": "", "actionInvocationPoint": "CREATE_PRE_PROVISION",
            "requestData": {"targetName": "AWS::SageMaker::Endpoint", "targetType": "RESOURCE", "targetModel": {}},
        });
        let read = Event::read(&event).unwrap_or_else(|error| panic!("{error}"));
        assert!(read.from_cloud_control && read.stack.region == "eu-west-1" && read.token.is_empty());
    }

    #[test]
    fn what_isn_t_a_hook_s_event_is_refused_and_a_deletion_asks_for_nothing() {
        assert_eq!(Event::read(&json!({"source": "aws.events"})).err(), Some(EventError::NoTarget));
        let mut event = json!({"requestData": {"targetName": "CHANGE_SET"}});
        assert_eq!(Event::read(&event).err(), Some(EventError::NoPayload));
        event["actionInvocationPoint"] = "DELETE_PRE_PROVISION".into();
        assert!(Event::read(&event).is_ok_and(|event| event.target == Target::Deletion));
    }
}
