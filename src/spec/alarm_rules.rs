//! Which alarm goes with which declaration: what each kind needs there to be, and how several live beside one another.
//!
//! An alarm that could never fire, or whose metrics never exist, is refused where it was asked for and left out where it
//! wasn't.

use std::collections::BTreeMap;

use super::alarm::{AlarmSpec, VariantAlarm};
use super::alarm_settings::Settings;
use super::judge::Metrics;
use super::names::AlarmName;
use super::quote;
use super::variant::Variant;
use crate::properties::{AlarmKind, Declaration, DeclaredAlarm, Problems};

/// Validates all alarms of a declaration.
pub(super) struct AlarmRules<'d> {
    pub(super) declaration: &'d Declaration,
    pub(super) metrics: Metrics,
    pub(super) variants: &'d [Variant],
    pub(super) problems: &'d Problems,
}

impl AlarmRules<'_> {
    /// The alarms that are switched on, in the order of their kinds.
    pub(super) fn judge(&self) -> Vec<AlarmSpec> {
        let alarms: Vec<AlarmSpec> = AlarmKind::ALL.into_iter().filter_map(|kind| self.alarm(kind)).collect();
        self.names_differ(&alarms);
        alarms
    }

    fn alarm(&self, kind: AlarmKind) -> Option<AlarmSpec> {
        let by_default = DeclaredAlarm::default();
        let given = self.declaration.alarms.get(&kind);
        let on_by_default = kind == AlarmKind::UnusedGpu;
        let declared = match given {
            Some(declared) => declared,
            None if on_by_default => &by_default,
            None => return None,
        };
        let Self { declaration, metrics, problems, .. } = *self;
        // Validated also where it is switched off: what is written down has to be right when it is switched on.
        let spec = Settings { kind, declaration, declared, metrics, problems }.judge();
        if declared.enabled == Some(false) {
            return None;
        }
        let watched: Vec<&Variant> = self.variants.iter().filter(|variant| watches(kind, variant)).collect();
        match (watched.is_empty(), given) {
            (true, None) => None,
            (true, Some(_)) => {
                if problems.clean("Properties.ProductionVariants") {
                    let fix = "leave the alarm out, or set Enabled to false";
                    problems.conflict(&format!("Properties.{kind}"), format!("{}; {fix}", nothing_to_watch(kind)));
                }
                None
            }
            (false, _) => self.divided(spec?, &watched),
        }
    }

    /// The alarm, divided among the variants where they are too many for one.
    fn divided(&self, mut alarm: AlarmSpec, watched: &[&Variant]) -> Option<AlarmSpec> {
        if watched.len() <= alarm.source.most_variants() {
            return Some(alarm);
        }
        let path = format!("Properties.{}", alarm.kind);
        if !self.declaration.declares_variants() {
            // A Delete finds alarms by the names in the declaration, and these carry the variants' names.
            let message = format!(
                "{} variants are more than one alarm takes, so each gets an alarm of its own with its name; name them in \
                 ProductionVariants, or set Enabled to false",
                watched.len()
            );
            self.problems.conflict(&path, message);
            return None;
        }
        if alarm.name.as_str().contains('"') {
            let message = format!(
                "{} has a quotation mark, which ends a name in the rule of the composite alarm over {} variants; leave it out",
                quote(alarm.name.as_str(), self.problems),
                watched.len()
            );
            self.problems.invalid(&format!("{path}.AlarmName"), message);
        }
        for variant in watched {
            let name = alarm.name.of_variant(&variant.name).map_err(|rule| {
                let together = format!("{}-{}", alarm.name, variant.name);
                let message = format!(
                    "{} would be the name of the alarm on that variant alone, and is too long; {rule}",
                    quote(&together, self.problems)
                );
                self.problems.invalid(&format!("{path}.AlarmName"), message);
            });
            alarm.on_variants.push(VariantAlarm { variant: variant.name.clone(), name: name.ok()? });
        }
        Some(alarm)
    }

    /// CloudWatch overwrites an alarm by another of its name without a word.
    fn names_differ(&self, alarms: &[AlarmSpec]) {
        let mut taken: BTreeMap<&AlarmName, AlarmKind> = BTreeMap::new();
        for alarm in alarms {
            for name in std::iter::once(&alarm.name).chain(alarm.on_variants.iter().map(|one| &one.name)) {
                if let Some(other) = taken.insert(name, alarm.kind) {
                    let message = format!(
                        "{} is the name of an alarm of {other} too; give each a name of its own",
                        quote(name.as_str(), self.problems)
                    );
                    self.problems.conflict(&format!("Properties.{}.AlarmName", alarm.kind), message);
                }
            }
        }
    }
}

/// Whether an alarm of `kind` watches this variant.
#[must_use]
pub fn watches(kind: AlarmKind, variant: &Variant) -> bool {
    match kind {
        AlarmKind::UnusedGpu | AlarmKind::GpuBuffer => variant.shared_gpus().is_some(),
        AlarmKind::IdleGpu => variant.gpus().is_some(),
        AlarmKind::NoTraffic => variant.has_instances(),
    }
}

fn nothing_to_watch(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::UnusedGpu | AlarmKind::GpuBuffer => {
            "no variant hosts inference components on GPUs (a GPU InstanceType and no ModelName), and only for those does \
             SageMaker publish how many GPUs are free"
        }
        AlarmKind::IdleGpu => "no variant has GPUs",
        AlarmKind::NoTraffic => "no variant has instances, so nothing is paid while nobody calls",
    }
}
