//! Bodies that are fine but for one thing.

use serde_json::{Value, json};

use super::{Finding, NoObject, examine};

fn metric_widget(properties: &Value) -> Value {
    json!({"widgets": [{"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": properties}]})
}

fn graph(metrics: &Value) -> Value {
    metric_widget(&json!({"region": "us-east-1", "metrics": metrics}))
}

fn errors(body: &Value) -> Vec<(String, String)> {
    pairs(examine(&body.to_string()).unwrap().errors)
}

fn warnings(body: &Value) -> Vec<(String, String)> {
    let findings = examine(&body.to_string()).unwrap();
    assert_eq!(findings.errors, []);
    pairs(findings.warnings)
}

fn pairs(findings: Vec<Finding>) -> Vec<(String, String)> {
    findings.into_iter().map(|finding| (finding.path, finding.message)).collect()
}

fn one(path: &str, message: &str) -> Vec<(String, String)> {
    vec![(path.to_owned(), message.to_owned())]
}

#[test]
fn a_full_body_has_no_findings() {
    let body = json!({
        "start": "-PT3H", "periodOverride": "auto",
        "variables": [{"type": "property", "property": "EndpointName", "inputType": "select", "id": "endpoint",
            "label": "Endpoint", "defaultValue": "e", "visible": true, "search": "{NS,EndpointName}", "populateFrom": "EndpointName"}],
        "widgets": [
            {"type": "text", "x": 0, "y": 0, "width": 24, "height": 2, "properties": {"markdown": "# hi", "background": "transparent"}},
            {"type": "metric", "x": 0, "y": 2, "width": 12, "height": 6, "properties": {
                "region": "us-east-1", "title": "GPUs", "view": "timeSeries", "stacked": true, "period": 10, "stat": "SampleCount",
                "metrics": [
                    ["NS", "CPU", "EndpointName", "e", "VariantName", "v", {"id": "m1", "visible": false, "color": "#1f77b4"}],
                    ["...", "w"],
                    [{"expression": "m1 * 60 / PERIOD(m1)", "id": "e1", "label": "Instances", "yAxis": "right"}],
                    [{"expression": "SUM(SEARCH('{NS,EndpointName} MetricName=\"X\"', 'SampleCount'))"}],
                    [{"expression": "SELECT COUNT(X) FROM SCHEMA(NS, A) GROUP BY A"}],
                ],
                "yAxis": {"left": {"min": 0, "label": "GPUs", "showUnits": false}},
                "annotations": {"horizontal": [{"value": 8, "label": "all", "fill": "above", "color": "#d62728"}, [{"value": 1}, {"value": 2}]],
                    "vertical": [{"value": "2026-11-24T00:00:00Z"}]},
                "legend": {"position": "right"}}},
            {"type": "metric", "properties": {"title": "alarm", "annotations": {"alarms": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:a"]}}},
            {"type": "alarm", "properties": {"alarms": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:a"], "states": ["ALARM"]}},
            {"type": "log", "properties": {"query": "SOURCE 'x' | fields @message", "region": "us-east-1", "view": "table"}},
            {"type": "custom", "properties": {"endpoint": "arn:aws:lambda:us-east-1:123456789012:function:w",
                "updateOn": {"refresh": true}, "params": {"a": 1}}},
            {"type": "explorer", "properties": {"metrics": [{"metricName": "X", "resourceType": "Y", "stat": "Sum"}], "labels": [{"key": "a"}]}},
            {"type": "chart", "properties": {"data": {"queries": [{"type": "cloudwatch-metrics", "language": "PromQL"}]}}},
        ],
    });
    assert_eq!(errors(&body), []);
    assert_eq!(warnings(&body), []);
}

#[test]
fn the_frame_is_checked() {
    for text in ["", "[]", "{", "\"x\""] {
        assert_eq!(examine(text).err(), Some(NoObject), "{text}");
    }
    assert_eq!(errors(&json!({})), one("", "Should have required property 'widgets'"));
    assert_eq!(errors(&json!({"widgets": {}})), one("/widgets", "Should be array"));
    assert_eq!(
        errors(&json!({"widgets": [], "periodOverride": "never"})),
        one("/periodOverride", "Should be equal to one of the allowed values: auto, inherit")
    );
    let text = json!({"type": "text", "properties": {"markdown": ""}});
    assert_eq!(errors(&json!({"widgets": vec![text; 501]})), one("/widgets", "Should NOT have more than 500 items"));
}

#[test]
fn the_grid_has_24_columns() {
    let at = |x: i64, width: i64| {
        errors(&json!({"widgets": [{"type": "text", "x": x, "width": width, "properties": {"markdown": ""}}]}))
    };
    assert_eq!(at(12, 12), []);
    assert_eq!(at(0, 25), one("/widgets/0/width", "Should be <= 24"));
    assert_eq!(at(24, 1), one("/widgets/0/x", "Should be <= 23"));
    assert_eq!(at(-1, 1), one("/widgets/0/x", "Should be >= 0"));
    assert_eq!(at(13, 12).len(), 1, "beyond the last column");
}

#[test]
fn unknown_properties_are_warnings() {
    let body =
        json!({"widgets": [{"type": "text", "colour": 1, "properties": {"markdown": "", "size": 2}}], "title": "x"});
    assert_eq!(
        warnings(&body),
        [
            ("", "The \"title\" property is not expected, will be ignored"),
            (
                "/widgets/0",
                "The \"colour\" property is not expected to be part of a widget definition, will be ignored"
            ),
            ("/widgets/0/properties", "The \"size\" property is not expected, will be ignored"),
        ]
        .map(|(path, message)| (path.to_owned(), message.to_owned()))
    );
}

#[test]
fn metric_widgets_need_metrics_and_a_region() {
    let path = "/widgets/0/properties";
    let source = "The metric widget should have specified a region and a data source or an alarm annotation";
    assert_eq!(
        errors(&metric_widget(&json!({"region": "us-east-1"}))),
        [one(path, "Should have required property 'metrics'"), one(path, source)].concat()
    );
    assert_eq!(
        errors(&metric_widget(&json!({"metrics": [["A", "B"]]}))),
        [one(path, "Should have required property 'region'"), one(path, source)].concat()
    );
}

#[test]
fn rows_of_metrics_are_checked() {
    let path = "/widgets/0/properties/metrics/0";
    let messages = |row: Value| errors(&graph(&json!([row])));
    assert_eq!(messages(json!("A"))[0], (path.to_owned(), "Should be array".to_owned()));
    assert_eq!(
        messages(json!(["A", "B", {"C": 1}, "D"])),
        one(&format!("{path}/2"), "Invalid metric field type, only \"String\" type is allowed")
            .into_iter()
            .chain(one(path, "Dimensions have to come in pairs of name and value"))
            .collect::<Vec<_>>()
    );
    assert_eq!(messages(json!(["A"])), one(path, "Should NOT have fewer than 2 items"));
    assert_eq!(messages(json!([])), one(path, "Should NOT have fewer than 2 items"));
    assert_eq!(
        messages(json!(["A", "B", {"dimensions": {"C": "d"}}])),
        one(&format!("{path}/2"), "Should NOT have additional properties: \"dimensions\" is no rendering property")
    );
    assert_eq!(messages(json!(["A", "B", {"color": "red"}])).len(), 1);
    assert_eq!(messages(json!(["A", "B", {"period": 45}])).len(), 1);
    assert_eq!(messages(json!(["A", "B", {"stat": "average"}])).len(), 1);
    assert_eq!(messages(json!(["A", "B", {"id": "M1"}])).len(), 1);
    assert_eq!(messages(json!(["A", "B", {"expression": "1 + 1"}])).len(), 1);
    let twice = graph(&json!([["A", "B", {"id": "m"}], ["A", "C", {"id": "m"}]]));
    assert_eq!(errors(&twice), one("/widgets/0/properties/metrics/1", "The id \"m\" is used more than once"));
}

#[test]
fn numbers_of_metrics_are_limited() {
    let metrics = |count: usize| json!(vec![json!(["A", "B"]); count]);
    assert_eq!(
        errors(&graph(&metrics(501))),
        one("/widgets/0/properties/metrics", "Should NOT have more than 500 items")
    );
    let widget = graph(&metrics(500))["widgets"][0].clone();
    assert_eq!(errors(&json!({"widgets": vec![widget.clone(); 5]})), []);
    assert_eq!(errors(&json!({"widgets": vec![widget; 6]})).len(), 1);
}

#[test]
fn mistakes_in_expressions_are_warnings() {
    let expression =
        |text: &str| warnings(&graph(&json!([["A", "B", {"id": "m1"}], [{"expression": text, "id": "e1"}]])));
    assert_eq!(expression("m1 / 2"), []);
    let path = "/widgets/0/properties/metrics/1";
    assert_eq!(expression("m9 / 2"), one(path, "The expression refers to \"m9\", which is no id in this widget"));
    assert_eq!(expression("m1 * PERIOD(e1)"), one(path, "PERIOD takes the id of a metric, not of an expression"));
    assert_eq!(expression("SUM(m1)"), one(path, "The expression's result is a number, not a time series"));
    assert_eq!(
        expression("SUM(m1"),
        one(
            &format!("{path}/0/expression"),
            "The expression can't be read: the expression ends too early at position 7"
        )
    );
}

#[test]
fn other_widgets_and_variables_are_checked() {
    let widget =
        |kind: &str, properties: Value| errors(&json!({"widgets": [{"type": kind, "properties": properties}]}));
    let path = "/widgets/0/properties";
    assert_eq!(widget("text", json!({})), one(path, "Should have required property 'markdown'"));
    assert_eq!(widget("alarm", json!({"alarms": []})), one(&format!("{path}/alarms"), "Should have 1 to 100 items"));
    assert_eq!(
        widget("alarm", json!({"alarms": ["name"]})),
        one(&format!("{path}/alarms/0"), "Should be the ARN of an alarm")
    );
    assert_eq!(widget("custom", json!({"endpoint": "f"})).len(), 1);
    assert_eq!(widget("chart", json!({})).len(), 1);
    assert_eq!(widget("chrt", json!({})).len(), 1);
    let variable = json!({"type": "pattern", "inputType": "input", "id": "a"});
    assert_eq!(
        errors(&json!({"widgets": [], "variables": [variable.clone()]})),
        one("/variables/0", "Should have required property 'pattern'")
    );
    let mut variable = variable;
    variable["pattern"] = "x".into();
    assert_eq!(
        errors(&json!({"widgets": [], "variables": [variable.clone(), variable]})),
        one("/variables/1", "The variable id \"a\" is used more than once")
    );
}
