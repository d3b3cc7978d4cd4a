use std::time::{Duration, Instant};

use aws_sdk_sagemaker::error::SdkError;
use aws_stand_in::{ControlError, Fault, FaultRule};

use crate::setup::{Setup, clients, refusal, start};

fn rule(setup: &Setup, operation: &str, on_call: Option<u32>, times: Option<u32>, fault: Fault) {
    setup.stand_in.add_fault(FaultRule { operation: operation.into(), on_call, times, fault }).unwrap();
}

#[tokio::test]
async fn throttling_is_what_the_sdk_retries() {
    let setup = start();
    rule(&setup, "ListEndpoints", None, Some(1), Fault::Throttle {});
    rule(&setup, "ListDashboards", None, Some(1), Fault::Throttle {});
    let throttled = refusal(setup.sagemaker.list_endpoints().send().await);
    assert_eq!(throttled, ("ThrottlingException".to_owned(), "Rate exceeded".to_owned()));
    let throttled = refusal(setup.cloudwatch.list_dashboards().send().await);
    assert_eq!(throttled, ("Throttling".to_owned(), "Rate exceeded".to_owned()));

    rule(&setup, "ListEndpoints", None, Some(2), Fault::Throttle {});
    rule(&setup, "ListDashboards", None, Some(2), Fault::Throttle {});
    let (sagemaker, cloudwatch) = clients(setup.stand_in.url(), "us-east-1", 3);
    sagemaker.list_endpoints().send().await.unwrap();
    cloudwatch.list_dashboards().send().await.unwrap();
    let outcomes: Vec<_> =
        setup.stand_in.calls().iter().skip(2).map(|call| (call.operation.clone(), call.status)).collect();
    let expected = ["ListEndpoints", "ListDashboards"]
        .iter()
        .flat_map(|operation| [Some(400), Some(400), Some(200)].map(|status| ((*operation).to_owned(), status)));
    assert_eq!(outcomes, expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn denied_access_names_the_action_and_changes_nothing() {
    let setup = start();
    rule(&setup, "CreateEndpointConfig", Some(2), Some(1), Fault::AccessDenied {});
    setup.create_config("a").await;
    let denied = setup.config("b").send().await;
    let (code, message) = refusal(denied);
    assert_eq!(code, "AccessDeniedException");
    assert!(
        message.contains(
            "is not authorized to perform: sagemaker:CreateEndpointConfig on resource: \
             arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/b because"
        ),
        "{message}"
    );
    setup.create_config("b").await;
    rule(&setup, "DeleteAlarms", None, None, Fault::AccessDenied {});
    assert_eq!(refusal(setup.cloudwatch.delete_alarms().alarm_names("a").send().await).0, "AccessDenied");
}

#[tokio::test]
async fn another_action_than_the_call_s_own_can_be_denied() {
    let setup = start();
    setup.create_config("c").await;
    rule(&setup, "CreateEndpoint", None, Some(1), Fault::AccessDeniedFor("kms:CreateGrant".into()));
    let create = || setup.sagemaker.create_endpoint().endpoint_name("e").endpoint_config_name("c").send();
    let (code, message) = refusal(create().await);
    assert_eq!(code, "AccessDeniedException");
    assert!(message.contains("is not authorized to perform: kms:CreateGrant on resource: *"), "{message}");
    create().await.unwrap();
    let faults: Vec<_> = setup.stand_in.calls().iter().map(|call| call.fault).collect();
    assert_eq!(faults, [None, Some("access_denied_for"), None]);
}

#[tokio::test]
async fn chosen_errors_and_delays() {
    let setup = start();
    let fault = Fault::Error { status: 500, code: "InternalFailure".into(), message: "sorry".into() };
    rule(&setup, "DescribeAlarms", None, Some(1), fault);
    let failed = refusal(setup.cloudwatch.describe_alarms().send().await);
    assert_eq!(failed, ("InternalFailure".to_owned(), "sorry".to_owned()));
    rule(&setup, "DescribeAlarms", None, Some(1), Fault::DelayMs(80));
    let before = Instant::now();
    setup.cloudwatch.describe_alarms().send().await.unwrap();
    assert!(before.elapsed() >= Duration::from_millis(80));
    setup.cloudwatch.describe_alarms().send().await.unwrap();
    let faults: Vec<_> = setup.stand_in.calls().iter().map(|call| call.fault).collect();
    assert_eq!(faults, [Some("error"), Some("delay_ms"), None]);
}

#[tokio::test]
async fn a_dropped_call_does_nothing_and_a_dropped_answer_has_done_it() {
    let setup = start();
    rule(&setup, "CreateEndpointConfig", None, Some(1), Fault::Drop {});
    rule(&setup, "CreateEndpointConfig", Some(2), Some(1), Fault::DropAnswer {});
    let create = || setup.config("c").send();
    let exists = async || setup.sagemaker.describe_endpoint_config().endpoint_config_name("c").send().await.is_ok();
    assert!(matches!(create().await, Err(SdkError::DispatchFailure(_))));
    assert!(!exists().await);
    assert!(matches!(create().await, Err(SdkError::DispatchFailure(_))));
    assert!(exists().await);
    assert!(refusal(create().await).1.starts_with("Cannot create already existing"));
    let created: Vec<_> = setup
        .stand_in
        .calls()
        .into_iter()
        .filter(|call| call.operation == "CreateEndpointConfig")
        .map(|call| (call.fault, call.status))
        .collect();
    assert_eq!(created, [(Some("drop"), None), (Some("drop_answer"), None), (None, Some(400))]);
}

#[tokio::test]
async fn a_delayed_call_goes_with_its_caller() {
    let setup = start();
    let delay = Duration::from_millis(1500);
    rule(&setup, "CreateEndpointConfig", None, Some(1), Fault::DelayMs(1500));
    let create = tokio::spawn(setup.config("c").send());
    while setup.stand_in.calls().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    create.abort();
    tokio::time::sleep(delay).await;
    setup.create_config("c").await;
    assert_eq!(setup.stand_in.calls()[0].done, None);
}

#[tokio::test]
async fn the_journal_keeps_requests_of_both_protocols() {
    let setup = start();
    setup.create_config("c").await;
    setup.cloudwatch.get_dashboard().dashboard_name("d").send().await.unwrap_err();
    let calls = setup.stand_in.calls();
    assert_eq!((calls[0].service, calls[0].write, calls[0].status), ("sagemaker", true, Some(200)));
    assert_eq!(calls[0].request["ProductionVariants"][0]["VariantName"], "v");
    assert_eq!((calls[1].service, calls[1].write, calls[1].status), ("cloudwatch", false, Some(404)));
    assert_eq!(calls[1].error_code.as_deref(), Some("ResourceNotFound"));
    assert_eq!(calls[1].request["DashboardName"], "d");
    setup.stand_in.clear_calls();
    assert!(setup.stand_in.calls().is_empty());
}

#[tokio::test]
async fn a_rule_for_no_operation_is_refused() {
    let setup = start();
    let wrong = FaultRule { operation: "PutDashbord".into(), on_call: None, times: None, fault: Fault::Drop {} };
    assert_eq!(setup.stand_in.add_fault(wrong), Err(ControlError::UnknownOperation("PutDashbord".into())));
    rule(&setup, "*", None, None, Fault::Throttle {});
    assert!(setup.sagemaker.list_endpoints().send().await.is_err());
    setup.stand_in.clear_faults();
    setup.sagemaker.list_endpoints().send().await.unwrap();
}
