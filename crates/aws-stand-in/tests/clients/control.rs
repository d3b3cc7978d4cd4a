use serde_json::json;

use crate::setup::{control, refusal, start};

#[tokio::test]
async fn scripts_do_over_http_what_tests_do_by_method() {
    let setup = start();
    let url = setup.stand_in.url();
    let send = |method: &str, path: &str, body: serde_json::Value| control(url, method, path, &body.to_string());

    let throttle = json!({"operation": "ListEndpoints", "times": 1, "fault": {"throttle": {}}});
    assert_eq!(send("POST", "faults", throttle).0, 200);
    assert_eq!(refusal(setup.sagemaker.list_endpoints().send().await).0, "ThrottlingException");
    let forever = json!({"operation": "*", "on_call": 1, "fault": {"access_denied": {}}});
    assert_eq!(send("POST", "faults", forever).0, 200);
    assert_eq!(control(url, "DELETE", "faults", "").0, 200);

    setup.create_config("c").await;
    let next = json!({"outcome": "fail", "reason": "no capacity", "after_ms": 5000});
    assert_eq!(send("POST", "endpoints/e/next", next).0, 200);
    setup.sagemaker.create_endpoint().endpoint_name("e").endpoint_config_name("c").send().await.unwrap();
    assert_eq!(send("POST", "clock", json!({"advance_ms": 5000})).0, 200);
    let stream = json!([{"namespace": "NS", "name": "M", "dimensions": {"A": "b"}}]);
    assert_eq!(send("POST", "metrics", stream.clone()).0, 200);
    let body = json!({"widgets": []}).to_string();
    setup.cloudwatch.put_dashboard().dashboard_name("d").dashboard_body(&body).send().await.unwrap();

    let (status, state) = control(url, "GET", "state", "");
    assert_eq!(status, 200);
    assert_eq!(state["endpoints"][0]["EndpointStatus"], "Failed");
    assert_eq!(state["endpoints"][0]["FailureReason"], "no capacity");
    assert_eq!(state["endpoint_configs"][0]["Tags"], json!({}));
    assert_eq!(state["dashboards"][0]["DashboardBody"], body.as_str());
    assert_eq!(state["metrics"], stream);
    assert!(state["now_ms"].as_u64().unwrap() >= 5000);

    let (_, calls) = control(url, "GET", "calls", "");
    let operations: Vec<_> = calls.as_array().unwrap().iter().map(|call| call["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["ListEndpoints", "CreateEndpointConfig", "CreateEndpoint", "PutDashboard"]);
    assert_eq!(calls[0]["error_code"], "ThrottlingException");
    assert_eq!(calls[0]["write"], false);
    control(url, "DELETE", "calls", "");
    assert_eq!(control(url, "GET", "calls", "").1, json!([]));

    assert_eq!(control(url, "DELETE", "state", "").0, 200);
    let (_, state) = control(url, "GET", "state", "");
    for kind in ["endpoints", "endpoint_configs", "inference_components", "models", "dashboards", "alarms", "metrics"] {
        assert_eq!(state[kind], json!([]), "{kind}");
    }
}

#[tokio::test]
async fn mistakes_are_told() {
    let setup = start();
    for (method, path, body, status, told) in [
        ("POST", "faults", r#"{"operation":"Nope","fault":{"drop":{}}}"#, 400, "no operation is called"),
        ("POST", "faults", r#"{"operation":"*","fault":{"explode":{}}}"#, 400, "unknown variant"),
        ("POST", "faults", "", 400, "EOF"),
        ("POST", "endpoints/e/scale", r#"{"variant":"v","instances":2}"#, 400, "no endpoint"),
        ("POST", "clock", r#"{"advance":1}"#, 400, "unknown field"),
        ("GET", "nothing", "", 404, "there is no GET"),
    ] {
        let (got, answer) = control(setup.stand_in.url(), method, path, body);
        assert_eq!(got, status, "{path}");
        assert!(answer["error"].as_str().unwrap().contains(told), "{answer}");
    }
}
