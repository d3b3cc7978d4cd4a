//! Which declared weights and instance counts an update would not apply by itself. Pure.
//!
//! With `RetainAllVariantProperties`, `UpdateEndpoint` keeps what runs and ignores what the new config says of instance counts,
//! weights and data capture (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html>). That is what
//! an autoscaled variant needs, and not what somebody wants who has just declared another number. So a property that was
//! newly declared is excluded from what is retained, where that touches no variant that was left as it was, and is asked for
//! variant by variant otherwise.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::create_endpoint_config::CreateEndpointConfigInput;
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{
    DesiredWeightAndCapacity, ManagedInstanceScalingStatus, ProductionVariant, VariantProperty, VariantPropertyType,
};

use crate::spec::Deployment;

/// What one variant is declared to have.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct CountAndWeight {
    count: Option<i32>,
    weight: Option<f32>,
}

/// What was newly declared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::reconcile) struct DeclaredCapacity {
    /// Of every variant that was there before.
    declared: BTreeMap<String, CountAndWeight>,
    /// Of those, what has changed.
    changed: BTreeMap<String, CountAndWeight>,
    data_capture: bool,
}

impl DeclaredCapacity {
    /// What `new` declares otherwise than `old` did; all of it where variants are no longer to keep what they have.
    pub(in crate::reconcile) fn between(
        old: &CreateEndpointConfigInput,
        new: &CreateEndpointConfigInput,
        stops_retaining: bool,
    ) -> Self {
        let before: BTreeMap<&str, CountAndWeight> = old.production_variants().iter().filter_map(declared).collect();
        let mut capacity = Self { data_capture: old.data_capture_config != new.data_capture_config, ..Self::default() };
        for (name, now) in new.production_variants().iter().filter_map(declared) {
            let Some(then) = before.get(name) else { continue };
            capacity.declared.insert(name.to_owned(), now);
            let changed = CountAndWeight {
                count: now.count.filter(|_| stops_retaining || now.count != then.count),
                weight: now.weight.filter(|_| stops_retaining || now.weight != then.weight),
            };
            if changed != CountAndWeight::default() {
                capacity.changed.insert(name.to_owned(), changed);
            }
        }
        capacity
    }

    /// What an update of `running` is not to retain: as the author says, and what was newly declared.
    pub(in crate::reconcile) fn excluded(
        &self,
        deployment: &Deployment,
        running: &DescribeEndpointOutput,
    ) -> Option<Vec<VariantProperty>> {
        let given = deployment.exclude_retained_variant_properties.clone();
        if deployment.retain_all_variant_properties != Some(true) {
            return given;
        }
        let mut kinds: Vec<VariantPropertyType> =
            given.iter().flatten().filter_map(|property| property.variant_property_type.clone()).collect();
        let running = state(running);
        let mut exclude = |kind: VariantPropertyType, wanted: bool| {
            if wanted && !kinds.contains(&kind) {
                kinds.push(kind);
            }
        };
        exclude(VariantPropertyType::DesiredInstanceCount, self.all_agree(&running, |one| one.count));
        exclude(VariantPropertyType::DesiredWeight, self.all_agree(&running, |one| one.weight));
        exclude(VariantPropertyType::DataCaptureConfig, self.data_capture);
        let properties = kinds.into_iter().map(|kind| VariantProperty::builder().variant_property_type(kind).build());
        let properties: Vec<VariantProperty> = properties.collect();
        (!properties.is_empty()).then_some(properties)
    }

    /// Whether a property was newly declared for some variant, and all others run with what they declare: then the config's
    /// word may count for all of them.
    fn all_agree<T: PartialEq>(
        &self,
        running: &BTreeMap<&str, CountAndWeight>,
        property: fn(&CountAndWeight) -> Option<T>,
    ) -> bool {
        let changed = |name: &str| self.changed.get(name).and_then(property).is_some();
        let agrees = |(name, declared): (&String, &CountAndWeight)| {
            changed(name) || running.get(name.as_str()).is_none_or(|runs| property(runs) == property(declared))
        };
        self.changed.keys().any(|name| changed(name)) && self.declared.iter().all(agrees)
    }

    /// What was newly declared and doesn't run.
    pub(in crate::reconcile) fn missing(&self, running: &DescribeEndpointOutput) -> Vec<DesiredWeightAndCapacity> {
        let running = state(running);
        let missing = self.changed.iter().filter_map(|(name, desired)| {
            let runs = running.get(name.as_str())?;
            let count = desired.count.filter(|count| runs.count.is_some_and(|runs| runs != *count));
            let weight =
                desired.weight.filter(|weight| runs.weight.is_some_and(|runs| (runs - weight).abs() > f32::EPSILON));
            if count.is_none() && weight.is_none() {
                return None;
            }
            let desired = DesiredWeightAndCapacity::builder().variant_name(name);
            Some(desired.set_desired_instance_count(count).set_desired_weight(weight).build())
        });
        missing.collect()
    }
}

fn declared(variant: &ProductionVariant) -> Option<(&str, CountAndWeight)> {
    let scaling = variant.managed_instance_scaling.as_ref().and_then(|scaling| scaling.status.as_ref());
    // SageMaker scales such a variant itself, between bounds that the config gives.
    let count = variant.initial_instance_count.filter(|_| scaling != Some(&ManagedInstanceScalingStatus::Enabled));
    Some((variant.variant_name()?, CountAndWeight { count, weight: variant.initial_variant_weight }))
}

fn state(endpoint: &DescribeEndpointOutput) -> BTreeMap<&str, CountAndWeight> {
    let variants = endpoint.production_variants().iter();
    let known = variants.filter_map(|variant| {
        let declared = CountAndWeight { count: variant.desired_instance_count, weight: variant.desired_weight };
        Some((variant.variant_name()?, declared))
    });
    known.collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_sagemaker::types::ProductionVariantSummary;

    use super::*;

    type Variant = (&'static str, i32, f32);

    fn config(variants: &[Variant]) -> CreateEndpointConfigInput {
        let variant = |(name, count, weight): &Variant| {
            let variant = ProductionVariant::builder().variant_name(*name);
            variant.initial_instance_count(*count).initial_variant_weight(*weight).build()
        };
        let all = variants.iter().map(variant).collect();
        CreateEndpointConfigInput::builder().set_production_variants(Some(all)).build().unwrap()
    }

    fn running(variants: &[Variant]) -> DescribeEndpointOutput {
        let variant = |(name, count, weight): &Variant| {
            let variant = ProductionVariantSummary::builder().variant_name(*name);
            variant.desired_instance_count(*count).desired_weight(*weight).build()
        };
        let all = variants.iter().map(variant).collect();
        DescribeEndpointOutput::builder().set_production_variants(Some(all)).build()
    }

    fn missing(capacity: &DeclaredCapacity, runs: &[Variant]) -> Vec<(String, Option<i32>, Option<f32>)> {
        let missing = capacity.missing(&running(runs)).into_iter();
        missing
            .map(|one| (one.variant_name.unwrap_or_default(), one.desired_instance_count, one.desired_weight))
            .collect()
    }

    #[test]
    fn only_what_was_newly_declared_and_does_not_run_is_missing() {
        let old = config(&[("a", 1, 1.0), ("b", 1, 1.0)]);
        let new = config(&[("a", 3, 1.0), ("b", 1, 1.0), ("new", 7, 1.0)]);
        let capacity = DeclaredCapacity::between(&old, &new, false);
        assert_eq!(missing(&capacity, &[("a", 2, 0.5), ("b", 9, 1.0)]), [("a".to_owned(), Some(3), None)]);
        assert!(missing(&capacity, &[("a", 3, 1.0), ("b", 9, 1.0)]).is_empty(), "an autoscaler moved the other");
        assert!(missing(&DeclaredCapacity::between(&old, &old, false), &[("a", 4, 0.1)]).is_empty());
    }

    #[test]
    fn what_is_no_longer_retained_is_newly_declared() {
        let same = config(&[("a", 1, 1.0)]);
        let capacity = DeclaredCapacity::between(&same, &same, true);
        assert_eq!(missing(&capacity, &[("a", 4, 0.5)]), [("a".to_owned(), Some(1), Some(1.0))]);
    }

    #[test]
    fn a_count_that_sagemaker_scales_by_itself_is_not_declared() {
        let scaled = |count: i32| {
            let scaling = aws_sdk_sagemaker::types::ProductionVariantManagedInstanceScaling::builder()
                .status(ManagedInstanceScalingStatus::Enabled)
                .build();
            let mut config = config(&[("a", count, 1.0)]);
            config.production_variants.iter_mut().flatten().for_each(|variant| {
                variant.managed_instance_scaling = Some(scaling.clone());
            });
            config
        };
        assert_eq!(DeclaredCapacity::between(&scaled(1), &scaled(5), false).changed, BTreeMap::new());
    }
}
