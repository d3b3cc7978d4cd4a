//! A simulated fleet for a declaration: its own variants, instance counts and models, living through a scenario.
use clap::ValueEnum;
use metric_math::telemetry::{self, Component, Fleet, Load, Serving, Steps, Variant};
use monitored_endpoint::spec::{self, Capacity, GpuDimension, Partitions};
use monitored_endpoint::validation::Valid;
use serde_json::Value;

/// Seconds that a simulated fleet has lived: what a dashboard shows by default, and half an hour before it.
pub(crate) const LIFE: u32 = 12_600;
/// Seconds after which a scenario's change comes.
const CHANGE: u32 = 5_400;
/// Seconds that copies take to follow instances, and instances copies.
const LAG: u32 = 900;

/// What happens to the fleet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// Nothing changes.
    #[default]
    Steady,
    /// Instances and copies double halfway.
    ScaleOut,
    /// Models are placed, and nobody calls them.
    Idle,
    /// The copies go halfway, the instances after them.
    ScaleToZero,
    /// One model does all the work.
    OneHotModel,
}

impl Scenario {
    /// As it is given on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Gives variants the names of their own models, as they are declared, where a fleet has none.
pub(crate) fn name_models(fleet: &mut Fleet, valid: &Valid) {
    for variant in fleet.variants.iter_mut().filter(|variant| variant.model.is_none()) {
        let declared = valid.variants.iter().find(|declared| declared.variant_name() == Some(&variant.name));
        variant.model = declared.and_then(|declared| declared.model_name.clone());
    }
}

/// A fleet as declared, and what had to be made up for it.
pub(crate) fn fleet(valid: &Valid, scenario: Scenario) -> (Fleet, Vec<String>) {
    let mut notes = Vec::new();
    let Some(monitoring) = valid.spec.monitoring() else {
        notes.push("the endpoints are made up here: which ones an account has is only known in it".to_owned());
        return (chat(), notes);
    };
    let gpu_dimension = monitoring.gpu_dimension.and_then(published).unwrap_or_default();
    let mut components = Vec::new();
    let mut variants = Vec::new();
    for declared in &monitoring.variants {
        let name = declared.name.to_string();
        // A fleet begins with an instance even where none is declared, so that there is something to show.
        let count = declared.instances.map_or(1, |instances| instances.initial).max(1);
        let (gpus, instance_type) = match &declared.capacity {
            Capacity::Instances { gpus, instance_types, .. } => (*gpus, instance_types.join(", ")),
            Capacity::Serverless => (0, String::new()),
        };
        if declared.hosts_components() {
            let models = models(valid, &name, gpus);
            let models = if models.is_empty() { made_up(&name, gpus, &mut notes) } else { models };
            components.extend(placed(models, &name, count * gpus.max(1), scenario));
        }
        let serving = serving(declared.serving);
        variants.push(Variant {
            serving: Some(serving),
            shadow: declared.shadow,
            partitions_per_gpu: match declared.partitions {
                Some(Partitions::Alike(each)) => each,
                // A fleet has parts of one size: what mixed ones hold isn't drawn by any panel.
                Some(Partitions::Mixed) | None => 1,
            },
            load: queued(load(scenario, 0), serving),
            ..Variant::new(&name, &instance_type, gpus, changing(count, scenario, 0))
        });
    }
    let mut variants = variants.into_iter();
    // A declaration without a variant isn't valid.
    let first = variants.next().unwrap_or_else(|| Variant::new("none", "", 0, Steps::always(0)));
    let frequency = u32::from(monitoring.frequency.seconds());
    let mut fleet = Fleet::new(monitoring.endpoint_name.as_str(), frequency, first);
    fleet.variants.extend(variants);
    let enhanced_metrics = monitoring.enhanced_metrics;
    (Fleet { enhanced_metrics, gpu_dimension, components, ..fleet }, notes)
}

/// The dimension of a fleet's GPUs that a declaration means: both have the name that CloudWatch has.
fn published(dimension: GpuDimension) -> Option<telemetry::GpuDimension> {
    telemetry::GpuDimension::named(dimension.name())
}

/// Other endpoints of the account, for a declaration about all of them.
pub(crate) fn other_endpoints(valid: &Valid) -> Vec<Fleet> {
    if valid.spec.monitoring().is_some() {
        return Vec::new();
    }
    let pool = |endpoint: &str, instance_type: &str, gpus: u32, instances: u32| {
        Fleet::new(endpoint, 60, Variant::new("main", instance_type, gpus, Steps::always(instances)))
    };
    let own = |endpoint: &str, instance_type: &str, load: Load| {
        let mut fleet = pool(endpoint, instance_type, 1, 1);
        fleet.variants[0].model = Some(format!("{endpoint}-model"));
        fleet.variants[0].load = load;
        fleet
    };
    let search = pool("search", "ml.g5.12xlarge", 4, 2).with(component("search-encoder", 1, 1));
    let failing = Load { share_5xx: 0.08, share_4xx: 0.02, invocations_per_minute: 240.0, ..Load::default() };
    let mut experiment = pool("experiment", "ml.g6.12xlarge", 4, 1);
    experiment.variants[0].serving = Some(Serving::Components);
    vec![
        search,
        experiment,
        own("ranking", "ml.g5.xlarge", failing),
        Fleet { enhanced_metrics: false, ..own("embeddings-old", "ml.g6.xlarge", Load::IDLE) },
    ]
}

/// An endpoint with little to complain of.
fn chat() -> Fleet {
    let fleet = Fleet::new("chat", 60, Variant::new("main", "ml.g6.12xlarge", 4, Steps::always(2)));
    fleet.with(component("llama", 2, 3)).with(component("guard", 1, 1))
}

fn component(name: &str, gpus_per_copy: u32, copies: u32) -> Component {
    Component {
        name: name.to_owned(),
        variant: "main".to_owned(),
        gpus_per_copy,
        copies: Steps::always(copies),
        load: Load::default(),
    }
}

fn serving(serving: spec::Serving) -> Serving {
    match serving {
        spec::Serving::Components => Serving::Components,
        spec::Serving::OwnModel => Serving::OwnModel,
        spec::Serving::MultiModel => Serving::MultiModel,
        spec::Serving::Containers => Serving::Containers,
        spec::Serving::Asynchronous => Serving::Asynchronous,
        spec::Serving::Serverless { provisioned } => Serving::Serverless { provisioned },
    }
}

/// A load with requests that wait, where there is a queue and anybody calls.
fn queued(load: Load, serving: Serving) -> Load {
    let waits = serving == Serving::Asynchronous && load.invocations_per_minute > 0.0;
    Load { backlog: if waits { 12.0 } else { 0.0 }, ..load }
}

/// A model to place: name, GPUs of a copy, and how many copies where that is known.
struct Model {
    name: String,
    gpus: u32,
    copies: Option<u32>,
}

/// The template's own inference components, and those that the declaration lists.
fn models(valid: &Valid, variant: &str, most: u32) -> Vec<Model> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let number = |value: Option<&Value>| value.and_then(Value::as_str).and_then(|text| text.parse::<f64>().ok());
    let mut models = Vec::new();
    for component in &valid.related.components {
        let variant_name = text(component.get("VariantName"));
        let gpus =
            number(component.pointer("/Specification/ComputeResourceRequirements/NumberOfAcceleratorDevicesRequired"));
        let copies = number(component.pointer("/RuntimeConfig/CopyCount"));
        let Some(name) = text(component.get("InferenceComponentName")) else { continue };
        if variant_name.is_some_and(|name| name != variant) {
            continue;
        }
        models.push(Model { name, gpus: whole(gpus), copies: copies.map(|copies| whole(Some(copies))) });
    }
    let listed = valid.spec.monitoring().map(|monitoring| monitoring.components.as_slice()).unwrap_or_default();
    for component in listed {
        let name = component.name.to_string();
        let gpus = component.gpus_per_copy.unwrap_or(1);
        if !models.iter().any(|model| model.name == name) {
            models.push(Model { name, gpus, copies: None });
        }
    }
    // A model without accelerators holds no GPU, and a copy is on one instance.
    models.into_iter().map(|model| Model { gpus: model.gpus.min(most), ..model }).collect()
}

fn whole(number: Option<f64>) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a small whole number")]
    let whole = number.unwrap_or(1.0).clamp(0.0, 1000.0) as u32;
    whole
}

fn made_up(variant: &str, gpus: u32, notes: &mut Vec<String>) -> Vec<Model> {
    if gpus == 0 {
        return Vec::new();
    }
    notes.push(format!("no model of variant {variant} is declared, so two are made up here: model-a and model-b"));
    let model = |name: &str, gpus: u32| Model { name: format!("{name}-of-{variant}"), gpus, copies: None };
    vec![model("model-a", (gpus / 2).max(1)), model("model-b", 1)]
}

/// Copies that fill about three quarters of the GPUs, where nothing says how many there are.
fn placed(models: Vec<Model>, variant: &str, gpus: u32, scenario: Scenario) -> Vec<Component> {
    let wanted: u32 = models.iter().map(|model| model.gpus.max(1)).sum();
    let each = (gpus * 3 / 4 / wanted.max(1)).max(1);
    let component = |(number, model): (usize, Model)| Component {
        name: model.name,
        variant: variant.to_owned(),
        gpus_per_copy: model.gpus,
        copies: changing(model.copies.unwrap_or(each), scenario, LAG),
        load: load(scenario, number),
    };
    models.into_iter().enumerate().map(component).collect()
}

fn changing(count: u32, scenario: Scenario, lag: u32) -> Steps {
    match scenario {
        Scenario::Steady | Scenario::Idle | Scenario::OneHotModel => Steps::always(count),
        Scenario::ScaleOut => Steps(vec![(0, count), (CHANGE + lag, count * 2)]),
        // Copies go first: an instance goes when nothing is on it.
        Scenario::ScaleToZero => Steps(vec![(0, count), (CHANGE + 3 * LAG - lag, 0)]),
    }
}

fn load(scenario: Scenario, number: usize) -> Load {
    match (scenario, number) {
        (Scenario::Idle, _) | (Scenario::OneHotModel, 1..) => Load::IDLE,
        (Scenario::OneHotModel, 0) => {
            Load { gpu_percent: 94.0, cpu_percent: 40.0, invocations_per_minute: 600.0, ..Load::default() }
        }
        _ => {
            // Different enough to tell the lines of a graph apart.
            let step = u8::try_from(number % 5).unwrap_or_default();
            Load {
                gpu_percent: 30.0 + 12.0 * f64::from(step),
                invocations_per_minute: 60.0 + 45.0 * f64::from(step),
                share_4xx: 0.004,
                share_5xx: 0.001,
                model_latency_ms: 120.0 + 60.0 * f64::from(step),
                // So that panels of streams and of requests without a copy have something to show.
                streaming_share: 0.2,
                mid_stream_error_share: 0.002,
                calls_without_copy_per_minute: 3.0,
                ..Load::default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::arguments::StackOptions;
    use crate::subject;
    use crate::template::Input;

    #[test]
    fn a_fleet_s_gpus_have_every_dimension_that_can_be_declared() {
        let names = telemetry::GpuDimension::ALL.map(telemetry::GpuDimension::name);
        assert_eq!(names, GpuDimension::ALL.map(GpuDimension::name));
    }

    #[test]
    fn a_shadow_variant_has_its_declared_instances_and_its_own_model() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/public/shadow.yaml");
        let mut stack_options = StackOptions::defaults();
        stack_options.parameters.push(("InstanceCount".to_owned(), "3".to_owned()));
        let subject = subject::read(Input::File(&file), &stack_options, &[GpuDimension::GpuId]).unwrap();
        let subject = subject.or_suggested().unwrap();
        let valid = subject.validations[0].valid.as_deref().unwrap();
        let (mut fleet, _) = fleet(valid, Scenario::Steady);
        name_models(&mut fleet, valid);
        let shown: Vec<_> = fleet
            .variants
            .iter()
            .map(|variant| (variant.name.as_str(), variant.instances.at(0), variant.shadow))
            .collect();
        assert_eq!(shown, [("Live", 3, false), ("Shadow", 3, true)]);
        assert!(fleet.variants.iter().all(|variant| variant.model.is_some()), "{:?}", fleet.variants);
    }
}
