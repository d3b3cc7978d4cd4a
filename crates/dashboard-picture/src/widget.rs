//! Widgets in their frames.

use maud::{Markup, html};
use serde_json::Value;

use metric_math::evaluation::dashboard::{DrawnWidget, TimeSpan};

use super::{
    alarms::{self, AlarmCondition},
    custom::{self, CustomAnswer},
    frame::{Place, inside},
    markdown, metric,
    note::note,
};

/// What widgets are drawn with.
#[derive(Clone, Copy)]
pub(crate) struct Material<'m> {
    pub(crate) drawn: &'m [DrawnWidget],
    pub(crate) alarms: &'m [AlarmCondition],
    pub(crate) range: TimeSpan,
    pub(crate) custom: &'m [CustomAnswer],
}

/// One widget, the `number`th of its body.
pub(crate) fn section(number: usize, widget: &Value, material: Material<'_>) -> Markup {
    let place = Place::of(widget);
    let properties = widget.get("properties").unwrap_or(&Value::Null);
    let kind = widget.get("type").and_then(Value::as_str).unwrap_or("without a type");
    // A headline needs no frame.
    let bare = kind == "text" && (place.height == 1 || text(properties, "background") == "transparent");
    let drawn = material.drawn.iter().find(|drawn| drawn.number == number);
    let title = text(properties, "title");
    html! {
        section.widget.bare[bare] style=(place.style()) {
            @if kind != "text" && !title.is_empty() {
                h3 { (title) small { @if kind == "metric" { (metric::period(drawn)) } } }
            }
            @match kind {
                "text" => (markdown::to_html(text(properties, "markdown"))),
                "metric" => (metric::content(properties, drawn, material.range, inside(widget))),
                "alarm" => (alarms::list(properties, material.alarms)),
                "custom" => (custom::content(number, material.custom)),
                other => (note(&format!("A widget of type {other}"), "It is shown in the CloudWatch console only")),
            }
        }
    }
}

fn text<'p>(properties: &'p Value, member: &str) -> &'p str {
    properties.get(member).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn drawn(widget: &Value) -> String {
        let material = Material { drawn: &[], alarms: &[], range: TimeSpan { start: 0, end: 1 }, custom: &[] };
        section(0, widget, material).into_string()
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
