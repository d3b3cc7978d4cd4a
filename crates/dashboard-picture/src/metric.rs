//! Metric widgets: a graph with its legend, numbers, or a plain table where the view isn't drawn.

use std::fmt::{self, Write};

use serde_json::Value;

use metric_math::evaluation::dashboard::{DrawnWidget, Line, TimeRange};

use super::{
    chart::Chart,
    frame::Size,
    html::{Escaped, write_note},
    legend::Legend,
    moment, numbers,
};

/// What goes into the widget's frame.
pub(crate) fn write(
    out: &mut String,
    properties: &Value,
    drawn: Option<&DrawnWidget>,
    range: TimeRange,
    size: Size,
) -> fmt::Result {
    let lines = match drawn.map(|drawn| &drawn.lines) {
        Some(Ok(lines)) => lines,
        Some(Err(error)) => return write_note(out, "This can't be drawn", &error.to_string()),
        None => return write_note(out, "This can't be drawn", "It wasn't evaluated"),
    };
    match properties.get("view").and_then(Value::as_str).unwrap_or("timeSeries") {
        "timeSeries" => graph(out, properties, lines, range, size),
        "singleValue" => numbers::write(out, lines, properties, range),
        other => {
            write!(out, "<p class=\"nothing\">View {} isn't drawn here; its newest values:</p>", Escaped(other))?;
            numbers::write_table(out, lines)
        }
    }
}

/// How long a period is, beside the title.
pub(crate) fn period(drawn: Option<&DrawnWidget>) -> String {
    drawn.map(|drawn| format!("each {}", moment::period(drawn.period))).unwrap_or_default()
}

fn graph(out: &mut String, properties: &Value, lines: &[Line], range: TimeRange, size: Size) -> fmt::Result {
    let position = properties.get("legend").and_then(|legend| legend.get("position")).and_then(Value::as_str);
    let legend = Legend::laid_out(if position == Some("hidden") { &[] } else { lines }, size.width);
    let height = (size.height - legend.height()).max(60.0);
    Chart { lines, properties, range, width: size.width, height }.write(out)?;
    legend.write(out)
}
