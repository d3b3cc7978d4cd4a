use aws_sdk_cloudwatch::{
    operation::put_dashboard::PutDashboardError,
    types::{Tag, builders::TagBuilder},
};
use serde_json::json;

use crate::setup::{Setup, refusal, start};

const ARN: &str = "arn:aws:cloudwatch::123456789012:dashboard/d";

fn body() -> String {
    json!({"widgets": [{"type": "text", "properties": {"markdown": "hello"}}]}).to_string()
}

fn tag(key: &str, value: &str) -> Tag {
    TagBuilder::default().key(key).value(value).build()
}

async fn tags(setup: &Setup) -> Vec<Tag> {
    setup.cloudwatch.list_tags_for_resource().resource_arn(ARN).send().await.unwrap().tags().to_vec()
}

#[tokio::test]
async fn a_dashboard_is_put_read_listed_and_deleted() {
    let setup = start();
    let put = setup.cloudwatch.put_dashboard().dashboard_name("d").dashboard_body(body()).send().await.unwrap();
    assert_eq!(put.dashboard_validation_messages(), []);
    let got = setup.cloudwatch.get_dashboard().dashboard_name("d").send().await.unwrap();
    assert_eq!(got.dashboard_arn(), Some(ARN));
    assert_eq!(got.dashboard_body(), Some(body().as_str()));
    let listed = setup.cloudwatch.list_dashboards().dashboard_name_prefix("d").send().await.unwrap();
    let entry = &listed.dashboard_entries()[0];
    assert_eq!(entry.size(), Some(i64::try_from(body().len()).unwrap()));
    assert!(entry.last_modified().unwrap().secs() > 1_700_000_000);
    let listed = setup.cloudwatch.list_dashboards().dashboard_name_prefix("x").send().await.unwrap();
    assert_eq!(listed.dashboard_entries(), []);

    setup.cloudwatch.delete_dashboards().dashboard_names("d").send().await.unwrap();
    let (code, message) = refusal(setup.cloudwatch.get_dashboard().dashboard_name("d").send().await);
    assert_eq!((code.as_str(), message.as_str()), ("ResourceNotFound", "Dashboard d does not exist"));
}

#[tokio::test]
async fn one_missing_name_and_nothing_is_deleted() {
    let setup = start();
    setup.cloudwatch.put_dashboard().dashboard_name("d").dashboard_body(body()).send().await.unwrap();
    let deleted = setup.cloudwatch.delete_dashboards().dashboard_names("d").dashboard_names("x").send().await;
    let (code, message) = refusal(deleted);
    assert_eq!(code, "ResourceNotFound");
    assert!(message.contains("[x]"), "{message}");
    assert!(setup.cloudwatch.get_dashboard().dashboard_name("d").send().await.is_ok());
}

#[tokio::test]
async fn warnings_do_not_stop_a_dashboard_and_errors_do() {
    let setup = start();
    let odd = json!({"widgets": [{"type": "text", "colour": "red", "properties": {"markdown": ""}}]}).to_string();
    let put = setup.cloudwatch.put_dashboard().dashboard_name("d").dashboard_body(&odd).send().await.unwrap();
    let message = &put.dashboard_validation_messages()[0];
    assert_eq!(message.data_path(), Some("/widgets/0"));
    assert_eq!(
        message.message(),
        Some("The \"colour\" property is not expected to be part of a widget definition, will be ignored")
    );

    let bad = json!({"widgets": [{"type": "metric", "properties": {"region": "us-east-1", "metrics": ["x"]}}]});
    let error = setup
        .cloudwatch
        .put_dashboard()
        .dashboard_name("d")
        .dashboard_body(bad.to_string())
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let PutDashboardError::DashboardInvalidInputError(error) = error else { panic!("{error:?}") };
    let text = error.message().unwrap();
    assert!(text.starts_with("The dashboard body is invalid, there are 2 validation errors:\n["), "{text}");
    assert!(text.contains("\"dataPath\": \"/widgets/0/properties/metrics/0\""), "{text}");
    assert_eq!(error.dashboard_validation_messages()[0].message(), Some("Should be array"));
    let kept = setup.cloudwatch.get_dashboard().dashboard_name("d").send().await.unwrap();
    assert_eq!(kept.dashboard_body(), Some(odd.as_str()), "the refused body changed nothing");
}

#[tokio::test]
async fn names_and_bodies_have_a_form() {
    let setup = start();
    let put =
        |name: &str, body: &str| setup.cloudwatch.put_dashboard().dashboard_name(name).dashboard_body(body).send();
    let (code, message) = refusal(put("no spaces", &body()).await);
    assert_eq!(code, "InvalidParameterInput");
    assert!(message.contains("DashboardName"), "{message}");
    assert_eq!(refusal(put(&"x".repeat(256), &body()).await).0, "InvalidParameterInput");
    let (code, message) = refusal(put("d", "no json").await);
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("InvalidParameterInput", "The field DashboardBody must be a valid JSON object")
    );
    let (code, message) = refusal(setup.cloudwatch.put_dashboard().dashboard_name("d").send().await);
    assert_eq!(code, "ValidationError");
    assert!(message.contains("Value null at 'dashboardBody'"), "{message}");
}

#[tokio::test]
async fn tags_of_a_put_count_only_when_it_makes_the_dashboard() {
    let setup = start();
    let put = |value: &str| {
        setup.cloudwatch.put_dashboard().dashboard_name("d").dashboard_body(body()).tags(tag("k", value)).send()
    };
    put("first").await.unwrap();
    put("second").await.unwrap();
    assert_eq!(tags(&setup).await, [tag("k", "first")]);
    setup.cloudwatch.tag_resource().resource_arn(ARN).tags(tag("k", "third")).tags(tag("l", "")).send().await.unwrap();
    assert_eq!(tags(&setup).await, [tag("k", "third"), tag("l", "")]);
    setup.cloudwatch.untag_resource().resource_arn(ARN).tag_keys("k").send().await.unwrap();
    assert_eq!(tags(&setup).await, [tag("l", "")]);
}

#[tokio::test]
async fn unknown_arns_are_not_found() {
    let setup = start();
    let (code, _) = refusal(setup.cloudwatch.list_tags_for_resource().resource_arn(ARN).send().await);
    assert_eq!(code, "ResourceNotFoundException");
    let tagged = setup.cloudwatch.tag_resource().resource_arn(ARN).tags(tag("k", "v")).send().await;
    assert_eq!(refusal(tagged).0, "ResourceNotFoundException");
    let elsewhere = ARN.replace("123456789012", "999999999999");
    let (code, _) = refusal(setup.cloudwatch.list_tags_for_resource().resource_arn(elsewhere).send().await);
    assert_eq!(code, "InvalidParameterValue");
}
