//! SageMaker, as far as endpoints and their configs need it.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::Client;
use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::types::{
    DesiredWeightAndCapacity, EndpointSummary, InferenceComponentSummary, Tag as TagShape, VariantProperty,
};

use super::fault::{CallError, Fault, failed, present};
use crate::plan::PlannedEndpoint;
use crate::spec::{EndpointName, Tag};

/// How many endpoints one page lists at most (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpoints.html>).
const MOST_LISTED: i32 = 100;

/// SageMaker's operations on endpoints, their configs, and what is on them.
#[derive(Clone, Debug)]
pub(crate) struct SageMaker {
    client: Client,
}

impl SageMaker {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    pub(crate) async fn endpoint_config(&self, name: &str) -> Result<Option<DescribeEndpointConfigOutput>, CallError> {
        let found = self.client.describe_endpoint_config().endpoint_config_name(name).send().await;
        present(found.map_err(Fault::from), "sagemaker:DescribeEndpointConfig")
    }

    pub(crate) async fn endpoint(&self, name: &str) -> Result<Option<DescribeEndpointOutput>, CallError> {
        let found = self.client.describe_endpoint().endpoint_name(name).send().await;
        present(found.map_err(Fault::from), "sagemaker:DescribeEndpoint")
    }

    /// Names of every endpoint of the account in its Region.
    pub(crate) async fn endpoint_names(&self) -> Result<Vec<String>, CallError> {
        let pages = self.client.list_endpoints().max_results(MOST_LISTED).into_paginator().items().send();
        let listed: Result<Vec<EndpointSummary>, _> = pages.collect().await;
        let listed = listed.map_err(|error| failed("sagemaker:ListEndpoints")(error.into()))?;
        Ok(listed.into_iter().filter_map(|endpoint| endpoint.endpoint_name).collect())
    }

    /// Creates an endpoint config and gives its ARN; `None` when one of that name exists already.
    pub(crate) async fn create_endpoint_config(
        &self,
        request: &CreateEndpointConfigInput,
        tags: &[Tag],
    ) -> Result<Option<String>, CallError> {
        let request = request.clone();
        let created = self
            .client
            .create_endpoint_config()
            .set_endpoint_config_name(request.endpoint_config_name)
            .set_production_variants(request.production_variants)
            .set_shadow_production_variants(request.shadow_production_variants)
            .set_data_capture_config(request.data_capture_config)
            .set_kms_key_id(request.kms_key_id)
            .set_async_inference_config(request.async_inference_config)
            .set_explainer_config(request.explainer_config)
            .set_execution_role_arn(request.execution_role_arn)
            .set_vpc_config(request.vpc_config)
            .set_enable_network_isolation(request.enable_network_isolation)
            .set_metrics_config(request.metrics_config)
            .set_tags(Some(tags.iter().map(shape).collect()))
            .send()
            .await;
        match created.map_err(Fault::from) {
            Ok(created) => Ok(Some(created.endpoint_config_arn.unwrap_or_default())),
            Err(fault) if fault.is_already_existing() => Ok(None),
            Err(fault) => Err(failed("sagemaker:CreateEndpointConfig")(fault)),
        }
    }

    /// Creates an endpoint. `false` when one of that name exists already.
    pub(crate) async fn create_endpoint(&self, endpoint: &PlannedEndpoint, tags: &[Tag]) -> Result<bool, CallError> {
        let created = self
            .client
            .create_endpoint()
            .endpoint_name(endpoint.name.as_str())
            .endpoint_config_name(&endpoint.config)
            .set_deployment_config(endpoint.deployment.deployment_config.clone())
            .set_tags(Some(tags.iter().map(shape).collect()))
            .send()
            .await;
        match created.map_err(Fault::from) {
            Ok(_) => Ok(true),
            Err(fault) if fault.is_already_existing() => Ok(false),
            Err(fault) => Err(failed("sagemaker:CreateEndpoint")(fault)),
        }
    }

    /// Asks an endpoint to serve on another config, `excluded` from what it retains. `false` when it is changing already.
    pub(crate) async fn update_endpoint(
        &self,
        endpoint: &PlannedEndpoint,
        excluded: Option<Vec<VariantProperty>>,
    ) -> Result<bool, CallError> {
        let deployment = endpoint.deployment.clone();
        let updated = self
            .client
            .update_endpoint()
            .endpoint_name(endpoint.name.as_str())
            .endpoint_config_name(&endpoint.config)
            .set_deployment_config(deployment.deployment_config)
            .set_retain_all_variant_properties(deployment.retain_all_variant_properties)
            .set_exclude_retained_variant_properties(excluded)
            .set_retain_deployment_config(deployment.retain_deployment_config)
            .send()
            .await;
        match updated.map_err(Fault::from) {
            Ok(_) => Ok(true),
            Err(fault) if fault.is_in_progress() => Ok(false),
            Err(fault) => Err(failed("sagemaker:UpdateEndpoint")(fault)),
        }
    }

    /// Asks a running endpoint's variants for other weights and instance counts. `false` when it is changing already.
    pub(crate) async fn update_weights_and_capacities(
        &self,
        endpoint: &EndpointName,
        desired: Vec<DesiredWeightAndCapacity>,
    ) -> Result<bool, CallError> {
        let request = self.client.update_endpoint_weights_and_capacities().endpoint_name(endpoint.as_str());
        match request.set_desired_weights_and_capacities(Some(desired)).send().await.map_err(Fault::from) {
            Ok(_) => Ok(true),
            Err(fault) if fault.is_in_progress() => Ok(false),
            Err(fault) => Err(failed("sagemaker:UpdateEndpointWeightsAndCapacities")(fault)),
        }
    }

    /// Asks for an endpoint's deletion. One that isn't there, or is changing, is described again by the caller.
    pub(crate) async fn delete_endpoint(&self, name: &EndpointName) -> Result<(), CallError> {
        match self.client.delete_endpoint().endpoint_name(name.as_str()).send().await.map_err(Fault::from) {
            Ok(_) => Ok(()),
            Err(fault) if fault.is_not_found() || fault.is_in_progress() => Ok(()),
            Err(fault) => Err(failed("sagemaker:DeleteEndpoint")(fault)),
        }
    }

    /// Names of the inference components on an endpoint; none where it has gone.
    pub(crate) async fn inference_components_on(&self, endpoint: &EndpointName) -> Result<Vec<String>, CallError> {
        let components = self.inference_components(endpoint.as_str()).await?;
        Ok(components.into_iter().filter_map(|component| component.inference_component_name).collect())
    }

    /// The inference components on an endpoint, by name with their ARNs; none where it has gone.
    pub(crate) async fn inference_component_arns(&self, endpoint: &str) -> Result<BTreeMap<String, String>, CallError> {
        let components = self.inference_components(endpoint).await?.into_iter();
        Ok(components.filter_map(|one| Some((one.inference_component_name?, one.inference_component_arn?))).collect())
    }

    async fn inference_components(&self, endpoint: &str) -> Result<Vec<InferenceComponentSummary>, CallError> {
        let pages = self.client.list_inference_components().endpoint_name_equals(endpoint);
        let listed: Result<Vec<InferenceComponentSummary>, _> = pages.into_paginator().items().send().collect().await;
        Ok(present(listed.map_err(Fault::from), "sagemaker:ListInferenceComponents")?.unwrap_or_default())
    }

    /// Whether a model exists. Where the provider may not look, SageMaker's own check has to do.
    pub(crate) async fn model_exists(&self, name: &str) -> Result<bool, CallError> {
        match self.client.describe_model().model_name(name).send().await.map_err(Fault::from) {
            Ok(_) => Ok(true),
            Err(fault) if fault.is_not_found() => Ok(false),
            Err(fault) => Err(failed("sagemaker:DescribeModel")(fault)),
        }
    }

    /// Deletes an endpoint config. One that isn't there is as good as deleted.
    pub(crate) async fn delete_endpoint_config(&self, name: &str) -> Result<(), CallError> {
        let deleted = self.client.delete_endpoint_config().endpoint_config_name(name).send().await;
        present(deleted.map_err(Fault::from), "sagemaker:DeleteEndpointConfig").map(drop)
    }

    pub(crate) async fn tags(&self, arn: &str) -> Result<Vec<Tag>, CallError> {
        let pages = self.client.list_tags().resource_arn(arn).into_paginator().items().send();
        let listed: Result<Vec<TagShape>, _> = pages.collect().await;
        let tags = present(listed.map_err(Fault::from), "sagemaker:ListTags")?.unwrap_or_default();
        let text = |text: Option<String>| text.unwrap_or_default();
        Ok(tags.into_iter().map(|tag| Tag { key: text(tag.key), value: text(tag.value) }).collect())
    }

    pub(crate) async fn tag(&self, arn: &str, tags: &[Tag]) -> Result<(), CallError> {
        let request = self.client.add_tags().resource_arn(arn).set_tags(Some(tags.iter().map(shape).collect()));
        request.send().await.map(drop).map_err(|error| failed("sagemaker:AddTags")(error.into()))
    }

    pub(crate) async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), CallError> {
        let request = self.client.delete_tags().resource_arn(arn).set_tag_keys(Some(keys.to_vec()));
        request.send().await.map(drop).map_err(|error| failed("sagemaker:DeleteTags")(error.into()))
    }
}

fn shape(tag: &Tag) -> TagShape {
    TagShape::builder().key(&tag.key).value(&tag.value).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The SDK sends a request member by member, so [`SageMaker::create_endpoint_config`] lists them. One that a newer
    /// SDK adds would be read, be part of the name, and never be sent.
    #[test]
    fn every_member_of_create_endpoint_config_is_sent() {
        let members = CreateEndpointConfigInput::SCHEMA.members();
        let names: Vec<&str> = members.iter().filter_map(|member| member.member_name()).collect();
        assert_eq!(
            names,
            [
                "EndpointConfigName",
                "ProductionVariants",
                "DataCaptureConfig",
                "Tags",
                "KmsKeyId",
                "AsyncInferenceConfig",
                "ExplainerConfig",
                "ShadowProductionVariants",
                "ExecutionRoleArn",
                "VpcConfig",
                "EnableNetworkIsolation",
                "MetricsConfig",
            ]
        );
    }
}
