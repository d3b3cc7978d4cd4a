//! The deployed dashboard: each panel, and each search in it, with data.

use monitored_endpoint::metrics::published::{Idle, rows};

use super::super::facts::Fact;
use super::super::seen::{Panel, Seen};

pub(super) fn check(seen: &Seen) -> Vec<Fact> {
    let dashboard = match &seen.dashboard {
        Ok(dashboard) => dashboard,
        Err(why) => {
            let fact = Fact::new("dashboard", "the endpoint has a dashboard", "PutDashboard");
            return vec![fact.cant_tell("it was not read").about([why.clone()])];
        }
    };
    let panels = ("panels", "every panel of the deployed dashboard shows data");
    let searches = ("searches", "every SEARCH of the deployed dashboard finds series");
    vec![all(seen, panels, &dashboard.panels), all(seen, searches, &dashboard.searches)]
}

fn all(seen: &Seen, (name, assumed): (&str, &str), panels: &[Panel]) -> Fact {
    let fact = Fact::new(name, assumed, "GetDashboard, GetMetricData");
    let fact = fact.measured("All", panels.len());
    let empty: Vec<&Panel> = panels.iter().filter(|panel| matches!(panel.lines, Ok((0, _)))).collect();
    let (waiting, wrong): (Vec<&Panel>, Vec<&Panel>) = empty.into_iter().partition(|panel| may_be_empty(seen, panel));
    let refused = panels.iter().filter_map(|panel| Some((panel, panel.lines.as_ref().err()?)));
    let refused: Vec<String> = refused.map(|(panel, why)| format!("{}: {why}", panel.title)).collect();
    let titles = |panels: &[&Panel]| panels.iter().map(|panel| panel.title.clone()).collect::<Vec<_>>();
    let mut metrics: Vec<&str> = wrong.iter().flat_map(|panel| panel.asks.iter().copied()).collect();
    metrics.sort_unstable();
    metrics.dedup();
    let fact = fact
        .measured("Empty", wrong.len())
        .measured("EmptyWithoutTraffic", waiting.len())
        .measured("NotEvaluated", refused.len())
        .measured("MetricsOfEmpty", metrics);
    if !wrong.is_empty() && seen.is_settled() {
        let words = format!("{} of {} are empty", wrong.len(), panels.len());
        return fact.different(words, &["what those panels would show"]).about(titles(&wrong));
    }
    if panels.is_empty() {
        return fact.cant_tell("there is none");
    }
    if !wrong.is_empty() {
        return fact.cant_tell("the endpoint has served on its config for too short a time").about(titles(&wrong));
    }
    let with_data = panels.len() - waiting.len() - refused.len();
    let words = format!("{with_data} of {} show data", panels.len());
    if with_data == panels.len() {
        return fact.assumed_right(words);
    }
    let words = format!("{words}; the others wait for requests or could not be evaluated");
    fact.cant_tell(words).about(titles(&waiting)).about(refused)
}

/// Whether nothing but what comes with requests, or may come only then, is asked for, and nobody called.
fn may_be_empty(seen: &Seen, panel: &Panel) -> bool {
    let called = seen.requests().is_some_and(|requests| requests > 0.0);
    let comes_with_requests = |metric: &str| {
        rows().iter().filter(|row| row.metric == metric).all(|row| matches!(row.idle, Idle::Nothing | Idle::Unknown))
    };
    let requests = |metric: &str| {
        metric == "Invocations" || metric.starts_with("Invocation") || metric.starts_with("ConcurrentRequests")
    };
    // What comes only where something goes wrong, or where somebody asks for a stream.
    let rare =
        |metric: &str| metric.starts_with("FirstChunk") || metric.ends_with("Errors") || metric.ends_with("Failures");
    let all = |holds: &dyn Fn(&str) -> bool| !panel.asks.is_empty() && panel.asks.iter().all(|metric| holds(metric));
    all(&rare)
        || (!called && all(&|metric| comes_with_requests(metric) || requests(metric) || rare(metric)))
        || (seen.endpoint.hosts_components() && !seen.has_copies())
}
