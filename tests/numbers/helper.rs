//! The sample helper's dashboard, beside ours: where it is right, and how far off elsewhere.
//!
//! `aws-samples/sagemaker-genai-hosting-examples`, `03-features/observability/endpoint_metrics_helper.py`: a panel of the
//! cluster and one for what each model costs, with a period of ten seconds in every widget and search.

use metric_math::{
    evaluation::{Reading, Series, dashboard::Viewer},
    telemetry::{Fleet, MetricStore},
};
use serde_json::{Value, json};

use super::{
    article::{fleet, ratio},
    fleets::{LENGTH, START, lines, published, range, the_one},
    planned::planned_for,
};

const PERIOD: u32 = 10;

fn samples_of_gpus(of: &str) -> String {
    let set = "{/aws/sagemaker/InferenceComponents,EndpointName,VariantName,InstanceId,ContainerId,InferenceComponentName,GpuId}";
    format!("SEARCH('{set} MetricName=\"GPUUtilizationNormalized\" {of}', 'SampleCount', {PERIOD})")
}

fn cluster() -> Value {
    json!({"type": "metric", "properties": {"stat": "SampleCount", "period": PERIOD, "metrics": [
        [{"expression": format!("SUM({})", samples_of_gpus("EndpointName=\"chat\"")), "id": "e1", "label": "used", "period": PERIOD}],
        [{"expression": "m2 * 4 - e1", "id": "e2", "label": "free"}],
        ["/aws/sagemaker/Endpoints", "CPUUtilizationNormalized", "EndpointName", "chat", "VariantName", "AllTraffic",
            {"id": "m2", "label": "instances"}],
    ]}})
}

fn cost() -> Value {
    json!({"type": "metric", "properties": {"stat": "SampleCount", "period": PERIOD, "metrics": [
        [{"expression": samples_of_gpus("InferenceComponentName=\"llama\""), "id": "e1", "visible": false}],
        [{"expression": "SUM(e1)", "id": "e2", "visible": false}],
        [{"expression": "e2 * 5.752 / 4 / 360", "id": "e3", "label": "cost per 10 s"}],
        [{"expression": "RUNNING_SUM(e3)", "id": "e4", "label": "cost"}],
    ]}})
}

/// What the helper's dashboard and ours say of one fleet.
struct Both {
    store: MetricStore,
    fleet: Fleet,
}

impl Both {
    fn of(frequency: u32, gpus: u32) -> Self {
        let fleet = fleet(frequency, gpus);
        Self { store: published(&fleet), fleet }
    }

    fn theirs(&self, widget: &Value, label: &str) -> Series {
        let viewer = Viewer { store: &self.store, reading: Reading::default(), now: START + LENGTH };
        the_one(&viewer.widget(widget, range(), None).unwrap(), label).clone()
    }

    fn ours(&self, label: &str, period: u32) -> Series {
        the_one(&lines(&planned_for(&self.fleet), &self.store, Reading::default(), period), label).clone()
    }
}

fn middle(series: &Series) -> f64 {
    series.points[&(START + LENGTH / 2)]
}

#[test]
fn at_four_gpus_and_ten_seconds_the_helper_s_dashboard_is_right_to_the_cent() {
    let both = Both::of(10, 4);
    for (theirs, ours) in [("used", "Used GPUs"), ("free", "Unused GPUs"), ("instances", "Instances")] {
        assert_eq!(both.theirs(&cluster(), theirs).points, both.ours(ours, PERIOD).points, "{theirs}");
    }
    for (theirs, ours) in [("cost per 10 s", "llama $ per 10 s"), ("cost", "llama $ cumulative")] {
        let (theirs, ours) = (both.theirs(&cost(), theirs).points, both.ours(ours, PERIOD).points);
        assert!(theirs.keys().eq(ours.keys()) && !ours.is_empty());
        assert!(theirs.values().zip(ours.values()).all(|(one, other)| (one - other).abs() < 1e-6));
    }
    assert_eq!(format!("{:.4}", middle(&both.ours("llama $ per 10 s", PERIOD))), "0.0160");
}

/// Metrics every minute leave five of six of its periods empty, eight GPUs count as four, and it shows a third of what
/// the model costs.
#[test]
fn at_sixty_seconds_and_eight_gpus_the_helper_s_dashboard_is_three_times_too_low() {
    let both = Both::of(60, 8);
    let (theirs, ours) = (both.theirs(&cluster(), "free"), both.ours("Unused GPUs", 60));
    assert_eq!((middle(&theirs).round(), middle(&ours).round()), (4.0, 12.0));
    assert_eq!((theirs.points.len() * 60, ours.points.len() * 60), (7200, 7200), "one point in a minute, not six");
    let (theirs, ours) = (both.theirs(&cost(), "cost"), both.ours("llama $ cumulative", 60));
    assert!((ratio(ours.last().unwrap(), theirs.last().unwrap()) - 3.0).abs() < 1e-9);
}

/// At its own period on four GPUs, metrics every minute make its cost six times too low.
#[test]
fn at_sixty_seconds_the_helper_s_dashboard_is_six_times_too_low() {
    let both = Both::of(60, 4);
    let (theirs, ours) = (both.theirs(&cost(), "cost"), both.ours("llama $ cumulative", 60));
    assert!((ratio(ours.last().unwrap(), theirs.last().unwrap()) - 6.0).abs() < 1e-9);
}
