//! GPUs: the dimension that identifies them, one sample of each held one, reservations, and the sum over models.

use std::collections::{BTreeMap, BTreeSet};

use monitored_endpoint::spec::GpuDimension;

use super::super::facts::{Fact, of_aws};
use super::super::seen::{Seen, Series, Variant};
use super::{COMPONENTS, ENDPOINTS, TOLERANCE, close};

const MODELS: &[&str] = &["used and unused GPUs", "$ by model", "unallocated $", "the GPU map", "IdleGpuAlarm"];

pub(super) fn check(seen: &Seen) -> Vec<Fact> {
    let mut facts = vec![dimension(seen)];
    if seen.endpoint.hosts_components() {
        facts.extend([samples(seen), once(seen), held(seen), sum(seen), idle_reservation(seen), reservation(seen)]);
    }
    facts.push(percent(seen));
    facts
}

/// Series of GPUs that copies hold: one dimension more than the known ones.
pub(super) fn held_series(seen: &Seen) -> impl Iterator<Item = &Series> {
    seen.series.iter().filter(|one| {
        one.is_published()
            && one.namespace == COMPONENTS
            && one.metric == "GPUUtilizationNormalized"
            && one.value("InstanceId").is_some()
            && one.gpu().is_some()
    })
}

fn dimension(seen: &Seen) -> Fact {
    let fact = Fact::new(
        "gpu-dimension",
        "one dimension tells GPUs apart: GpuId or AcceleratorId",
        "article and sample say GpuId, dg-enhanced AcceleratorId",
    );
    let per_gpu = seen.series.iter().filter(|one| one.is_published() && one.value("InstanceId").is_some());
    let per_gpu = per_gpu.filter(|one| [ENDPOINTS, COMPONENTS].contains(&one.namespace.as_str()));
    let names: BTreeSet<&str> = per_gpu.filter_map(|one| Some(one.gpu()?.0)).collect();
    let kept: Vec<&str> = super::sets::names(seen);
    let shown: Vec<&str> = names.iter().map(|name| of_aws(name, &kept)).collect();
    let known = |name: &str| GpuDimension::ALL.iter().any(|known| known.name() == name);
    let has_gpus = |variant: &Variant| variant.gpus.is_some_and(|gpus| gpus > 0) && variant.running != Some(0);
    let should = seen.endpoint.enhanced && seen.is_settled() && seen.endpoint.variants.iter().any(has_gpus);
    let fact = fact.measured("Dimensions", shown.clone());
    match shown[..] {
        [] if should => fact.different("no series of a single GPU was published", MODELS),
        [] => fact.cant_tell("no series of a single GPU was published"),
        [one] if known(one) => fact.assumed_right(one),
        [one] => fact.different(format!("it is {one}"), MODELS),
        _ => fact.different(
            format!("several do: {}", shown.join(", ")),
            &["every count of GPUs, which could be twice as high"],
        ),
    }
}

fn samples(seen: &Seen) -> Fact {
    let frequency = seen.endpoint.frequency;
    let assumed = format!("each GPU that a copy holds publishes one sample every {frequency} s");
    let fact = Fact::new("gpu-samples", assumed, "article; dg-enhanced");
    let rates: Vec<(f64, &Series)> =
        held_series(seen).filter_map(|one| Some((one.per_interval(frequency)?, one))).collect();
    let worst =
        rates.iter().map(|(rate, _)| *rate).max_by(|one, other| (one - 1.0).abs().total_cmp(&(other - 1.0).abs()));
    let Some(worst) = worst else { return fact.cant_tell("no GPU that a copy holds published for long enough") };
    let off: BTreeSet<String> = rates
        .iter()
        .filter(|(rate, _)| !close(*rate, 1.0))
        .filter_map(|(_, one)| one.value("InferenceComponentName").map(str::to_owned))
        .collect();
    fact.measured("SamplesPerInterval", worst)
        .holds(off.is_empty(), format!("{worst:.2} samples in each interval of {frequency} s"), MODELS)
        .about(off)
}

fn once(seen: &Seen) -> Fact {
    let fact = Fact::new("gpu-held-once", "a GPU is held by one copy at a time", "article (whole GPUs)");
    let mut holders: BTreeMap<(&str, &str), Vec<&Series>> = BTreeMap::new();
    for one in held_series(seen) {
        if let (Some(instance), Some((_, gpu))) = (one.value("InstanceId"), one.gpu()) {
            holders.entry((instance, gpu)).or_default().push(one);
        }
    }
    if holders.is_empty() {
        return fact.cant_tell("no GPU that a copy holds was published");
    }
    let together = |one: &Series, other: &Series| match (one.life(), other.life()) {
        (Some((from, until)), Some((begin, end))) => until.min(end) - from.max(begin) > seen.endpoint.frequency,
        _ => false,
    };
    let twice = |all: &Vec<&Series>| {
        all.iter().enumerate().any(|(at, one)| all[at + 1..].iter().any(|other| together(one, other)))
    };
    let shared: Vec<&Vec<&Series>> = holders.values().filter(|all| twice(all)).collect();
    let about: BTreeSet<String> = shared
        .iter()
        .flat_map(|all| all.iter())
        .filter_map(|one| one.value("InferenceComponentName").map(str::to_owned))
        .collect();
    let words = format!("{} of {} GPUs have several holders at once", shared.len(), holders.len());
    fact.measured("Gpus", holders.len())
        .measured("Shared", shared.len())
        .holds(shared.is_empty(), words, MODELS)
        .about(about)
}

/// GPUs held by samples against copies by their declared size.
fn held(seen: &Seen) -> Fact {
    let fact = Fact::new(
        "gpus-of-copies",
        "a model's samples, by publish frequency and period, are its running copies times the GPUs of a copy",
        "article",
    );
    let (from, until) = (seen.span.until - 5 * seen.endpoint.frequency, seen.span.until);
    let (mut off, mut all, mut declared_all) = (Vec::new(), 0.0, 0);
    let mut compared = false;
    for component in &seen.endpoint.components {
        let (Some(copies), Some(each)) = (component.copies, component.gpus_per_copy) else { continue };
        let own = held_series(seen).filter(|one| one.value("InferenceComponentName") == Some(component.name.as_str()));
        let (mut recent, mut changed, mut found) = (0.0, false, false);
        for one in own {
            found = true;
            recent += one.samples.range(from..until).map(|(_, count)| count).sum::<f64>() / 5.0;
            // A copy that came or went meanwhile leaves the end of the stretch in doubt.
            changed |= one.life().is_some_and(|(_, last)| last < until - 3 * seen.endpoint.frequency);
        }
        if !found || changed {
            continue;
        }
        compared = true;
        let declared = copies * each;
        (all, declared_all) = (all + recent, declared_all + declared);
        if (recent - f64::from(declared)).abs() > 0.25 {
            off.push(component.name.clone());
        }
    }
    if !compared || !seen.is_settled() || seen.endpoint.status != "InService" {
        return fact.cant_tell("no model's copies and their GPUs are both known and steady");
    }
    fact.measured("BySamples", all)
        .measured("ByCopies", declared_all)
        .holds(off.is_empty(), format!("{all:.2} GPUs by samples, {declared_all} by copies"), MODELS)
        .about(off)
}

/// The bill is the instances'; the models' parts can't be more.
fn sum(seen: &Seen) -> Fact {
    let fact = Fact::new(
        "models-within-bill",
        "the GPU-hours of all models are at most the instance-hours times the GPUs of an instance",
        "article",
    );
    let hosts: Vec<&Variant> = seen.endpoint.variants.iter().filter(|variant| variant.hosts_components()).collect();
    let (mut had, mut used) = (0.0, 0.0);
    for variant in hosts {
        let Some(gpus) = variant.gpus.filter(|gpus| *gpus > 0) else {
            return fact.cant_tell("the GPUs of an instance aren't known, or it has none");
        };
        let instances = seen.of_variant(ENDPOINTS, "CPUUtilization", &variant.name).map_or(0.0, Series::total);
        had += instances * f64::from(gpus);
        let on_it = held_series(seen).filter(|one| one.value("VariantName") == Some(variant.name.as_str()));
        used += on_it.map(Series::total).sum::<f64>();
    }
    if had == 0.0 || used == 0.0 {
        return fact.cant_tell("no samples of instances, or none of GPUs that copies hold");
    }
    let part = used / had;
    fact.measured("PartUsed", part).holds(
        part <= 1.0 + TOLERANCE,
        format!("models hold {:.1} % of the GPU-hours", part * 100.0),
        MODELS,
    )
}

/// What instances that no copy is on publish about reservations.
fn idle_reservation(seen: &Seen) -> Fact {
    let fact = Fact::new(
        "idle-reservation",
        "an instance without a copy publishes a GPUReservation of 0, or nothing: never more samples than instances",
        "dg-metrics leaves it open",
    );
    let (mut plain, mut reserved, mut empty) = (0.0, 0.0, false);
    for variant in seen.endpoint.variants.iter().filter(|variant| variant.hosts_components()) {
        let (Some(one), Some(other)) = (
            seen.of_variant(ENDPOINTS, "CPUUtilization", &variant.name),
            seen.of_variant(ENDPOINTS, "GPUReservation", &variant.name),
        ) else {
            continue;
        };
        (plain, reserved) = (plain + one.total(), reserved + other.total());
        let used: BTreeSet<&str> = held_series(seen).filter_map(|one| one.value("InstanceId")).collect();
        let names = ["EndpointName", "VariantName", "InstanceId"];
        let instances = seen.set(ENDPOINTS, "CPUUtilization", &names);
        empty |= !used.is_empty() && instances.filter_map(|one| one.value("InstanceId")).any(|one| !used.contains(one));
    }
    if plain == 0.0 || reserved == 0.0 {
        return fact.cant_tell("GPUReservation was not published");
    }
    let part = reserved / plain;
    let fact = fact.measured("PartOfInstances", part).measured("InstanceWithoutCopy", empty);
    if part > 1.0 + TOLERANCE {
        let affects = &["unused GPUs in UnusedGpuAlarm and GpuBufferAlarm"];
        return fact.different(format!("{:.0} % as many samples as instances have", part * 100.0), affects);
    }
    match (close(part, 1.0), empty) {
        (true, true) => fact.measured("Idle", "zero").assumed_right("instances without a copy publish 0"),
        (false, _) => fact.measured("Idle", "nothing").assumed_right("instances without a copy publish nothing"),
        (true, false) => fact.cant_tell("every instance has a copy, or single instances aren't known"),
    }
}

/// What the default source of `UnusedGpuAlarm` says against what the copies hold.
fn reservation(seen: &Seen) -> Fact {
    let fact = Fact::new(
        "reservation-value",
        "GPUReservation is the percentage of an instance's GPUs that copies hold",
        "custodian (100 % with one component holding the only GPU); dg-metrics",
    );
    let (mut by_reservation, mut by_copies) = (0.0, 0.0);
    for variant in seen.endpoint.variants.iter().filter(|variant| variant.hosts_components()) {
        let series = seen.of_variant(ENDPOINTS, "GPUReservation", &variant.name);
        let (Some(series), Some(gpus)) = (series, variant.gpus) else { continue };
        by_reservation += series.sum.values().sum::<f64>() / 100.0 * f64::from(gpus);
        let on_it = held_series(seen).filter(|one| one.value("VariantName") == Some(variant.name.as_str()));
        by_copies += on_it.map(Series::total).sum::<f64>();
    }
    if by_copies == 0.0 || by_reservation == 0.0 {
        return fact.cant_tell("GPUReservation or the GPUs that copies hold were not published");
    }
    let part = by_reservation / by_copies;
    let affects = &["unused GPUs in UnusedGpuAlarm and GpuBufferAlarm"];
    fact.measured("PartOfHeld", part).holds(
        close(part, 1.0),
        format!("it comes to {:.0} % of the GPUs that copies hold", part * 100.0),
        affects,
    )
}

/// `…Normalized` metrics stay within 100 %.
fn percent(seen: &Seen) -> Fact {
    let fact = Fact::new("normalized-range", "metrics called …Normalized are percentages from 0 to 100", "dg-metrics");
    let all = seen.series.iter().filter(|one| one.metric.ends_with("Normalized"));
    let most = all
        .flat_map(|one| one.most.values().map(move |value| (*value, one)))
        .max_by(|one, other| one.0.total_cmp(&other.0));
    let Some((most, series)) = most else { return fact.cant_tell("no such metric was published") };
    // Rounding may take a full device a little over.
    let holds = most <= 101.0;
    let about = series.value("InferenceComponentName").or(series.value("VariantName")).map(str::to_owned);
    fact.measured("Highest", most)
        .holds(holds, format!("the highest is {most:.1}"), &["utilization, and what counts as hot or idle"])
        .about(about.filter(|_| !holds))
}
