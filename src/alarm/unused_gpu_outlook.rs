//! What looks wrong about an alarm on unused GPUs, as `unused_gpu` and `gpu_buffer` count them.

use super::Comparison;
use super::outlook::{Outlook, PlacedModel, is_breached_by};
use super::reach::{Reach, reach};
use super::spec::AlarmSpec;
use super::words::compared;

/// Whether the declared instances and models would keep it in ALARM, or could never make it fire. `instead` is what helps where
/// the threshold is meant.
pub(super) fn warning(alarm: &AlarmSpec, outlook: &Outlook<'_>, instead: &str) -> Option<String> {
    let placed = outlook.placed;
    // Models live on one variant alone, and where there are more, each has its own alarm.
    let [variant] = outlook.variants.as_slice() else { return None };
    let (gpus, instances) = (variant.shared_gpus()?, variant.instances?);
    let (all, most) = (instances.initial.saturating_mul(gpus), instances.most.saturating_mul(gpus));
    let (name, compared) = (&variant.name, compared(alarm));
    match reach(alarm.comparison, alarm.threshold, &(0.0..=f64::from(most))) {
        Reach::Always => Some(format!(
            "the declared instances of variant {name} have {most} GPUs, so the alarm ({compared}) would stay in ALARM; {}",
            less_than_always(alarm, most)
        )),
        Reach::Never => Some(format!(
            "the declared instances of variant {name} have {most} GPUs, so the alarm ({compared}) could never fire; use {} or less",
            largest(alarm, most)
        )),
        Reach::Sometimes => {
            let unused =
                unused(placed, instances.initial, gpus).filter(|unused| is_breached_by(alarm, f64::from(*unused)))?;
            Some(format!(
                "{} of the {all} GPUs of the declared instances {} unused, so the alarm ({compared}) would stay in ALARM; {}",
                how_much(placed, unused),
                if unused == 1 { "is" } else { "are" },
                what_works(alarm, unused, instead),
            ))
        }
    }
}

/// The thresholds that not every number from 0 to `most` breaches.
fn less_than_always(alarm: &AlarmSpec, most: u32) -> String {
    match alarm.comparison {
        Comparison::AtLeast => "use 1 or more".to_owned(),
        Comparison::MoreThan => "use 0 or more".to_owned(),
        Comparison::AtMost => format!("use at most {}, or declare more instances", most.saturating_sub(1)),
        Comparison::LessThan => format!("use at most {most}, or declare more instances"),
    }
}

/// The largest threshold that so many GPUs can reach.
fn largest(alarm: &AlarmSpec, most: u32) -> u32 {
    if alarm.comparison == Comparison::MoreThan { most.saturating_sub(1) } else { most }
}

/// GPUs that are left on so many instances when the models are placed, where that is known. A model whose copies aren't known
/// has one on each instance, where all models fit on one together, and else one in all.
fn unused(placed: &[PlacedModel], instances: u32, gpus: u32) -> Option<u32> {
    if placed.is_empty() {
        return None;
    }
    let one_each: u32 = placed.iter().map(|model| model.gpus_per_copy).sum();
    let by_default = if one_each <= gpus { instances } else { 1 };
    let held = placed.iter().map(|model| model.gpus_per_copy.saturating_mul(model.copies.unwrap_or(by_default))).sum();
    // More than there is can't be placed, and how much of it can isn't known.
    instances.saturating_mul(gpus).checked_sub(held)
}

fn how_much(placed: &[PlacedModel], unused: u32) -> String {
    let known = placed.iter().all(|model| model.copies.is_some());
    if known {
        format!("with the declared copies, {unused}")
    } else {
        format!("with a copy of each model on an instance, {unused}")
    }
}

/// A threshold that so many unused GPUs don't breach, where there is one.
fn what_works(alarm: &AlarmSpec, unused: u32, instead: &str) -> String {
    let threshold = match alarm.comparison {
        Comparison::AtLeast => Some(unused + 1),
        Comparison::AtMost => unused.checked_sub(1),
        Comparison::LessThan => Some(unused).filter(|unused| *unused > 0),
        Comparison::MoreThan => Some(unused),
    };
    match threshold {
        Some(threshold) => format!("use {threshold}, or {instead}"),
        None => "declare another instance".to_owned(),
    }
}
