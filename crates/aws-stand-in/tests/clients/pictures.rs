use std::{
    io::{Read, Write},
    net::TcpStream,
};

use metric_math::telemetry::scenario;
use serde_json::json;

use crate::setup::{control, start};

/// The whole answer to a GET, head and body.
fn get(url: &str, path: &str) -> String {
    request(url, "GET", path, "")
}

fn request(url: &str, method: &str, path: &str, body: &str) -> String {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    let head =
        format!("{method} /_stand-in/{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}");
    write!(stream, "{head}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn a_dashboard_that_exists_is_drawn_over_the_fleet() {
    let setup = start();
    let url = setup.stand_in.url();
    let simulate = json!({"fleet": scenario::steady(60), "started_ago_s": 3600});
    assert_eq!(control(url, "POST", "fleet", &simulate.to_string()).0, 200);
    let alarm = setup.cloudwatch.put_metric_alarm().alarm_name("quiet").namespace("NS").metric_name("M");
    let alarm = alarm.statistic(aws_sdk_cloudwatch::types::Statistic::Sum).period(60).evaluation_periods(1);
    let operator = aws_sdk_cloudwatch::types::ComparisonOperator::GreaterThanThreshold;
    alarm.threshold(1.0).comparison_operator(operator).send().await.unwrap();
    let metric = ["/aws/sagemaker/Endpoints", "CPUUtilization", "EndpointName", scenario::ENDPOINT, "VariantName"];
    let metric =
        json!([metric[0], metric[1], metric[2], metric[3], metric[4], scenario::VARIANT, {"label": "of MODEL_NAME"}]);
    let body = json!({
        "variables": [{"type": "pattern", "pattern": "MODEL_NAME", "id": "model", "inputType": "input", "defaultValue": "llama"}],
        "widgets": [
            {"type": "metric", "width": 12, "height": 6, "properties":
                {"title": "CPU", "region": "us-east-1", "view": "timeSeries", "metrics": [metric]}},
            {"type": "alarm", "width": 12, "height": 3, "properties":
                {"alarms": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:quiet"]}},
        ],
    });
    let put = setup.cloudwatch.put_dashboard().dashboard_name("d").dashboard_body(body.to_string());
    put.send().await.unwrap();

    let page = get(url, "dashboards/d");
    for expected in ["HTTP/1.1 200", "text/html", "<h3>CPU", "class=\"line\"", "of llama", "<b>Insufficient data</b>"] {
        assert!(page.contains(expected), "{expected} in {page}");
    }
    let chosen = get(url, "dashboards/d?theme=dark&from=-PT30M&model=mis%20tral");
    for expected in ["data-theme=\"dark\"", "of mis tral"] {
        assert!(chosen.contains(expected), "{expected} in {chosen}");
    }
    for (path, status) in
        [("dashboards/none", "404"), ("dashboards/d?theme=pink", "400"), ("dashboards/d?from=soon", "400")]
    {
        assert!(get(url, path).starts_with(&format!("HTTP/1.1 {status}")), "{path}");
    }
}

/// Whoever draws a page asks for the calls, makes them, and posts what was answered.
#[tokio::test]
async fn custom_widgets_are_shown_as_their_functions_answered() {
    let setup = start();
    let url = setup.stand_in.url();
    let function = "arn:aws:lambda:us-east-1:123456789012:function:panels";
    let body = json!({"widgets": [{"type": "custom", "width": 12, "height": 9, "properties": {
        "endpoint": function, "title": "Cost", "params": {"Panel": "Cost"},
        "updateOn": {"refresh": true, "resize": false, "timeRange": true},
    }}]});
    let put = setup.cloudwatch.put_dashboard().dashboard_name("d").dashboard_body(body.to_string());
    put.send().await.unwrap();
    assert!(get(url, "dashboards/d").contains("A custom widget"));
    let (status, calls) = control(url, "GET", "dashboards/d/calls?theme=dark", "");
    assert_eq!((status, calls.as_array().unwrap().len()), (200, 1));
    let call = &calls[0];
    assert_eq!((&call["endpoint"], &call["event"]["Panel"]), (&json!(function), &json!("Cost")));
    assert_eq!(call["event"]["widgetContext"]["theme"], "dark");
    let answers = json!([{"number": call["number"], "dark": call["dark"], "html": "<b>$5.75</b>"}]);
    let page = request(url, "POST", "dashboards/d?theme=dark", &answers.to_string());
    assert!(page.contains("<template shadowrootmode=\"open\"><b>$5.75</b></template>"), "{page}");
    assert!(request(url, "POST", "dashboards/d", "[{}]").starts_with("HTTP/1.1 400"));
    assert!(request(url, "DELETE", "dashboards/d", "").starts_with("HTTP/1.1 404"));
}
