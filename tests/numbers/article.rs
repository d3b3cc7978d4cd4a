//! The launch article's own queries, beside ours: where they are right, and how far off elsewhere.
//!
//! `e2 * 5.752 / 4 / 360` for what a model's GPUs cost and `m2 * 4 - e1` for unused GPUs, with `e1` the samples of all held
//! GPUs, `e2` those of one model's and `m2` the samples of instances
//! (<https://aws.amazon.com/blogs/machine-learning/>, "enhanced metrics for Amazon SageMaker AI endpoints").

use metric_math::{
    evaluation::{Reading, dashboard::Viewer},
    telemetry::{Fleet, MetricStore, Steps, scenario},
};
use serde_json::{Value, json};

use super::{
    fleets::{LENGTH, START, lines, published, range, the_one},
    planned::planned_for,
};

/// Two instances; one model on four GPUs, the others unused.
pub(crate) fn fleet(frequency: u32, gpus: u32) -> Fleet {
    Fleet::new(scenario::ENDPOINT, frequency, scenario::variant(gpus, Steps::always(2))).with(scenario::model(
        "llama",
        4,
        Steps::always(1),
    ))
}

fn widget(fleet: &Fleet, period: u32) -> Value {
    let set = format!(
        "{{/aws/sagemaker/InferenceComponents,EndpointName,VariantName,InstanceId,ContainerId,InferenceComponentName,{}}}",
        fleet.gpu_dimension.name()
    );
    let search = |more: &str| {
        format!(
            "SUM(SEARCH('{set} MetricName=\"GPUUtilizationNormalized\" EndpointName=\"chat\"{more}', 'SampleCount', {period}))"
        )
    };
    json!({"type": "metric", "properties": {"period": period, "metrics": [
        ["/aws/sagemaker/Endpoints", "CPUUtilizationNormalized", "EndpointName", "chat", "VariantName", "AllTraffic",
            {"id": "m2", "stat": "SampleCount", "visible": false}],
        [{"id": "e1", "expression": search(""), "visible": false}],
        [{"id": "e2", "expression": search(" InferenceComponentName=\"llama\""), "visible": false}],
        [{"expression": "e2 * 5.752 / 4 / 360", "label": "cost"}],
        [{"expression": "m2 * 4 - e1", "label": "unused"}],
    ]}})
}

/// The article's cost and unused GPUs, then ours, at one time in the middle.
fn both(frequency: u32, gpus: u32, period: u32) -> [f64; 4] {
    let fleet = fleet(frequency, gpus);
    let store: MetricStore = published(&fleet);
    let viewer = Viewer { store: &store, reading: Reading::default(), now: START + LENGTH };
    let theirs = viewer.widget(&widget(&fleet, period), range(), None).unwrap();
    let ours = lines(&planned_for(&fleet), &store, Reading::default(), period);
    let at = START + LENGTH / 2;
    let value = |series: &metric_math::evaluation::Series| series.points[&at];
    [
        value(the_one(&theirs, "cost")),
        value(the_one(&theirs, "unused")),
        value(the_one(&ours, "llama $ per hour")) * f64::from(period) / 3600.0,
        value(the_one(&ours, "Unused GPUs")),
    ]
}

pub(crate) fn ratio(one: f64, other: f64) -> f64 {
    (one / other * 1000.0).round() / 1000.0
}

#[test]
fn at_four_gpus_and_ten_seconds_the_article_is_right_to_the_cent() {
    let [their_cost, their_unused, cost, unused] = both(10, 4, 10);
    assert!((their_cost - cost).abs() < 1e-9, "{their_cost} and {cost}");
    assert_eq!(format!("{cost:.4}"), "0.0160", "four GPUs of ml.g6.12xlarge at $5.752 an hour, for ten seconds");
    assert!((their_unused - unused).abs() < 1e-9);
    assert!((unused - 4.0).abs() < 1e-9);
}

/// At the default frequency its cost is a sixth of the true one, its count right only where P = F.
#[test]
fn at_sixty_seconds_the_article_is_six_times_too_low() {
    let [their_cost, their_unused, cost, unused] = both(60, 4, 60);
    assert!((cost - 5.752 / 60.0).abs() < 1e-9, "four of four GPUs, for a minute: {cost}");
    assert_eq!((ratio(cost, their_cost), ratio(their_unused, unused)), (6.0, 1.0));
    let [their_cost, their_unused, cost, unused] = both(60, 4, 300);
    assert_eq!((ratio(cost, their_cost), ratio(their_unused, unused)), (6.0, 5.0), "five samples in five minutes");
}

/// On eight GPUs its cost is twice the true one, and its unused GPUs are four instead of twelve.
#[test]
fn on_eight_gpus_the_article_is_twice_too_high() {
    let [their_cost, their_unused, cost, unused] = both(10, 8, 10);
    assert_eq!((ratio(their_cost, cost), their_unused.round(), unused.round()), (2.0, 4.0, 12.0));
}

/// At F = 10 its count is off wherever the dashboard's period isn't ten seconds.
#[test]
fn at_other_periods_the_article_counts_samples_and_not_gpus() {
    let [their_cost, their_unused, cost, unused] = both(10, 4, 60);
    assert_eq!((ratio(their_cost, cost), ratio(their_unused, unused)), (1.0, 6.0));
}
