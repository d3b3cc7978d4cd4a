//! A simulated fleet as an account shows it: the endpoint, its config and its inference components at the stand-in,
//! and metrics that have been published for a while.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sagemaker::types::{
    AsyncInferenceConfig, AsyncInferenceOutputConfig, InferenceComponentComputeResourceRequirements,
    InferenceComponentRuntimeConfig, InferenceComponentSpecification, MetricsConfig, ProductionVariant,
    ProductionVariantInstanceType, ProductionVariantServerlessConfig,
};
use monitored_endpoint::spec::{Dollars, EndpointName};
use monitored_endpoint::usage::{InstanceTerms, Moment, Question, Reader, Terms, TimeRange, Usage, UsageError, View};
use stand_in::telemetry::{Fleet, Serving, Timestamp, Variant};
use stand_in::{Config, StandIn};
use tokio::runtime::Runtime;

use super::declaration::ROLE;
use super::scenario::sdk_config;

/// Dollars per instance-hour, where a price is given.
pub(crate) const PRICE: f64 = 5.752;

/// The fleet, its account and who asks about it.
pub(crate) struct Account {
    pub(crate) stand_in: StandIn,
    pub(crate) config: SdkConfig,
    pub(crate) now: Moment,
    endpoint: String,
    runtime: Runtime,
}

impl Account {
    /// An account with nothing in it.
    pub(crate) fn empty() -> Self {
        let stand_in = StandIn::start(Config { transition: Duration::ZERO, ..Config::default() }).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let config = runtime.block_on(sdk_config(stand_in.url()));
        Self { stand_in, config, now: Moment::now(), endpoint: "chat".to_owned(), runtime }
    }

    /// A fleet that has run for so long. Copies are declared as the fleet has them now.
    pub(crate) fn with(fleet: &Fleet, for_so_long: Duration) -> Self {
        let mut account = Self::empty();
        fleet.endpoint.clone_into(&mut account.endpoint);
        account.runtime.block_on(account.declare(fleet, for_so_long));
        account.stand_in.simulate(fleet.clone(), for_so_long).unwrap();
        account.stand_in.clear_calls();
        account.now = Moment::now();
        account
    }

    async fn declare(&self, fleet: &Fleet, for_so_long: Duration) {
        let sagemaker = aws_sdk_sagemaker::Client::new(&self.config);
        let metrics = MetricsConfig::builder()
            .enable_enhanced_metrics(fleet.enhanced_metrics)
            .metric_publish_frequency_in_seconds(i32::try_from(fleet.publish_frequency).unwrap())
            .build();
        let declared = |shadow: bool| {
            let some = fleet.variants.iter().filter(move |variant| variant.shadow == shadow);
            let some: Vec<ProductionVariant> = some.map(|variant| declared(fleet, variant)).collect();
            Some(some).filter(|some| !some.is_empty())
        };
        let asynchronous = fleet.variants.iter().any(|variant| fleet.serving(variant) == Serving::Asynchronous);
        let output = AsyncInferenceOutputConfig::builder().s3_output_path("s3://answers/chat").build();
        let queue = AsyncInferenceConfig::builder().output_config(output).build();
        let config = format!("{}-config", fleet.endpoint);
        let request = sagemaker
            .create_endpoint_config()
            .endpoint_config_name(&config)
            .execution_role_arn(ROLE)
            .set_production_variants(declared(false))
            .set_shadow_production_variants(declared(true))
            .set_async_inference_config(asynchronous.then_some(queue))
            .metrics_config(metrics);
        request.send().await.unwrap();
        sagemaker.create_endpoint().endpoint_name(&fleet.endpoint).endpoint_config_name(&config).send().await.unwrap();
        let since_start = Timestamp::try_from(for_so_long.as_millis()).unwrap();
        for component in &fleet.components {
            let needs = InferenceComponentComputeResourceRequirements::builder()
                .number_of_accelerator_devices_required(f32::from(u16::try_from(component.gpus_per_copy).unwrap()))
                .min_memory_required_in_mb(1024)
                .build();
            let specification = InferenceComponentSpecification::builder()
                .model_name(&component.name)
                .compute_resource_requirements(needs)
                .build();
            let copies = i32::try_from(component.copies.at(since_start)).unwrap();
            let request = sagemaker
                .create_inference_component()
                .inference_component_name(&component.name)
                .endpoint_name(&fleet.endpoint)
                .variant_name(&component.variant)
                .specification(specification)
                .runtime_config(InferenceComponentRuntimeConfig::builder().copy_count(copies).build());
            request.send().await.unwrap();
        }
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// What is asked about the fleet, with a price.
    pub(crate) fn question(&self, range: TimeRange) -> Question {
        let default = InstanceTerms { gpus: None, price_per_hour: Some(Dollars(PRICE)) };
        Question {
            endpoint: EndpointName::parse(&self.endpoint).unwrap(),
            range,
            now: self.now,
            terms: Terms { default, ..Terms::default() },
            view: View::Everything,
        }
    }

    pub(crate) fn ask(&self, question: &Question) -> Result<Usage, UsageError> {
        self.block_on(Reader::new(&self.config).read(question))
    }

    pub(crate) fn usage(&self, range: TimeRange) -> Usage {
        self.ask(&self.question(range)).unwrap()
    }
}

/// A variant as `CreateEndpointConfig` takes it.
fn declared(fleet: &Fleet, variant: &Variant) -> ProductionVariant {
    let serving = fleet.serving(variant);
    let own_model = (serving != Serving::Components).then(|| format!("{}-model", variant.name));
    let declared = ProductionVariant::builder().variant_name(&variant.name).set_model_name(own_model);
    let Serving::Serverless { provisioned } = serving else {
        let instance_type = ProductionVariantInstanceType::from(variant.instance_type.as_str());
        return declared.instance_type(instance_type).initial_instance_count(1).build();
    };
    let serverless = ProductionVariantServerlessConfig::builder().memory_size_in_mb(2048).max_concurrency(20);
    declared.serverless_config(serverless.set_provisioned_concurrency(provisioned.then_some(4)).build()).build()
}
