//! Which names a declaration uses in CloudWatch, whether or not it is valid.
//!
//! An Update and a Delete have to find what an earlier declaration made, also one that this version would refuse. What
//! is found under these names is touched only when its tags say that it belongs to the resource.

use super::AlarmSource;
use super::alarm_rules::MOST_PARTS;
use super::{AlarmName, DashboardName};
use crate::alarm::{AlarmKind, Fit, FleetAlarm};
use crate::properties::Declaration;

/// Names of dashboards and of alarms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamesInUse {
    /// The dashboards' names.
    pub dashboards: Vec<DashboardName>,
    /// The alarms' names.
    pub alarms: Vec<AlarmName>,
}

impl NamesInUse {
    /// The names that `declaration` uses, given or by default; also of what it switches off.
    #[must_use]
    pub fn of(declaration: &Declaration) -> Self {
        let alarms = AlarmKind::ALL.into_iter().filter_map(|kind| {
            let given = declaration.alarms.get(&kind).and_then(|alarm| alarm.alarm_name.value.as_deref());
            let name = AlarmName::parse(&name_or_default(given, declaration, kind.suffix())?).ok()?;
            let variants = variants(declaration, kind).into_iter();
            let parts = variants.chain(models(declaration, kind)).filter_map(|part| name.of_part(part).ok());
            Some(parts.chain(std::iter::once(name.clone())).collect::<Vec<_>>())
        });
        let of_fleet = fleet_alarm_name(declaration).and_then(|name| AlarmName::parse(&name).ok());
        let dashboard =
            name_or_default(declaration.dashboard.dashboard_name.value.as_deref(), declaration, DASHBOARD_SUFFIX);
        Self {
            dashboards: dashboard.and_then(|name| DashboardName::parse(&name).ok()).into_iter().collect(),
            alarms: alarms.flatten().chain(of_fleet).collect(),
        }
    }

    /// These names and `others`.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.dashboards.extend(others.dashboards);
        self.alarms.extend(others.alarms);
        self
    }
}

/// The variants that may have alarms of this kind: all of them, where they are more than fit into one.
fn variants(declaration: &Declaration, kind: AlarmKind) -> Vec<&str> {
    let config = &declaration.config;
    let variants = config.production_variants().iter().chain(config.shadow_production_variants());
    let names: Vec<&str> = variants.filter_map(|variant| variant.variant_name()).collect();
    if names.len() > fewest(kind, |fit| fit.variants) { names } else { Vec::new() }
}

/// The models that may have: the same, of a kind that is mentioned.
fn models(declaration: &Declaration, kind: AlarmKind) -> Vec<&str> {
    let names = declaration.inference_components.iter().filter_map(|component| component.name.value.as_deref());
    let is_mentioned = declaration.alarms.get(&kind).is_some_and(|alarm| alarm.mentioned);
    let names: Vec<&str> = names.filter(|_| is_mentioned).take(MOST_PARTS + 1).collect();
    if names.len() > fewest(kind, |fit| fit.models) { names } else { Vec::new() }
}

fn fewest(kind: AlarmKind, part: fn(Fit) -> usize) -> usize {
    let sources = AlarmSource::of(kind).iter();
    sources.map(|source| part((kind.definition().fit)(*source))).min().unwrap_or(usize::MAX)
}

/// The name of a fleet's alarm, given or by default; none of a declaration about one endpoint.
pub(super) fn fleet_alarm_name(declaration: &Declaration) -> Option<String> {
    let given = declaration.fleet.as_ref()?.alarm.alarm_name.value.clone();
    let dashboard = declaration.dashboard.dashboard_name.value.as_ref();
    given.or_else(|| Some(format!("{}-{}", dashboard?, FleetAlarm::SUFFIX)))
}

/// What an endpoint's dashboard is called where its declaration doesn't say.
#[must_use]
pub fn default_dashboard_name(endpoint: &str) -> String {
    format!("{endpoint}-{DASHBOARD_SUFFIX}")
}

pub(super) const DASHBOARD_SUFFIX: &str = "monitoring";

/// The given name, or `<EndpointName>-<suffix>`.
pub(super) fn name_or_default(given: Option<&str>, declaration: &Declaration, suffix: &str) -> Option<String> {
    let by_default = || Some(format!("{}-{suffix}", declaration.endpoint_name.value.as_deref()?));
    given.map(str::to_owned).or_else(by_default)
}
