//! Widgets in their frames.

use std::fmt::{self, Write};

use serde_json::Value;

use metric_math::evaluation::dashboard::{DrawnWidget, TimeRange};

use super::{
    alarms::{self, AlarmCondition},
    custom::{self, CustomAnswer},
    frame::{Place, inside},
    html::{Escaped, write_note},
    markdown, metric,
};

/// What widgets are drawn with.
#[derive(Clone, Copy)]
pub(crate) struct Material<'m> {
    pub(crate) drawn: &'m [DrawnWidget],
    pub(crate) alarms: &'m [AlarmCondition],
    pub(crate) range: TimeRange,
    pub(crate) custom: &'m [CustomAnswer],
}

/// One widget, the `number`th of its body.
pub(crate) fn write(out: &mut String, number: usize, widget: &Value, material: Material<'_>) -> fmt::Result {
    let place = Place::of(widget);
    let properties = widget.get("properties").unwrap_or(&Value::Null);
    let kind = widget.get("type").and_then(Value::as_str).unwrap_or("without a type");
    let markdown = properties.get("markdown").and_then(Value::as_str).unwrap_or_default();
    // A headline needs no frame.
    let bare = kind == "text" && (place.height == 1 || text(properties, "background") == "transparent");
    write!(
        out,
        "<section class=\"widget{}\" style=\"grid-area:{}/{}/span {}/span {}\">",
        if bare { " bare" } else { "" },
        place.y.saturating_add(1),
        place.x + 1,
        place.height,
        place.width,
    )?;
    let drawn = material.drawn.iter().find(|drawn| drawn.number == number);
    let title = text(properties, "title");
    if kind != "text" && !title.is_empty() {
        let note = if kind == "metric" { metric::period(drawn) } else { String::new() };
        write!(out, "<h3>{}<small>{note}</small></h3>", Escaped(title))?;
    }
    match kind {
        "text" => out.push_str(&markdown::to_html(markdown)),
        "metric" => metric::write(out, properties, drawn, material.range, inside(widget))?,
        "alarm" => alarms::write(out, properties, material.alarms)?,
        "custom" => custom::write(out, number, material.custom)?,
        other => write_note(out, &format!("A widget of type {other}"), "It is shown in the CloudWatch console only")?,
    }
    out.push_str("</section>");
    Ok(())
}

fn text<'p>(properties: &'p Value, member: &str) -> &'p str {
    properties.get(member).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn drawn(widget: &Value) -> String {
        let mut out = String::new();
        let material = Material { drawn: &[], alarms: &[], range: TimeRange { start: 0, end: 1 }, custom: &[] };
        write(&mut out, 0, widget, material).unwrap();
        out
    }

    #[test]
    fn a_widget_stands_where_it_says() {
        let html =
            drawn(&json!({"type": "text", "x": 6, "y": 2, "width": 12, "height": 3, "properties": {"markdown": "a"}}));
        assert!(html.contains("grid-area:3/7/span 3/span 12"), "{html}");
    }

    #[test]
    fn a_widget_that_is_not_drawn_says_so() {
        let html = drawn(&json!({"type": "<other>", "properties": {"title": "<t>"}}));
        assert!(html.contains("A widget of type &lt;other&gt;") && html.contains("<h3>&lt;t&gt;"), "{html}");
    }
}
