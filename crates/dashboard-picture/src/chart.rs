//! A graph over time, as SVG: lines or stacked areas on two axes, with horizontal annotations.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use serde_json::Value;

use metric_math::{
    evaluation::dashboard::{Axis, Line, TimeSpan},
    telemetry::Timestamp,
};

use super::{
    color, moment,
    plot::{Plot, Points, Px, unstacked},
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
    pub(crate) range: TimeSpan,
    /// In pixels.
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// A horizontal line at a value.
struct Annotation<'a> {
    value: f64,
    label: &'a str,
    color: Option<&'a str>,
    axis: Axis,
}

/// An annotation that is drawn: its line, and where its label ends.
struct Guide<'a> {
    annotation: &'a Annotation<'a>,
    y: f64,
    label_right: f64,
    label_y: f64,
}

impl Chart<'_> {
    pub(crate) fn svg(&self) -> Markup {
        let stacked = self.properties.get("stacked").and_then(Value::as_bool) == Some(true);
        let drawn: Vec<Points> = if stacked { self.stacked() } else { self.lines.iter().map(unstacked).collect() };
        let annotations = self.annotations();
        let left = self.scale(Axis::Left, &drawn, &annotations);
        let right = self.has(Axis::Right).then(|| self.scale(Axis::Right, &drawn, &annotations));
        let scale = |axis| if axis == Axis::Right { right.unwrap_or(left) } else { left };
        let plot = Plot {
            left: BESIDE,
            right: self.width - if right.is_some() { BESIDE } else { EDGE },
            top: ABOVE,
            bottom: self.height - BELOW,
            range: self.range,
        };
        html! {
            svg.chart viewBox=(format_args!("0 0 {:.0} {:.0}", self.width, self.height)) role="img" {
                (self.axes(&plot, left, right))
                // The first series is in front, and the lowest of a stack.
                @for (number, (line, points)) in self.lines.iter().zip(&drawn).enumerate().rev() {
                    (plot.line(scale(line.axis), number, line, points, stacked))
                }
                @for guide in guides(&plot, scale, &annotations) {
                    g.guide style=[color::style(guide.annotation.color)] {
                        path d={ "M" (Px(plot.left)) " " (Px(guide.y)) "H" (Px(plot.right)) } {}
                        text.end x=(Px(guide.label_right)) y=(Px(guide.label_y)) { (guide.annotation.label) }
                    }
                }
                @if drawn.iter().all(BTreeMap::is_empty) {
                    text.nothing x=(Px(plot.left.midpoint(plot.right))) y=(Px(plot.top.midpoint(plot.bottom))) {
                        "No data in this time range"
                    }
                }
            }
        }
    }

    fn has(&self, axis: Axis) -> bool {
        self.lines.iter().any(|line| line.axis == axis)
    }

    fn scale(&self, axis: Axis, drawn: &[Points], annotations: &[Annotation<'_>]) -> Scale {
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
    fn stacked(&self) -> Vec<Points> {
        let times: BTreeSet<Timestamp> =
            self.lines.iter().flat_map(|line| line.series.points.keys().copied()).collect();
        let mut reached: BTreeMap<(bool, Timestamp), f64> = BTreeMap::new();
        let mut share = |line: &Line| {
            let (Some((first, _)), Some((last, _))) =
                (line.series.points.first_key_value(), line.series.points.last_key_value())
            else {
                return Points::new();
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
                    color: one.get("color").and_then(Value::as_str),
                    axis: if one.get("yAxis").and_then(Value::as_str) == Some("right") {
                        Axis::Right
                    } else {
                        Axis::Left
                    },
                })
            })
            .collect()
    }

    fn axes(&self, plot: &Plot, left: Scale, right: Option<Scale>) -> Markup {
        #[allow(clippy::cast_possible_truncation)] // a picture's width in pixels
        let most = ((plot.right - plot.left) as i64 / TIME_LABEL).max(2);
        html! {
            g.axes {
                @for (value, label) in left.ticks() {
                    @let y = plot.y(left, value);
                    path d={ "M" (Px(plot.left)) " " (Px(y)) "H" (Px(plot.right)) } {}
                    text.end x=(Px(plot.left - 6.0)) y=(Px(y + 3.5)) { (label) }
                }
                @if let Some(right) = right {
                    @for (value, label) in right.ticks() {
                        text x=(Px(plot.right + 6.0)) y=(Px(plot.y(right, value) + 3.5)) { (label) }
                    }
                }
                @for at in moment::ticks(self.range.start, self.range.end, most) {
                    @let x = plot.x(at);
                    path d={ "M" (Px(x)) " " (Px(plot.bottom)) "v4" } {}
                    text.middle x=(Px(x)) y=(Px(plot.bottom + 16.0)) { (moment::tick(at)) }
                }
                text.unit x="0" y="9" { (self.unit(Axis::Left)) }
                @if right.is_some() {
                    text.unit.end x=(Px(self.width)) y="9" { (self.unit(Axis::Right)) }
                }
            }
        }
    }

    /// What the numbers of an axis are, as its label says.
    fn unit(&self, axis: Axis) -> &str {
        self.side(axis).and_then(|side| side.get("label")).and_then(Value::as_str).unwrap_or_default()
    }
}

/// The annotations between the ends of their scales, with labels that stand beside each other where they would overlap.
fn guides<'a>(plot: &Plot, scale: impl Fn(Axis) -> Scale, annotations: &'a [Annotation<'a>]) -> Vec<Guide<'a>> {
    const LINE: f64 = 11.0;
    const CHARACTER: f64 = 5.6;
    // Where labels stand already: heights, and how far they reach from the right.
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let shown = annotations.iter().filter(|annotation| scale(annotation.axis).has(annotation.value));
    let guide = |annotation: &'a Annotation<'a>| {
        let y = plot.y(scale(annotation.axis), annotation.value);
        // Under the line where there is no room above it.
        let label_y = if y - plot.top < LINE { y + LINE } else { y - 3.5 };
        let neighbours = taken.iter().filter(|(height, _)| (height - label_y).abs() < LINE);
        let beside = neighbours.map(|(_, reach)| *reach).fold(4.0, f64::max);
        let width: f64 = annotation.label.chars().map(|_| CHARACTER).sum();
        taken.push((label_y, beside + width + 10.0));
        Guide { annotation, y, label_right: plot.right - beside, label_y }
    };
    shown.map(guide).collect()
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
        let range = TimeSpan { start: 0, end: 60 * MINUTE };
        Chart { lines, properties, range, width: 600.0, height: 200.0 }.svg().into_string()
    }

    #[test]
    fn a_gap_interrupts_a_line_and_a_lone_point_is_a_dot() {
        let svg = drawn(&[line("a", Axis::Left, &[(0, 1.0), (1, 2.0), (5, 1.0), (9, 1.0), (10, 3.0)])], &json!({}));
        assert_eq!((svg.matches("class=\"line\"").count(), svg.matches("<circle").count()), (2, 1), "{svg}");
    }

    #[test]
    fn areas_stand_on_each_other_and_missing_values_add_nothing() {
        let lines =
            [line("a", Axis::Left, &[(0, 1.0), (1, 1.0)]), line("b", Axis::Left, &[(0, 2.0), (1, 3.0), (2, 4.0)])];
        let chart = Chart {
            lines: &lines,
            properties: &Value::Null,
            range: TimeSpan { start: 0, end: 3 * MINUTE },
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
