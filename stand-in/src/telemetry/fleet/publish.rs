//! What a fleet publishes, metric by metric.
//!
//! One sample per instance and publish interval without enhanced metrics; with them also one per GPU, container and
//! copy. Not documented and therefore chosen here: the sample of a component's own metrics
//! (`{InferenceComponentName}`) is one per copy and interval, and invocation metrics come as one sample per copy and
//! interval whose value is the number of requests.

use std::collections::BTreeSet;

use super::{
    Fleet, IdleReservation, Load, MetricStore, Phases, SECOND, Timestamp, Variant, placement, placement::Copy,
};
use crate::telemetry::Metric;

const ENDPOINTS: &str = "/aws/sagemaker/Endpoints";
const COMPONENTS: &str = "/aws/sagemaker/InferenceComponents";
const INVOCATIONS: &str = "AWS/SageMaker";
/// Invocation metrics keep to one minute unless enhanced metrics are on
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MetricsConfig.html>).
const PLAIN_INVOCATIONS: u32 = 60;

pub(super) fn publish(fleet: &Fleet, store: &mut MetricStore, start: Timestamp, from: Timestamp, until: Timestamp) {
    let utilization = Timestamp::from(fleet.publish_frequency) * SECOND;
    let invocations = if fleet.enhanced_metrics { utilization } else { Timestamp::from(PLAIN_INVOCATIONS) * SECOND };
    let ranges = unchanged(fleet, start, from.max(start), until);
    for (begin, end) in ranges {
        let since_start = begin - start;
        let copies = placement::place(fleet, since_start);
        let mut each = |interval, publish: &dyn Fn(&mut Tick<'_>, Phase)| {
            for (phase, times) in ticks(fleet, begin, end, interval) {
                let mut tick = Tick { fleet, copies: &copies, since_start, published: Vec::new() };
                publish(&mut tick, phase);
                for (metric, value) in tick.published {
                    store.put_at(&metric, &times, value);
                }
            }
        };
        each(utilization, &|tick, phase| tick.utilization(phase));
        each(invocations, &|tick, phase| tick.invocations(phase, invocations));
    }
}

/// The range, cut wherever a count changes.
fn unchanged(fleet: &Fleet, start: Timestamp, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let instances = fleet.variants.iter().map(|variant| &variant.instances);
    let copies = fleet.components.iter().map(|component| &component.copies);
    let changes =
        instances.chain(copies).flat_map(|steps| &steps.0).map(|(at, _)| start + Timestamp::from(*at) * SECOND);
    let cuts: BTreeSet<Timestamp> = changes.chain([from, until]).filter(|at| (from..=until).contains(at)).collect();
    cuts.iter().copied().zip(cuts.iter().copied().skip(1)).collect()
}

/// Which instances publish at a tick.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    All,
    Instance(usize),
}

impl Phase {
    fn has(self, instance: usize) -> bool {
        self == Self::All || self == Self::Instance(instance)
    }
}

/// Every publish time in a range, by who publishes at it.
fn ticks(fleet: &Fleet, from: Timestamp, until: Timestamp, interval: Timestamp) -> Vec<(Phase, Vec<Timestamp>)> {
    let from_offset = |offset: Timestamp| {
        let first = (from - offset + interval - 1).div_euclid(interval) * interval + offset;
        let count = (until - first + interval - 1).div_euclid(interval).max(0);
        (0..count).map(|number| first + number * interval).collect()
    };
    match fleet.phases {
        Phases::Aligned => vec![(Phase::All, from_offset(0))],
        Phases::PerInstance => {
            let most = fleet.variants.iter().flat_map(|variant| &variant.instances.0).map(|(_, count)| *count).max();
            (0..most.unwrap_or(0))
                // Spread over the interval, the same at every run; 7919 is prime and so shares no divisor with it.
                .map(|instance| (instance as usize, (Timestamp::from(instance) + 1) * 7919 % interval))
                .map(|(instance, offset)| (Phase::Instance(instance), from_offset(offset)))
                .collect()
        }
    }
}

/// What is published at one time, and again at every other while nothing changes.
struct Tick<'t> {
    fleet: &'t Fleet,
    copies: &'t [Copy],
    since_start: Timestamp,
    published: Vec<(Metric, f64)>,
}

impl Tick<'_> {
    fn put(&mut self, namespace: &str, name: &str, dimensions: &[(&str, &str)], value: f64) {
        self.published.push((Metric::new(namespace, name, dimensions), value));
    }

    fn utilization(&mut self, phase: Phase) {
        let fleet = self.fleet;
        for (number, variant) in fleet.variants.iter().enumerate() {
            let active = self.copies.iter().any(|copy| copy.variant == number);
            for instance in (0..variant.instances.at(self.since_start) as usize).filter(|one| phase.has(*one)) {
                self.instance(number, variant, instance, active);
            }
        }
        let copies = self.copies;
        for copy in copies.iter().filter(|copy| phase.has(copy.instance)) {
            self.copy(copy);
        }
    }

    fn instance(&mut self, number: usize, variant: &Variant, instance: usize, active: bool) {
        let fleet = self.fleet;
        let here: Vec<&Copy> =
            self.copies.iter().filter(|copy| copy.variant == number && copy.instance == instance).collect();
        let hosts_components = fleet.components.iter().any(|component| component.variant == variant.name);
        let own = if hosts_components { &Load::IDLE } else { &variant.load };
        let load_of = |copy: &Copy| fleet.components[copy.component].load;
        let summed = |value: fn(&Load) -> f64| {
            if here.is_empty() {
                value(own)
            } else {
                here.iter().map(|copy| value(&load_of(copy))).sum::<f64>().min(100.0)
            }
        };
        let (cpu, memory) = (summed(|load| load.cpu_percent), summed(|load| load.memory_percent));
        let gpu_of = |gpu: u32, value: fn(&Load) -> f64| match here.iter().find(|copy| copy.gpus.contains(&gpu)) {
            Some(copy) => value(&load_of(copy)),
            None if hosts_components => 0.0,
            None => value(own),
        };
        let gpus: Vec<(f64, f64)> = (0..variant.gpus_per_instance)
            .map(|gpu| (gpu_of(gpu, |load| load.gpu_percent), gpu_of(gpu, |load| load.gpu_memory_percent)))
            .collect();
        let held: u32 = here.iter().map(|copy| copy.gpus.end - copy.gpus.start).sum();
        let idle = here.is_empty();
        let id = instance_id(variant, instance);
        let of_variant = [("EndpointName", fleet.endpoint.as_str()), ("VariantName", variant.name.as_str())];
        let mut of_instance = of_variant.to_vec();
        of_instance.push(("InstanceId", &id));
        let sets: &[&[(&str, &str)]] =
            if fleet.enhanced_metrics { &[&of_variant, &of_instance] } else { &[&of_variant] };
        let many = f64::from(variant.gpus_per_instance);
        let sum = |part: fn(&(f64, f64)) -> f64| gpus.iter().map(part).sum::<f64>();
        for set in sets {
            self.put(ENDPOINTS, "CPUUtilization", set, cpu);
            self.put(ENDPOINTS, "MemoryUtilization", set, memory);
            self.put(ENDPOINTS, "DiskUtilization", set, 20.0);
            if !gpus.is_empty() {
                // Summed over the devices, so up to 100 times their number.
                self.put(ENDPOINTS, "GPUUtilization", set, sum(|gpu| gpu.0));
                self.put(ENDPOINTS, "GPUMemoryUtilization", set, sum(|gpu| gpu.1));
            }
            // Only while inference components are active.
            if active {
                self.put(ENDPOINTS, "CPUUtilizationNormalized", set, cpu);
                self.put(ENDPOINTS, "MemoryUtilizationNormalized", set, memory);
                if !gpus.is_empty() {
                    self.put(ENDPOINTS, "GPUUtilizationNormalized", set, sum(|gpu| gpu.0) / many);
                    self.put(ENDPOINTS, "GPUMemoryUtilizationNormalized", set, sum(|gpu| gpu.1) / many);
                }
                if !gpus.is_empty() && (!idle || fleet.idle_reservation == IdleReservation::Zero) {
                    self.put(ENDPOINTS, "GPUReservation", set, 100.0 * f64::from(held) / many);
                }
            }
        }
        if fleet.enhanced_metrics {
            for (gpu, (compute, memory)) in gpus.iter().enumerate() {
                let gpu = gpu.to_string();
                let mut of_gpu = of_instance.clone();
                of_gpu.push((fleet.gpu_dimension.name(), &gpu));
                self.put(ENDPOINTS, "GPUUtilization", &of_gpu, *compute);
                self.put(ENDPOINTS, "GPUMemoryUtilization", &of_gpu, *memory);
            }
        }
    }

    fn copy(&mut self, copy: &Copy) {
        let fleet = self.fleet;
        let component = &fleet.components[copy.component];
        let variant = &fleet.variants[copy.variant];
        let load = component.load;
        let metrics = [
            ("CPUUtilizationNormalized", load.cpu_percent),
            ("MemoryUtilizationNormalized", load.memory_percent),
            ("GPUUtilizationNormalized", load.gpu_percent),
            ("GPUMemoryUtilizationNormalized", load.gpu_memory_percent),
        ];
        for (name, value) in metrics {
            if !name.starts_with("GPU") || !copy.gpus.is_empty() {
                self.put(COMPONENTS, name, &[("InferenceComponentName", &component.name)], value);
            }
        }
        if !fleet.enhanced_metrics {
            return;
        }
        let (instance, container) = (instance_id(variant, copy.instance), container_id(&component.name, copy.number));
        let of_copy = [
            ("EndpointName", fleet.endpoint.as_str()),
            ("VariantName", variant.name.as_str()),
            ("InstanceId", instance.as_str()),
            ("ContainerId", container.as_str()),
            ("InferenceComponentName", component.name.as_str()),
        ];
        for (name, value) in &metrics[..2] {
            self.put(COMPONENTS, name, &of_copy, *value);
        }
        for gpu in copy.gpus.clone() {
            let gpu = gpu.to_string();
            let mut of_gpu = of_copy.to_vec();
            of_gpu.push((fleet.gpu_dimension.name(), &gpu));
            for (name, value) in &metrics[2..] {
                self.put(COMPONENTS, name, &of_gpu, *value);
            }
        }
    }

    fn invocations(&mut self, phase: Phase, interval: Timestamp) {
        let fleet = self.fleet;
        for variant in &fleet.variants {
            if fleet.components.iter().any(|component| component.variant == variant.name) {
                continue;
            }
            for instance in (0..variant.instances.at(self.since_start) as usize).filter(|one| phase.has(*one)) {
                let container = container_id(&variant.name, u32::try_from(instance).unwrap_or(u32::MAX));
                self.requests(variant, instance, &container, &variant.load, None, interval);
            }
        }
        let copies = self.copies;
        for copy in copies.iter().filter(|copy| phase.has(copy.instance)) {
            let component = &fleet.components[copy.component];
            let container = container_id(&component.name, copy.number);
            let variant = &fleet.variants[copy.variant];
            self.requests(variant, copy.instance, &container, &component.load, Some(&component.name), interval);
        }
    }

    fn requests(
        &mut self,
        variant: &Variant,
        instance: usize,
        container: &str,
        load: &Load,
        component: Option<&str>,
        interval: Timestamp,
    ) {
        #[allow(clippy::cast_precision_loss)] // minutes at most
        let requests = load.invocations_per_minute * interval as f64 / 60_000.0;
        if requests <= 0.0 {
            return;
        }
        let id = instance_id(variant, instance);
        let of_variant = [("EndpointName", self.fleet.endpoint.as_str()), ("VariantName", variant.name.as_str())];
        let mut of_container = of_variant.to_vec();
        of_container.extend([("InstanceId", id.as_str()), ("ContainerId", container)]);
        let concurrent = load.invocations_per_minute / 60.0 * load.model_latency_ms / 1000.0;
        let shared = [
            ("Invocations", requests),
            ("Invocation4XXErrors", requests * load.share_4xx),
            ("Invocation5XXErrors", requests * load.share_5xx),
            ("InvocationModelErrors", requests * load.share_5xx),
            ("ModelLatency", load.model_latency_ms * 1000.0),
            ("OverheadLatency", 5000.0),
        ];
        let of_component = component.map(|name| [("InferenceComponentName", name)]);
        for (name, value) in shared {
            self.put(INVOCATIONS, name, &of_variant, value);
            if let Some(of_component) = &of_component {
                self.put(INVOCATIONS, name, of_component, value);
            }
            if self.fleet.enhanced_metrics {
                self.put(INVOCATIONS, name, &of_container, value);
            }
        }
        self.put(INVOCATIONS, "ConcurrentRequestsPerModel", &of_variant, concurrent);
        match &of_component {
            Some(of_component) => {
                self.put(INVOCATIONS, "InvocationsPerCopy", of_component, requests);
                self.put(INVOCATIONS, "ConcurrentRequestsPerCopy", of_component, concurrent);
            }
            None => self.put(INVOCATIONS, "InvocationsPerInstance", &of_variant, requests),
        }
    }
}

fn instance_id(variant: &Variant, instance: usize) -> String {
    format!("i-{}-{instance:04}", variant.name)
}

fn container_id(owner: &str, copy: u32) -> String {
    format!("{owner}-{copy:04}")
}
