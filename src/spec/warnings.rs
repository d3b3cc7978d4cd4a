//! What is valid and still looks wrong: alarms that the declared instances and models would keep in ALARM, or that could never fire.
//!
//! A fleet may grow and shrink, so nothing here is refused. Whatever no fleet could change is refused in `alarm_settings`.

use super::{AlarmSource, AlarmSpec, Spec, Variant};
use crate::alarm::reach::{Reach, reach};
use crate::alarm::{AT_LEAST, AT_MOST, AlarmKind, FEWER, MORE_THAN, compared};
use crate::pricing::ListPrices;

/// Milliseconds that a container has for an answer that isn't streamed
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html>).
const LONGEST_ANSWER: f64 = 60_000.0;
const HOURS_A_DAY: f64 = 24.0;

/// A model as it is to be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedModel {
    /// GPUs that one copy holds.
    pub gpus_per_copy: u32,
    /// How many copies there are, where that is known.
    pub copies: Option<u32>,
}

impl Spec {
    /// What looks wrong, each with its path and what would be right. `placed` are the models that are known to be placed, none
    /// where nobody knows. Without it those that are declared count, a copy of each on every instance.
    #[must_use]
    pub fn warnings(&self, placed: Option<&[PlacedModel]>, prices: &ListPrices) -> Vec<String> {
        let declared = || self.monitoring.components.iter();
        let declared: Option<Vec<PlacedModel>> =
            declared().map(|model| Some(PlacedModel { gpus_per_copy: model.gpus_per_copy?, copies: None })).collect();
        let placed = placed.map_or_else(|| declared.unwrap_or_default(), <[_]>::to_vec);
        self.monitoring.alarms.iter().flat_map(|alarm| self.of_alarm(alarm, &placed, prices)).collect()
    }

    fn of_alarm(&self, alarm: &AlarmSpec, placed: &[PlacedModel], prices: &ListPrices) -> Vec<String> {
        let of_threshold = match alarm.kind {
            AlarmKind::UnusedGpu | AlarmKind::GpuBuffer => self.of_free_gpus(alarm, placed),
            AlarmKind::Budget => self.of_budget(alarm, prices),
            AlarmKind::IdleGpu => of_idle_gpus(alarm),
            AlarmKind::ErrorRate => of_errors(alarm),
            AlarmKind::Latency => of_latency(alarm),
            AlarmKind::NoTraffic | AlarmKind::NoCapacity | AlarmKind::Backlog => None,
        };
        let path = format!("Properties.{}", alarm.kind);
        let of_threshold = of_threshold.map(|why| format!("{path}.Threshold: {why}"));
        let of_gaps = of_gaps(alarm).map(|why| format!("{path}.TreatMissingData: {why}"));
        of_threshold.into_iter().chain(of_gaps).collect()
    }

    fn watched(&self, alarm: &AlarmSpec) -> impl Iterator<Item = &Variant> {
        self.monitoring.variants.iter().filter(|variant| (alarm.kind.definition().watches)(variant))
    }

    /// GPUs that are free, as `UnusedGpuAlarm` and `GpuBufferAlarm` count them.
    fn of_free_gpus(&self, alarm: &AlarmSpec, placed: &[PlacedModel]) -> Option<String> {
        // Models live on one variant alone, and where there are more, each has its own alarm.
        let variant = self.watched(alarm).next().filter(|_| self.watched(alarm).count() == 1)?;
        let (gpus, instances) = (variant.shared_gpus()?, variant.instances?);
        let (all, most) = (instances.initial.saturating_mul(gpus), instances.most.saturating_mul(gpus));
        let (name, compared) = (&variant.name, compared(alarm));
        match reach(alarm.comparison.as_str(), alarm.threshold, &(0.0..=f64::from(most))) {
            Reach::Always => Some(format!(
                "the declared instances of variant {name} have {most} GPUs, so the alarm ({compared}) would stay in ALARM; use at most {most}, \
                 or declare more instances"
            )),
            Reach::Never => Some(format!(
                "the declared instances of variant {name} have {most} GPUs, so the alarm ({compared}) could never fire; use {} or less",
                largest(alarm, most)
            )),
            Reach::Sometimes => {
                let free = free(placed, instances.initial, gpus)?;
                let value = f64::from(free);
                let stays = reach(alarm.comparison.as_str(), alarm.threshold, &(value..=value)) == Reach::Always;
                let what_works = what_works(alarm, free);
                stays.then(|| {
                    format!(
                        "{} of the {all} GPUs of the declared instances {} free, so the alarm ({compared}) would stay in ALARM; {what_works}",
                        how_much(placed, free),
                        if free == 1 { "is" } else { "are" },
                    )
                })
            }
        }
    }

    /// Dollars a day of the declared instances.
    fn of_budget(&self, alarm: &AlarmSpec, prices: &ListPrices) -> Option<String> {
        let a_day = |variant: &Variant| {
            let instances = f64::from(variant.instances?.initial);
            Some(instances * prices.of(variant).per_hour()?.0 * HOURS_A_DAY)
        };
        let dollars = self.watched(alarm).map(a_day).sum::<Option<f64>>()?;
        let grows = [AT_LEAST, MORE_THAN].contains(&alarm.comparison.as_str());
        let stays = grows && reach(alarm.comparison.as_str(), alarm.threshold, &(dollars..=dollars)) == Reach::Always;
        stays.then(|| {
            format!(
                "the declared instances cost ${dollars:.2} a day, so the alarm ({}) would fire every day; use more than {dollars:.2}",
                compared(alarm)
            )
        })
    }
}

/// The largest threshold that so many GPUs can reach.
fn largest(alarm: &AlarmSpec, most: u32) -> u32 {
    if alarm.comparison.as_str() == MORE_THAN { most.saturating_sub(1) } else { most }
}

/// GPUs that are left on so many instances when the models are placed, where that can be told. A model whose copies aren't known
/// has one on each instance, where all models fit on one together, and else one in all.
fn free(placed: &[PlacedModel], instances: u32, gpus: u32) -> Option<u32> {
    if placed.is_empty() {
        return None;
    }
    let one_each: u32 = placed.iter().map(|model| model.gpus_per_copy).sum();
    let by_default = if one_each <= gpus { instances } else { 1 };
    let held = placed.iter().map(|model| model.gpus_per_copy.saturating_mul(model.copies.unwrap_or(by_default))).sum();
    // More than there is can't be placed, and how much of it can isn't known.
    instances.saturating_mul(gpus).checked_sub(held)
}

fn how_much(placed: &[PlacedModel], free: u32) -> String {
    let known = placed.iter().all(|model| model.copies.is_some());
    if known {
        format!("with the declared copies, {free}")
    } else {
        format!("with a copy of each model on an instance, {free}")
    }
}

/// A threshold that `free` GPUs don't breach, where there is one.
fn what_works(alarm: &AlarmSpec, free: u32) -> String {
    let threshold = match alarm.comparison.as_str() {
        AT_LEAST => Some(free + 1),
        AT_MOST => free.checked_sub(1),
        _ => Some(free).filter(|free| alarm.comparison.as_str() != FEWER || *free > 0),
    };
    match threshold {
        Some(threshold) if alarm.kind == AlarmKind::UnusedGpu => format!("use {threshold}, or place more copies"),
        Some(threshold) => format!("use {threshold}, or declare another instance"),
        None => "declare another instance".to_owned(),
    }
}

fn of_idle_gpus(alarm: &AlarmSpec) -> Option<String> {
    let all = alarm.threshold >= 100.0 && (alarm.source == AlarmSource::PromQl || alarm.comparison.as_str() == FEWER);
    all.then(|| {
        "100 is breached by every GPU that ever rests, so the alarm would hardly leave ALARM; use 30".to_owned()
    })
}

fn of_errors(alarm: &AlarmSpec) -> Option<String> {
    let all = alarm.threshold >= 100.0 && alarm.comparison.as_str() == AT_LEAST;
    all.then(|| "100 is reached only while every single request to a model or variant fails; use 5".to_owned())
}

fn of_latency(alarm: &AlarmSpec) -> Option<String> {
    let grows = [AT_LEAST, MORE_THAN].contains(&alarm.comparison.as_str());
    (grows && alarm.threshold > LONGEST_ANSWER).then(|| {
        format!(
            "SageMaker gives an answer up after {LONGEST_ANSWER} ms unless it is streamed, so the alarm ({}) could fire for streams alone; use \
             less than {LONGEST_ANSWER}",
            compared(alarm)
        )
    })
}

/// Measures that have no value while all is well.
fn of_gaps(alarm: &AlarmSpec) -> Option<String> {
    let why = match alarm.kind {
        AlarmKind::NoCapacity => {
            "the metric is there only where a request met no copy, so the alarm would stay in ALARM while all is well"
        }
        AlarmKind::ErrorRate | AlarmKind::Latency => {
            "there is no value while nobody calls, so the alarm would fire in every quiet hour"
        }
        _ => return None,
    };
    (alarm.treat_missing_data == "breaching").then(|| format!("breaching: {why}; use notBreaching"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::envelope::ResourceType;
    use crate::spec::valid;

    /// Warnings about one ml.g6.12xlarge (4 GPUs, $5 an hour) with these properties beside it.
    fn warnings(instances: u32, beside: &Value, placed: Option<&[PlacedModel]>) -> Vec<String> {
        let mut properties = json!({
            "EndpointName": "chat",
            "ExecutionRoleArn": "arn:aws:iam::123456789012:role/inference",
            "ProductionVariants": [
                {"VariantName": "all", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": instances.to_string()},
            ],
            "CostPerHour": "5",
        });
        for (name, value) in beside.as_object().unwrap() {
            properties[name] = value.clone();
        }
        valid(ResourceType::MonitoredEndpointConfig, &properties).warnings(placed, &ListPrices::default())
    }

    fn models(each: &[&str]) -> Value {
        each.iter().enumerate().map(|(at, gpus)| json!({"Name": format!("m{at}"), "GpusPerCopy": gpus})).collect()
    }

    #[test]
    fn a_gpu_that_the_models_leave_free_keeps_an_alarm_in_alarm() {
        let two = json!({"InferenceComponents": models(&["2", "1"])});
        let said = warnings(1, &two, None);
        assert_eq!(
            said,
            [
                "Properties.UnusedGpuAlarm.Threshold: with a copy of each model on an instance, 1 of the 4 GPUs of the declared instances is free, \
              so the alarm (at least 1) would stay in ALARM; use 2, or place more copies"
            ]
        );
        let right = json!({"InferenceComponents": models(&["2", "1"]), "UnusedGpuAlarm": {"Threshold": "2"}});
        assert_eq!(warnings(1, &right, None), [""; 0]);
        let many = json!({"InferenceComponents": models(&["2", "1"]), "UnusedGpuAlarm": {"Threshold": "5"}});
        assert_eq!(warnings(4, &many, None), [""; 0]);
        assert_eq!(warnings(1, &json!({"InferenceComponents": models(&["3", "3"])}), None), [""; 0], "they don't fit");
        assert_eq!(warnings(1, &json!({}), None), [""; 0], "nothing is known of the models");
    }

    #[test]
    fn copies_that_are_known_count_instead() {
        let two = json!({"InferenceComponents": models(&["2", "1"])});
        let placed =
            [PlacedModel { gpus_per_copy: 2, copies: Some(1) }, PlacedModel { gpus_per_copy: 1, copies: Some(2) }];
        assert_eq!(warnings(1, &two, Some(&placed)), [""; 0]);
        assert!(warnings(2, &two, Some(&placed))[0].contains("with the declared copies, 4 of the 8 GPUs"));
    }

    #[test]
    fn room_that_the_fleet_never_has_keeps_a_buffer_alarm_in_alarm() {
        let buffer = |threshold: &str| json!({"UnusedGpuAlarm": {"Enabled": "false"}, "GpuBufferAlarm": {"Threshold": threshold}, "InferenceComponents": models(&["3"])});
        assert!(
            warnings(1, &buffer("5"), None)[0].contains("have 4 GPUs, so the alarm (less than 5) would stay in ALARM")
        );
        assert!(warnings(1, &buffer("2"), None)[0].contains("use 1, or declare another instance"));
        assert_eq!(warnings(1, &buffer("1"), None), [""; 0]);
        let never = json!({"UnusedGpuAlarm": {"Threshold": "9"}});
        assert!(warnings(2, &never, None)[0].contains("could never fire; use 8 or less"));
    }

    #[test]
    fn sagemaker_s_own_scaling_widens_what_is_reached() {
        let scaled = json!({
            "ProductionVariants": [{
                "VariantName": "all", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": "1",
                "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": "1", "MaxInstanceCount": "3"},
            }],
            "UnusedGpuAlarm": {"Threshold": "9"},
        });
        assert_eq!(warnings(1, &scaled, None), [""; 0]);
    }

    #[test]
    fn thresholds_that_say_little_are_warned_of() {
        let quiet = json!({"Enabled": "false"});
        let one = json!([{"Name": "m"}]);
        for (alarm, settings, expected) in [
            ("BudgetAlarm", json!({"Threshold": "100"}), "cost $120.00 a day"),
            ("IdleGpuAlarm", json!({"Threshold": "100"}), "would hardly leave ALARM"),
            ("ErrorRateAlarm", json!({"Threshold": "100"}), "every single request"),
            ("LatencyAlarm", json!({"Threshold": "90000"}), "for streams alone"),
            ("NoCapacityAlarm", json!({"TreatMissingData": "breaching"}), "while all is well"),
            ("ErrorRateAlarm", json!({"TreatMissingData": "breaching"}), "in every quiet hour"),
        ] {
            let said =
                warnings(1, &json!({"UnusedGpuAlarm": quiet, "InferenceComponents": one, alarm: settings}), None);
            assert!(said.len() == 1 && said[0].contains(expected), "{alarm}: {said:?}");
        }
        let enough = json!({"UnusedGpuAlarm": quiet, "BudgetAlarm": {"Threshold": "121"}});
        assert_eq!(warnings(1, &enough, None), [""; 0]);
    }
}
