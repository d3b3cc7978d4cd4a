//! Instances: one sample of each in each interval, and what is added up from that.

use super::super::facts::Fact;
use super::super::seen::{Seen, Series, Variant, real};
use super::{ENDPOINTS, close};

const BILL: &[&str] =
    &["instances", "GPUs in total and unused", "every dollar figure", "NoTrafficAlarm", "BudgetAlarm"];
const ONE_EACH: &str = "dg-enhanced; article; dg-metrics";

pub(super) fn check(seen: &Seen) -> Vec<Fact> {
    vec![cadence(seen), running(seen), add_up(seen), normalized(seen)]
}

fn with_instances(seen: &Seen) -> impl Iterator<Item = (&Variant, &Series)> {
    let variants = seen.endpoint.variants.iter();
    variants.filter_map(|variant| Some((variant, seen.of_variant(ENDPOINTS, "CPUUtilization", &variant.name)?)))
}

/// Instances over time by what they published, where their number stayed the same.
fn steady(seen: &Seen, series: &Series) -> Option<f64> {
    let frequency = seen.endpoint.frequency;
    // Several intervals at a time, so that samples on the wrong side of an edge don't look like another count.
    let stretch = 5 * frequency;
    let (first, last) = series.life()?;
    let starts = (0..).map(|number| first + number * stretch).take_while(|start| start + stretch <= last + frequency);
    let counts: Vec<f64> = starts
        .map(|start| series.samples.range(start..start + stretch).map(|(_, count)| count).sum::<f64>() / 5.0)
        .collect();
    let mean = counts.iter().sum::<f64>() / real(i64::try_from(counts.len()).ok().filter(|count| *count > 1)?);
    counts.iter().all(|count| (count - mean).abs() <= 0.25 * mean.max(1.0)).then_some(mean)
}

/// The time between two samples of one instance: by its own series where there is one, else by the running instances.
fn cadence(seen: &Seen) -> Fact {
    let frequency = seen.endpoint.frequency;
    let fact = Fact::new(
        "instance-cadence",
        format!("each instance publishes one sample every {frequency} s, as MetricsConfig says"),
        ONE_EACH,
    );
    let names = ["EndpointName", "VariantName", "InstanceId"];
    let mut rates: Vec<(f64, String)> = seen
        .set(ENDPOINTS, "CPUUtilization", &names)
        .filter_map(|one| Some((one.per_interval(frequency)?, one.value("InstanceId")?.to_owned())))
        .collect();
    if rates.is_empty() {
        let of_all = |(variant, series): (&Variant, &Series)| {
            let running = variant.running.filter(|running| *running > 0)?;
            Some((steady(seen, series)? / f64::from(running), variant.name.clone()))
        };
        rates = with_instances(seen).filter_map(of_all).collect();
    }
    let Some(worst) =
        rates.iter().map(|(rate, _)| *rate).max_by(|one, other| (one - 1.0).abs().total_cmp(&(other - 1.0).abs()))
    else {
        return fact.cant_tell("no instance published for long enough");
    };
    let off = rates.iter().filter(|(rate, _)| !close(*rate, 1.0)).map(|(_, name)| name.clone());
    let about: Vec<String> = off.collect();
    let seen_words = format!("{worst:.2} samples in each interval of {frequency} s");
    fact.measured("SamplesPerInterval", worst).holds(about.is_empty(), seen_words, BILL).about(about)
}

/// Instances by samples against those that SageMaker says are running.
fn running(seen: &Seen) -> Fact {
    let fact = Fact::new(
        "instances-by-samples",
        "samples of CPUUtilization, by publish frequency and period, are the instances that run",
        ONE_EACH,
    );
    if seen.endpoint.status != "InService" {
        return fact.cant_tell("the endpoint is changing");
    }
    let mut compared: Vec<(f64, u32, &str)> = Vec::new();
    for (variant, series) in with_instances(seen) {
        if let (Some(counted), Some(running)) = (steady(seen, series), variant.running) {
            compared.push((counted, running, &variant.name));
        }
    }
    if compared.is_empty() {
        return fact.cant_tell("nothing was published, or the number of instances changed meanwhile");
    }
    let (counted, runs) =
        compared.iter().fold((0.0, 0), |(all, sum), (counted, running, _)| (all + counted, sum + running));
    let off: Vec<String> = compared
        .iter()
        .filter(|(counted, running, _)| !close(*counted, f64::from(*running)))
        .map(|(_, _, name)| (*name).to_owned())
        .collect();
    fact.measured("BySamples", counted)
        .measured("Running", runs)
        .holds(off.is_empty(), format!("{counted:.2} instances by samples, {runs} running"), BILL)
        .about(off)
}

/// The series of single instances against their variant's.
fn add_up(seen: &Seen) -> Fact {
    let fact = Fact::new(
        "instances-add-up",
        "the series of single instances have together as many samples as their variant's",
        "dg-enhanced (exact set inferred)",
    );
    let names = ["EndpointName", "VariantName", "InstanceId"];
    let mut off = Vec::new();
    let mut worst: Option<f64> = None;
    for (variant, whole) in with_instances(seen) {
        let single = seen.set(ENDPOINTS, "CPUUtilization", &names);
        let single: f64 =
            single.filter(|one| one.value("VariantName") == Some(variant.name.as_str())).map(Series::total).sum();
        if single > 0.0 {
            let part = single / whole.total();
            if !close(part, 1.0) {
                off.push(variant.name.clone());
            }
            worst =
                Some(worst.map_or(part, |worst| if (part - 1.0).abs() > (worst - 1.0).abs() { part } else { worst }));
        }
    }
    let Some(worst) = worst else {
        return fact.cant_tell("no single instance has a series: enhanced metrics are off, or nothing was published");
    };
    let affects = &["instances in the panels", "the GPU map", "$ by model where instances are listed"];
    fact.measured("PartOfVariant", worst)
        .holds(
            off.is_empty(),
            format!("single instances have {:.0} % of their variant's samples", worst * 100.0),
            affects,
        )
        .about(off)
}

/// Where copies run, instances are counted by `CPUUtilizationNormalized`.
fn normalized(seen: &Seen) -> Fact {
    let fact = Fact::new(
        "normalized-samples",
        "while copies run, CPUUtilizationNormalized has a sample for each of CPUUtilization",
        "custodian; dg-metrics",
    );
    let pairs: Vec<(&Variant, f64)> = with_instances(seen)
        .filter(|(variant, _)| variant.hosts_components())
        .filter_map(|(variant, plain)| {
            let normalized = seen.of_variant(ENDPOINTS, "CPUUtilizationNormalized", &variant.name)?;
            Some((variant, normalized.total() / plain.total()))
        })
        .collect();
    let Some((_, part)) = pairs.first().filter(|_| seen.has_copies()) else {
        return fact.cant_tell("no variant published both while copies ran");
    };
    let off: Vec<String> =
        pairs.iter().filter(|(_, part)| !close(*part, 1.0)).map(|(variant, _)| variant.name.clone()).collect();
    let affects = &["instances and unused GPUs on the dashboard", "unallocated $", "UnusedGpuAlarm"];
    fact.measured("PartOfPlain", *part)
        .holds(off.is_empty(), format!("{:.0} % as many samples", part * 100.0), affects)
        .about(off)
}
