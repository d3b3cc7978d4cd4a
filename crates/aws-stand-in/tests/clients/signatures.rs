//! Requests that AWS turns away before it looks at them.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::setup::{clients, refusal, start};

/// Sends raw HTTP and gives back everything that is answered.
pub(crate) fn exchange(url: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn another_region_is_refused() {
    let setup = start();
    let (sagemaker, cloudwatch) = clients(setup.stand_in.url(), "eu-west-1", 1);
    let (code, message) = refusal(sagemaker.list_endpoints().send().await);
    assert_eq!(code, "InvalidSignatureException");
    assert!(message.contains("us-east-1") && message.contains("eu-west-1"), "{message}");
    assert_eq!(refusal(cloudwatch.list_dashboards().send().await).0, "InvalidSignatureException");
}

#[tokio::test]
async fn unsigned_and_unknown_requests_are_refused() {
    let setup = start();
    let answer = exchange(
        setup.stand_in.url(),
        "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-amz-target: SageMaker.ListEndpoints\r\n\
         content-type: application/x-amz-json-1.1\r\ncontent-length: 2\r\n\r\n{}",
    );
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("MissingAuthenticationTokenException"), "{answer}");
    let answer = exchange(setup.stand_in.url(), "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    let (code, message) = refusal(setup.sagemaker.list_training_jobs().send().await);
    assert_eq!(code, "UnknownOperationException");
    assert!(message.contains("ListTrainingJobs"));
    assert_eq!(refusal(setup.cloudwatch.describe_insight_rules().send().await).0, "UnknownOperationException");
}

/// What boto3 and the AWS CLI speak to `CloudWatch`; the Rust SDK doesn't.
#[tokio::test]
async fn cloudwatch_answers_in_json_too() {
    let setup = start();
    let call = |operation: &str, body: &str| {
        let request = format!(
            "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-amz-target: GraniteServiceVersion20100801.{operation}\r\n\
             content-type: application/x-amz-json-1.0\r\nauthorization: AWS4-HMAC-SHA256 \
             Credential=A/20261124/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        exchange(setup.stand_in.url(), &request)
    };
    let put = call("PutDashboard", r#"{"DashboardName":"d","DashboardBody":"{\"widgets\":[]}"}"#);
    assert!(put.starts_with("HTTP/1.1 200") && put.ends_with(r#"{"DashboardValidationMessages":[]}"#), "{put}");
    let missing = call("GetDashboard", r#"{"DashboardName":"x"}"#);
    assert!(missing.starts_with("HTTP/1.1 404"), "{missing}");
    assert!(missing.contains("x-amzn-query-error: ResourceNotFound;Sender"), "{missing}");
    assert!(missing.contains(r#""__type":"com.amazonaws.cloudwatch#DashboardNotFoundError""#), "{missing}");
    let unknown = call("GetDashboard", r#"{"DashboardNme":"x"}"#);
    assert!(unknown.contains("SerializationException") && unknown.contains("/DashboardNme"), "{unknown}");
    let got = setup.cloudwatch.get_dashboard().dashboard_name("d").send().await.unwrap();
    assert_eq!(got.dashboard_body(), Some(r#"{"widgets":[]}"#), "both protocols see one account");
}
