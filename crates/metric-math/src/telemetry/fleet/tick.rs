//! Who publishes: for each row of the table the instances, GPUs, containers or copies whose samples it holds.

use super::{
    Component, Fleet, Load, PublishedReading, Serving, Timestamp, Variant,
    placement::PlacedCopy,
    publish::{INVOCATIONS, Phase},
    table::Row,
    value::{Machine, Requests},
};
use crate::telemetry::Metric;

/// Containers of a variant that has several.
pub(super) const CONTAINERS: [&str; 2] = ["tokenizer", "classifier"];

/// What is published at one time, and again at every other while nothing changes.
pub(super) struct Tick<'t> {
    pub(super) fleet: &'t Fleet,
    pub(super) copies: &'t [PlacedCopy],
    pub(super) since_start: Timestamp,
    pub(super) interval: Timestamp,
    pub(super) phase: Phase,
}

/// Whose samples a row holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Endpoint,
    Instance,
    Gpu,
    Container,
    Copy,
    GpuOfCopy,
    WithoutCopy,
}

impl Level {
    fn of(row: &Row, serving: Serving) -> Self {
        let of_component = row.has("InferenceComponentName");
        // Requests are counted where they are answered, so a component's also under a set that doesn't name it.
        let by_copy = of_component || (row.namespace == INVOCATIONS && serving == Serving::Components);
        if row.conditions.contains(&"called without a copy") {
            Self::WithoutCopy
        } else if row.dimensions == ["EndpointName"] {
            Self::Endpoint
        } else if row.has("ContainerName") {
            Self::Container
        } else if row.is_per_gpu() {
            if of_component { Self::GpuOfCopy } else { Self::Gpu }
        } else if by_copy {
            Self::Copy
        } else {
            Self::Instance
        }
    }
}

/// Takes the samples of all rows of a level from one source, given what each row's value is.
type Put<'p> = dyn FnMut(Level, &Place, &dyn Fn(&Row) -> Option<f64>) + 'p;

/// The values of all dimensions that one source of samples has.
#[derive(Clone, Default)]
struct Place {
    named: Vec<(&'static str, String)>,
}

impl Place {
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.named.push((name, value.into()));
        self
    }

    /// The row's metric, where the source has all of its dimensions.
    fn metric(&self, row: &Row) -> Option<Metric> {
        let value = |name: &&'static str| self.named.iter().find(|(known, _)| known == name);
        let dimensions: Option<Vec<(&str, &str)>> =
            row.dimensions.iter().map(|name| value(name).map(|(name, value)| (*name, value.as_str()))).collect();
        Some(Metric::new(row.namespace, row.metric, &dimensions?))
    }
}

impl Tick<'_> {
    /// All samples, given the rows of each variant.
    pub(super) fn published(&self, rows: &[Vec<&'static Row>]) -> Vec<(Metric, f64)> {
        let mut samples = Vec::new();
        for (number, (variant, rows)) in self.fleet.variants.iter().zip(rows).enumerate() {
            let serving = self.fleet.serving(variant);
            let rows: Vec<(Level, &Row)> = rows.iter().map(|row| (Level::of(row, serving), *row)).collect();
            let mut put = |level: Level, place: &Place, value: &dyn Fn(&Row) -> Option<f64>| {
                let rows = rows.iter().filter(|(own, _)| *own == level).map(|(_, row)| row);
                samples.extend(rows.filter_map(|row| Some((place.metric(row)?, value(row)?))));
            };
            if self.phase.has(0) {
                let requests = self.requests(&variant.load, f64::from(self.instances(variant)));
                put(Level::Endpoint, &self.of_endpoint(), &|row| requests.queue(row));
            }
            let instances = if serving.is_serverless() { 1 } else { self.instances(variant) as usize };
            for instance in (0..instances).filter(|one| self.phase.has(*one)) {
                self.instance(number, instance, &mut put);
            }
            for copy in self.copies.iter().filter(|copy| copy.variant == number && self.phase.has(copy.instance)) {
                self.copy(copy, &mut put);
            }
            if self.phase.has(0) {
                self.without_copies(variant, &mut put);
            }
        }
        samples
    }

    fn instances(&self, variant: &Variant) -> u32 {
        variant.instances.at(self.since_start)
    }

    fn requests(&self, load: &Load, sharing: f64) -> Requests {
        let silent = self.fleet.reads(PublishedReading::SilentWhileIdle);
        Requests { load: *load, interval: self.interval, sharing, silent }
    }

    fn of_endpoint(&self) -> Place {
        Place::default().with("EndpointName", &self.fleet.endpoint)
    }

    fn of_instance(&self, variant: &Variant, instance: usize) -> Place {
        let region = &self.fleet.region;
        // Instances are spread over three zones.
        let zone = ["a", "b", "c"][instance % 3];
        let instance_type = variant.instance_type.split(", ").next().unwrap_or_default();
        self.of_endpoint()
            .with("VariantName", &variant.name)
            .with("InstanceId", format!("i-{}-{instance:04}", variant.name))
            .with("Region", region)
            .with("AvailabilityZone", format!("{region}{zone}"))
            .with("InstanceType", instance_type)
    }

    fn instance(&self, number: usize, instance: usize, put: &mut Put<'_>) {
        let variant = &self.fleet.variants[number];
        let machine = Machine::of(self.fleet, self.copies, number, instance);
        let requests = self.requests(&variant.load, f64::from(self.instances(variant)));
        let place = self.of_instance(variant, instance);
        put(Level::Instance, &place, &|row| machine.value(row.metric).or_else(|| requests.value(row)));
        for (gpu, (compute, memory)) in machine.gpus.iter().enumerate() {
            let name = self.fleet.gpu_dimension.name();
            put(Level::Gpu, &place.clone().with(name, gpu.to_string()), &|row| match row.metric {
                "GPUUtilization" => Some(*compute),
                "GPUMemoryUtilization" => Some(*memory),
                // Of one GPU both are the same; only where components are active.
                "GPUUtilizationNormalized" => machine.active.then_some(*compute),
                "GPUMemoryUtilizationNormalized" => machine.active.then_some(*memory),
                _ => None,
            });
        }
        // Each container answers its part of the requests.
        let part = f64::from(u32::try_from(CONTAINERS.len()).unwrap_or(1));
        let load = Load { invocations_per_minute: variant.load.invocations_per_minute / part, ..variant.load };
        let requests = self.requests(&load, f64::from(self.instances(variant)));
        for container in CONTAINERS {
            put(Level::Container, &place.clone().with("ContainerName", container), &|row| {
                machine.value(row.metric).map(|value| value / part).or_else(|| requests.value(row))
            });
        }
    }

    fn of_copy(&self, copy: &PlacedCopy, component: &Component) -> Place {
        self.of_instance(&self.fleet.variants[copy.variant], copy.instance)
            .with("ContainerId", container(component, copy))
            .with("InferenceComponentName", &component.name)
    }

    fn copy(&self, copy: &PlacedCopy, put: &mut Put<'_>) {
        let component = &self.fleet.components[copy.component];
        let load = component.load;
        let copies = self.copies.iter().filter(|other| other.component == copy.component).count();
        let requests = self.requests(&load, f64::from(u32::try_from(copies).unwrap_or(u32::MAX)));
        let does = |metric: &str| match metric {
            "CPUUtilizationNormalized" => Some(load.cpu_percent),
            "MemoryUtilizationNormalized" => Some(load.memory_percent),
            "GPUUtilizationNormalized" if !copy.gpus.is_empty() => Some(load.gpu_percent),
            "GPUMemoryUtilizationNormalized" if !copy.gpus.is_empty() => Some(load.gpu_memory_percent),
            _ => None,
        };
        let place = self.of_copy(copy, component);
        put(Level::Copy, &place, &|row| does(row.metric).or_else(|| requests.value(row)));
        for gpu in &copy.gpus {
            let name = self.fleet.gpu_dimension.name();
            put(Level::GpuOfCopy, &place.clone().with(name, gpu.to_string()), &|row| does(row.metric));
        }
    }

    fn without_copies(&self, variant: &Variant, put: &mut Put<'_>) {
        let goes_on = self.fleet.reads(PublishedReading::ZerosAtZeroCopies);
        for (number, component) in self.fleet.components.iter().enumerate() {
            if component.variant != variant.name || self.copies.iter().any(|copy| copy.component == number) {
                continue;
            }
            // It is on no instance, so it has a name and nothing else.
            let place = Place::default().with("InferenceComponentName", &component.name);
            let met_no_copy = self.requests(&component.load, 1.0).met_no_copy();
            put(Level::WithoutCopy, &place, &|_| met_no_copy);
            if goes_on {
                let uncalled = self.requests(&Load { invocations_per_minute: 0.0, ..component.load }, 1.0);
                put(Level::Copy, &place, &|row| uncalled.value(row));
            }
        }
    }
}

/// A container's id: no other container has it, not even one that takes the place of an earlier copy.
fn container(component: &Component, copy: &PlacedCopy) -> String {
    let name = format!("{}-{:04}", component.name, copy.number);
    if copy.earlier == 0 { name } else { format!("{name}-{}", copy.earlier) }
}
