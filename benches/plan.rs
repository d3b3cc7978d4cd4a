//! How long it takes from a declaration to its plan, and how large the dashboard's body is, by the number of listed models.
//!
//! The throughput that criterion prints is models for the validation and bytes of the body for the plan: where it stays the
//! same, time grows with what there is to validate or to write, and no faster.
//!
//! ```text
//! cargo bench --workspace --bench plan
//! ```

#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark says so what it expects")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::plan::{Environment, Owner, Plan, plan};
use monitored_endpoint::properties::{Declaration, Problems};
use monitored_endpoint::spec::{GpuDimension, Spec, Validated};
use serde_json::{Value, json};

const RESOURCE_TYPE: ResourceType = ResourceType::MonitoredEndpointConfig;

fn properties(models: usize) -> Value {
    let models: Value = (0..models).map(|at| json!({"Name": format!("model-{at:03}")})).collect();
    json!({
        "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:provider",
        "EndpointName": "chat",
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/inference-role",
        "ProductionVariants": [
            {"VariantName": "AllTraffic", "InstanceType": "ml.p5.48xlarge", "InitialInstanceCount": 12},
        ],
        "CostPerHour": 63.296,
        "InferenceComponents": models,
    })
}

fn read(properties: &Value) -> Declaration {
    let problems = Problems::default();
    let declaration = Declaration::read(RESOURCE_TYPE, properties, &problems).unwrap();
    assert!(problems.is_empty(), "{problems}");
    declaration
}

fn validated(declaration: &Declaration) -> Spec {
    let problems = Problems::default();
    match Spec::validate(RESOURCE_TYPE, declaration, None, &problems) {
        Validated::Valid(spec) => *spec,
        other => panic!("{other:?}: {problems}"),
    }
}

fn planned(spec: &Spec) -> Plan {
    let stack_id = "arn:aws:cloudformation:us-east-1:123456789012:stack/inference/1d2f6b40-0000-4000-8000-000000000000";
    let owner = Owner { stack_id: stack_id.to_owned(), logical_id: "Config".to_owned() };
    let environment = Environment {
        region: "us-east-1".to_owned(),
        gpu_dimensions: vec![GpuDimension::GpuId],
        ..Environment::default()
    };
    plan(spec, &owner, &environment).unwrap()
}

fn plans(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan");
    for models in [1, 10, 100, 500] {
        let declaration = read(&properties(models));
        let spec = validated(&declaration);
        let bytes = planned(&spec).dashboard.unwrap().body.len();
        println!("{models} models: a body of {bytes} bytes");
        group.throughput(Throughput::Elements(models.try_into().unwrap()));
        group.bench_with_input(BenchmarkId::new("validate", models), &declaration, |bencher, declaration| {
            bencher.iter(|| validated(declaration));
        });
        group.throughput(Throughput::Bytes(bytes.try_into().unwrap()));
        group.bench_with_input(BenchmarkId::new("plan", models), &spec, |bencher, spec| {
            bencher.iter(|| planned(spec));
        });
        group.bench_with_input(BenchmarkId::new("validate and plan", models), &declaration, |bencher, declaration| {
            bencher.iter(|| planned(&validated(declaration)));
        });
    }
    group.finish();
}

criterion_group!(benches, plans);
criterion_main!(benches);
