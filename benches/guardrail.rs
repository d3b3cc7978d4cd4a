//! How long the guardrail takes from a hook's event to its answer, by what its template holds. Fetching the template isn't in it.
//!
//! ```text
//! cargo bench --workspace --bench guardrail
//! ```

#![allow(clippy::unwrap_used, reason = "a benchmark says so what it expects")]

use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use monitored_endpoint::aws;
use monitored_endpoint::callback::{Download, ExtraHosts};
use monitored_endpoint::guardrail::{Guardrail, ServiceToken};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

fn event(template: &str) -> Value {
    json!({
        "clientRequestToken": "f8da6d11-b23f-48f4-814c-0fb6a667f50e",
        "awsAccountId": "123456789012",
        "stackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/inference/1a2345b6-0000-00a0-a123-00abc0abc000",
        "actionInvocationPoint": "CREATE_PRE_PROVISION",
        "requestData": {
            "targetName": "STACK", "targetType": "STACK", "targetLogicalId": "inference", "payload": {"template": template},
        },
    })
}

/// So many endpoints, each with a config and its monitoring, under one of four conditions of a parameter, which also choose a property.
fn endpoints(count: usize) -> String {
    let mut text = String::from("Parameters: { Stage: { Type: String } }\nConditions:\n");
    for at in 0..4 {
        writeln!(text, "  C{at}: !Equals [!Ref Stage, stage-{at}]").unwrap();
    }
    text.push_str("Resources:\n");
    for at in 0..count {
        let condition = at % 4;
        write!(
            text,
            "  Config{at}:
    Type: AWS::SageMaker::EndpointConfig
    Condition: C{condition}
    Properties:
      MetricsConfig: {{ EnableEnhancedMetrics: true }}
      ProductionVariants: [{{ VariantName: v, ModelName: m{at}, InstanceType: !If [C{condition}, ml.g6.12xlarge, ml.g5.xlarge], InitialInstanceCount: 2 }}]
  Endpoint{at}:
    Type: AWS::SageMaker::Endpoint
    Condition: C{condition}
    Properties: {{ EndpointName: e{at}, EndpointConfigName: !GetAtt Config{at}.EndpointConfigName }}
  Monitoring{at}:
    Type: Custom::EndpointMonitoring
    Condition: C{condition}
    Properties: {{ ServiceToken: !ImportValue token, EndpointName: !GetAtt Endpoint{at}.EndpointName, CostPerHour: 5.752 }}
"
        )
        .unwrap();
    }
    text
}

/// A template as large as CloudFormation takes, with one endpoint in it.
fn large() -> String {
    let mut text = endpoints(1);
    let mut at = 0;
    while text.len() < 900_000 {
        let description = "x".repeat(900);
        writeln!(text, "  Topic{at}: {{ Type: AWS::SNS::Topic, Properties: {{ DisplayName: {description} }} }}")
            .unwrap();
        at += 1;
    }
    text
}

fn evaluate(runtime: &Runtime, guardrail: &Guardrail, event: &Value) {
    let until = Instant::now() + Duration::from_secs(20);
    black_box(runtime.block_on(guardrail.answer(black_box(event), until)));
}

fn answers(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    let guardrail = Guardrail::new(Download::through(aws::connector()), ExtraHosts::default(), ServiceToken::default());
    let mut group = criterion.benchmark_group("guardrail");
    let others = "Resources: { Topic: { Type: AWS::SNS::Topic } }".to_owned();
    for (name, template) in [
        ("others", others),
        ("1 endpoint", endpoints(1)),
        ("10 endpoints", endpoints(10)),
        ("40 endpoints", endpoints(40)),
        ("900 kB", large()),
    ] {
        let event = event(&template);
        group.bench_with_input(BenchmarkId::from_parameter(name), &event, |bencher, event| {
            bencher.iter(|| evaluate(&runtime, &guardrail, event));
        });
    }
    group.finish();
}

criterion_group!(benches, answers);
criterion_main!(benches);
