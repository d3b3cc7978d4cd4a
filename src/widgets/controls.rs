//! The row of buttons with which a panel's viewer chooses the time range.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::choice::{Choice, FROM, RANGE, UNTIL};
use super::context::WidgetContext;
use crate::usage::TimeRange;

/// One button and what it does: the `cwdb-action` belongs to the element before it, which may be any. A real button is
/// reached by the Tab key and pressed by Enter or Space, which an `a` without an address, as AWS's examples have it, is not.
fn button(label: &str, range: &str, is_chosen: bool, function_arn: &str, params: &Map<String, Value>) -> Markup {
    html! {
        button.btn.chosen[is_chosen] type="button" data-range=(range) aria-pressed=(is_chosen) { (label) }
        (call(function_arn, params, Some(range)))
    }
}

/// Has the dashboard call this function again, with the widget's parameters and a choice.
pub(super) fn call(function_arn: &str, params: &Map<String, Value>, range: Option<&str>) -> Markup {
    let mut params = params.clone();
    if let Some(range) = range {
        params.insert(RANGE.to_owned(), range.into());
    }
    html! {
        cwdb-action action="call" display="widget" endpoint=(function_arn) { (Value::Object(params).to_string()) }
    }
}

pub(super) fn controls(
    choice: &Choice,
    context: &WidgetContext,
    function_arn: &str,
    params: &Map<String, Value>,
) -> Markup {
    let (from, until) = match (choice, context.range) {
        (Choice::Custom { from, until }, _) => (from.clone(), until.clone()),
        (_, TimeRange::Between { from, until }) => {
            let minutes = |text: String| text.get(..16).map(str::to_owned).unwrap_or_default();
            (minutes(context.zone.local(from)), minutes(context.zone.local(until)))
        }
        (_, TimeRange::Last(_)) => (String::new(), String::new()),
    };
    let is_custom = matches!(choice, Choice::Custom { .. });
    html! {
        form.controls {
            input type="hidden" name=(RANGE) value=(choice.name());
            span.buttons {
                @for (name, label) in Choice::buttons() {
                    @let zoomed = context.is_zoomed && name == Choice::Dashboard.name();
                    (button(if zoomed { "Zoomed" } else { label }, name, name == choice.name(), function_arn, params))
                }
            }
            details.custom open[is_custom] {
                summary.btn { "Other…" }
                @let (start, end) = (format!("Start, {}", context.zone.label()), format!("End, {}", context.zone.label()));
                input type="datetime-local" name=(FROM) value=(from) title=(start) aria-label=(start);
                "–"
                input type="datetime-local" name=(UNTIL) value=(until) title=(end) aria-label=(end);
                (button("Show", Choice::custom(), is_custom, function_arn, params))
            }
        }
    }
}
