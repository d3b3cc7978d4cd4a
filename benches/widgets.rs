//! How long a panel of a large fleet takes to draw once its data is there: 100 instances of 8 GPUs, 200 models.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion makes undocumented functions; a bench may fail")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use monitored_endpoint::spec::{Dollars, PublishFrequency};
use monitored_endpoint::usage::{
    GpuUsage, InstanceUsage, ModelUsage, Moment, Money, Period, Totals, Usage, VariantUsage, Window,
};
use monitored_endpoint::widgets::{InteractivePanel, render};
use serde_json::{Value, json};

const INSTANCES: u32 = 100;
const GPUS: u32 = 8;
const MODELS: u32 = 200;

fn money(dollars: f64) -> Money {
    Money { cumulative: Dollars(dollars), per_interval: Dollars(dollars / 30.0), per_hour: Dollars(dollars * 2.0) }
}

fn name(number: u32) -> String {
    format!("a-model-with-quite-a-name-{number:03}")
}

fn usage() -> Usage {
    let end = Period { from: Moment(1_795_500_000), until: Moment(1_795_500_060) };
    let gpus = f64::from(INSTANCES * GPUS);
    let totals = Totals {
        instances: f64::from(INSTANCES),
        gpus: Some(gpus),
        used_gpus: Some(gpus - 40.0),
        unused_gpus: Some(40.0),
        bill: Some(money(4916.0)),
        unallocated: Some(money(245.8)),
        requests: Some(1e7),
        client_errors: None,
        server_errors: None,
    };
    let gpu = |number: u32| {
        let is_unused = number.is_multiple_of(20);
        GpuUsage {
            id: (!is_unused).then(|| (number % GPUS).to_string()),
            model: (!is_unused).then(|| name(number % MODELS)),
            copy: None,
            utilization: (!is_unused).then(|| f64::from(number % 100)),
            mean_utilization: None,
        }
    };
    let instance = |number: u32| InstanceUsage {
        id: format!("i-0123456789abcd{number:03}"),
        gpus: (0..GPUS).map(|place| gpu(number * GPUS + place)).collect(),
    };
    let model = |number: u32| ModelUsage {
        name: name(number),
        variant: Some("AllTraffic".into()),
        gpus: Some(3.8),
        status: Some("InService".into()),
        copies_declared: Some(2),
        gpus_per_copy: Some(2),
        copies_observed: Some(2),
        utilization: Some(47.0),
        mean_utilization: Some(45.0),
        requests: Some(50_000.0),
        client_errors: None,
        server_errors: None,
        slowest_p99_ms: None,
        money: Some(money(23.4)),
        per_thousand_requests: Some(Dollars(0.47)),
        share: Some(0.005),
    };
    Usage {
        endpoint: "chat".into(),
        status: "InService".into(),
        failure_reason: None,
        publish_frequency_seconds: PublishFrequency::DEFAULT,
        enhanced_metrics: true,
        window: Window::of(
            monitored_endpoint::usage::TimeRange::Last(1800),
            PublishFrequency::DEFAULT,
            Moment(1_795_500_130),
        )
        .unwrap(),
        end,
        has_data: true,
        totals,
        variants: vec![VariantUsage {
            name: "AllTraffic".into(),
            instance_type: "ml.p5.48xlarge".into(),
            gpus_per_instance: Some(GPUS),
            price_per_hour: Some(Dollars(98.32)),
            hosts_components: true,
            shadow: false,
            totals,
            instances: (0..INSTANCES).map(instance).collect(),
        }],
        models: (0..MODELS).map(model).collect(),
        remarks: Vec::new(),
    }
}

fn event(panel: InteractivePanel) -> Value {
    let label = |number| json!({"Name": name(number), "Label": format!("Model {number}")});
    json!({
        "Panel": panel.name(), "EndpointName": "chat", "CostPerHour": 98.32,
        "InferenceComponents": (0..MODELS).map(label).collect::<Value>(),
        "widgetContext": {"width": 1200, "height": 600, "theme": "dark"}
    })
}

fn panels(criterion: &mut Criterion) {
    let usage = usage();
    for (name, panel) in InteractivePanel::ALL {
        let event = event(panel);
        criterion.bench_function(&format!("draw the {name} panel of 800 GPUs and 200 models"), |bencher| {
            bencher.iter(|| {
                render(black_box(&event), black_box(&usage), "arn:aws:lambda:us-east-1:123456789012:function:w")
                    .unwrap()
            });
        });
    }
}

criterion_group!(benches, panels);
criterion_main!(benches);
