//! A plan in words: what becomes of each resource and of each thing that it makes, and the requests.
use std::fmt::Write;

use monitored_endpoint::plan::Request;
use monitored_endpoint::validation::Validation;
use serde_json::Value;

use super::changes::{Change, Effect};
use super::difference::{Member, Panels, shortened};
use super::steps::{Action, Step};
use crate::output::{lines, pretty};
use crate::subject::Reported;

/// The most characters of a value that are shown.
const MOST: usize = 60;

/// How many resources are to be created, updated and so on, in one line.
pub(crate) fn summary(steps: &[Step<'_>]) -> String {
    let count = |action: Action| steps.iter().filter(|step| step.action == action).count();
    let counted = [
        (Action::Create, "to create"),
        (Action::Update, "to update in place"),
        (Action::Replace, "to replace"),
        (Action::Delete, "to delete"),
        (Action::Keep, "no longer declared and kept"),
        (Action::Refuse, "refused"),
        (Action::Unknown, "not planned"),
        (Action::Nothing, "unchanged"),
    ];
    let words = counted.iter().filter(|(action, _)| count(*action) > 0);
    let words: Vec<String> = words.map(|(action, words)| format!("{} {words}", count(*action))).collect();
    let fails = if count(Action::Refuse) > 0 {
        "The deployment fails and is rolled back: nothing of it happens while a resource is refused.\n"
    } else {
        ""
    };
    format!("Plan: {}.\n{fails}", words.join(", "))
}

/// One resource's step, over several lines.
pub(crate) fn step(step: &Step<'_>) -> String {
    let Some(resource) = step.resource() else { return String::new() };
    let (sign, what) = match step.action {
        Action::Create => ("+", "is created".to_owned()),
        Action::Update => ("~", "is updated in place".to_owned()),
        Action::Replace => ("±", "is replaced".to_owned()),
        Action::Nothing => ("=", "stays as it is".to_owned()),
        Action::Delete => ("-", "is no longer declared, and deleted with everything that it made".to_owned()),
        Action::Keep => ("=", "is no longer declared; DeletionPolicy keeps everything that it made".to_owned()),
        Action::Refuse => ("!", "can't be carried out".to_owned()),
        Action::Unknown => ("?", "can't be planned".to_owned()),
    };
    let mut text = format!("{sign} {} {what}{}\n", resource.headline(), reference(step));
    if let Some(why) = &step.refused {
        let _ = writeln!(text, "  refused: {why}");
    }
    for change in step.changes.iter().filter(|change| change.effect != Effect::Leave) {
        text.push_str(&one(change));
    }
    let left = step.changes.iter().filter(|change| change.effect == Effect::Leave);
    let left: Vec<String> = left.map(|change| format!("{} {}", change.what(), change.name)).collect();
    if !left.is_empty() && step.action != Action::Nothing {
        let _ = writeln!(text, "    = unchanged: {}", left.join(", "));
    }
    text.push_str(&lines("  note: ", &step.remarks));
    if let Some(after) = step.after {
        text.push_str(&after.remarks());
    }
    text
}

/// What becomes of the resource's `Ref`.
fn reference(step: &Step<'_>) -> String {
    match (step.action, step.before.and_then(Validation::physical_id), step.after.and_then(Validation::physical_id)) {
        (Action::Create, _, Some(id)) => format!("; its Ref will be {id}"),
        (Action::Update, _, Some(id)) => format!("; its Ref stays {id}"),
        (Action::Replace, Some(was), Some(is)) => format!("; its Ref changes from {was} to {is}"),
        _ => String::new(),
    }
}

fn one(change: &Change) -> String {
    let sign = match change.effect {
        Effect::Create => "+",
        Effect::Change => "~",
        Effect::Remove => "-",
        Effect::Leave | Effect::Keep => "=",
    };
    let detail = if change.detail.is_empty() { String::new() } else { format!(": {}", change.detail) };
    let mut text = format!("    {sign} {} {}{detail}\n", change.what(), change.name);
    for member in &change.members {
        let _ = writeln!(text, "        {}", of_member(member));
    }
    if let Some(panels) = &change.panels {
        text.push_str(&of_panels(panels));
    }
    text
}

fn of_member(member: &Member) -> String {
    let path = if member.path.is_empty() { "all of it" } else { member.path.as_str() };
    if let (Some(Value::String(old)), Some(Value::String(new))) = (&member.old, &member.new) {
        let same = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
        // Two long texts are shown from where they begin to differ.
        if old.chars().count().max(new.chars().count()) > MOST && same > 20 {
            let from = |text: &str| format!("…{}", shortened(&text.chars().skip(same - 10).collect::<String>(), MOST));
            return format!("{path}: {} → {}", from(old), from(new));
        }
    }
    let side = |value: &Option<Value>| match value {
        None => "(none)".to_owned(),
        Some(Value::String(text)) => shortened(text, MOST),
        Some(other) => shortened(&other.to_string(), MOST),
    };
    format!("{path}: {} → {}", side(&member.old), side(&member.new))
}

fn of_panels(panels: &Panels) -> String {
    let mut text = String::new();
    for (sign, titles) in [("+", &panels.added), ("-", &panels.removed), ("~", &panels.changed)] {
        for title in titles {
            let _ = writeln!(text, "        {sign} panel {title}");
        }
    }
    if panels.moved > 0 {
        let _ = writeln!(text, "        {} more panels move", panels.moved);
    }
    text
}

/// The requests of one resource, as the API takes them.
pub(crate) fn requests(logical_id: &str, requests: &[&Request]) -> String {
    if requests.is_empty() {
        return String::new();
    }
    let mut text = format!("Requests of {logical_id}:\n\n");
    for request in requests {
        let _ = writeln!(text, "{} {}\n", request.operation, pretty(&readable(&request.input)));
    }
    text
}

/// A dashboard's body is text within JSON: nobody reads that.
fn readable(input: &Value) -> Value {
    let mut shown = input.clone();
    let body = input.get("DashboardBody").and_then(Value::as_str);
    if let Some(body) = body.and_then(|body| serde_json::from_str::<Value>(body).ok()) {
        shown["DashboardBody"] = body;
    }
    shown
}
