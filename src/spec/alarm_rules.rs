//! Which alarm goes with which declaration: what each kind needs there to be, and how several go together.
//!
//! An alarm that could never fire, or whose metrics never exist, is refused where it was asked for and left out where it
//! wasn't.

use std::collections::BTreeMap;

use super::AlarmName;
use super::Variant;
use super::alarm_settings::AlarmSettings;
use super::validate::Metrics;
use super::{AlarmSpec, Part, PartAlarm};
use super::{InferenceComponent, quote};
use crate::alarm::{AlarmKind, Counted, Fit, Situation};
use crate::properties::{Declaration, Declared, DeclaredAlarm, Problems};

/// The most alarms that a composite speaks for, and the most characters of its rule
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html>).
pub(super) const MOST_PARTS: usize = 100;
const LONGEST_RULE: usize = 10_240;
/// `ALARM("")`, and ` OR ` between two.
const RULE_WORDS: usize = 13;

/// Validates all alarms of a declaration.
pub(super) struct AlarmRules<'d> {
    pub(super) declaration: &'d Declaration,
    pub(super) metrics: Metrics,
    pub(super) variants: &'d [Variant],
    pub(super) components: &'d [InferenceComponent],
    pub(super) problems: &'d Problems,
}

impl AlarmRules<'_> {
    /// The alarms that are switched on, in the order of their kinds.
    pub(super) fn validate(&self) -> Vec<AlarmSpec> {
        let declared = self.declaration.alarms.iter();
        let alarms = declared.filter_map(|(kind, declared)| Some((self.alarm(*kind, declared)?, declared)));
        let alarms: Vec<(AlarmSpec, &DeclaredAlarm)> = alarms.collect();
        self.names_differ(&alarms);
        alarms.into_iter().map(|(alarm, _)| alarm).collect()
    }

    fn alarm(&self, kind: AlarmKind, declared: &DeclaredAlarm) -> Option<AlarmSpec> {
        let definition = kind.definition();
        let given = declared.mentioned;
        if !given && !definition.on_by_default {
            return None;
        }
        let Self { declaration, metrics, problems, .. } = *self;
        let watched: Vec<&Variant> = self.variants.iter().filter(|variant| (definition.watches)(variant)).collect();
        let models = if watched.iter().any(|variant| variant.hosts_components()) { self.components } else { &[] };
        let situation = Situation {
            names_gpu_dimension: self.names_gpu_dimension(),
            enhanced_metrics: metrics.enhanced,
            variants: &watched,
            models,
        };
        // Validated also where it is switched off: what is written down has to be right when it is switched on.
        let spec = AlarmSettings { kind, declaration, declared, metrics, situation: &situation, problems }.validate();
        if declared.enabled.value == Some(false) {
            return None;
        }
        if let Some(variant) = self.partitioned().filter(|_| definition.counted == Counted::WholeGpus) {
            if given {
                let message = format!(
                    "the GPUs of variant {} are partitioned (AcceleratorPartitionLayouts), and AWS says of no metric what it is for a partition, \
                     so the alarm would compare a wrong number; leave it out, or set Enabled to false",
                    variant.name
                );
                problems.conflict(&declared.path, message);
            }
            return None;
        }
        if watched.is_empty() {
            if given && problems.clean(&declaration.config_members().production_variants().path) {
                let message = format!("{}; leave the alarm out, or set Enabled to false", definition.nothing_to_watch);
                problems.conflict(&declared.path, message);
            }
            return None;
        }
        let spec = spec?;
        if let Some(why) = (definition.refusal)(&situation, spec.source) {
            let source = &declared.source;
            problems.conflict(if source.value.is_some() { &source.path } else { &declared.path }, why);
            return None;
        }
        self.divided(spec, declared, &situation)
    }

    /// Whether `GpuDimension` says which one it is. What can't be read is taken for one: its problem has been noted.
    fn names_gpu_dimension(&self) -> bool {
        let Declared { path, value } = &self.declaration.gpu_dimension;
        value.map_or(!self.problems.clean(path), |choice| choice.dimension().is_some())
    }

    /// A variant whose models hold partitions of its GPUs.
    fn partitioned(&self) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.hosts_components() && variant.partitions.is_some())
    }

    /// The alarm, divided among its variants and models where they are too many for one.
    fn divided(&self, mut alarm: AlarmSpec, declared: &DeclaredAlarm, situation: &Situation<'_>) -> Option<AlarmSpec> {
        let parts = parts((alarm.kind.definition().fit)(alarm.source), situation);
        if parts.is_empty() {
            return Some(alarm);
        }
        let count = parts.len();
        if !self.may_be_divided(&alarm, declared, &parts) {
            return None;
        }
        for part in parts {
            let own_name = match &part {
                Part::Variant(variant) => variant.as_str(),
                Part::Model(model) => model.as_str(),
            };
            let name = alarm.name.of_part(own_name).map_err(|rule| {
                let together = format!("{}-{own_name}", alarm.name);
                let message = format!(
                    "{} would be the name of the alarm on that variant or model alone, and is too long; {rule}",
                    quote(&together, self.problems)
                );
                self.problems.invalid(&declared.alarm_name.path, message);
            });
            alarm.parts.push(PartAlarm { name: name.ok()?, on: part });
        }
        let rule: usize = alarm.parts.iter().map(|part| part.name.as_str().len() + RULE_WORDS).sum();
        if rule > LONGEST_RULE {
            let message = format!(
                "the names of its {count} parts make a rule of {rule} characters, and CloudWatch takes {LONGEST_RULE}; shorten it"
            );
            self.problems.invalid(&declared.alarm_name.path, message);
        }
        Some(alarm)
    }

    /// Whether each of these can have an alarm of its own, with a composite that speaks for all.
    fn may_be_divided(&self, alarm: &AlarmSpec, declared: &DeclaredAlarm, parts: &[Part]) -> bool {
        let count = parts.len();
        let of_variants = parts.iter().any(|part| matches!(part, Part::Variant(_)));
        if of_variants && !self.declaration.declares_variants() {
            // A Delete finds alarms by the names in the declaration, and these carry the variants' names.
            let message = format!(
                "{count} variants are more than one alarm takes, so each gets an alarm of its own with its name; name them in \
                 ProductionVariants, or set Enabled to false"
            );
            self.problems.conflict(&declared.path, message);
            return false;
        }
        if count > MOST_PARTS {
            let message = format!(
                "{count} models are more than one alarm takes, so each gets an alarm of its own, and a composite alarm speaks for at most \
                 {MOST_PARTS}; set Enabled to false, and watch the models that matter with alarms of your own"
            );
            self.problems.conflict(&declared.path, message);
            return false;
        }
        if alarm.name.as_str().contains('"') {
            let message = format!(
                "{} has a quotation mark, which ends a name in the rule of the composite alarm over {count}; leave it out",
                quote(alarm.name.as_str(), self.problems),
            );
            self.problems.invalid(&declared.alarm_name.path, message);
        }
        true
    }

    /// CloudWatch overwrites an alarm by another of its name without a word.
    fn names_differ(&self, alarms: &[(AlarmSpec, &DeclaredAlarm)]) {
        let mut taken: BTreeMap<&AlarmName, AlarmKind> = BTreeMap::new();
        for (alarm, declared) in alarms {
            for name in std::iter::once(&alarm.name).chain(alarm.parts.iter().map(|one| &one.name)) {
                if let Some(other) = taken.insert(name, alarm.kind) {
                    let message = format!(
                        "{} is the name of an alarm of {other} too; give each a name of its own",
                        quote(name.as_str(), self.problems)
                    );
                    self.problems.conflict(&declared.alarm_name.path, message);
                }
            }
        }
    }
}

/// What gets an alarm each, where all are too many for one; nothing where they fit.
fn parts(fit: Fit, situation: &Situation<'_>) -> Vec<Part> {
    let variants = situation.variants.iter();
    if fit.models == usize::MAX {
        let too_many = situation.variants.len() > fit.variants;
        return variants.filter(|_| too_many).map(|variant| Part::Variant(variant.name.clone())).collect();
    }
    // Each model by itself, of its own or placed on a variant.
    let own = variants.filter(|variant| !variant.hosts_components()).map(|variant| Part::Variant(variant.name.clone()));
    let own: Vec<Part> = own.collect();
    let models = situation.models.iter().map(|model| Part::Model(model.name.clone()));
    let most = if own.is_empty() { fit.models } else { fit.variants.min(fit.models) };
    if own.len() + situation.models.len() > most { own.into_iter().chain(models).collect() } else { Vec::new() }
}
