//! Lines in a picture: where times and values are, and the SVG paths that go through them.

use std::collections::BTreeMap;

use maud::{Markup, Render, html};

use metric_math::{
    evaluation::dashboard::{Line, TimeSpan},
    telemetry::{SECOND, Timestamp},
};

use super::{color, scale::Scale};

/// A place or a length in pixels, written to a tenth of one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Px(pub(crate) f64);

impl Render for Px {
    fn render_to(&self, buffer: &mut String) {
        format_args!("{:.1}", self.0).render_to(buffer);
    }
}

/// The part of a picture that shows values over time, in pixels.
pub(crate) struct Plot {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    pub(crate) range: TimeSpan,
}

/// The values of a line as drawn: where its area begins and ends; in a chart that isn't stacked, the value twice.
pub(crate) type Points = BTreeMap<Timestamp, (f64, f64)>;

/// The points of a line that stands on no other.
pub(crate) fn unstacked(line: &Line) -> Points {
    line.series.points.iter().map(|(at, value)| (*at, (*value, *value))).collect()
}

impl Plot {
    pub(crate) fn x(&self, at: Timestamp) -> f64 {
        let share = number(at - self.range.start) / number((self.range.end - self.range.start).max(1));
        self.left + share * (self.right - self.left)
    }

    pub(crate) fn y(&self, scale: Scale, value: f64) -> f64 {
        self.bottom - scale.share(value) * (self.bottom - self.top)
    }

    /// The `number`th line of a chart. A missing period interrupts it.
    pub(crate) fn line(&self, scale: Scale, number: usize, line: &Line, points: &Points, stacked: bool) -> Markup {
        let step = Timestamp::from(line.series.period.max(1)) * SECOND;
        let points: Vec<(Timestamp, f64, f64)> = points.iter().map(|(at, (from, to))| (*at, *from, *to)).collect();
        html! {
            @if !points.is_empty() {
                g.(color::class(number)) style=[color::style(line.color.as_deref())] {
                    title { (line.series.label) }
                    @for run in points.chunk_by(|one, next| next.0 - one.0 <= step) {
                        (self.run(scale, run, stacked))
                    }
                }
            }
        }
    }

    /// Points of a line that follow each other. A lone one is a dot.
    fn run(&self, scale: Scale, points: &[(Timestamp, f64, f64)], stacked: bool) -> Markup {
        let place = |(at, value)| (self.x(at), self.y(scale, value));
        if let [(at, _, value)] = points {
            let (x, y) = place((*at, *value));
            return html! { circle cx=(Px(x)) cy=(Px(y)) r="2" {} };
        }
        let upper: Vec<(f64, f64)> = corners(points.iter().map(|(at, _, to)| (*at, *to))).map(place).collect();
        html! {
            @if stacked {
                @let lower: Vec<_> = corners(points.iter().map(|(at, from, _)| (*at, *from))).map(place).collect();
                @let around: Vec<_> = upper.iter().chain(lower.iter().rev()).copied().collect();
                path.area d={ (path(&around)) "z" } {}
            }
            path.line d=(path(&upper)) {}
        }
    }
}

/// A path through points, to a tenth of a pixel, in steps from one to the next: half as long as with places.
fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    let mut before = (0.0, 0.0);
    for (number, (x, y)) in points.iter().enumerate() {
        let tenths = ((x * 10.0).round(), (y * 10.0).round());
        let (across, down) = ((tenths.0 - before.0) / 10.0, (tenths.1 - before.1) / 10.0);
        // Later pairs of a moveto are linetos; a minus separates as well as a space.
        if number == 0 {
            path.push('m');
        } else if across >= 0.0 {
            path.push(' ');
        }
        path += &across.to_string();
        if down >= 0.0 {
            path.push(' ');
        }
        path += &down.to_string();
        before = tenths;
    }
    path
}

/// Points without those in the middle of a level stretch, which add nothing but length.
fn corners(points: impl Iterator<Item = (Timestamp, f64)>) -> impl Iterator<Item = (Timestamp, f64)> {
    let all: Vec<(Timestamp, f64)> = points.collect();
    let level = |one: f64, other: f64| one.to_bits() == other.to_bits();
    let keeps = |at: usize| match (at.checked_sub(1).and_then(|before| all.get(before)), all.get(at + 1)) {
        (Some(before), Some(after)) => !(level(before.1, all[at].1) && level(all[at].1, after.1)),
        _ => true,
    };
    let kept: Vec<(Timestamp, f64)> = (0..all.len()).filter(|at| keeps(*at)).map(|at| all[at]).collect();
    kept.into_iter()
}

#[allow(clippy::cast_precision_loss)] // milliseconds of a range are exact for a long time to come
fn number(milliseconds: i64) -> f64 {
    milliseconds as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_in_steps_that_do_not_add_up_errors() {
        assert_eq!(path(&[(1.04, 2.0), (2.08, 1.0), (3.12, 1.0)]), "m1 2 1.1-1 1 0");
    }

    #[test]
    fn places_are_written_to_a_tenth_of_a_pixel() {
        assert_eq!(
            html! { text x=(Px(12.0)) y=(Px(0.25)) { "a" } }.into_string(),
            r#"<text x="12.0" y="0.2">a</text>"#
        );
    }
}
