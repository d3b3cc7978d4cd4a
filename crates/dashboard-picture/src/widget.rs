//! Widgets in their frames, each at its place on the grid.

use std::fmt::{self, Write};

use serde_json::Value;

use metric_math::evaluation::dashboard::{DrawnWidget, TimeRange};

use super::{
    alarms::{self, AlarmCondition},
    custom::{self, CustomAnswer},
    html::Escaped,
    markdown, metric,
};

/// The page's width without its margins; the style sheet has the same.
const WIDTH: f64 = 1440.0;
/// Columns of a dashboard.
const COLUMNS: u32 = 24;
/// Height of a row, and the gap between neighbours.
const ROW: f64 = 40.0;
const GAP: f64 = 10.0;
/// What a frame takes: border and padding on both sides, and the title.
const FRAME: f64 = 26.0;
const PADDING: f64 = 18.0;
const TITLE: f64 = 25.0;

/// Room for what is inside a frame, in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Where a widget is, in columns and rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// What widgets are drawn with.
#[derive(Clone, Copy)]
pub(crate) struct Material<'m> {
    pub(crate) drawn: &'m [DrawnWidget],
    pub(crate) alarms: &'m [AlarmCondition],
    pub(crate) range: TimeRange,
    pub(crate) custom: &'m [CustomAnswer],
}

impl Place {
    /// As the widget says it; sizes that it leaves out are the service's defaults.
    fn of(widget: &Value) -> Self {
        let part = |name: &str, default: u32| {
            widget.get(name).and_then(Value::as_u64).and_then(|part| u32::try_from(part).ok()).unwrap_or(default)
        };
        let x = part("x", 0).min(COLUMNS - 1);
        Self {
            x,
            y: part("y", 0),
            width: part("width", 6).clamp(1, COLUMNS - x),
            height: part("height", 6).clamp(1, 1000),
        }
    }

    fn pixels(self) -> (f64, f64) {
        let column = (WIDTH - GAP * f64::from(COLUMNS - 1)) / f64::from(COLUMNS);
        let across = |count: u32, each: f64| f64::from(count) * each + f64::from(count - 1) * GAP;
        (across(self.width, column), across(self.height, ROW))
    }
}

/// Height of the whole grid in pixels.
pub(crate) fn grid_height(widgets: &[Value]) -> f64 {
    let rows = widgets.iter().map(Place::of).map(|place| place.y.saturating_add(place.height)).max().unwrap_or(0);
    f64::from(rows) * (ROW + GAP)
}

/// Room inside a widget's frame, below its title.
pub(crate) fn inside(widget: &Value) -> Size {
    let (width, height) = Place::of(widget).pixels();
    let titled = widget.pointer("/properties/title").and_then(Value::as_str).is_some_and(|title| !title.is_empty());
    Size { width: width - FRAME, height: height - PADDING - if titled { TITLE } else { 0.0 } }
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

/// Why there is no picture.
pub(crate) fn write_note(out: &mut String, what: &str, why: &str) -> fmt::Result {
    write!(out, "<p class=\"note\"><b>{}</b> {}</p>", Escaped(what), Escaped(why))
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
    fn places_off_the_grid_stay_on_the_page() {
        let place = Place::of(&json!({"x": 99, "y": 1, "width": 99, "height": 0}));
        assert_eq!(place, Place { x: 23, y: 1, width: 1, height: 1 });
    }

    #[test]
    fn a_widget_that_is_not_drawn_says_so() {
        let html = drawn(&json!({"type": "<other>", "properties": {"title": "<t>"}}));
        assert!(html.contains("A widget of type &lt;other&gt;") && html.contains("<h3>&lt;t&gt;"), "{html}");
    }
}
