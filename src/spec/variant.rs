//! Reads a config's variants: how many GPUs an instance has, what it costs, and how it serves.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::types::{InstancePool, ProductionVariant, ProductionVariantInstanceType};

use super::{instance_type, quote};
use crate::catalogue::{Accelerators, accelerators};
use crate::endpoint::{Capacity, DeclaredInstances, Dollars, Partitions, PriceBasis, Serving, Variant, VariantName};
use crate::properties::{Cost, Declaration, Declared, DeclaredVariant, Member, ModelMode, Problems};

/// Reads the variants of a config, with what the rest of the declaration says about them.
pub(super) struct VariantReader<'d> {
    pub(super) declaration: &'d Declaration,
    pub(super) problems: &'d Problems,
    /// Whether the endpoint answers from a queue.
    pub(super) asynchronous: bool,
}

impl VariantReader<'_> {
    /// Production variants first, then shadow variants.
    pub(super) fn read(
        &self,
        production: &[Member<'_, ProductionVariant>],
        shadow: &[Member<'_, ProductionVariant>],
    ) -> Vec<Variant> {
        let production = production.iter().map(|variant| (variant, false));
        let shadow = shadow.iter().map(|variant| (variant, true));
        let mut seen = BTreeSet::new();
        let variants: Vec<Variant> = production
            .chain(shadow)
            .filter_map(|(declared, shadow)| {
                let variant = declared.value;
                let name = self.name(&declared.variant_name())?;
                if !seen.insert(name.clone()) {
                    let message = format!(
                        "{} is given twice; each variant needs a name of its own",
                        quote(name.as_str(), self.problems)
                    );
                    self.problems.conflict(&declared.variant_name().path, message);
                }
                let capacity = self.capacity(name.as_str(), declared)?;
                let serving = self.serving(name.as_str(), variant);
                let (partitions, instances) = (Partitions::of(variant), DeclaredInstances::of(variant));
                Some(Variant { name, capacity, serving, partitions, instances, shadow })
            })
            .collect();
        self.validate_overrides(&seen);
        variants
    }

    fn name(&self, declared: &Member<'_, Option<String>>) -> Option<VariantName> {
        let problems = self.problems;
        let path = &declared.path;
        if !problems.clean(path) {
            return None;
        }
        let Some(name) = declared.value.as_deref() else {
            problems.missing(path, "every variant needs a name");
            return None;
        };
        VariantName::parse(name)
            .map_err(|rule| {
                problems.invalid(path, format!("{} is not a variant name; {rule}", quote(name, problems)));
            })
            .ok()
    }

    fn capacity(&self, name: &str, declared: &Member<'_, ProductionVariant>) -> Option<Capacity> {
        let variant = declared.value;
        let types: BTreeSet<&str> = variant
            .instance_type
            .iter()
            .chain(variant.instance_pools().iter().filter_map(|pool| pool.instance_type.as_ref()))
            .map(ProductionVariantInstanceType::as_str)
            .filter(|instance_type| !instance_type.is_empty())
            .collect();
        if variant.serverless_config.is_some() {
            return Some(Capacity::Serverless);
        }
        if types.is_empty() {
            let path = declared.instance_type().path;
            let given = [&path, &declared.instance_pools().path, &declared.serverless_config().path];
            if given.iter().all(|path| self.problems.clean(path)) {
                let fix = "give an InstanceType such as ml.g6.12xlarge, or a ServerlessConfig";
                self.problems.missing(&path, fix);
            }
            return None;
        }
        if !self.types_are_types(declared) {
            return None;
        }
        let gpus = self.gpus(declared, name, &types)?;
        let own = self.entry_for(name).and_then(|entry| entry.cost_per_hour.value);
        let price = match own.or(self.declaration.cost_per_hour.value) {
            Some(Cost::Dollars(dollars)) => PriceBasis::Declared(Dollars(dollars)),
            Some(Cost::Auto) => PriceBasis::ListPrice,
            None => PriceBasis::None,
        };
        let instance_types = types.into_iter().map(str::to_owned).collect();
        Some(Capacity::Instances { gpus, instance_types, price })
    }

    fn serving(&self, name: &str, variant: &ProductionVariant) -> Serving {
        let mode = self.entry_for(name).and_then(|entry| entry.model_mode.value);
        match (&variant.serverless_config, &variant.model_name) {
            (Some(serverless), _) => Serving::Serverless { provisioned: serverless.provisioned_concurrency.is_some() },
            (None, None) => Serving::Components,
            (None, Some(_)) if self.asynchronous => Serving::Asynchronous,
            (None, Some(_)) => match mode {
                Some(ModelMode::MultiModel) => Serving::MultiModel,
                Some(ModelMode::Direct) => Serving::Containers,
                Some(ModelMode::SingleModel) | None => Serving::OwnModel,
            },
        }
    }

    /// Whether each of a variant's instance types can be one. It is asked whatever is said of GPUs: AWS would refuse it.
    fn types_are_types(&self, variant: &Member<'_, ProductionVariant>) -> bool {
        let pools = variant.instance_pools().items();
        let pools = pools.iter().map(Member::<InstancePool>::instance_type);
        let own = std::iter::once(variant.instance_type());
        let mut good = true;
        for Member { value, path } in own.chain(pools) {
            let text = value.as_ref().map(ProductionVariantInstanceType::as_str);
            let validated = self.problems.clean(&path) && !self.problems.is_open(&path);
            let Some(text) = text.filter(|text| !text.is_empty() && validated) else { continue };
            if let Some(mistake) = instance_type::mistake(text) {
                self.problems.invalid(&path, format!("{} {mistake}", quote(text, self.problems)));
                good = false;
            }
        }
        good
    }

    /// GPUs of one instance: from the variant's own entry, from the declaration, or from the catalogue.
    fn gpus(&self, variant: &Member<'_, ProductionVariant>, name: &str, types: &BTreeSet<&str>) -> Option<u32> {
        let catalogued: BTreeSet<u32> = types
            .iter()
            .filter_map(|instance_type| match accelerators(instance_type) {
                Accelerators::Gpus(gpus) => Some(gpus),
                Accelerators::Others(_) | Accelerators::None => Some(0),
                Accelerators::Unknown => None,
            })
            .collect();
        let unknown = types.iter().find(|instance_type| accelerators(instance_type) == Accelerators::Unknown);
        if let Some(gpus) = self.entry_for(name).and_then(|entry| entry.gpus_per_instance.value) {
            return u32::try_from(gpus).ok();
        }
        match (unknown, self.declaration.gpus_per_instance.value, catalogued.len()) {
            (None, _, 1) if catalogued.contains(&0) => Some(0),
            (_, Some(gpus), _) => u32::try_from(gpus).ok(),
            (None, None, 1) => catalogued.first().copied(),
            (Some(instance_type), None, _) => {
                let message = format!(
                    "{} is newer than this provider's catalogue of instance types; say how many GPUs an instance has, in \
                     GpusPerInstance (or in Variants, for this variant alone){}",
                    quote(instance_type, self.problems),
                    instance_type::nearest(instance_type)
                        .map(|near| format!("; or use {near}, if that was meant"))
                        .unwrap_or_default()
                );
                self.problems.missing(&variant.instance_type().path, message);
                None
            }
            (None, None, _) => {
                let message = "the instance types of these pools have different numbers of GPUs, so unused GPUs and costs can't be \
                               counted; use types that have the same, or give GpusPerInstance in Variants";
                self.problems.conflict(&variant.instance_pools().path, message);
                None
            }
        }
    }

    fn entry_for(&self, name: &str) -> Option<&DeclaredVariant> {
        self.declaration.variants.iter().find(|entry| entry.variant_name.value.as_deref() == Some(name))
    }

    fn validate_overrides(&self, known: &BTreeSet<VariantName>) {
        let variants = self.declaration.config_members().production_variants().path;
        let mut seen = BTreeSet::new();
        for Declared { path, value } in self.declaration.variants.iter().map(|entry| &entry.variant_name) {
            let Some(name) = value.as_deref() else { continue };
            if !known.iter().any(|variant| variant.as_str() == name) && self.problems.clean(&variants) {
                let names: Vec<&str> = known.iter().map(VariantName::as_str).collect();
                let message = format!("{} names no variant; there is {}", quote(name, self.problems), names.join(", "));
                self.problems.conflict(path, message);
            }
            if !seen.insert(name) {
                self.problems.conflict(path, format!("{} is given twice; keep one entry", quote(name, self.problems)));
            }
        }
    }
}
