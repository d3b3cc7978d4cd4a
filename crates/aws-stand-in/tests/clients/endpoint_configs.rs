use aws_sdk_sagemaker::operation::create_endpoint_config::builders::CreateEndpointConfigFluentBuilder;
use aws_sdk_sagemaker::types::builders::ProductionVariantBuilder;
use aws_sdk_sagemaker::types::{
    EndpointConfigSortKey, MetricsConfig, OrderKey, ProductionVariant, ProductionVariantInstanceType,
    ProductionVariantManagedInstanceScaling, ProductionVariantServerlessConfig, VpcConfig,
};
use aws_stand_in::Config;

use crate::setup::{ROLE, control, refusal, start, start_with, tag, variant};

const ARN: &str = "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/c";

#[tokio::test]
async fn managed_scaling_is_for_inference_components() {
    let setup = start();
    let scaling = || ProductionVariantManagedInstanceScaling::builder().min_instance_count(1).max_instance_count(2);
    let mut scaled = variant("v");
    scaled.managed_instance_scaling = Some(scaling().build());
    let create = |name: &str, variant: ProductionVariant| {
        let request = setup.sagemaker.create_endpoint_config().endpoint_config_name(name);
        request.execution_role_arn(ROLE).production_variants(variant).send()
    };
    create("components", scaled.clone()).await.unwrap();
    scaled.model_name = Some("m".into());
    let refused = refusal(create("model", scaled).await);
    let told = "ManagedInstanceScaling is only supported for inference component endpoints.";
    assert_eq!(refused, ("ValidationException".to_owned(), told.to_owned()));
}

#[tokio::test]
async fn a_config_comes_back_with_the_defaults_filled_in() {
    let setup = start();
    let created = setup
        .config("c")
        .metrics_config(MetricsConfig::builder().enable_enhanced_metrics(true).build())
        .vpc_config(VpcConfig::builder().security_group_ids("sg-1").subnets("subnet-1").build())
        .send()
        .await
        .unwrap();
    assert_eq!(created.endpoint_config_arn(), Some(ARN));
    let shown = setup.sagemaker.describe_endpoint_config().endpoint_config_name("c").send().await.unwrap();
    assert_eq!(shown.endpoint_config_arn(), Some(ARN));
    assert_eq!(shown.execution_role_arn(), Some(ROLE));
    assert_eq!(shown.production_variants()[0].initial_variant_weight(), Some(1.0));
    assert_eq!(shown.vpc_config().unwrap().subnets(), ["subnet-1"]);
    let metrics = shown.metrics_config().unwrap();
    assert_eq!(metrics.enable_enhanced_metrics(), Some(true));
    assert_eq!(metrics.enable_detailed_observability(), Some(true));
    assert_eq!(metrics.metric_publish_frequency_in_seconds(), Some(60));
    assert!(shown.creation_time().is_some());
}

#[tokio::test]
async fn existing_and_missing_configs_are_validation_errors() {
    let setup = start();
    setup.create_config("c").await;
    let again = setup.config("c").send().await;
    let (code, message) = refusal(again);
    assert_eq!(code, "ValidationException");
    assert_eq!(message, format!("Cannot create already existing endpoint configuration \"{ARN}\"."));

    setup.sagemaker.delete_endpoint_config().endpoint_config_name("c").send().await.unwrap();
    let missing = ("ValidationException".to_owned(), format!("Could not find endpoint configuration \"{ARN}\"."));
    assert_eq!(refusal(setup.sagemaker.delete_endpoint_config().endpoint_config_name("c").send().await), missing);
    assert_eq!(refusal(setup.sagemaker.describe_endpoint_config().endpoint_config_name("c").send().await), missing);
}

type Create = CreateEndpointConfigFluentBuilder;
type Change = fn(Create) -> Create;

/// What is wrong with a config that is right otherwise, and a part of what SageMaker says of it.
const REFUSED: &[(Change, &str)] = &[
    (
        |create| with(create, vec![]),
        "Value '[]' at 'productionVariants' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ),
    (|create| with(create, vec![variant("v"); 11]), "Member must have length less than or equal to 10"),
    (|create| with(create, vec![variant("v"), variant("v")]), "must be unique"),
    (
        |create| with(create, vec![variant("no_underscores")]),
        "at 'productionVariants.1.member.variantName' failed to satisfy constraint: Member must satisfy regular expression pattern",
    ),
    (
        |create| with(create, vec![typed().initial_instance_count(1).build()]),
        "Value null at 'productionVariants.1.member.variantName'",
    ),
    (|create| with(create, vec![typed().variant_name("v").build()]), "no InitialInstanceCount"),
    (
        |create| with(create, vec![typed().variant_name("v").initial_instance_count(0).build()]),
        "greater than or equal to 1",
    ),
    (
        |create| {
            with(create, vec![typed().variant_name("v").initial_instance_count(1).initial_variant_weight(-1.0).build()])
        },
        "at 'productionVariants.1.member.initialVariantWeight'",
    ),
    (
        |create| with(create, vec![ProductionVariant::builder().variant_name("v").build()]),
        "needs either an InstanceType",
    ),
    (
        |create| with(create, vec![serverless().instance_type(ProductionVariantInstanceType::MlG5Xlarge).build()]),
        "can't have both",
    ),
    (|create| with(create, vec![serverless().initial_instance_count(1).build()]), "is serverless"),
    (|create| create.set_execution_role_arn(None), "ExecutionRoleArn is required"),
    (|create| create.execution_role_arn("role"), "at 'executionRoleArn' failed to satisfy constraint"),
    (
        |create| create.set_endpoint_config_name(None),
        "Value null at 'endpointConfigName' failed to satisfy constraint: Member must not be null",
    ),
    (|create| create.endpoint_config_name("x".repeat(64)), "Member must have length less than or equal to 63"),
    (
        |create| create.metrics_config(MetricsConfig::builder().metric_publish_frequency_in_seconds(45).build()),
        "Value '45' at 'metricsConfig.metricPublishFrequencyInSeconds'",
    ),
    (|create| create.tags(tag("aws:x", "")), "aws: prefixed tag key names are not allowed"),
    (|create| create.tags(tag("k", "1")).tags(tag("k", "2")), "Duplicate tag keys"),
    (|create| create.tags(tag("", "1")), "at 'tags.1.member.key'"),
    (|create| create.tags(tag("k", &"x".repeat(257))), "less than or equal to 256"),
    (|create| create.set_tags(Some((0..51).map(|n| tag(&n.to_string(), "")).collect())), "at 'tags' failed"),
];

fn with(create: Create, variants: Vec<ProductionVariant>) -> Create {
    create.set_production_variants(Some(variants))
}

fn typed() -> ProductionVariantBuilder {
    ProductionVariant::builder().instance_type(ProductionVariantInstanceType::MlG5Xlarge)
}

fn serverless() -> ProductionVariantBuilder {
    let serverless = ProductionVariantServerlessConfig::builder().memory_size_in_mb(2048).max_concurrency(1);
    ProductionVariant::builder().variant_name("v").model_name("m").serverless_config(serverless.build())
}

#[tokio::test]
async fn what_sagemaker_refuses_is_refused() {
    let setup = start();
    for (change, expected) in REFUSED {
        let create = setup.sagemaker.create_endpoint_config().endpoint_config_name("c").execution_role_arn(ROLE);
        let (code, message) = refusal(change(with(create, vec![variant("v")])).send().await);
        assert_eq!(code, "ValidationException", "{message}");
        assert!(message.contains(expected), "{message} lacks {expected}");
    }
    assert_eq!(setup.stand_in.state()["endpoint_configs"], serde_json::json!([]), "nothing was created");
}

#[tokio::test]
async fn unknown_instance_types_and_serverless_variants_are_accepted() {
    let setup = start();
    let tomorrow = ProductionVariantInstanceType::from("ml.tomorrow.48xlarge");
    let serverless = ProductionVariantServerlessConfig::builder().memory_size_in_mb(2048).max_concurrency(1).build();
    setup
        .sagemaker
        .create_endpoint_config()
        .endpoint_config_name("c")
        .execution_role_arn(ROLE)
        .production_variants(
            ProductionVariant::builder()
                .variant_name("a")
                .instance_type(tomorrow.clone())
                .initial_instance_count(1)
                .build(),
        )
        .production_variants(
            ProductionVariant::builder().variant_name("b").model_name("m").serverless_config(serverless).build(),
        )
        .send()
        .await
        .unwrap();
    let shown = setup.sagemaker.describe_endpoint_config().endpoint_config_name("c").send().await.unwrap();
    assert_eq!(shown.production_variants()[0].instance_type(), Some(&tomorrow));
}

#[tokio::test]
async fn models_must_exist_where_that_is_wanted() {
    let setup = start_with(Config { models_must_exist: true, ..Config::default() });
    let with_model = ProductionVariant::builder()
        .variant_name("v")
        .model_name("m")
        .instance_type(ProductionVariantInstanceType::MlG5Xlarge)
        .initial_instance_count(1)
        .build();
    let create = || {
        setup
            .sagemaker
            .create_endpoint_config()
            .endpoint_config_name("c")
            .production_variants(with_model.clone())
            .send()
    };
    let (_, message) = refusal(create().await);
    assert_eq!(message, "Could not find model \"arn:aws:sagemaker:us-east-1:123456789012:model/m\".");
    setup.sagemaker.create_model().model_name("m").execution_role_arn(ROLE).send().await.unwrap();
    assert!(refusal(setup.sagemaker.create_model().model_name("m").send().await).1.contains("already existing model"));
    create().await.unwrap();
    let model = setup.sagemaker.describe_model().model_name("m").send().await.unwrap();
    assert_eq!(model.execution_role_arn(), Some(ROLE));
    setup.sagemaker.delete_model().model_name("m").send().await.unwrap();
    assert!(
        refusal(setup.sagemaker.describe_model().model_name("m").send().await).1.starts_with("Could not find model")
    );
}

#[tokio::test]
async fn listings_filter_sort_and_page() {
    let setup = start();
    for name in ["b-1", "a-1", "a-2", "a-3"] {
        setup.create_config(name).await;
    }
    let list = || {
        setup
            .sagemaker
            .list_endpoint_configs()
            .name_contains("a-")
            .sort_by(EndpointConfigSortKey::Name)
            .sort_order(OrderKey::Ascending)
            .max_results(2)
    };
    let names = |page: &aws_sdk_sagemaker::operation::list_endpoint_configs::ListEndpointConfigsOutput| -> Vec<_> {
        page.endpoint_configs().iter().map(|one| one.endpoint_config_name().unwrap().to_owned()).collect()
    };
    let first = list().send().await.unwrap();
    assert_eq!(names(&first), ["a-1", "a-2"]);
    let second = list().set_next_token(first.next_token).send().await.unwrap();
    assert_eq!((names(&second), second.next_token()), (vec!["a-3".to_owned()], None));
    assert_eq!(refusal(list().next_token("nonsense").send().await).0, "ValidationException");
}

#[tokio::test]
async fn tags_are_kept_changed_and_forgotten() {
    let setup = start();
    setup.config("c").tags(tag("team", "ml")).send().await.unwrap();
    setup
        .sagemaker
        .add_tags()
        .resource_arn(ARN)
        .tags(tag("team", "search"))
        .tags(tag("stage", "test"))
        .send()
        .await
        .unwrap();
    setup.sagemaker.delete_tags().resource_arn(ARN).tag_keys("stage").send().await.unwrap();
    let tags = setup.sagemaker.list_tags().resource_arn(ARN).send().await.unwrap();
    assert_eq!(tags.tags(), [tag("team", "search")]);
    let many = (0..50).map(|n| tag(&n.to_string(), "")).collect();
    assert_eq!(
        refusal(setup.sagemaker.add_tags().resource_arn(ARN).set_tags(Some(many)).send().await).0,
        "ResourceLimitExceeded"
    );
    setup.sagemaker.delete_endpoint_config().endpoint_config_name("c").send().await.unwrap();
    let gone = refusal(setup.sagemaker.list_tags().resource_arn(ARN).send().await);
    assert_eq!(gone, ("ValidationException".to_owned(), "Resource does not exist.".to_owned()));
}

/// The SDK can't send an unknown member; a script can.
#[tokio::test]
async fn unknown_members_and_wrong_types_are_refused() {
    let setup = start();
    let send = |body: &str| {
        let raw = format!(
            "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-amz-target: SageMaker.CreateEndpointConfig\r\n\
             content-type: application/x-amz-json-1.1\r\nauthorization: AWS4-HMAC-SHA256 \
             Credential=A/20261124/us-east-1/sagemaker/aws4_request, SignedHeaders=host, Signature=0\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        crate::signatures::exchange(setup.stand_in.url(), &raw)
    };
    let answer = send(r#"{"EndpointConfigName":"c","ProductionVariants":[{"VariantName":"v","ModelNme":"m"}]}"#);
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("SerializationException") && answer.contains("/ProductionVariants/0/ModelNme"), "{answer}");
    let answer =
        send(r#"{"EndpointConfigName":"c","ProductionVariants":[{"VariantName":"v","InitialInstanceCount":"1"}]}"#);
    assert!(answer.contains("SerializationException"), "{answer}");
    let (_, calls) = control(setup.stand_in.url(), "GET", "calls", "");
    assert_eq!(calls[1]["error_code"], "SerializationException");
}
