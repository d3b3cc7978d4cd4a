use aws_sdk_sagemaker::{
    operation::update_endpoint_weights_and_capacities::builders::UpdateEndpointWeightsAndCapacitiesFluentBuilder,
    types::{
        DesiredWeightAndCapacity, EndpointStatus, ProductionVariantServerlessConfig,
        ProductionVariantServerlessUpdateConfig, ProductionVariantSummary,
    },
};
use aws_stand_in::{Outcome, Script};

use crate::setup::{ROLE, Setup, TRANSITION, refusal, start, variant};

/// An endpoint in service with the variants "blue" and "green", one instance and weight 1 each.
async fn start_two() -> Setup {
    let setup = start();
    let config = setup.sagemaker.create_endpoint_config().endpoint_config_name("c").execution_role_arn(ROLE);
    config.production_variants(variant("blue")).production_variants(variant("green")).send().await.unwrap();
    setup.sagemaker.create_endpoint().endpoint_name("e").endpoint_config_name("c").send().await.unwrap();
    setup.stand_in.advance(TRANSITION);
    setup
}

fn update(setup: &Setup) -> UpdateEndpointWeightsAndCapacitiesFluentBuilder {
    setup.sagemaker.update_endpoint_weights_and_capacities().endpoint_name("e")
}

fn wanted(variant: &str, weight: f32, instances: Option<i32>) -> DesiredWeightAndCapacity {
    let wanted = DesiredWeightAndCapacity::builder().variant_name(variant).desired_weight(weight);
    wanted.set_desired_instance_count(instances).build()
}

/// The status, and the first variant's weights and instance counts: current and desired.
async fn show(setup: &Setup) -> (EndpointStatus, [Option<f32>; 2], [Option<i32>; 2]) {
    let shown = setup.sagemaker.describe_endpoint().endpoint_name("e").send().await.unwrap();
    assert_eq!(shown.endpoint_config_name(), Some("c"), "it keeps its config");
    let blue: &ProductionVariantSummary = &shown.production_variants()[0];
    let weights = [blue.current_weight(), blue.desired_weight()];
    let instances = [blue.current_instance_count(), blue.desired_instance_count()];
    (shown.endpoint_status().unwrap().clone(), weights, instances)
}

#[tokio::test]
async fn weights_and_counts_change_in_time() {
    let setup = start_two().await;
    let changes = [wanted("blue", 0.25, Some(3)), wanted("green", 0.75, None)];
    let updated = update(&setup).set_desired_weights_and_capacities(Some(changes.into())).send().await.unwrap();
    assert_eq!(updated.endpoint_arn(), Some("arn:aws:sagemaker:us-east-1:123456789012:endpoint/e"));
    let meanwhile = (EndpointStatus::Updating, [Some(1.0), Some(0.25)], [Some(1), Some(3)]);
    assert_eq!(show(&setup).await, meanwhile);
    setup.stand_in.advance(TRANSITION);
    let settled = (EndpointStatus::InService, [Some(0.25), Some(0.25)], [Some(3), Some(3)]);
    assert_eq!(show(&setup).await, settled);

    setup.stand_in.script("e", Script { outcome: Outcome::Fail, reason: None, after_ms: None });
    update(&setup).desired_weights_and_capacities(wanted("blue", 1.0, Some(9))).send().await.unwrap();
    setup.stand_in.advance(TRANSITION);
    assert_eq!(show(&setup).await, settled, "a failed change changes nothing");
}

#[tokio::test]
async fn a_change_that_cannot_be_is_refused() {
    let setup = start_two().await;
    let refused = async |changes: Vec<DesiredWeightAndCapacity>| {
        let (code, message) = refusal(update(&setup).set_desired_weights_and_capacities(Some(changes)).send().await);
        assert_eq!(code, "ValidationException");
        message
    };
    let unknown = refused(vec![wanted("blue", 1.0, None), wanted("red", 1.0, None)]).await;
    assert!(unknown.starts_with("The variant name(s) \"red\" is/are not present within"), "{unknown}");
    let two = refused(vec![wanted("blue", 1.0, Some(2)), wanted("green", 1.0, Some(2))]).await;
    assert!(two.contains("one variant at a time"), "{two}");
    let update_config = ProductionVariantServerlessUpdateConfig::builder().max_concurrency(2).build();
    let serverless = DesiredWeightAndCapacity::builder().variant_name("blue").serverless_update_config(update_config);
    assert!(refused(vec![serverless.build()]).await.contains("is not serverless"));
    assert!(refused(vec![]).await.contains("length greater than or equal to 1"));

    update(&setup).desired_weights_and_capacities(wanted("blue", 0.5, None)).send().await.unwrap();
    let busy = refused(vec![wanted("blue", 0.5, None)]).await;
    assert!(busy.starts_with("Cannot update in-progress endpoint"), "{busy}");
    setup.stand_in.advance(TRANSITION);
    setup.sagemaker.delete_endpoint_config().endpoint_config_name("c").send().await.unwrap();
    let orphaned = refused(vec![wanted("blue", 0.5, None)]).await;
    assert!(orphaned.starts_with("Could not find endpoint configuration"), "{orphaned}");
}

#[tokio::test]
async fn a_serverless_variant_takes_concurrency() {
    let setup = start();
    let mut small = variant("v");
    (small.instance_type, small.initial_instance_count) = (None, None);
    small.serverless_config =
        Some(ProductionVariantServerlessConfig::builder().memory_size_in_mb(1024).max_concurrency(1).build());
    let config = setup.sagemaker.create_endpoint_config().endpoint_config_name("c").execution_role_arn(ROLE);
    config.production_variants(small).send().await.unwrap();
    setup.sagemaker.create_endpoint().endpoint_name("e").endpoint_config_name("c").send().await.unwrap();
    setup.stand_in.advance(TRANSITION);
    let counted = update(&setup).desired_weights_and_capacities(wanted("v", 1.0, Some(2))).send().await;
    assert!(refusal(counted).1.contains("is serverless"));
    let more = ProductionVariantServerlessUpdateConfig::builder().max_concurrency(5).build();
    let more = DesiredWeightAndCapacity::builder().variant_name("v").serverless_update_config(more).build();
    update(&setup).desired_weights_and_capacities(more).send().await.unwrap();
    setup.stand_in.advance(TRANSITION);
    let shown = setup.sagemaker.describe_endpoint().endpoint_name("e").send().await.unwrap();
    let serverless = shown.production_variants()[0].current_serverless_config().unwrap();
    assert_eq!((serverless.max_concurrency(), serverless.memory_size_in_mb()), (Some(5), Some(1024)));
}
