//! How long a dashboard takes to plan, and how large its body is, by the number of listed models.
//!
//! ```text
//! cargo bench --workspace --bench plan
//! ```

#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark says so what it expects")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::plan::{Owner, Plan, Surroundings, plan};
use monitored_endpoint::properties::{Declaration, Problems};
use monitored_endpoint::spec::{GpuDimension, Judged, Spec};
use serde_json::{Value, json};

fn spec(models: usize) -> Spec {
    let models: Value = (0..models).map(|at| json!({"Name": format!("model-{at:03}")})).collect();
    let properties = json!({
        "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:provider",
        "EndpointName": "chat",
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/inference-role",
        "ProductionVariants": [
            {"VariantName": "AllTraffic", "InstanceType": "ml.p5.48xlarge", "InitialInstanceCount": 12},
        ],
        "CostPerHour": 63.296,
        "InferenceComponents": models,
    });
    let problems = Problems::default();
    let kind = ResourceType::MonitoredEndpointConfig;
    let declaration = Declaration::read(kind, &properties, &problems).unwrap();
    match Spec::judge(kind, &declaration, None, &problems) {
        Judged::Valid(spec) => *spec,
        other => panic!("{other:?}: {problems}"),
    }
}

fn planned(spec: &Spec) -> Plan {
    let stack_id = "arn:aws:cloudformation:us-east-1:123456789012:stack/inference/1d2f6b40-0000-4000-8000-000000000000";
    let owner = Owner { stack_id: stack_id.to_owned(), logical_id: "Config".to_owned() };
    let surroundings = Surroundings {
        region: "us-east-1".to_owned(),
        gpu_dimensions: vec![GpuDimension::GpuId],
        ..Surroundings::default()
    };
    plan(spec, &owner, &surroundings).unwrap()
}

fn plans(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan");
    for models in [1, 10, 100, 500] {
        let spec = spec(models);
        let body = planned(&spec).dashboard.unwrap().body;
        println!("{models} models: a body of {} bytes", body.len());
        group.bench_with_input(BenchmarkId::from_parameter(models), &spec, |bencher, spec| {
            bencher.iter(|| planned(spec));
        });
    }
    group.finish();
}

criterion_group!(benches, plans);
criterion_main!(benches);
