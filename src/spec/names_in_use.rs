//! Which names a declaration uses in CloudWatch, whether or not it is valid.
//!
//! An Update and a Delete have to find what an earlier declaration made, also one that this version would refuse. What
//! is found under these names is touched only when its tags say that it belongs to the resource.

use super::alarm::AlarmSource;
use super::names::{AlarmName, DashboardName, VariantName};
use crate::properties::{AlarmKind, Declaration};

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
            let given = declaration.alarms.get(&kind).and_then(|alarm| alarm.alarm_name.as_deref());
            AlarmName::parse(&name_or_default(given, declaration, kind.suffix())?).ok()
        });
        let variants = variants(declaration);
        let alarms = alarms.flat_map(|name| {
            let of_variants: Vec<_> = variants.iter().filter_map(|variant| name.of_variant(variant).ok()).collect();
            std::iter::once(name).chain(of_variants)
        });
        let dashboard = name_or_default(declaration.dashboard.dashboard_name.as_deref(), declaration, DASHBOARD_SUFFIX);
        Self {
            dashboards: dashboard.and_then(|name| DashboardName::parse(&name).ok()).into_iter().collect(),
            alarms: alarms.collect(),
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

/// The variants that may have alarms of their own: all of them, where they are more than fit into one alarm.
fn variants(declaration: &Declaration) -> Vec<VariantName> {
    let config = &declaration.config;
    let variants = config.production_variants().iter().chain(config.shadow_production_variants());
    let names: Vec<VariantName> =
        variants.filter_map(|variant| VariantName::parse(variant.variant_name()?).ok()).collect();
    let fewest = AlarmKind::ALL.into_iter().flat_map(AlarmSource::of).map(|source| source.most_variants()).min();
    if fewest.is_some_and(|fit| names.len() > fit) { names } else { Vec::new() }
}

pub(super) const DASHBOARD_SUFFIX: &str = "monitoring";

/// The given name, or `<EndpointName>-<suffix>`.
pub(super) fn name_or_default(given: Option<&str>, declaration: &Declaration, suffix: &str) -> Option<String> {
    let by_default = || Some(format!("{}-{suffix}", declaration.endpoint_name.as_deref()?));
    given.map(str::to_owned).or_else(by_default)
}
