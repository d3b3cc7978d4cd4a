//! What is valid and still looks wrong: alarms that the declared instances and models would keep in ALARM, or that could never fire.
//!
//! A fleet may grow and shrink, so nothing here is refused. Whatever no fleet could change is refused in `alarm_settings`. What
//! each kind of alarm is warned of stands with the kind.

use std::fmt;

use super::{AlarmSpec, Monitoring, Spec};
use crate::alarm::{AlarmKind, MissingData, Outlook, PlacedModel};
use crate::pricing::ListPrices;
use crate::properties::ROOT;

/// Something about an alarm that is valid and looks wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmWarning {
    /// The kind of alarm.
    pub kind: AlarmKind,
    /// Which member of its property looks wrong, why, and what would be right.
    pub text: String,
}

impl fmt::Display for AlarmWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{ROOT}.{}.{}", self.kind, self.text)
    }
}

impl Spec {
    /// What looks wrong, each with what would be right. `placed` are the models that are known to be placed, none
    /// where nobody knows. Without it those that are declared count, a copy of each on every instance.
    #[must_use]
    pub fn warnings(&self, placed: Option<&[PlacedModel]>, prices: &ListPrices) -> Vec<AlarmWarning> {
        let Some(monitoring) = self.monitoring() else { return Vec::new() };
        let declared = || monitoring.components.iter();
        let declared: Option<Vec<PlacedModel>> =
            declared().map(|model| Some(PlacedModel { gpus_per_copy: model.gpus_per_copy?, copies: None })).collect();
        let placed = placed.map_or_else(|| declared.unwrap_or_default(), <[_]>::to_vec);
        monitoring.alarms.iter().flat_map(|alarm| monitoring.warnings_of(alarm, &placed, prices)).collect()
    }
}

impl Monitoring {
    fn warnings_of(&self, alarm: &AlarmSpec, placed: &[PlacedModel], prices: &ListPrices) -> Vec<AlarmWarning> {
        let definition = alarm.kind.definition();
        let watched = self.variants.iter().filter(|variant| (definition.watches)(variant));
        let outlook = Outlook { variants: watched.collect(), placed, prices };
        let threshold = (definition.warning)(alarm, &outlook).map(|why| format!("Threshold: {why}"));
        let gaps = definition.breaching_gaps.filter(|_| alarm.treat_missing_data == MissingData::Breaching);
        let gaps = gaps.map(|why| format!("TreatMissingData: breaching: {why}; use notBreaching"));
        threshold.into_iter().chain(gaps).map(|text| AlarmWarning { kind: alarm.kind, text }).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::envelope::ResourceType;
    use crate::spec::valid;

    /// Warnings about one ml.g6.12xlarge (4 GPUs, $5 an hour) and these properties.
    fn warnings(instances: u32, others: &Value, placed: Option<&[PlacedModel]>) -> Vec<String> {
        let mut properties = json!({
            "EndpointName": "chat",
            "ExecutionRoleArn": "arn:aws:iam::123456789012:role/inference",
            "ProductionVariants": [
                {"VariantName": "all", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": instances.to_string()},
            ],
            "CostPerHour": "5",
        });
        for (name, value) in others.as_object().unwrap() {
            properties[name] = value.clone();
        }
        let warnings =
            valid(ResourceType::MonitoredEndpointConfig, &properties).warnings(placed, &ListPrices::default());
        warnings.iter().map(AlarmWarning::to_string).collect()
    }

    fn models(each: &[&str]) -> Value {
        each.iter().enumerate().map(|(at, gpus)| json!({"Name": format!("m{at}"), "GpusPerCopy": gpus})).collect()
    }

    #[test]
    fn a_gpu_that_the_models_leave_unused_keeps_an_alarm_in_alarm() {
        let two = json!({"InferenceComponents": models(&["2", "1"])});
        let said = warnings(1, &two, None);
        assert_eq!(
            said,
            [
                "Properties.UnusedGpuAlarm.Threshold: with a copy of each model on an instance, 1 of the 4 GPUs of the declared instances is unused, \
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

    /// It said to use the threshold that it was about.
    #[test]
    fn what_is_advised_instead_of_a_threshold_that_always_fires_does_not() {
        let said = |comparison: &str, threshold: &str| {
            let alarm = json!({"Threshold": threshold, "ComparisonOperator": comparison});
            warnings(1, &json!({"UnusedGpuAlarm": alarm, "InferenceComponents": models(&["4"])}), None).join("")
        };
        assert!(said("LessThanOrEqualToThreshold", "4").ends_with("; use at most 3, or declare more instances"));
        assert_eq!(said("LessThanOrEqualToThreshold", "3").find("use at most"), None);
        assert!(said("LessThanThreshold", "5").ends_with("; use at most 4, or declare more instances"));
        assert_eq!(said("LessThanThreshold", "4").find("use at most"), None);
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
