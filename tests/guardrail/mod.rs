//! The hook's answers to the events of `events/guardrail`, on every example, on the cases from the field and on public templates.

mod fetched;
mod garbled;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

use monitored_endpoint::aws;
use monitored_endpoint::callback::{Download, ExtraHosts};
use monitored_endpoint::guardrail::{EXEMPTION_TAG, ErrorCode, Guardrail, HookAnswer, HookStatus, ServiceToken};
use serde_json::{Value, json};
use tokio::time::Instant;

fn guardrail(extra_hosts: &str) -> Guardrail {
    Guardrail::new(Download::through(aws::connector()), ExtraHosts::parse(extra_hosts), ServiceToken::default())
}

fn answer_of(guardrail: &Guardrail, event: &Value) -> HookAnswer {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { guardrail.answer(event, Instant::now() + Duration::from_secs(20)).await })
}

fn answer(event: &Value) -> HookAnswer {
    answer_of(&guardrail(""), event)
}

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn event(name: &str) -> Value {
    serde_json::from_str(&file(&format!("events/guardrail/{name}.json"))).unwrap()
}

/// The event of a stack that is created from this template.
fn stack(template: &str) -> Value {
    let mut event = event("stack-monitored");
    event["requestData"]["payload"] = json!({ "template": template, "previousTemplate": null });
    event
}

/// The resources of the answer's annotations with their rules, sorted.
fn findings(answer: &HookAnswer) -> Vec<String> {
    let json = serde_json::to_value(answer).unwrap();
    let all = json["annotations"].as_array().cloned().unwrap_or_default();
    let text = |annotation: &Value, member: &str| annotation[member].as_str().unwrap().to_owned();
    let mut found: Vec<String> = all
        .iter()
        .map(|one| format!("{} {}", text(one, "statusMessage").split(':').next().unwrap(), text(one, "annotationName")))
        .collect();
    found.sort();
    found
}

#[track_caller]
fn says(answer: &HookAnswer, status: HookStatus, words: &[&str]) {
    assert_eq!(answer.hook_status, status, "{}", answer.message);
    for word in words {
        assert!(answer.message.contains(word), "{word}\n{}", answer.message);
    }
}

#[test]
fn a_stack_without_enhanced_metrics_and_monitoring_fails_with_both_snippets() {
    let answer = answer(&event("stack-unmonitored"));
    let config = "costs. Switch them on:\nConfig:\n  Properties:\n    MetricsConfig:\n      EnableEnhancedMetrics: true\n      MetricPublishFrequencyInSeconds: 60";
    let endpoint = "EndpointMonitoring:\n  Type: Custom::EndpointMonitoring\n  Properties:\n    EndpointName: !GetAtt \
                    Endpoint.EndpointName\n    ServiceToken: !ImportValue monitored-endpoint-ServiceToken";
    says(&answer, HookStatus::Failed, &[config, endpoint, EXEMPTION_TAG]);
    assert_eq!(answer.error_code, Some(ErrorCode::NonCompliant));
    assert_eq!(answer.client_request_token, "f8da6d11-b23f-48f4-814c-0fb6a667f50e");
}

#[test]
fn the_snippets_of_a_failure_make_the_stack_compliant() {
    let text = event("stack-unmonitored")["requestData"]["payload"]["template"].as_str().unwrap().to_owned();
    let mut template = cloudformation_template::read(&text).unwrap().value;
    let answer = serde_json::to_value(answer(&stack(&text))).unwrap();
    for annotation in answer["annotations"].as_array().unwrap() {
        let snippet = cloudformation_template::read(annotation["remediationMessage"].as_str().unwrap()).unwrap().value;
        for (id, resource) in snippet.as_object().unwrap() {
            for (member, value) in resource.as_object().unwrap() {
                match (&mut template["Resources"][id][member], value) {
                    (Value::Object(there), Value::Object(more)) => there.extend(more.clone()),
                    (there, value) => *there = value.clone(),
                }
            }
        }
    }
    says(&self::answer(&stack(&template.to_string())), HookStatus::Success, &["compliant: 3 resources"]);
}

#[test]
fn a_json_template_gets_json_snippets() {
    let yaml = event("stack-unmonitored")["requestData"]["payload"]["template"].as_str().unwrap().to_owned();
    let template = cloudformation_template::read(&yaml).unwrap().value.to_string();
    says(&answer(&stack(&template)), HookStatus::Failed, &["\"EnableEnhancedMetrics\": true", "\"Fn::GetAtt\": ["]);
}

#[test]
fn each_event_of_the_folder_is_answered_as_its_readme_says() {
    says(&answer(&event("stack-monitored")), HookStatus::Success, &["compliant: 2 resources"]);
    says(&answer(&event("stack-delete")), HookStatus::Success, &["a deletion is never held up"]);
    let refused =
        ["Config: a Custom::MonitoredEndpointConfig that will be refused", "45 is not a publish frequency; use 10, 30"];
    says(&answer(&event("change-set-refused")), HookStatus::Failed, &refused);
    says(&answer(&event("resource-config")), HookStatus::Success, &["compliant: 1 resource"]);
    let exempt = ["Exempt by the tag monitored-endpoint:exempt: Config (load test until Friday)"];
    says(&answer(&event("resource-exempt")), HookStatus::Success, &exempt);
    let in_cloud_control = answer(&event("cloud-control-config"));
    says(&in_cloud_control, HookStatus::Failed, &["EnableEnhancedMetrics: true"]);
    assert!(in_cloud_control.message.chars().count() <= 1024);
}

#[test]
fn an_exemption_without_a_reason_doesn_t_count_and_is_said() {
    let mut event = event("resource-exempt");
    event["requestData"]["targetModel"]["resourceProperties"]["Tags"][0]["Value"] = " ".into();
    says(&answer(&event), HookStatus::Failed, &["its tag monitored-endpoint:exempt has no reason"]);
}

#[test]
fn a_custom_resource_is_evaluated_as_a_resource_too_should_it_ever_be_sent() {
    let mut event = event("resource-config");
    event["requestData"]["targetName"] = "Custom::MonitoredEndpoint".into();
    event["requestData"]["targetModel"]["resourceProperties"] = json!({"EndpointName": "-chat-"});
    says(
        &answer(&event),
        HookStatus::Failed,
        &["a Custom::MonitoredEndpoint that will be refused", "Properties.EndpointName"],
    );
}

#[test]
fn an_endpoint_by_itself_doesn_t_show_its_monitoring() {
    let mut event = event("resource-config");
    event["requestData"]["targetName"] = "AWS::SageMaker::Endpoint".into();
    event["requestData"]["targetModel"]["resourceProperties"] = json!({"EndpointConfigName": "chat"});
    says(&answer(&event), HookStatus::Success, &["Only the deployment decides: whether Config is monitored"]);
}

#[test]
fn what_can_t_be_evaluated_is_an_internal_failure_with_its_reason() {
    let mut unreadable = stack("Resources: { A: { Type: AWS::SageMaker::Endpoint } ]");
    for (event, words) in [
        (json!({"source": "aws.events"}), "not an event of a CloudFormation Lambda Hook"),
        (unreadable.clone(), "the template can't be read"),
        (
            stack("")
                .pointer_mut("/requestData")
                .map(|data| json!({"requestData": {"targetName": data["targetName"]}}))
                .unwrap(),
            "payload",
        ),
    ] {
        let answer = answer(&event);
        says(&answer, HookStatus::Failed, &[words]);
        assert_eq!(answer.error_code, Some(ErrorCode::InternalFailure));
    }
    unreadable["actionInvocationPoint"] = "DELETE_PRE_PROVISION".into();
    says(&answer(&unreadable), HookStatus::Success, &[]);
}

#[test]
fn a_template_of_others_is_none_of_its_business_however_odd() {
    for template in ["Resources: { Topic: { Type: AWS::SNS::Topic, Properties: !Nonsense } } ]", "{\"Resources\": {}}"]
    {
        says(&answer(&stack(template)), HookStatus::Success, &["nothing here is an endpoint"]);
    }
}

/// What each example's stack is answered: nothing is found in any of them.
#[test]
fn every_example_is_compliant() {
    let mut seen = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let answer = answer(&stack(&fs::read_to_string(&path).unwrap()));
            assert_eq!(findings(&answer), [""; 0], "{}: {}", path.display(), answer.message);
            assert!(answer.message.starts_with("compliant: "), "{}: {}", path.display(), answer.message);
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
}

/// A template's text; properties alone as a resource of the type that the command line takes them for.
fn whole(text: &str) -> String {
    let value = cloudformation_template::read(text).unwrap().value;
    if value.get("Resources").is_some() {
        return text.to_owned();
    }
    let mut properties = value;
    let token = || json!("arn:aws:lambda:us-east-1:123456789012:function:provider");
    properties.as_object_mut().unwrap().entry("ServiceToken").or_insert_with(token);
    json!({"Resources": {"Config": {"Type": "Custom::MonitoredEndpointConfig", "Properties": properties}}}).to_string()
}

/// The answers to templates that others wrote, kept as a whole.
#[test]
fn cases_from_the_field_and_public_templates_have_their_answers() {
    let mut answers = String::new();
    for folder in ["cli/tests/files/cases", "cli/tests/files/public"] {
        let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let answer = answer(&stack(&whole(&fs::read_to_string(&path).unwrap())));
            let found = findings(&answer).join(", ");
            let name = path.file_name().unwrap().to_str().unwrap();
            let rest = if found.is_empty() { answer.message } else { found };
            writeln!(answers, "{name}: {:?}: {rest}", answer.hook_status).unwrap();
        }
    }
    insta::assert_snapshot!(answers);
}
