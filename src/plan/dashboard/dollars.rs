//! Money, the same at every publish frequency, period and number of GPUs.
//!
//! Each sample of an instance or of a GPU that a model holds stands for one publish interval, F seconds. So what
//! published it costs samples × F × price ÷ 3600 dollars in a period, where an instance costs `price` an hour and a GPU
//! its share of that. The period cancels, and a running sum is right at any zoom. The dollars of all models and the
//! unallocated dollars add up to instances × price × P ÷ 3600, always.
//!
//! Without a price there is no expression, never one of $0.

use crate::metrics::{Expr, Graph};
use crate::spec::Dollars;

use super::series::{PanelContext, PanelVariant, Shared};

const SECONDS_PER_HOUR: f64 = 3600.0;

/// How dollars are shown, from the samples that something published in one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Per {
    /// Dollars per hour.
    Hour,
    /// Dollars of one publish interval, as the launch article shows them.
    Interval,
    /// Dollars since the start of the shown time range.
    Range,
}

/// What one sample stands for.
#[derive(Clone, Copy)]
pub(super) struct Rate<'p> {
    /// Where the samples come from.
    pub(super) variant: PanelVariant<'p>,
    /// Dollars per hour.
    pub(super) price: f64,
}

impl<'p> PanelContext<'p> {
    /// Dollars for one of the variant's instances for one hour, where known.
    pub(super) fn price(&self, variant: PanelVariant<'_>) -> Option<Dollars> {
        self.environment.prices.of(&variant).per_hour()
    }

    /// What an instance of the variant costs.
    pub(super) fn instance_rate(&self, variant: PanelVariant<'p>) -> Option<Rate<'p>> {
        Some(Rate { variant, price: self.price(variant)?.0 })
    }

    /// What one of the GPUs, or partitions, costs that models share.
    pub(super) fn unit_rate(&self, shared: Shared<'p>) -> Option<Rate<'p>> {
        Some(Rate { variant: shared.variant, price: self.price(shared.variant)?.0 / f64::from(shared.units) })
    }

    /// What the instances cost, of each variant whose price is known.
    pub(super) fn instance_rates(&self) -> impl Iterator<Item = Rate<'p>> {
        self.with_instances().filter_map(|variant| self.instance_rate(variant))
    }

    /// What models share, with what one of it costs, where both are known.
    pub(super) fn shared_rate(&self) -> Option<(Shared<'p>, Rate<'p>)> {
        let shared = self.shared()?;
        Some((shared, self.unit_rate(shared)?))
    }

    /// Dollars for what published these samples.
    pub(super) fn dollars(&self, samples: Expr<Graph>, rate: Rate<'_>, per: Per) -> Expr<Graph> {
        match per {
            Per::Hour => self.count(samples, rate.variant) * rate.price,
            Per::Interval => self.count(self.in_period(samples, rate), rate.variant),
            Per::Range => self.in_period(samples, rate).running_sum(),
        }
    }

    /// The same from a query's samples.
    pub(super) fn dollars_of_query(&self, samples: Expr<Graph>, rate: Rate<'_>, per: Per) -> Expr<Graph> {
        match per {
            Per::Hour => self.count_of_query(samples, rate.variant) * rate.price,
            Per::Interval => self.count_of_query(self.in_period(samples, rate), rate.variant),
            Per::Range => self.in_period(samples, rate).running_sum(),
        }
    }

    /// Dollars in each period.
    pub(super) fn in_period(&self, samples: Expr<Graph>, rate: Rate<'_>) -> Expr<Graph> {
        samples * self.frequency_s() * rate.price / SECONDS_PER_HOUR
    }
}
