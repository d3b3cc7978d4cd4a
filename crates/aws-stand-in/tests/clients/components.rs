use aws_sdk_sagemaker::types::{
    InferenceComponentComputeResourceRequirements, InferenceComponentRuntimeConfig, InferenceComponentSpecification,
    InferenceComponentStatus,
};

use crate::setup::{Setup, TRANSITION, refusal, start};

async fn create(setup: &Setup, name: &str) {
    build(setup, name, "v").send().await.unwrap();
}

fn build(
    setup: &Setup,
    name: &str,
    variant: &str,
) -> aws_sdk_sagemaker::operation::create_inference_component::builders::CreateInferenceComponentFluentBuilder {
    let needs = InferenceComponentComputeResourceRequirements::builder()
        .number_of_accelerator_devices_required(2.0)
        .min_memory_required_in_mb(1024)
        .build();
    setup
        .sagemaker
        .create_inference_component()
        .inference_component_name(name)
        .endpoint_name("e")
        .variant_name(variant)
        .specification(
            InferenceComponentSpecification::builder().model_name("m").compute_resource_requirements(needs).build(),
        )
        .runtime_config(InferenceComponentRuntimeConfig::builder().copy_count(2).build())
}

#[tokio::test]
async fn a_component_lives_on_an_endpoint_and_keeps_it() {
    let setup = start();
    setup.create_endpoint("e", "c").await;
    create(&setup, "ic").await;
    let describe = async || setup.sagemaker.describe_inference_component().inference_component_name("ic").send().await;
    let shown = describe().await.unwrap();
    assert_eq!(shown.inference_component_status(), Some(&InferenceComponentStatus::Creating));
    setup.stand_in.advance(TRANSITION);
    let shown = describe().await.unwrap();
    assert_eq!(shown.inference_component_status(), Some(&InferenceComponentStatus::InService));
    assert_eq!(shown.runtime_config().unwrap().current_copy_count(), Some(2));
    let needs = shown.specification().unwrap().compute_resource_requirements().unwrap();
    assert_eq!(needs.number_of_accelerator_devices_required(), Some(2.0));

    let (code, message) = refusal(setup.sagemaker.delete_endpoint().endpoint_name("e").send().await);
    assert_eq!(code, "ValidationException");
    assert!(message.contains("Endpoint has inference components attached"), "{message}");
    setup.sagemaker.delete_inference_component().inference_component_name("ic").send().await.unwrap();
    let busy = setup.sagemaker.delete_inference_component().inference_component_name("ic").send().await;
    assert!(refusal(busy).1.starts_with("Cannot delete in-progress"));
    setup.stand_in.advance(TRANSITION);
    assert!(refusal(describe().await).1.starts_with("Could not find inference component \"arn:"));
    setup.sagemaker.delete_endpoint().endpoint_name("e").send().await.unwrap();
}

#[tokio::test]
async fn components_are_listed_by_endpoint() {
    let setup = start();
    setup.create_endpoint("e", "c").await;
    create(&setup, "a").await;
    create(&setup, "b").await;
    let listed = setup.sagemaker.list_inference_components().endpoint_name_equals("e").send().await.unwrap();
    assert_eq!(listed.inference_components().len(), 2);
    let listed = setup.sagemaker.list_inference_components().endpoint_name_equals("f").send().await.unwrap();
    assert_eq!(listed.inference_components().len(), 0);
}

#[tokio::test]
async fn what_cannot_be_placed_is_refused() {
    let setup = start();
    assert!(refusal(build(&setup, "ic", "v").send().await).1.starts_with("Could not find endpoint"));
    setup.create_endpoint("e", "c").await;
    assert!(refusal(build(&setup, "ic", "w").send().await).1.starts_with("Could not find variant"));
    assert!(refusal(build(&setup, "ic", "v").set_specification(None).send().await).1.contains("Specification"));
    create(&setup, "ic").await;
    assert!(refusal(build(&setup, "ic", "v").send().await).1.contains("already existing inference component"));
}
