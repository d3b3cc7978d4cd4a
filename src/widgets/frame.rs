//! What is around every panel: its style, the moments it is about, and the panel that an error becomes.

use maud::{Markup, PreEscaped, html};
use serde_json::{Map, Value};

use super::context::WidgetContext;
use super::controls;
use crate::figure::duration;
use crate::usage::{Moment, Usage};

/// Everything in it is below `.monitored-endpoint`: whether one widget's style reaches another isn't documented.
const STYLE: &str = include_str!("style.css");

/// The status of an endpoint that serves.
const IN_SERVICE: &str = "InService";

/// A whole answer.
pub(super) fn frame(context: &WidgetContext, body: &Markup) -> Markup {
    html! {
        style { (PreEscaped(STYLE)) }
        div class={"monitored-endpoint cwdb-no-default-styles " (context.theme.class())} { (body) }
    }
}

/// A panel with its controls, and the moments that its numbers are from.
pub(super) fn panel(usage: &Usage, context: &WidgetContext, controls: &Markup, panel: &Markup) -> Markup {
    let span = |from: Moment, until: Moment| span(context, from, until, usage.window.period);
    html! {
        (controls)
        p.moments {
            span.endpoint { (usage.endpoint) }
            " · " span.status.differs[usage.status != IN_SERVICE] { (usage.status) }
            @if usage.has_data {
                @let end = if usage.window.reaches_now() { "now" } else { "end" };
                " · " (end) ": " span.end { (span(usage.end.from, usage.end.until)) }
                " · range: " span.range { (span(usage.window.from, usage.window.until)) }
                " " (context.zone.label()) " (" (duration(usage.window.seconds())) ")"
            }
        }
        @if let Some(reason) = &usage.failure_reason { (note(&format!("It failed: {reason}"))) }
        @if !usage.has_data {
            p.nothing { (nothing(usage, &span(usage.window.from, usage.window.until), context)) }
        }
        @if usage.has_data {
            @for remark in &usage.remarks { (note(&remark.to_string())) }
            (panel)
        }
    }
}

/// Why there is nothing to show.
fn nothing(usage: &Usage, range: &str, context: &WidgetContext) -> String {
    if usage.variants.is_empty() {
        return "Its variants are serverless: they have no instances, GPUs or instance costs to show.".to_owned();
    }
    let zone = context.zone.label();
    let then = if usage.status == IN_SERVICE {
        "Choose another time range, or see whether the endpoint has instances."
    } else {
        "Metrics come once its instances run."
    };
    format!("Nothing was published in {range} {zone}. {then}")
}

/// What went wrong, and a button to try again.
pub(super) fn error(reason: &str, function_arn: &str, params: &Map<String, Value>) -> Markup {
    html! {
        div.error role="alert" {
            strong { "This panel can't be shown" }
            p { (reason) }
            @if !function_arn.is_empty() {
                button.btn type="button" { "Try again" }
                (controls::call(function_arn, params, None))
            }
        }
    }
}

/// One figure of a headline.
pub(super) fn tile(name: &str, value: &str, below: Option<&str>) -> Markup {
    html! {
        div.tile data-tile=(name) {
            span.value { (value) }
            span.name { (name) }
            @if let Some(below) = below { span.below { (below) } }
        }
    }
}

/// A remark on what is left out.
pub(super) fn note(text: &str) -> Markup {
    html! { p.note { (text) } }
}

/// `2026-11-24 08:29 – 08:30`, with seconds where periods are shorter than a minute.
pub(super) fn span(context: &WidgetContext, from: Moment, until: Moment, period: i64) -> String {
    let length = if period < 60 { 19 } else { 16 };
    let [from, until] = [from, until].map(|moment| {
        let local = context.zone.local(moment).replacen('T', " ", 1);
        local.get(..length).map(str::to_owned).unwrap_or(local)
    });
    let until = match (from.get(..11), until.strip_prefix(from.get(..11).unwrap_or_default())) {
        (Some(_), Some(time)) => time.to_owned(),
        _ => until,
    };
    format!("{from} – {until}")
}
