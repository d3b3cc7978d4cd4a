//! The declaration of `Custom::EndpointFleet`, validated: all endpoints of an account and Region together.

use std::collections::BTreeSet;

use super::names_in_use::fleet_alarm_name;
use super::validate::{Validator, dashboard};
use super::{AlarmName, AlarmTags, DashboardName, DashboardSpec, Dollars, EndpointName, actions, alarm_tags, quote};
use crate::alarm::{FleetAlarm, MissingData};
use crate::properties::{Cost, DeclaredAlarm, DeclaredFleet, PeriodOverride};
use crate::spec::instance_type;

/// Characters that prices and names take in the expression of an alarm, which has 2,048
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html>); the rest of it takes the others.
const MOST_IN_EXPRESSION: usize = 1_800;

/// Each graph keeps its own period.
const PERIOD_OVERRIDE: PeriodOverride = PeriodOverride::Inherit;

/// What to show of all endpoints together, and to watch.
#[derive(Clone, Debug, PartialEq)]
pub struct Fleet {
    /// Name of the dashboard, also where it is switched off: it is the physical id.
    pub dashboard_name: DashboardName,
    /// The dashboard to make, unless it is switched off.
    pub dashboard: Option<DashboardSpec>,
    /// Dollars per instance-hour by instance type, where they aren't the list price.
    pub prices: Vec<(String, Dollars)>,
    /// Endpoints that the interactive panel and the alarm leave out.
    pub excluded: Vec<EndpointName>,
    /// Whether the interactive panel shows linked accounts too.
    pub linked_accounts: bool,
    /// The alarm, where there is one.
    pub alarm: Option<FleetAlarm>,
    /// Which tags go with the alarm's notifications.
    pub alarm_tags: Option<AlarmTags>,
}

impl Validator<'_> {
    /// `None` where something is wrong; the problems say what.
    pub(super) fn fleet(&self, declared: &DeclaredFleet) -> Option<Fleet> {
        let problems = self.problems;
        let given = &self.declaration.dashboard.dashboard_name;
        let dashboard_name = self.named(given, "a dashboard name", DashboardName::parse);
        let period_override = &self.declaration.dashboard.period_override;
        if period_override.value.is_some_and(|given| given != PERIOD_OVERRIDE) {
            let message =
                "a fleet's graphs are queries, whose rates hold for their own period alone; leave it out".to_owned();
            problems.conflict(&period_override.path, message);
        }
        let prices = self.instance_prices(declared);
        let left_out = self.left_out(declared);
        let alarm = self.fleet_alarm(&declared.alarm);
        let characters = prices.iter().map(|(name, price)| name.len() + price.0.to_string().len() + 2).sum::<usize>()
            + left_out.iter().map(|name| name.as_str().len() + 1).sum::<usize>();
        if alarm.is_some() && characters > MOST_IN_EXPRESSION {
            let message = format!(
                "InstancePrices and ExcludeEndpoints have {characters} characters, and the alarm's expression takes {MOST_IN_EXPRESSION} of \
                 them; shorten one of the lists"
            );
            problems.conflict(&declared.alarm.path, message);
        }
        Some(Fleet {
            dashboard_name: dashboard_name?,
            dashboard: dashboard(&self.declaration.dashboard, PERIOD_OVERRIDE, problems),
            prices,
            excluded: left_out,
            linked_accounts: declared.include_linked_accounts,
            alarm,
            alarm_tags: alarm_tags::validate(self.declaration.alarm_tags.as_ref(), problems),
        })
    }

    fn instance_prices(&self, declared: &DeclaredFleet) -> Vec<(String, Dollars)> {
        let (mut seen, mut prices) = (BTreeSet::new(), Vec::new());
        for entry in &declared.instance_prices {
            let Some(name) = entry.instance_type.value.as_deref() else { continue };
            let path = &entry.instance_type.path;
            if let Some(mistake) = instance_type::mistake(name) {
                self.problems.invalid(path, format!("{} {mistake}", quote(name, self.problems)));
            } else if !seen.insert(name) {
                self.problems.conflict(path, format!("{} is given twice; keep one entry", quote(name, self.problems)));
            } else if let Some(Cost::Dollars(dollars)) = entry.cost_per_hour.value {
                prices.push((name.to_owned(), Dollars(dollars)));
            }
        }
        prices
    }

    fn left_out(&self, declared: &DeclaredFleet) -> Vec<EndpointName> {
        let names = &declared.exclude_endpoints;
        let each = names.value.iter().flatten().enumerate();
        let valid = each.filter_map(|(at, name)| {
            self.named_at(&format!("{}[{at}]", names.path), name, "an endpoint name", EndpointName::parse)
        });
        valid.collect()
    }

    /// The alarm, unless it isn't declared or is switched off.
    fn fleet_alarm(&self, declared: &DeclaredAlarm) -> Option<FleetAlarm> {
        if !declared.mentioned {
            return None;
        }
        let problems = self.problems;
        let enabled = declared.enabled.value.unwrap_or(true);
        let name = fleet_alarm_name(self.declaration)?;
        let name = self.named_at(&declared.alarm_name.path, &name, "an alarm name", AlarmName::parse);
        let threshold = &declared.threshold;
        match threshold.value {
            None if enabled && problems.clean(&threshold.path) => {
                problems.missing(
                    &threshold.path,
                    format!("none is right for every account; {}", FleetAlarm::THRESHOLD.fix),
                );
            }
            Some(dollars) if !(FleetAlarm::THRESHOLD.holds)(dollars) => {
                let message = format!("{dollars} is out of range; {}", FleetAlarm::THRESHOLD.fix);
                problems.invalid(&threshold.path, message);
            }
            _ => {}
        }
        let actions = actions::validate(&declared.actions, &self.declaration.actions, problems);
        let alarm = FleetAlarm {
            name: name?,
            description: declared.alarm_description.value.clone(),
            threshold: threshold.value.unwrap_or_default(),
            evaluation_periods: declared.evaluation_periods.value.unwrap_or(FleetAlarm::EVALUATION_PERIODS),
            treat_missing_data: declared.treat_missing_data.value.unwrap_or(MissingData::NotBreaching),
            actions,
        };
        enabled.then_some(alarm)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::envelope::ResourceType;
    use crate::properties::{Declaration, Problems};
    use crate::spec::{Spec, Subject, Validated};

    fn validated(properties: &Value) -> (Validated, String) {
        let problems = Problems::default();
        let declaration = Declaration::read(ResourceType::EndpointFleet, properties, &problems).unwrap();
        let validated = Spec::validate(ResourceType::EndpointFleet, &declaration, None, &problems);
        (validated, problems.to_string())
    }

    #[test]
    fn a_fleet_needs_no_endpoint_and_names_none() {
        let declared = json!({
            "Dashboard": {"DashboardName": "fleet"},
            "ExcludeEndpoints": ["sandbox"],
            "InstancePrices": [{"InstanceType": "ml.g6.12xlarge", "CostPerHour": "4.1"}],
            "UnallocatedCostAlarm": {"Threshold": "20"},
            "Tags": [{"Key": "team", "Value": "ml"}],
        });
        let (Validated::Valid(spec), problems) = validated(&declared) else { panic!("{:?}", validated(&declared)) };
        let Subject::Fleet(fleet) = &spec.subject else { panic!("{spec:?}") };
        let alarm = fleet.alarm.as_ref().unwrap();
        assert_eq!(
            (alarm.name.as_str(), alarm.threshold, alarm.evaluation_periods),
            ("fleet-unallocated-cost", 20.0, 4)
        );
        assert_eq!((fleet.prices.len(), fleet.excluded.len(), spec.tags.len()), (1, 1, 1), "{problems}");
        assert!(spec.endpoint_config.is_none() && spec.deployment.is_none() && spec.monitoring().is_none());
    }

    #[test]
    fn what_is_about_one_endpoint_is_refused_with_the_type_that_takes_it() {
        let declared = json!({"Dashboard": {"DashboardName": "fleet"}, "EndpointName": "chat", "UnusedGpuAlarm": {}});
        let (Validated::Invalid, problems) = validated(&declared) else { panic!() };
        for name in ["EndpointName", "UnusedGpuAlarm"] {
            assert!(problems.contains(&format!("Properties.{name}: is about one endpoint")), "{problems}");
        }
        let mut other = json!({"EndpointName": "chat", "UnallocatedCostAlarm": {"Threshold": "1"}});
        let read = Problems::default();
        let _ = Declaration::read(ResourceType::EndpointMonitoring, &other, &read);
        assert!(read.to_string().contains("belongs to Custom::EndpointFleet"), "{read}");
        other["UnallocatedCostAlarm"]["Period"] = json!("60");
        other.as_object_mut().unwrap().remove("EndpointName");
        assert!(validated(&other).1.contains("UnallocatedCostAlarm.Period"), "the function's period is its own");
    }

    #[test]
    fn each_mistake_is_named_at_its_place() {
        let declared = json!({
            "Dashboard": {"DashboardName": "a fleet"},
            "ExcludeEndpoints": ["-"],
            "InstancePrices": [
                {"InstanceType": "g6.xlarge", "CostPerHour": "1"},
                {"InstanceType": "ml.g6.xlarge", "CostPerHour": "1"},
                {"InstanceType": "ml.g6.xlarge", "CostPerHour": "2"},
            ],
            "UnallocatedCostAlarm": {"Threshold": "-1", "EvaluationPeriods": "0"},
        });
        let (Validated::Invalid, problems) = validated(&declared) else { panic!() };
        for path in [
            "Dashboard.DashboardName",
            "ExcludeEndpoints[0]",
            "InstancePrices[0].InstanceType",
            "InstancePrices[2].InstanceType",
            "UnallocatedCostAlarm.Threshold",
            "UnallocatedCostAlarm.EvaluationPeriods",
        ] {
            assert!(problems.contains(&format!("Properties.{path}: ")), "{path}: {problems}");
        }
        let missing = json!({"Dashboard": {"DashboardName": "fleet"}, "UnallocatedCostAlarm": {}});
        assert!(validated(&missing).1.contains("UnallocatedCostAlarm.Threshold: "), "no threshold is right for all");
    }
}
