//! Facts in words and as JSON.

use std::fmt::Write as _;

use monitored_endpoint::metrics::published::rows;
use serde_json::{Value, json};

use super::facts::{Fact, Verdict};
use super::seen::{Seen, real};
use super::sources::pages;
use crate::output::Status;

/// The version of the file of facts.
const FORMAT: u32 = 1;

pub(super) fn status(facts: &[Fact]) -> Status {
    if count(facts, Verdict::Different) > 0 { Status::Problems } else { Status::Fine }
}

fn count(facts: &[Fact], verdict: Verdict) -> usize {
    facts.iter().filter(|fact| fact.verdict == verdict).count()
}

pub(super) fn in_words(seen: &Seen, facts: &[Fact]) -> String {
    let endpoint = &seen.endpoint;
    let enhanced = if endpoint.enhanced { "on" } else { "off" };
    let mut text = format!(
        "{} is {}: {}, metrics every {} s, enhanced metrics {enhanced}. {} series were read over {} minutes.\n",
        endpoint.name,
        endpoint.status,
        endpoint.kind(),
        endpoint.frequency,
        seen.series.iter().filter(|series| series.is_published()).count(),
        seen.minutes(),
    );
    for verdict in Verdict::ALL {
        let found: Vec<&Fact> = facts.iter().filter(|fact| fact.verdict == verdict).collect();
        if !found.is_empty() {
            let _ = writeln!(text, "\n{} ({})", verdict.name(), found.len());
            for fact in found {
                text += &one(fact);
            }
        }
    }
    text += "\n";
    let _ = match count(facts, Verdict::Different) {
        0 => writeln!(text, "Nothing is different from what this program assumes."),
        1 => writeln!(text, "One fact is different: the numbers it affects are wrong on this endpoint."),
        many => writeln!(text, "{many} facts are different: the numbers they affect are wrong on this endpoint."),
    };
    text
}

fn one(fact: &Fact) -> String {
    let mut text = format!("  {}: {}\n", fact.name, fact.seen);
    if fact.verdict != Verdict::AsAssumed {
        let _ = writeln!(text, "      assumed: {}", fact.assumed);
    }
    if !fact.affects.is_empty() {
        let _ = writeln!(text, "      affected: {}", fact.affects.join("; "));
    }
    if !fact.about.is_empty() {
        let _ = writeln!(text, "      about: {}", fact.about.join(", "));
    }
    if fact.verdict == Verdict::Different {
        let _ = writeln!(text, "      source: {}", fact.source);
        for (key, page) in pages(fact.source) {
            let _ = writeln!(text, "        {key}: {page}");
        }
    }
    text
}

pub(super) fn json(seen: &Seen, facts: &[Fact]) -> Value {
    let mut json = nameless(seen, facts);
    json["Status"] = status(facts).name().into();
    json["EndpointName"] = seen.endpoint.name.clone().into();
    json["Facts"] = facts.iter().map(Fact::json).collect();
    json
}

/// What can be shown to strangers: no name that somebody gave, no id, no message of AWS's.
pub(super) fn nameless(seen: &Seen, facts: &[Fact]) -> Value {
    let endpoint = &seen.endpoint;
    let instances: Vec<Option<u32>> = endpoint.variants.iter().map(|variant| variant.gpus).collect();
    json!({
        "Format": FORMAT,
        "Program": env!("CARGO_PKG_VERSION"),
        "TableRows": rows().len(),
        "Endpoint": {
            "Kind": endpoint.kind(),
            "Variants": endpoint.variants.len(),
            "InferenceComponents": endpoint.components.len(),
            "GpusPerInstance": instances,
            "MetricPublishFrequencyInSeconds": endpoint.frequency,
            "EnableEnhancedMetrics": endpoint.enhanced,
            "Minutes": seen.minutes(),
        },
        "Different": count(facts, Verdict::Different),
        "CantTell": count(facts, Verdict::CantTell),
        "AsAssumed": count(facts, Verdict::AsAssumed),
        "RequestsPerMinute": seen.requests().map(|requests| (requests / real(seen.minutes().max(1)) * 100.0).round() / 100.0),
        "Facts": facts.iter().map(Fact::nameless).collect::<Vec<_>>(),
    })
}
