//! Too many dollars a day.
//!
//! Each instance publishes a sample of `CPUUtilization` every publish interval, whatever else it does, so samples ×
//! interval × price is what it cost, without enhanced metrics. A day is one of the clock, in the author's time zone
//! (`EvaluationWindow`): a sliding one would count the same evening twice. The price is the one that was declared or
//! listed; savings plans and discounts aren't in it.

use super::measure::Series;
use super::outlook::{Outlook, is_breached_by};
use super::spec::{AlarmSource, AlarmSpec};
use super::words::compared;
use super::{
    ANY_NUMBER, Comparison, Counted, DAY, Definition, Fit, HOURS_A_DAY, MOST_METRICS, Measure, PeriodRule, Scope,
    ThresholdRule, Words,
};
use crate::endpoint::{Capacity, PriceBasis, Variant};
use crate::metrics::{Expr, IdLetter};

const SECONDS_AN_HOUR: f64 = 3600.0;

pub(super) const DEFINITION: Definition = Definition {
    suffix: "budget",
    absent: "off; `Threshold` is required",
    meaning: "Fires when the instances cost more dollars in a day than they may. Needs a price",
    on_by_default: false,
    sources: &[AlarmSource::InstanceSamples],
    source: |_| AlarmSource::InstanceSamples,
    range: ANY_NUMBER,
    threshold: ThresholdRule {
        by_default: |_| None,
        holds: |dollars| dollars > 0.0,
        fix: "use dollars a day: more than 0",
    },
    comparison: Comparison::MoreThan,
    window: DAY,
    period: PeriodRule::Always(DAY),
    counts_samples: true,
    counted: Counted::Other,
    warms_up: false,
    watches: Variant::has_instances,
    nothing_to_watch: "no variant has instances, and what a serverless one costs isn't published",
    refusal: |situation, _| {
        if situation.variants.len() > MOST_METRICS {
            return Some(format!(
                "{} variants are more than one alarm adds up ({MOST_METRICS})",
                situation.variants.len()
            ));
        }
        let priceless = situation
            .variants
            .iter()
            .find(|variant| matches!(variant.capacity, Capacity::Instances { price: PriceBasis::None, .. }))?;
        Some(format!(
            "there is no price for variant {}; give CostPerHour: dollars per instance-hour, or Auto",
            priceless.name
        ))
    },
    fit: |_| Fit::ALL,
    measure,
    what_is_wrong: |alarm, scope| {
        let zone = alarm.time_zone.as_deref().unwrap_or("UTC");
        format!(
            "The instances of {} cost more than they may: {} dollars in a day ({zone}).",
            scope.in_words(),
            compared(alarm)
        )
    },
    cost: |_, _| None,
    steps: [
        "see how many instances run, and since when",
        "let the endpoint scale in, or raise Threshold if it is meant to be so",
    ],
    annotation: |_| None,
    warning: more_than_declared,
    breaching_gaps: None,
    words: Words {
        measures: "Dollars that the instances cost in a day of the clock, by their number and price.",
        why: "The endpoint scaled out and didn't scale in, or runs on more or dearer instances than was planned.",
    },
};

fn measure(alarm: &AlarmSpec, scope: &Scope<'_>) -> Option<Measure> {
    let mut series = Series::every(alarm.period);
    let interval = f64::from(scope.frequency.seconds());
    let dollars = scope.variants.iter().enumerate().map(|(number, variant)| {
        let price = scope.prices.of(variant).per_hour()?.0;
        Some(
            series.add(IdLetter::INSTANCES, number, &scope.instance_samples(variant)) * interval * price
                / SECONDS_AN_HOUR,
        )
    });
    let expression = Expr::total(dollars.collect::<Option<_>>()?);
    Some(series.measure("dollars", "Dollars a day", expression))
}

/// Dollars a day of the declared instances, where they are too many for the budget.
fn more_than_declared(alarm: &AlarmSpec, outlook: &Outlook<'_>) -> Option<String> {
    let a_day = |variant: &&Variant| {
        let instances = f64::from(variant.instances?.initial);
        Some(instances * outlook.prices.of(variant).per_hour()?.0 * HOURS_A_DAY)
    };
    let dollars = outlook.variants.iter().map(a_day).sum::<Option<f64>>()?;
    (alarm.comparison.fires_above() && is_breached_by(alarm, dollars)).then(|| {
        format!(
            "the declared instances cost ${dollars:.2} a day, so the alarm ({}) would fire every day; use more than {dollars:.2}",
            compared(alarm)
        )
    })
}
