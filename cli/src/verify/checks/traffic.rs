//! Requests: how often they are published, and what comes of latency when nobody calls.

use monitored_endpoint::metrics::published::{Idle, rows};

use super::super::facts::Fact;
use super::super::seen::{Seen, Series};
use super::{REQUESTS, close};
use crate::verify::seen::real;

pub(super) fn check(seen: &Seen) -> Vec<Fact> {
    let mut facts = vec![cadence(seen), idle(seen)];
    if seen.endpoint.hosts_components() && seen.endpoint.enhanced {
        facts.push(by_copy(seen));
    }
    facts
}

fn of_endpoint(seen: &Seen) -> impl Iterator<Item = &Series> {
    let sets: [&[&str]; 2] = [&["InferenceComponentName"], &["EndpointName", "VariantName"]];
    let published = seen.series.iter().filter(|one| one.is_published() && one.namespace == REQUESTS);
    published.filter(move |one| sets.iter().any(|set| one.has_set(set)))
}

/// The least time between two datapoints.
fn cadence(seen: &Seen) -> Fact {
    let expected = if seen.endpoint.enhanced { seen.endpoint.frequency } else { 60 };
    let why = if seen.endpoint.enhanced { "on" } else { "off" };
    let assumed = format!("with enhanced metrics {why}, requests are published every {expected} s");
    let fact = Fact::new("request-cadence", assumed, "MetricsConfig in the API reference");
    let gaps = of_endpoint(seen).filter(|one| one.metric == "Invocations").flat_map(|one| {
        let times: Vec<i64> = one.samples.keys().copied().collect();
        times.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>()
    });
    let Some(least) = gaps.min() else { return fact.cant_tell("no series of requests has two datapoints") };
    let fact = fact.measured("LeastGapSeconds", least);
    let words = format!("datapoints are {least} s apart, or more");
    if least > expected && seen.requests().unwrap_or_default() == 0.0 {
        return fact.cant_tell(words);
    }
    fact.holds(
        close(real(least), real(expected)),
        words,
        &["graphs and alarms of requests at periods shorter than that, which have gaps or more samples"],
    )
}

/// Latencies and the like, of which nothing comes while nobody calls.
fn idle(seen: &Seen) -> Fact {
    let fact =
        Fact::new("idle-latency", "while nobody calls, no latency is published", "custodian (assumed for latencies)");
    match seen.requests() {
        Some(0.0) => {}
        Some(_) => return fact.cant_tell("it was called"),
        None => return fact.cant_tell("whether it was called isn't published"),
    }
    let silent = |series: &&Series| {
        rows().iter().any(|row| {
            row.namespace == series.namespace
                && row.metric == series.metric
                && row.idle == Idle::Nothing
                && row.metric.ends_with("Latency")
                && series.has_set(&row.dimensions)
        })
    };
    let loud: Vec<String> = of_endpoint(seen).filter(silent).map(|one| one.metric.clone()).collect();
    let words =
        if loud.is_empty() { "none came".to_owned() } else { format!("there are values of {}", loud.join(", ")) };
    fact.holds(loud.is_empty(), words, &["latency percentiles, drawn down by values that no request has"])
}

/// Requests by copy against requests by component.
fn by_copy(seen: &Seen) -> Fact {
    let fact = Fact::new(
        "requests-add-up",
        "requests by copy, under the set of five dimensions, add up to the requests of the components",
        "dg-mapping; cw-enrichment",
    );
    let five = ["EndpointName", "VariantName", "InferenceComponentName", "InstanceId", "ContainerId"];
    let sum = |series: &Series| series.sum.values().sum::<f64>();
    let whole: f64 = seen.set(REQUESTS, "Invocations", &["InferenceComponentName"]).map(sum).sum();
    let parts: f64 = seen.set(REQUESTS, "Invocations", &five).map(sum).sum();
    if whole == 0.0 || parts == 0.0 {
        return fact.cant_tell("nobody called, or one of the two isn't published");
    }
    let part = parts / whole;
    fact.measured("PartOfComponents", part).holds(
        close(part, 1.0),
        format!("requests by copy are {:.0} % of those by component", part * 100.0),
        &["routing, and requests of the whole endpoint where they are summed over copies"],
    )
}
