//! Members of the SDK's requests at their places in a declaration: a rule asks for a member and gets its value and its path.
//!
//! A row of `members!` names a field of an SDK's type and the member that templates spell: the compiler proves the first, and a
//! test finds the second in the SDK's schema. So a rule types no path.

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::update_endpoint::UpdateEndpointInput;
use aws_sdk_sagemaker::types::{
    AcceleratorPartitionLayout, BlueGreenUpdatePolicy, CapacitySize, DeploymentConfig, InstancePool, MetricsConfig,
    ProductionVariant, ProductionVariantInstanceType, ProductionVariantManagedInstanceScaling,
    ProductionVariantServerlessConfig, RollingUpdatePolicy, Tag, TrafficRoutingConfig,
};

use super::node::ROOT;

/// What a declaration gives for a member of an SDK's request, and where. Its value may be secret, so there is no `Debug`.
pub(crate) struct Member<'v, T> {
    /// As the SDK reads it.
    pub(crate) value: &'v T,
    /// Where it stands, or would: `Properties.ProductionVariants[0].ModelName`.
    pub(crate) path: String,
}

impl<'v, T> Member<'v, T> {
    /// A whole request, whose members are properties.
    pub(crate) fn root(request: &'v T) -> Self {
        Self { value: request, path: ROOT.to_owned() }
    }

    fn member<U>(&self, name: &str, value: &'v U) -> Member<'v, U> {
        Member { value, path: format!("{}.{name}", self.path) }
    }
}

impl<'v, T> Member<'v, Option<T>> {
    /// The member where it is given.
    pub(crate) fn given(&self) -> Option<Member<'v, T>> {
        Some(Member { value: self.value.as_ref()?, path: self.path.clone() })
    }
}

impl<'v, T> Member<'v, Option<Vec<T>>> {
    /// Each item of a list; none where it is left out.
    pub(crate) fn items(&self) -> Vec<Member<'v, T>> {
        self.with_items(self.value.as_deref().unwrap_or_default())
    }

    /// The same for other values of the list: those that were read from the endpoint, since the declaration leaves them out.
    pub(crate) fn with_items<'w>(&self, items: &'w [T]) -> Vec<Member<'w, T>> {
        let item = |(at, value)| Member { value, path: format!("{}[{at}]", self.path) };
        items.iter().enumerate().map(item).collect()
    }
}

macro_rules! members {
    ($($shape:ident { $($field:ident: $type:ty => $name:literal,)+ })+) => {
        $(impl<'v> Member<'v, $shape> {
            $(#[doc = concat!("`", $name, "`.")]
            pub(crate) fn $field(&self) -> Member<'v, $type> {
                self.member($name, &self.value.$field)
            })+
        })+

        #[cfg(test)]
        const NAMED: &[(&aws_smithy_schema::Schema<'_>, &[(&str, &str)])] =
            &[$(($shape::SCHEMA, &[$((stringify!($field), $name)),+])),+];
    };
}

members! {
    CreateEndpointConfigInput {
        endpoint_config_name: Option<String> => "EndpointConfigName",
        execution_role_arn: Option<String> => "ExecutionRoleArn",
        metrics_config: Option<MetricsConfig> => "MetricsConfig",
        production_variants: Option<Vec<ProductionVariant>> => "ProductionVariants",
        shadow_production_variants: Option<Vec<ProductionVariant>> => "ShadowProductionVariants",
        tags: Option<Vec<Tag>> => "Tags",
    }
    UpdateEndpointInput {
        deployment_config: Option<DeploymentConfig> => "DeploymentConfig",
    }
    MetricsConfig {
        metric_publish_frequency_in_seconds: Option<i32> => "MetricPublishFrequencyInSeconds",
    }
    Tag {
        key: Option<String> => "Key",
        value: Option<String> => "Value",
    }
    ProductionVariant {
        accelerator_partition_layouts: Option<Vec<AcceleratorPartitionLayout>> => "AcceleratorPartitionLayouts",
        instance_pools: Option<Vec<InstancePool>> => "InstancePools",
        instance_type: Option<ProductionVariantInstanceType> => "InstanceType",
        managed_instance_scaling: Option<ProductionVariantManagedInstanceScaling> => "ManagedInstanceScaling",
        model_name: Option<String> => "ModelName",
        serverless_config: Option<ProductionVariantServerlessConfig> => "ServerlessConfig",
        variant_name: Option<String> => "VariantName",
    }
    InstancePool {
        instance_type: Option<ProductionVariantInstanceType> => "InstanceType",
    }
    ProductionVariantManagedInstanceScaling {
        min_instance_count: Option<i32> => "MinInstanceCount",
    }
    ProductionVariantServerlessConfig {
        memory_size_in_mb: Option<i32> => "MemorySizeInMB",
        provisioned_concurrency: Option<i32> => "ProvisionedConcurrency",
    }
    DeploymentConfig {
        blue_green_update_policy: Option<BlueGreenUpdatePolicy> => "BlueGreenUpdatePolicy",
        rolling_update_policy: Option<RollingUpdatePolicy> => "RollingUpdatePolicy",
    }
    BlueGreenUpdatePolicy {
        traffic_routing_configuration: Option<TrafficRoutingConfig> => "TrafficRoutingConfiguration",
    }
    TrafficRoutingConfig {
        canary_size: Option<CapacitySize> => "CanarySize",
        linear_step_size: Option<CapacitySize> => "LinearStepSize",
        wait_interval_in_seconds: Option<i32> => "WaitIntervalInSeconds",
    }
    RollingUpdatePolicy {
        maximum_batch_size: Option<CapacitySize> => "MaximumBatchSize",
        rollback_maximum_batch_size: Option<CapacitySize> => "RollbackMaximumBatchSize",
        wait_interval_in_seconds: Option<i32> => "WaitIntervalInSeconds",
    }
    CapacitySize {
        value: Option<i32> => "Value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_one_of_its_shape_and_named_as_its_field() {
        for (shape, members) in NAMED {
            for (field, name) in *members {
                assert!(shape.member_schema(name).is_some(), "{name} is no member of {:?}", shape.shape_id());
                assert_eq!(field.replace('_', ""), name.to_ascii_lowercase(), "{:?}", shape.shape_id());
            }
        }
    }

    #[test]
    fn a_member_is_handed_out_with_its_path() {
        let variants = vec![ProductionVariant::builder().variant_name("a").model_name("m").build(); 2];
        let config = CreateEndpointConfigInput::builder().set_production_variants(Some(variants)).build().unwrap();
        let config = Member::root(&config);
        let model = config.production_variants().items()[1].model_name().given().unwrap();
        assert_eq!((model.value.as_str(), model.path.as_str()), ("m", "Properties.ProductionVariants[1].ModelName"));
        assert!(config.metrics_config().given().is_none());
        assert_eq!(config.tags().path, "Properties.Tags");
    }
}
