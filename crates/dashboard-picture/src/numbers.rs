//! Single values: the newest of each series, in large.

use std::fmt::{self, Write};

use serde_json::Value;

use metric_math::evaluation::dashboard::{Line, TimeRange};

use super::{
    chart::write_sparkline,
    html::Escaped,
    legend::{color_class, write_color},
    scale::compact,
};

pub(crate) fn write(out: &mut String, lines: &[Line], properties: &Value, range: TimeRange) -> fmt::Result {
    let sparkline = properties.get("sparkline").and_then(Value::as_bool) == Some(true);
    out.push_str("<div class=\"numbers\">");
    for (number, line) in lines.iter().enumerate() {
        write!(out, "<div class=\"{}\"", color_class(number))?;
        write_color(out, line)?;
        let value = line.series.last().map_or_else(|| "–".to_owned(), compact);
        write!(out, "><span>{}</span><strong>{value}</strong>", Escaped(&line.series.label))?;
        if sparkline && !line.series.points.is_empty() {
            write_sparkline(out, number, line, range)?;
        }
        out.push_str("</div>");
    }
    if lines.is_empty() {
        out.push_str("<p class=\"nothing\">No data in this time range</p>");
    }
    out.push_str("</div>");
    Ok(())
}

/// Newest values in a table, for views that aren't drawn.
pub(crate) fn write_table(out: &mut String, lines: &[Line]) -> fmt::Result {
    out.push_str("<table>");
    for line in lines {
        let value = line.series.last().map_or_else(|| "–".to_owned(), compact);
        write!(out, "<tr><td>{}</td><td>{value}</td></tr>", Escaped(&line.series.label))?;
    }
    out.push_str("</table>");
    Ok(())
}
