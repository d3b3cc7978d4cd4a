//! Legends: as many names as fit, and how many don't.

use maud::{Markup, html};

use metric_math::evaluation::dashboard::{Axis, Line};

use super::{color, scale::newest};

/// Height of one row, in pixels.
pub(crate) const ROW: f64 = 17.0;
/// Rows that a graph gives to its legend at most.
const MOST_ROWS: usize = 3;
/// Mean width of a character, and what a name needs besides its text, in pixels.
const CHARACTER: f64 = 6.1;
const BESIDE: f64 = 34.0;
/// What "right" needs.
const RIGHT: f64 = 28.0;
/// Characters of a name that are shown.
const LONGEST: usize = 60;
/// What "+ 12 more" needs.
const REMAINDER: f64 = 90.0;

/// A legend laid out for a width.
pub(crate) struct Legend<'l> {
    lines: &'l [Line],
    shown: usize,
    rows: usize,
}

impl<'l> Legend<'l> {
    /// Names in as many rows as they need, up to three.
    pub(crate) fn laid_out(lines: &'l [Line], width: f64) -> Self {
        let (mut rows, mut used, mut shown) = (usize::from(!lines.is_empty()), 0.0, 0);
        for (number, line) in lines.iter().enumerate() {
            let needed = width_of(line).min(width);
            if used > 0.0 && used + needed > width {
                rows += 1;
                used = 0.0;
            }
            // The last row has to leave room for the remainder, if there is one.
            let reserved = if rows >= MOST_ROWS && number + 1 < lines.len() { REMAINDER } else { 0.0 };
            if rows > MOST_ROWS || (rows == MOST_ROWS && used > 0.0 && used + needed + reserved > width) {
                break;
            }
            used += needed;
            shown += 1;
        }
        Self { lines, shown, rows: rows.min(MOST_ROWS) }
    }

    /// Its height, in pixels.
    pub(crate) fn height(&self) -> f64 {
        (0..self.rows).map(|_| ROW).sum()
    }

    pub(crate) fn list(&self) -> Markup {
        let more = self.lines.len() - self.shown;
        html! {
            @if !self.lines.is_empty() {
                ul.legend {
                    @for (number, line) in self.lines.iter().take(self.shown).enumerate() {
                        (self.name(number, line))
                    }
                    @if more > 0 { li.more { "+ " (more) " more" } }
                }
            }
        }
    }

    fn name(&self, number: usize, line: &Line) -> Markup {
        let whole = &line.series.label;
        let label: String = whole.chars().take(LONGEST).collect();
        let has_left = self.lines.iter().any(|line| line.axis == Axis::Left);
        html! {
            li.(color::class(number)).empty[line.series.points.is_empty()]
                style=[color::style(line.color.as_deref())] title=(whole) {
                i {}
                (label) " " b { (newest(line)) }
                @if line.axis == Axis::Right && has_left { " " em { "right" } }
            }
        }
    }
}

fn width_of(line: &Line) -> f64 {
    let characters = line.series.label.chars().take(LONGEST).count() + newest(line).chars().count();
    let right = if line.axis == Axis::Right { RIGHT } else { 0.0 };
    (0..characters).map(|_| CHARACTER).sum::<f64>() + BESIDE + right
}

#[cfg(test)]
mod tests {
    use super::*;
    use metric_math::evaluation::Series;

    fn lines(count: usize) -> Vec<Line> {
        let line = |number| Line {
            series: Series { label: format!("model {number}"), points: [(0, 1.0)].into(), period: 60, metric: None },
            axis: Axis::Left,
            color: None,
        };
        (0..count).map(line).collect()
    }

    #[test]
    fn names_that_do_not_fit_are_counted() {
        let (few, many) = (lines(3), lines(40));
        let legend = Legend::laid_out(&few, 700.0);
        assert_eq!((legend.shown, legend.rows), (3, 1));
        let legend = Legend::laid_out(&many, 700.0);
        assert_eq!(legend.rows, MOST_ROWS);
        assert!((15..30).contains(&legend.shown), "{}", legend.shown);
        let list = legend.list().into_string();
        assert!(list.contains(&format!("+ {} more", 40 - legend.shown)), "{list}");
    }

    #[test]
    fn a_name_wider_than_the_legend_is_still_shown() {
        let mut one = lines(2);
        one[0].series.label = "x".repeat(500);
        assert_eq!(Legend::laid_out(&one, 200.0).shown, 2);
    }
}
