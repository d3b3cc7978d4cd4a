//! A graph over time, as SVG: lines or stacked areas on two axes, with horizontal annotations.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write},
};

use serde_json::Value;

use metric_math::{
    evaluation::dashboard::{Axis, Line, TimeRange},
    telemetry::{SECOND, Timestamp},
};

use super::{
    html::{Escaped, is_color},
    legend::{color_class, write_color},
    moment,
    scale::{Bounds, Scale},
};

/// Room around the plot, in pixels.
const ABOVE: f64 = 16.0;
const BELOW: f64 = 20.0;
const BESIDE: f64 = 46.0;
const EDGE: f64 = 10.0;
/// Pixels for one label of the time axis.
const TIME_LABEL: i64 = 90;

/// What is drawn.
pub(crate) struct Chart<'c> {
    pub(crate) lines: &'c [Line],
    /// The widget's properties.
    pub(crate) properties: &'c Value,
    pub(crate) range: TimeRange,
    /// In pixels.
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Where values and times are in the picture.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    range: TimeRange,
}

/// A horizontal line at a value.
struct Annotation<'a> {
    value: f64,
    label: &'a str,
    color: Option<&'a str>,
    axis: Axis,
}

/// Points of a line as drawn: from where to where an area reaches, or the value twice.
type Drawn = BTreeMap<Timestamp, (f64, f64)>;

impl Plot {
    fn x(&self, at: Timestamp) -> f64 {
        let share = number(at - self.range.start) / number((self.range.end - self.range.start).max(1));
        self.left + share * (self.right - self.left)
    }

    fn y(&self, scale: Scale, value: f64) -> f64 {
        self.bottom - scale.share(value) * (self.bottom - self.top)
    }
}

impl Chart<'_> {
    pub(crate) fn write(&self, out: &mut String) -> fmt::Result {
        let stacked = self.properties.get("stacked").and_then(Value::as_bool) == Some(true);
        let drawn: Vec<Drawn> = if stacked { self.stacked() } else { self.lines.iter().map(plain).collect() };
        let annotations = self.annotations();
        let left = self.scale(Axis::Left, &drawn, &annotations);
        let right = self.has(Axis::Right).then(|| self.scale(Axis::Right, &drawn, &annotations));
        let plot = Plot {
            left: BESIDE,
            right: self.width - if right.is_some() { BESIDE } else { EDGE },
            top: ABOVE,
            bottom: self.height - BELOW,
            range: self.range,
        };
        let (width, height) = (self.width, self.height);
        write!(out, "<svg class=\"chart\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">")?;
        self.write_axes(out, &plot, left, right)?;
        let scale = |axis| if axis == Axis::Right { right.unwrap_or(left) } else { left };
        // The first series is in front, and the lowest of a stack.
        for (number, (line, points)) in self.lines.iter().zip(&drawn).enumerate().rev() {
            write_line(out, &plot, scale(line.axis), (number, line), points, stacked)?;
        }
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for annotation in &annotations {
            write_annotation(out, &plot, scale(annotation.axis), annotation, &mut taken)?;
        }
        if drawn.iter().all(BTreeMap::is_empty) {
            let (x, y) = (plot.left.midpoint(plot.right), plot.top.midpoint(plot.bottom));
            write!(out, "<text class=\"nothing\" x=\"{x:.1}\" y=\"{y:.1}\">No data in this time range</text>")?;
        }
        out.push_str("</svg>");
        Ok(())
    }

    fn has(&self, axis: Axis) -> bool {
        self.lines.iter().any(|line| line.axis == axis)
    }

    fn scale(&self, axis: Axis, drawn: &[Drawn], annotations: &[Annotation<'_>]) -> Scale {
        let side = self.side(axis);
        let bound = |name: &str| side.and_then(|side| side.get(name)).and_then(Value::as_f64);
        let values = self.lines.iter().zip(drawn).filter(|(line, _)| line.axis == axis);
        let values = values.flat_map(|(_, points)| points.values().flat_map(|(from, to)| [*from, *to]));
        let marked = annotations.iter().filter(|one| one.axis == axis).map(|one| one.value);
        Scale::of(values.chain(marked), Bounds { min: bound("min"), max: bound("max") })
    }

    fn side(&self, axis: Axis) -> Option<&Value> {
        self.properties.get("yAxis")?.get(if axis == Axis::Right { "right" } else { "left" })
    }

    /// Each line's share of a stack: on top of those before it on its axis. A value that is missing adds nothing.
    fn stacked(&self) -> Vec<Drawn> {
        let times: BTreeSet<Timestamp> =
            self.lines.iter().flat_map(|line| line.series.points.keys().copied()).collect();
        let mut reached: BTreeMap<(bool, Timestamp), f64> = BTreeMap::new();
        let mut share = |line: &Line| {
            let (Some((first, _)), Some((last, _))) =
                (line.series.points.first_key_value(), line.series.points.last_key_value())
            else {
                return Drawn::new();
            };
            let mut at_time = |at: &Timestamp| {
                let reached = reached.entry((line.axis == Axis::Right, *at)).or_default();
                let from = *reached;
                *reached += line.series.points.get(at).copied().unwrap_or_default();
                (*at, (from, *reached))
            };
            times.range(*first..=*last).map(&mut at_time).collect()
        };
        self.lines.iter().map(&mut share).collect()
    }

    fn annotations(&self) -> Vec<Annotation<'_>> {
        let all = self.properties.get("annotations").and_then(|all| all.get("horizontal")).and_then(Value::as_array);
        let all = all.map(Vec::as_slice).unwrap_or_default();
        // A band is an array of two; each of them is drawn as a line.
        let single = all.iter().flat_map(|one| one.as_array().map_or(std::slice::from_ref(one), Vec::as_slice));
        single
            .filter(|one| one.get("visible").and_then(Value::as_bool) != Some(false))
            .filter_map(|one| {
                Some(Annotation {
                    value: one.get("value")?.as_f64()?,
                    label: one.get("label").and_then(Value::as_str).unwrap_or_default(),
                    color: one.get("color").and_then(Value::as_str).filter(|color| is_color(color)),
                    axis: if one.get("yAxis").and_then(Value::as_str) == Some("right") {
                        Axis::Right
                    } else {
                        Axis::Left
                    },
                })
            })
            .collect()
    }

    fn write_axes(&self, out: &mut String, plot: &Plot, left: Scale, right: Option<Scale>) -> fmt::Result {
        let (from, to) = (plot.left, plot.right);
        out.push_str("<g class=\"axes\">");
        for (value, label) in left.ticks() {
            let y = plot.y(left, value);
            write!(out, "<path d=\"M{from:.1} {y:.1}H{to:.1}\"/>")?;
            write!(out, "<text class=\"end\" x=\"{:.1}\" y=\"{:.1}\">{label}</text>", from - 6.0, y + 3.5)?;
        }
        for (value, label) in right.map(Scale::ticks).unwrap_or_default() {
            let y = right.map_or(plot.top, |scale| plot.y(scale, value));
            write!(out, "<text x=\"{:.1}\" y=\"{:.1}\">{label}</text>", to + 6.0, y + 3.5)?;
        }
        #[allow(clippy::cast_possible_truncation)] // a picture's width in pixels
        let most = ((to - from) as i64 / TIME_LABEL).max(2);
        for at in moment::ticks(self.range.start, self.range.end, most) {
            let (x, y) = (plot.x(at), plot.bottom);
            write!(out, "<path d=\"M{x:.1} {y:.1}v4\"/>")?;
            write!(out, "<text class=\"middle\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>", y + 16.0, moment::tick(at))?;
        }
        let label =
            |axis| self.side(axis).and_then(|side| side.get("label")).and_then(Value::as_str).unwrap_or_default();
        write!(out, "<text class=\"unit\" x=\"0\" y=\"9\">{}</text>", Escaped(label(Axis::Left)))?;
        if right.is_some() {
            write!(
                out,
                "<text class=\"unit end\" x=\"{:.1}\" y=\"9\">{}</text>",
                self.width,
                Escaped(label(Axis::Right))
            )?;
        }
        out.push_str("</g>");
        Ok(())
    }
}

fn plain(line: &Line) -> Drawn {
    line.series.points.iter().map(|(at, value)| (*at, (*value, *value))).collect()
}

fn write_line(
    out: &mut String,
    plot: &Plot,
    scale: Scale,
    (number, line): (usize, &Line),
    points: &Drawn,
    stacked: bool,
) -> fmt::Result {
    if points.is_empty() {
        return Ok(());
    }
    write!(out, "<g class=\"{}\"", color_class(number))?;
    write_color(out, line)?;
    write!(out, "><title>{}</title>", Escaped(&line.series.label))?;
    let step = Timestamp::from(line.series.period.max(1)) * SECOND;
    let all: Vec<(Timestamp, f64, f64)> = points.iter().map(|(at, (from, to))| (*at, *from, *to)).collect();
    // A missing period interrupts the line.
    for run in all.chunk_by(|one, next| next.0 - one.0 <= step) {
        if let [(at, _, value)] = run {
            write!(out, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"2\"/>", plot.x(*at), plot.y(scale, *value))?;
            continue;
        }
        let place = |(at, value)| (plot.x(at), plot.y(scale, value));
        let upper: Vec<(f64, f64)> = corners(run.iter().map(|(at, _, to)| (*at, *to))).map(place).collect();
        if stacked {
            let lower: Vec<(f64, f64)> = corners(run.iter().map(|(at, from, _)| (*at, *from))).map(place).collect();
            let around: Vec<(f64, f64)> = upper.iter().chain(lower.iter().rev()).copied().collect();
            write!(out, "<path class=\"area\" d=\"{}z\"/>", path(&around))?;
        }
        write!(out, "<path class=\"line\" d=\"{}\"/>", path(&upper))?;
    }
    out.push_str("</g>");
    Ok(())
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

/// `taken` is where names stand already: heights, and how far they reach from the right.
fn write_annotation(
    out: &mut String,
    plot: &Plot,
    scale: Scale,
    annotation: &Annotation<'_>,
    taken: &mut Vec<(f64, f64)>,
) -> fmt::Result {
    const LINE: f64 = 11.0;
    const CHARACTER: f64 = 5.6;
    if !scale.has(annotation.value) {
        return Ok(());
    }
    let (from, to, y) = (plot.left, plot.right, plot.y(scale, annotation.value));
    out.push_str("<g class=\"guide\"");
    if let Some(color) = annotation.color {
        write!(out, " style=\"--c:{color}\"")?;
    }
    write!(out, "><path d=\"M{from:.1} {y:.1}H{to:.1}\"/>")?;
    // Under the line where there is no room above it.
    let text = if y - plot.top < LINE { y + LINE } else { y - 3.5 };
    // Beside a name that would be written over.
    let neighbours = taken.iter().filter(|(height, _)| (height - text).abs() < LINE);
    let beside = neighbours.map(|(_, reach)| *reach).fold(4.0, f64::max);
    let width: f64 = annotation.label.chars().map(|_| CHARACTER).sum();
    taken.push((text, beside + width + 10.0));
    write!(out, "<text class=\"end\" x=\"{:.1}\" y=\"{text:.1}\">{}</text></g>", to - beside, Escaped(annotation.label))
}

/// A small picture of one series, without axes.
pub(crate) fn write_sparkline(out: &mut String, number: usize, line: &Line, range: TimeRange) -> fmt::Result {
    let (width, height) = (200.0, 30.0);
    let scale = Scale::of(line.series.points.values().copied().chain([0.0]), Bounds::default());
    let plot = Plot { left: 0.0, right: width, top: 2.0, bottom: height - 1.0, range };
    write!(out, "<svg class=\"spark\" viewBox=\"0 0 {width:.0} {height:.0}\" preserveAspectRatio=\"none\">")?;
    write_line(out, &plot, scale, (number, line), &plain(line), false)?;
    out.push_str("</svg>");
    Ok(())
}

#[allow(clippy::cast_precision_loss)] // milliseconds of a range are exact for a long time to come
fn number(milliseconds: i64) -> f64 {
    milliseconds as f64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use metric_math::{evaluation::Series, telemetry::MINUTE};

    fn line(label: &str, axis: Axis, points: &[(i64, f64)]) -> Line {
        let points = points.iter().map(|(minute, value)| (minute * MINUTE, *value)).collect();
        Line { series: Series { label: label.into(), points, period: 60, metric: None }, axis, color: None }
    }

    fn drawn(lines: &[Line], properties: &Value) -> String {
        let range = TimeRange { start: 0, end: 60 * MINUTE };
        let mut out = String::new();
        Chart { lines, properties, range, width: 600.0, height: 200.0 }.write(&mut out).unwrap();
        out
    }

    #[test]
    fn a_gap_interrupts_a_line_and_a_lone_point_is_a_dot() {
        let svg = drawn(&[line("a", Axis::Left, &[(0, 1.0), (1, 2.0), (5, 1.0), (9, 1.0), (10, 3.0)])], &json!({}));
        assert_eq!((svg.matches("class=\"line\"").count(), svg.matches("<circle").count()), (2, 1), "{svg}");
    }

    #[test]
    fn a_path_goes_in_steps_that_do_not_add_up_errors() {
        assert_eq!(path(&[(1.04, 2.0), (2.08, 1.0), (3.12, 1.0)]), "m1 2 1.1-1 1 0");
    }

    #[test]
    fn areas_stand_on_each_other_and_missing_values_add_nothing() {
        let lines =
            [line("a", Axis::Left, &[(0, 1.0), (1, 1.0)]), line("b", Axis::Left, &[(0, 2.0), (1, 3.0), (2, 4.0)])];
        let chart = Chart {
            lines: &lines,
            properties: &Value::Null,
            range: TimeRange { start: 0, end: 3 * MINUTE },
            width: 600.0,
            height: 200.0,
        };
        let stacked = chart.stacked();
        assert_eq!(stacked[0].values().copied().collect::<Vec<_>>(), [(0.0, 1.0), (0.0, 1.0)]);
        assert_eq!(stacked[1].values().copied().collect::<Vec<_>>(), [(1.0, 3.0), (1.0, 4.0), (0.0, 4.0)]);
    }

    #[test]
    fn the_right_axis_has_its_own_numbers_and_both_their_units() {
        let lines = [line("a", Axis::Left, &[(0, 3.0), (1, 4.0)]), line("b", Axis::Right, &[(0, 100.0), (1, 900.0)])];
        let units = json!({"yAxis": {"left": {"label": "Count", "min": 0}, "right": {"label": "<µs>", "min": 0}}});
        let svg = drawn(&lines, &units);
        for expected in [">4</text>", ">1000</text>", ">Count</text>", ">&lt;µs&gt;</text>"] {
            assert!(svg.contains(expected), "{expected} in {svg}");
        }
    }

    #[test]
    fn a_threshold_is_drawn_even_far_from_the_data() {
        let annotated =
            json!({"annotations": {"horizontal": [{"label": "limit", "value": 80}]}, "yAxis": {"left": {"min": 0}}});
        let svg = drawn(&[line("a", Axis::Left, &[(0, 1.0), (1, 2.0)])], &annotated);
        assert!(svg.contains("class=\"guide\"") && svg.contains(">limit</text>"), "{svg}");
    }

    #[test]
    fn no_data_is_said() {
        assert!(drawn(&[line("a", Axis::Left, &[])], &json!({})).contains("No data in this time range"));
    }
}
