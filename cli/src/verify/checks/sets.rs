//! Exact dimension sets: which metrics come under which, against the table.

use std::collections::{BTreeMap, BTreeSet};

use monitored_endpoint::metrics::published::{Condition, Idle, PublishedRow, Reading, rows};

use super::super::facts::{Fact, of_aws};
use super::super::seen::{Component, Seen, Series, Variant};
use super::{COMPONENTS, ENDPOINTS, REQUESTS};

/// A namespace and the names of a set, in the alphabet's order.
type Set = (String, Vec<String>);

pub(super) fn check(seen: &Seen) -> Vec<Fact> {
    let mut sets: BTreeMap<Set, Found> = BTreeMap::new();
    for row in rows() {
        sets.entry(set_of_row(row)).or_default().expect(seen, row);
    }
    for series in seen.series.iter().filter(|series| series.is_published()) {
        sets.entry(set_of(series)).or_default().meet(seen, series);
    }
    let facts = sets.iter().filter(|(_, found)| found.matters());
    facts.map(|(set, found)| found.fact(seen, set)).collect()
}

/// Names that somebody gave, which a name of AWS's doesn't hold.
pub(super) fn names(seen: &Seen) -> Vec<&str> {
    let variants = seen.endpoint.variants.iter().map(|variant| variant.name.as_str());
    let components = seen.endpoint.components.iter().map(|component| component.name.as_str());
    variants.chain(components).chain([seen.endpoint.name.as_str()]).collect()
}

fn set_of_row(row: &PublishedRow) -> Set {
    let mut names: Vec<String> = row.dimensions.iter().map(|name| (*name).to_owned()).collect();
    names.sort_unstable();
    (row.namespace.to_owned(), names)
}

fn set_of(series: &Series) -> Set {
    (series.namespace.clone(), series.dimensions.keys().cloned().collect())
}

/// What the table says of one set, and what there is.
#[derive(Default)]
struct Found {
    /// Metrics that should be there, whatever the traffic, and aren't, with whose.
    missing: BTreeMap<&'static str, BTreeSet<String>>,
    /// Metrics that shouldn't be there and are.
    strange: BTreeMap<String, BTreeSet<String>>,
    /// Metrics as the table has them.
    right: BTreeSet<String>,
    /// Metrics of which nothing has to come while nobody calls, and that didn't.
    quiet: BTreeSet<&'static str>,
    /// Where the rows are from.
    source: &'static str,
    /// The way of showing it: the order of the table.
    order: Option<String>,
}

impl Found {
    fn matters(&self) -> bool {
        !(self.missing.is_empty() && self.strange.is_empty() && self.right.is_empty() && self.quiet.is_empty())
    }

    /// Who of a row's subjects lacks it.
    fn expect(&mut self, seen: &Seen, row: &'static PublishedRow) {
        if self.order.is_none() {
            self.order = Some(row.dimensions.join(", "));
        }
        // What one reading alone has is a question, and asked on its own.
        if row.reading.is_some_and(|reading| !is_gpu_dimension_in_use(seen, reading)) {
            return;
        }
        let lacking: Vec<String> = if row.dimensions.contains(&"InferenceComponentName") {
            let has = |component: &&Component| !has_series(seen, row, "InferenceComponentName", &component.name);
            let components = seen.endpoint.components.iter().filter(|one| one.copies != Some(0));
            let expected =
                components.filter(|one| variant_of(seen, one).is_some_and(|variant| is_expected(seen, variant, row)));
            expected.filter(has).map(|component| component.name.clone()).collect()
        } else {
            let expected = seen.endpoint.variants.iter().filter(|variant| is_expected(seen, variant, row));
            expected
                .filter(|variant| !has_series(seen, row, "VariantName", &variant.name))
                .map(|variant| variant.name.clone())
                .collect()
        };
        if lacking.is_empty() {
            return;
        }
        self.source = row.source;
        let called = ["Invocations", "InvocationsProcessed"].contains(&row.metric)
            && lacking.iter().any(|name| was_called(seen, row, name));
        if called {
            self.missing.entry(row.metric).or_default().extend(lacking);
            return;
        }
        match row.idle {
            // The readings of what an uncalled component publishes are a question of their own.
            Idle::Values | Idle::Zeros if !may_be_silent(row) => {
                self.missing.entry(row.metric).or_default().extend(lacking);
            }
            _ => {
                self.quiet.insert(row.metric);
            }
        }
    }

    fn meet(&mut self, seen: &Seen, series: &Series) {
        let set = set_of(series);
        let mut rows = rows().iter().filter(|row| row.metric == series.metric && set_of_row(row) == set);
        let known = rows.clone().next().map(|row| row.source);
        if rows.any(|row| is_possible(seen, series, row)) {
            self.right.insert(series.metric.clone());
        } else {
            let whose = series.value("InferenceComponentName").or(series.value("VariantName"));
            let whose = whose.unwrap_or_default().to_owned();
            self.strange.entry(series.metric.clone()).or_default().insert(whose);
        }
        if self.source.is_empty() {
            self.source = known.unwrap_or("no row of the table");
        }
    }

    fn fact(&self, seen: &Seen, (namespace, names): &Set) -> Fact {
        let kept = super::sets::names(seen);
        let names: Vec<&str> = names.iter().map(|name| of_aws(name, &kept)).collect();
        let shown = self.order.clone().unwrap_or_else(|| names.join(", "));
        let metrics = |all: &mut dyn Iterator<Item = &str>| -> Vec<String> {
            all.map(|metric| of_aws(metric, &kept).to_owned()).collect()
        };
        let missing = metrics(&mut self.missing.keys().copied());
        let strange = metrics(&mut self.strange.keys().map(String::as_str));
        let right = metrics(&mut self.right.iter().map(String::as_str));
        let quiet = metrics(&mut self.quiet.iter().copied());
        let assumed = if missing.is_empty() && right.is_empty() && quiet.is_empty() {
            "nothing comes under this set on an endpoint of this kind".to_owned()
        } else {
            "what the table lists comes under exactly this set".to_owned()
        };
        let fact = Fact::new(format!("set {namespace} {{{shown}}}"), assumed, self.source)
            .measured("Missing", missing.clone())
            .measured("Unexpected", strange.clone())
            .measured("Found", right.clone())
            .measured("Quiet", quiet.clone());
        let about: BTreeSet<String> = self.missing.values().chain(self.strange.values()).flatten().cloned().collect();
        let hasty = !seen.is_settled();
        if !strange.is_empty() || (!missing.is_empty() && !hasty) {
            let mut words = Vec::new();
            if !missing.is_empty() {
                words.push(format!("missing: {}", missing.join(", ")));
            }
            if !strange.is_empty() {
                words.push(format!("unexpected: {}", strange.join(", ")));
            }
            return fact.different(words.join("; "), &self.affects(namespace, &names)).about(about);
        }
        if !missing.is_empty() {
            return fact.cant_tell("the endpoint has served on its config for too short a time");
        }
        if right.is_empty() {
            return fact.cant_tell(format!("nothing was published, which it need not be: {}", quiet.join(", ")));
        }
        let waiting = if quiet.is_empty() { String::new() } else { format!("; nothing yet: {}", quiet.join(", ")) };
        fact.assumed_right(format!("{}{waiting}", right.join(", ")))
    }

    fn affects(&self, namespace: &str, names: &[&str]) -> Vec<&'static str> {
        let mut affects = Vec::new();
        let mut add = |what: &'static str| {
            if !affects.contains(&what) {
                affects.push(what);
            }
        };
        for metric in self.missing.keys() {
            for what in affected(namespace, metric, names) {
                add(what);
            }
        }
        if !self.strange.is_empty() {
            add("queries over the whole namespace, which count such a series too");
        }
        affects
    }
}

/// Numbers that a metric of the table is read for.
fn affected(namespace: &str, metric: &str, names: &[&str]) -> &'static [&'static str] {
    let single = names.contains(&"InstanceId");
    match (namespace, metric) {
        (ENDPOINTS, "CPUUtilization") if !single => &["instances", "GPUs in total and unused", "every dollar figure"],
        (ENDPOINTS, "CPUUtilizationNormalized") if !single => {
            &["instances and unused GPUs on the dashboard", "unallocated $"]
        }
        (ENDPOINTS, "GPUReservation") if !single => &["UnusedGpuAlarm and GpuBufferAlarm"],
        (ENDPOINTS, _) if single => &["instances and GPUs one by one, and the GPU map"],
        (COMPONENTS, "GPUUtilizationNormalized") if single => {
            &["used and unused GPUs", "$ by model", "unallocated $", "the GPU map", "IdleGpuAlarm"]
        }
        (ENDPOINTS | COMPONENTS, _) => &["utilization"],
        (REQUESTS, "Invocations" | "InvocationsProcessed") if single => &["routing: requests by instance and copy"],
        (REQUESTS, "Invocations" | "InvocationsProcessed") => {
            &["requests", "error rate", "$ per 1,000 requests", "NoTrafficAlarm"]
        }
        (REQUESTS, "InvocationsPerCopy" | "InvocationsPerInstance") => &["requests by copy or instance"],
        _ => &["the panels and alarms that show this metric"],
    }
}

fn is_gpu_dimension_in_use(seen: &Seen, reading: Reading) -> bool {
    let Reading::GpuDimension(dimension) = reading else { return false };
    let mut per_gpu = seen.series.iter().filter(|one| one.is_published());
    per_gpu.any(|one| one.dimensions.contains_key(dimension.name()))
}

fn has_series(seen: &Seen, row: &PublishedRow, subject: &str, name: &str) -> bool {
    let mut all = seen.set(row.namespace, row.metric, &row.dimensions);
    // A set without the subject, such as {EndpointName}, is the whole endpoint's.
    all.any(|series| series.value(subject).is_none_or(|value| value == name))
}

/// Whether other series tell of requests that this row would have to tell of as well.
fn was_called(seen: &Seen, row: &PublishedRow, name: &str) -> bool {
    let whole: &[&str] = if row.dimensions.contains(&"InferenceComponentName") {
        &["InferenceComponentName"]
    } else {
        &["EndpointName", "VariantName"]
    };
    let mut requests = seen.set(REQUESTS, row.metric, whole);
    let is_its = |one: &Series| [one.value("InferenceComponentName"), one.value("VariantName")].contains(&Some(name));
    requests.any(|one| is_its(one) && one.sum.values().sum::<f64>() > 0.0)
}

/// Whether another reading of the sources has nothing where this row has zeros.
fn may_be_silent(row: &PublishedRow) -> bool {
    rows().iter().any(|other| {
        other.reading == Some(Reading::SilentWhileIdle)
            && (other.namespace, other.metric, &other.dimensions) == (row.namespace, row.metric, &row.dimensions)
    })
}

/// The variant that a component is on; the only one where that isn't said.
fn variant_of<'s>(seen: &'s Seen, component: &Component) -> Option<&'s Variant> {
    let mut variants = seen.endpoint.variants.iter();
    match &component.variant {
        Some(name) => variants.find(|variant| variant.name == *name),
        None => variants.next(),
    }
}

/// Whether it has to be there, as far as its idle behaviour lets it.
fn is_expected(seen: &Seen, variant: &Variant, row: &PublishedRow) -> bool {
    let depends = [Condition::Streaming, Condition::CalledWithoutCopy, Condition::DirectInvocation];
    if row.published_when.iter().any(|condition| depends.contains(condition)) {
        return false;
    }
    // Without an instance, or without a copy, nobody is there to publish.
    let alive = variant.running != Some(0);
    let placed = !row.published_when.contains(&Condition::InferenceComponents) || seen.has_copies();
    // The table doesn't say so of each row, but an instance without GPUs has nothing to say of them.
    let has_gpus = !row.metric.starts_with("GPU") || variant.gpus.is_some_and(|gpus| gpus > 0);
    let traits = variant.traits(seen.endpoint.enhanced);
    alive && placed && has_gpus && !traits.is_empty() && traits.iter().all(|traits| row.may_be_published_by(*traits))
}

/// Whether a series may be what the row means: by the variant it is about, or by any where it names none.
fn is_possible(seen: &Seen, series: &Series, row: &PublishedRow) -> bool {
    // Real endpoints have shown that it isn't so, and the product counts on that.
    if row.reading == Some(Reading::ComponentsByVariant) {
        return false;
    }
    let about = |variant: &&Variant| series.value("VariantName").is_none_or(|name| name == variant.name);
    let mut variants = seen.endpoint.variants.iter().filter(about);
    variants.any(|variant| variant.traits(seen.endpoint.enhanced).iter().any(|traits| row.may_be_published_by(*traits)))
}
