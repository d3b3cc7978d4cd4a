//! Single values: the newest of each series, in large.

use maud::{Markup, html};
use serde_json::Value;

use metric_math::evaluation::dashboard::{Line, TimeSpan};

use super::{
    color,
    plot::{Plot, unstacked},
    scale::{Bounds, Scale, newest},
};

/// Size of a sparkline, in units of its own: the style sheet stretches it.
const WIDTH: f64 = 200.0;
const HEIGHT: f64 = 30.0;

/// The newest value of each line, with a sparkline where the widget asks for one.
pub(crate) fn tiles(lines: &[Line], properties: &Value, range: TimeSpan) -> Markup {
    let sparkline_wanted = properties.get("sparkline").and_then(Value::as_bool) == Some(true);
    html! {
        div.numbers {
            @for (number, line) in lines.iter().enumerate() {
                div.(color::class(number)) style=[color::style(line.color.as_deref())] {
                    span { (line.series.label) }
                    strong { (newest(line)) }
                    @if sparkline_wanted && !line.series.points.is_empty() {
                        (sparkline(number, line, range))
                    }
                }
            }
            @if lines.is_empty() { p.nothing { "No data in this time range" } }
        }
    }
}

/// A small picture of one series, without axes.
fn sparkline(number: usize, line: &Line, range: TimeSpan) -> Markup {
    let scale = Scale::of(line.series.points.values().copied().chain([0.0]), Bounds::default());
    let plot = Plot { left: 0.0, right: WIDTH, top: 2.0, bottom: HEIGHT - 1.0, range };
    html! {
        svg.spark viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" {
            (plot.line(scale, number, line, &unstacked(line), false))
        }
    }
}

/// Newest values in a table, for views that aren't drawn.
pub(crate) fn table(lines: &[Line]) -> Markup {
    html! {
        table {
            @for line in lines {
                tr { td { (line.series.label) } td { (newest(line)) } }
            }
        }
    }
}
