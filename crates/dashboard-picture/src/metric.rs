//! Metric widgets: a graph with its legend, numbers, or a plain table where the view isn't drawn.

use maud::{Markup, html};
use serde_json::Value;

use metric_math::evaluation::dashboard::{DrawnWidget, Line, TimeSpan};

use super::{chart::Chart, frame::Size, legend::Legend, moment, note::note, numbers};

/// What goes into the widget's frame.
pub(crate) fn content(properties: &Value, drawn: Option<&DrawnWidget>, range: TimeSpan, size: Size) -> Markup {
    let lines = match drawn.map(|drawn| &drawn.lines) {
        Some(Ok(lines)) => lines,
        Some(Err(error)) => return note("This can't be drawn", &error.to_string()),
        None => return note("This can't be drawn", "It wasn't evaluated"),
    };
    match properties.get("view").and_then(Value::as_str).unwrap_or("timeSeries") {
        "timeSeries" => graph(properties, lines, range, size),
        "singleValue" => numbers::tiles(lines, properties, range),
        other => html! {
            p.nothing { "View " (other) " isn't drawn here; its newest values:" }
            (numbers::table(lines))
        },
    }
}

/// How long a period is, for the end of the title.
pub(crate) fn period(drawn: Option<&DrawnWidget>) -> String {
    drawn.map(|drawn| format!("each {}", moment::period(drawn.period))).unwrap_or_default()
}

fn graph(properties: &Value, lines: &[Line], range: TimeSpan, size: Size) -> Markup {
    let position = properties.get("legend").and_then(|legend| legend.get("position")).and_then(Value::as_str);
    let legend = Legend::laid_out(if position == Some("hidden") { &[] } else { lines }, size.width);
    let height = (size.height - legend.height()).max(60.0);
    html! {
        (Chart { lines, properties, range, width: size.width, height }.svg())
        (legend.list())
    }
}
