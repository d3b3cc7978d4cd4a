//! What an alarm says about itself: what is wrong, what that costs, the first two things to do, and where to look.
//!
//! The author's own words come before ours: they may say whom to call, and the rest is still needed at night.

use super::AlarmContext;
use crate::alarm::{Scope, Watched};
use crate::plan::Environment;
use crate::spec::{AlarmSpec, Part};

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>.
const MAX_CHARACTERS: usize = 1024;

pub(super) fn of(alarm: &AlarmSpec, scope: &Scope<'_>, context: &AlarmContext<'_>) -> String {
    let definition = alarm.kind.definition();
    let [first, then] = definition.steps;
    joined([
        alarm.description.clone(),
        divided(alarm),
        Some((definition.what_is_wrong)(alarm, scope)),
        (definition.cost)(alarm, scope),
        Some(format!("First {first}. Then {then}.")),
        runbook(Watched::Endpoint(alarm.kind), context.environment),
        context.dashboard_url.as_ref().map(|url| format!("Dashboard: {url}")),
    ])
}

/// Where to read what to do, where there is such a page.
pub(super) fn runbook(watched: Watched, environment: &Environment) -> Option<String> {
    let base = environment.runbooks_url.as_ref()?;
    Some(format!("Runbook: {base}#{}", watched.runbook_anchor()))
}

/// As many of the sentences as fit.
pub(super) fn joined<const COUNT: usize>(sentences: [Option<String>; COUNT]) -> String {
    let mut text = String::new();
    for sentence in sentences.into_iter().flatten() {
        let space = usize::from(!text.is_empty());
        // Half a sentence, or half a link, leads nowhere.
        if text.chars().count() + space + sentence.chars().count() <= MAX_CHARACTERS {
            text.push_str(if space == 1 { " " } else { "" });
            text.push_str(&sentence);
        }
    }
    text
}

/// Of the alarm that speaks for several.
fn divided(alarm: &AlarmSpec) -> Option<String> {
    let count = alarm.parts.len();
    let models = alarm.parts.iter().any(|part| matches!(part.on, Part::Model(_)));
    let what = if models { "models" } else { "variants" };
    (count > 0).then(|| format!("One or more of {count} {what} by itself (the alarms in this one say which):"))
}
