//! The checks: each holds one assumption against what was seen. Pure.

mod counts;
mod gpus;
mod panels;
mod readings;
mod sets;
mod traffic;

use super::facts::Fact;
use super::seen::{Enrichment, Seen};

/// Samples may get lost or come late; what is off by less is as it should be.
const TOLERANCE: f64 = 0.05;

const ENDPOINTS: &str = "/aws/sagemaker/Endpoints";
const COMPONENTS: &str = "/aws/sagemaker/InferenceComponents";
const REQUESTS: &str = "AWS/SageMaker";

/// Every fact, in the order in which numbers are built on them.
pub(super) fn check(seen: &Seen) -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.extend(counts::check(seen));
    facts.extend(gpus::check(seen));
    facts.extend(traffic::check(seen));
    facts.extend(sets::check(seen));
    facts.extend(readings::check(seen));
    facts.push(enrichment(seen));
    facts.extend(panels::check(seen));
    facts
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= TOLERANCE * expected.abs().max(found.abs())
}

fn enrichment(seen: &Seen) -> Fact {
    let fact = Fact::new(
        "otel-enrichment",
        "PromQL finds classic metrics only where OTel enrichment runs; nothing that is on by default needs it",
        "GetOTelEnrichment",
    );
    match &seen.enrichment {
        Ok(Enrichment::Running) => fact.measured("Status", "Running").assumed_right("it runs"),
        Ok(Enrichment::Stopped) => fact
            .measured("Status", "Stopped")
            .assumed_right("it is stopped: an IdleGpuAlarm that asks by PromQL would stay silent"),
        Err(why) => fact.cant_tell("GetOTelEnrichment gave no answer").about([why.clone()]),
    }
}
