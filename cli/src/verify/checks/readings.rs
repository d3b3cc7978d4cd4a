//! Questions that sources answer in two ways. The numbers are right under both; which one holds is worth knowing.

use monitored_endpoint::metrics::published::{PublishedRow, Reading, rows};
use monitored_endpoint::spec::Serving;

use super::super::facts::Fact;
use super::super::seen::Seen;
use super::REQUESTS;

pub(super) fn check(seen: &Seen) -> Vec<Fact> {
    let components = seen.endpoint.hosts_components();
    let own_model = seen.endpoint.variants.iter().any(|variant| variant.servings.contains(&Serving::OwnModel));
    let mut facts = vec![presence(
        seen,
        "zones-of-instances",
        "utilization may come by availability zone and instance type too: nothing is read there",
        Reading::ZonesOfInstances,
        true,
    )];
    if components {
        facts.push(idle(seen));
        let assumed = "requests to components may come by instance too: nothing is read there";
        facts.push(presence(
            seen,
            "components-by-instance",
            assumed,
            Reading::ComponentsByInstance,
            seen.endpoint.enhanced,
        ));
        let assumed = "components that stream may publish first-chunk latency under their names";
        facts.push(presence(seen, "components-stream", assumed, Reading::ComponentsStream, false));
    }
    if own_model {
        let assumed = "variants with a model of their own may publish …Normalized metrics: nothing is counted by them";
        facts.push(presence(seen, "normalized-on-own-models", assumed, Reading::NormalizedOnOwnModels, true));
    }
    facts
}

/// Whether any row of a reading is there. Absence tells something only where the row would come whatever is called.
fn presence(seen: &Seen, name: &str, assumed: &str, reading: Reading, absence_tells: bool) -> Fact {
    let of_reading = || rows().iter().filter(|row| row.reading == Some(reading));
    let source = of_reading().next().map_or("", |row| row.source);
    let fact = Fact::new(name, assumed, source);
    let found = |row: &PublishedRow| seen.set(row.namespace, row.metric, &row.dimensions).next().is_some();
    if of_reading().any(found) {
        return fact.measured("Published", true).assumed_right("they do");
    }
    if absence_tells && seen.is_settled() && seen.series.iter().any(super::super::seen::Series::is_published) {
        return fact.measured("Published", false).assumed_right("they don't");
    }
    fact.cant_tell("nothing of it was published, and it need not be while nobody calls")
}

/// What a component that nobody calls publishes.
fn idle(seen: &Seen) -> Fact {
    let source = "custodian; an earlier revision of custodian says nothing";
    let assumed = "a component that nobody calls publishes a 0 in each interval, or nothing";
    let fact = Fact::new("idle-requests", assumed, source);
    if !seen.is_settled() || !seen.has_copies() {
        return fact.cant_tell("the stretch is too short, or no copy runs");
    }
    let requests = || seen.set(REQUESTS, "Invocations", &["InferenceComponentName"]);
    let zeros = requests().any(|one| one.sum.values().any(|sum| *sum == 0.0));
    let silent =
        seen.endpoint.components.iter().filter(|component| component.copies != Some(0)).any(|component| {
            !requests().any(|one| one.value("InferenceComponentName") == Some(component.name.as_str()))
        });
    match (zeros, silent) {
        (true, true) => fact
            .measured("Idle", "both")
            .different("some publish zeros, others nothing", &["nothing that is wrong under one of the two"]),
        (true, false) => fact.measured("Idle", "zeros").assumed_right("zeros"),
        (false, true) => fact.measured("Idle", "nothing").assumed_right("nothing"),
        (false, false) => fact.cant_tell("every component was called all the time"),
    }
}
