//! Functions that change the values of a series, or of each series of an array.

use crate::telemetry::SECOND;

use super::{Function, Implementation, ResultKind};
use crate::evaluation::value::Series;

const fn each(name: &'static str, change: fn(&Series) -> Series) -> Function {
    Function::of_one(name, ResultKind::Argument, Implementation::Each(change))
}

pub(super) const FUNCTIONS: &[Function] = &[
    each("ABS", |series| series.map(f64::abs)),
    each("CEIL", |series| series.map(f64::ceil)),
    each("FLOOR", |series| series.map(f64::floor)),
    each("LOG", |series| series.map(f64::ln)),
    each("LOG10", |series| series.map(f64::log10)),
    each("DIFF", |series| steps(series, |_, before, after| after - before)),
    each("DIFF_TIME", |series| steps(series, |seconds, _, _| seconds)),
    each("RATE", |series| steps(series, |seconds, before, after| (after - before) / seconds)),
    each("RUNNING_SUM", running_sum),
];

/// From each value and the one before it; the first one has none. The function is given the seconds between them.
fn steps(series: &Series, change: impl Fn(f64, f64, f64) -> f64) -> Series {
    let pairs = series.points.iter().zip(series.points.iter().skip(1));
    #[allow(clippy::cast_precision_loss)] // a range of weeks
    let stepped =
        pairs.map(|((from, before), (to, after))| (*to, change((to - from) as f64 / SECOND as f64, *before, *after)));
    series.with(stepped.collect::<Vec<_>>())
}

fn running_sum(series: &Series) -> Series {
    let mut sum = 0.0;
    let summed = series.points.iter().map(|(at, value)| {
        sum += value;
        (*at, sum)
    });
    series.with(summed.collect::<Vec<_>>())
}
