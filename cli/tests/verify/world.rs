//! Endpoints at the stand-in that publish exactly what the table lists, and one thing or another beside it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_sagemaker::Client;
use aws_sdk_sagemaker::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sagemaker::types::{
    AsyncInferenceConfig, AsyncInferenceOutputConfig, InferenceComponentComputeResourceRequirements,
    InferenceComponentRuntimeConfig, InferenceComponentSpecification, MetricsConfig, ProductionVariant,
    ProductionVariantInstanceType, ProductionVariantServerlessConfig,
};
use aws_stand_in::{Config, StandIn};
use metric_math::telemetry::Metric;
use monitored_endpoint::metrics::published::{Condition, Idle, PublishedRow, Reading, Traits, rows};
use monitored_endpoint::spec::{GpuDimension, Serving};

use crate::support::{Ran, end, program};

pub(crate) const ENDPOINT: &str = "secret-chat";
pub(crate) const VARIANT: &str = "secret-variant";
/// Models with their copies: on which instance, and which of its GPUs.
pub(crate) const COPIES: [(&str, &str, &str, &[&str]); 3] = [
    ("secret-llama", "copy-a", "i-1", &["0", "1"]),
    ("secret-llama", "copy-b", "i-1", &["2", "3"]),
    ("secret-mistral", "copy-c", "i-2", &["0"]),
];
/// The last one has no copy.
pub(crate) const INSTANCES: [&str; 3] = ["i-1", "i-2", "i-3"];
const GPUS: [&str; 4] = ["0", "1", "2", "3"];
/// Requests that a called copy gets in each interval.
const REQUESTS: f64 = 3.0;

/// A series, with the values that it publishes in each of its intervals.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) metric: Metric,
    pub(crate) values: Vec<f64>,
    pub(crate) every: i64,
}

impl Published {
    pub(crate) fn is(&self, namespace: &str, metric: &str, names: &str) -> bool {
        let mut names: Vec<&str> = names.split(' ').collect();
        names.sort_unstable();
        self.metric.namespace == namespace
            && self.metric.name == metric
            && self.metric.dimensions.keys().map(String::as_str).eq(names)
    }

    pub(crate) fn value(&self, dimension: &str) -> &str {
        self.metric.dimensions.get(dimension).map_or("", String::as_str)
    }
}

/// What an endpoint is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) serving: Serving,
    pub(crate) enhanced: bool,
    pub(crate) frequency: i32,
}

pub(crate) const COMPONENTS: Kind = Kind { serving: Serving::Components, enhanced: true, frequency: 60 };

/// What the table lists for such an endpoint, and nothing else. `mistral` is never called.
pub(crate) fn good(kind: Kind) -> Vec<Published> {
    let traits = Traits { serving: kind.serving, gpus: !kind.serving.is_serverless(), enhanced_metrics: kind.enhanced };
    let depends = [Condition::Streaming, Condition::CalledWithoutCopy, Condition::DirectInvocation];
    let published = rows().iter().filter(|row| {
        row.may_be_published_by(traits)
            && !row.published_when.iter().any(|condition| depends.contains(condition))
            && row.reading.is_none_or(|reading| reading == Reading::GpuDimension(GpuDimension::GpuId))
    });
    published.flat_map(|row| of_row(kind, row)).collect()
}

fn of_row(kind: Kind, row: &PublishedRow) -> Vec<Published> {
    let names = &row.dimensions;
    let has = |name: &str| names.contains(&name);
    let mut subjects: Vec<(BTreeMap<&str, &str>, Vec<f64>)> = Vec::new();
    if has("InferenceComponentName") && has("ContainerId") {
        for (model, copy, instance, gpus) in COPIES {
            let dimensions =
                BTreeMap::from([("InferenceComponentName", model), ("ContainerId", copy), ("InstanceId", instance)]);
            let Some(values) = values(row, model == "secret-llama", 1) else { continue };
            if has("GpuId") {
                subjects.extend(gpus.iter().map(|gpu| (with(&dimensions, "GpuId", gpu), values.clone())));
            } else {
                subjects.push((dimensions, values));
            }
        }
    } else if has("InferenceComponentName") {
        for (model, copies) in [("secret-llama", 2), ("secret-mistral", 1)] {
            let Some(values) = values(row, copies == 2, copies) else { continue };
            subjects.push((BTreeMap::from([("InferenceComponentName", model)]), values));
        }
    } else if has("InstanceId") {
        for (at, instance) in INSTANCES.into_iter().enumerate() {
            let dimensions = BTreeMap::from([("InstanceId", instance)]);
            let Some(mut values) = values(row, true, 1) else { continue };
            if row.metric == "GPUReservation" {
                values = vec![[100.0, 25.0, 0.0][at]];
            }
            if has("GpuId") {
                subjects.extend(GPUS.iter().map(|gpu| (with(&dimensions, "GpuId", gpu), values.clone())));
            } else {
                subjects.push((dimensions, values));
            }
        }
    } else if let Some(values) = values(row, true, INSTANCES.len()) {
        let values = if row.metric == "GPUReservation" { vec![100.0, 25.0, 0.0] } else { values };
        subjects.push((BTreeMap::new(), values));
    }
    let every = if row.namespace == "AWS/SageMaker" && !kind.enhanced { 60 } else { i64::from(kind.frequency) };
    let series = |(dimensions, values): (BTreeMap<&str, &str>, Vec<f64>)| {
        let value = |name: &str| match name {
            "EndpointName" => ENDPOINT,
            "VariantName" => VARIANT,
            "Region" => "us-east-1",
            "AvailabilityZone" => "use1-az1",
            "InstanceType" => "ml.g6.12xlarge",
            name => dimensions[name],
        };
        let dimensions: Vec<(&str, &str)> = names.iter().map(|name| (*name, value(name))).collect();
        Published { metric: Metric::new(row.namespace, row.metric, &dimensions), values, every }
    };
    subjects.into_iter().map(series).collect()
}

fn with<'d>(dimensions: &BTreeMap<&'d str, &'d str>, name: &'d str, value: &'d str) -> BTreeMap<&'d str, &'d str> {
    let mut dimensions = dimensions.clone();
    dimensions.insert(name, value);
    dimensions
}

/// What comes in one interval: a sample of each; none where nobody calls and nothing comes then.
fn values(row: &PublishedRow, called: bool, sources: usize) -> Option<Vec<f64>> {
    let each = |value: f64| Some(vec![value; sources]);
    match (row.idle, called) {
        (Idle::Values, _) => each(40.0),
        (Idle::Nothing, false) => None,
        (_, false) => each(0.0),
        _ if row.metric.contains("Errors") || row.metric.contains("Failures") => each(0.0),
        _ if row.metric.starts_with("Invocations") => each(REQUESTS),
        _ => each(1000.0),
    }
}

/// An endpoint that published these for seventy minutes.
pub(crate) struct World {
    pub(crate) stand_in: StandIn,
    end: i64,
}

impl World {
    pub(crate) fn new(kind: Kind, published: &[Published]) -> Self {
        Self::aged(kind, published, Duration::from_hours(2))
    }

    /// One that was changed so long ago.
    pub(crate) fn aged(kind: Kind, published: &[Published], ahead: Duration) -> Self {
        let stand_in = StandIn::start(Config { transition: Duration::ZERO, ..Config::default() }).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(declare(stand_in.url(), kind));
        // What was published before it was changed isn't looked at.
        stand_in.advance(ahead);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + ahead;
        let end = i64::try_from(now.as_secs()).unwrap();
        stand_in.edit_metrics(|store| {
            for one in published {
                let first = (end - 70 * 60).div_euclid(one.every) * one.every;
                let ticks = (end - first - 1).div_euclid(one.every);
                let times: Vec<i64> = (0..=ticks).map(|tick| (first + tick * one.every) * 1000).collect();
                for value in &one.values {
                    store.put_at(&one.metric, &times, *value);
                }
            }
        });
        stand_in.clear_calls();
        Self { stand_in, end }
    }

    pub(crate) fn verify(&self, arguments: &[&str]) -> Ran {
        let to = humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(self.end.unsigned_abs()));
        let mut command = program();
        command
            .env("AWS_ENDPOINT_URL_SAGEMAKER", self.stand_in.url())
            .env("AWS_ENDPOINT_URL_CLOUDWATCH", self.stand_in.url())
            .env("AWS_ACCESS_KEY_ID", "a")
            .env("AWS_SECRET_ACCESS_KEY", "b")
            .env("AWS_REGION", "us-east-1")
            .args(["verify", ENDPOINT, "--to", &to.to_string()])
            .args(arguments);
        end(&mut command)
    }

    /// Names of the facts that are different.
    #[track_caller]
    pub(crate) fn different(&self) -> Vec<String> {
        let ran = self.verify(&["--format", "json"]);
        let said = ran.json();
        let facts = said["Facts"].as_array().unwrap().clone();
        let different = facts.iter().filter(|fact| fact["Verdict"] == "different");
        let names: Vec<String> = different.map(|fact| fact["Fact"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ran.code, i32::from(!names.is_empty()), "{}", ran.err);
        names
    }

    pub(crate) fn put_dashboard(&self, body: &serde_json::Value) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = aws_sdk_cloudwatch::Client::from_conf(
            aws_sdk_cloudwatch::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("us-east-1"))
                .credentials_provider(Credentials::new("a", "b", None, None, "test"))
                .endpoint_url(self.stand_in.url())
                .http_client(http())
                .build(),
        );
        let name = format!("{ENDPOINT}-monitoring");
        let put = client.put_dashboard().dashboard_name(name).dashboard_body(body.to_string());
        runtime.block_on(put.send()).unwrap();
    }
}

fn http() -> aws_sdk_sagemaker::config::SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

async fn declare(url: &str, kind: Kind) {
    let config = aws_sdk_sagemaker::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .endpoint_url(url)
        .http_client(http())
        .build();
    let sagemaker = Client::from_conf(config);
    let variant = ProductionVariant::builder().variant_name(VARIANT);
    let variant = match kind.serving {
        Serving::Serverless { .. } => variant.model_name("secret-model").serverless_config(
            ProductionVariantServerlessConfig::builder().memory_size_in_mb(2048).max_concurrency(5).build(),
        ),
        serving => variant
            .instance_type(ProductionVariantInstanceType::MlG612Xlarge)
            .initial_instance_count(3)
            .set_model_name((serving != Serving::Components).then(|| "secret-model".to_owned())),
    };
    let metrics = MetricsConfig::builder()
        .enable_enhanced_metrics(kind.enhanced)
        .metric_publish_frequency_in_seconds(kind.frequency)
        .build();
    let output = AsyncInferenceOutputConfig::builder().s3_output_path("s3://bucket/answers").build();
    let asynchronous = AsyncInferenceConfig::builder().output_config(output).build();
    let serverless = kind.serving.is_serverless();
    let config = sagemaker
        .create_endpoint_config()
        .endpoint_config_name("c")
        .set_metrics_config((!serverless).then_some(metrics))
        .execution_role_arn("arn:aws:iam::123456789012:role/r")
        .set_async_inference_config((kind.serving == Serving::Asynchronous).then_some(asynchronous))
        .production_variants(variant.build());
    config.send().await.unwrap();
    sagemaker.create_endpoint().endpoint_name(ENDPOINT).endpoint_config_name("c").send().await.unwrap();
    let models = [("secret-llama", 2, 2.0), ("secret-mistral", 1, 1.0)];
    for (name, copies, gpus) in models.into_iter().filter(|_| kind.serving == Serving::Components) {
        let needs = InferenceComponentComputeResourceRequirements::builder()
            .number_of_accelerator_devices_required(gpus)
            .min_memory_required_in_mb(1024)
            .build();
        let specification =
            InferenceComponentSpecification::builder().model_name("m").compute_resource_requirements(needs).build();
        sagemaker
            .create_inference_component()
            .inference_component_name(name)
            .endpoint_name(ENDPOINT)
            .variant_name(VARIANT)
            .specification(specification)
            .runtime_config(InferenceComponentRuntimeConfig::builder().copy_count(copies).build())
            .send()
            .await
            .unwrap();
    }
}
