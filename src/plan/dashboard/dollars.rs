//! Money, the same at every publish frequency, period and number of GPUs.
//!
//! Each sample of an instance or of a GPU that a model holds stands for one publish interval, F seconds. So what
//! published it costs samples × F × price ÷ 3600 dollars in a period, where an instance costs `price` an hour and a GPU
//! its share of that. The period cancels, and a running sum is right at any zoom. The dollars of all models and the
//! unallocated dollars add up to instances × price × P ÷ 3600, always.
//!
//! Without a price there is no expression, never one of $0.

use crate::metrics::{Expr, Graph, IdLetter, MetricId};
use crate::spec::Dollars;

use super::series::{Context, Numbered, unused_samples};
use super::widget::Line;

const SECONDS_PER_HOUR: f64 = 3600.0;
/// Characters that a sum may have: an expression takes 2,048
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html>), and what is made of the
/// sum needs some.
const LONGEST_SUM: usize = 1500;
/// Variants that one search names, so that it doesn't get too long.
const NAMED_IN_ONE: usize = 5;

/// Variants whose GPUs models share and that have GPUs of one price.
struct Rate<'p> {
    gpus: u32,
    price: Dollars,
    variants: Vec<&'p str>,
}

/// A model's dollars in each period: all of them, and the lines that they refer to.
pub(super) struct ModelDollars {
    pub(super) parts: Vec<Line>,
    pub(super) total: Expr<Graph>,
}

impl<'p> Context<'p> {
    /// Dollars for one of the variant's instances for one hour, where known.
    pub(super) fn price(&self, of: Numbered<'_>) -> Option<Dollars> {
        self.surroundings.prices.of(of.variant).per_hour()
    }

    /// Dollars in each period for GPUs that no model holds.
    pub(super) fn unallocated(&self, of: Numbered<'_>, gpus: u32, price: Dollars) -> Expr<Graph> {
        self.of_gpus(unused_samples(of, gpus), gpus, price)
    }

    /// Dollars in each period for the variant's instances.
    pub(super) fn instance_dollars(&self, of: Numbered<'_>, price: Dollars) -> Expr<Graph> {
        self.of_samples(of.samples(), price)
    }

    /// Dollars per hour for GPUs that no model holds.
    pub(super) fn unallocated_per_hour(&self, of: Numbered<'_>, gpus: u32, price: Dollars) -> Expr<Graph> {
        self.unused_gpus(of, gpus) * price.0 / f64::from(gpus)
    }

    /// Dollars per hour for the variant's instances.
    pub(super) fn instance_dollars_per_hour(&self, of: Numbered<'_>, price: Dollars) -> Expr<Graph> {
        self.instances(of) * price.0
    }

    /// From dollars in each period to dollars per hour.
    pub(super) fn per_hour(dollars: Expr<Graph>, of: Numbered<'_>) -> Expr<Graph> {
        dollars * SECONDS_PER_HOUR / Expr::period_of(&of.instances_id())
    }

    /// From dollars in each period to dollars in each publish interval.
    pub(super) fn per_interval(&self, dollars: Expr<Graph>, of: Numbered<'_>) -> Expr<Graph> {
        self.count(dollars, of)
    }

    /// A model's dollars in each period, on whichever variant its copies are. `number` tells it from other models in one
    /// panel. `None` where they can't be told.
    pub(super) fn dollars_of_model(&self, number: usize, model: &str) -> Option<ModelDollars> {
        if !self.monitoring.enhanced_metrics {
            return None;
        }
        let rates = self.rates();
        // With one price everywhere, nobody has to know where the model is.
        let everywhere = rates.len() == 1 && rates.iter().all(|rate| rate.variants.len() == self.shared().count());
        let terms = rates.iter().flat_map(|rate| rate.variants.chunks(NAMED_IN_ONE).map(move |named| (rate, named)));
        let terms = terms.take(if everywhere { 1 } else { usize::MAX });
        let terms = terms.flat_map(|(rate, named)| {
            self.each_dimension(|dimension| {
                let search = self.gpu_samples(dimension).with("InferenceComponentName", model);
                let search = if everywhere { search } else { search.with_any("VariantName", named.iter().copied()) };
                self.of_gpus(Expr::search(search), rate.gpus, rate.price)
            })
        });
        let mut sums = short_sums(terms);
        if sums.len() <= 1 {
            return Some(ModelDollars { parts: Vec::new(), total: sums.pop()? });
        }
        let id = |part| MetricId::numbered(IdLetter::DOLLARS, number).part(part);
        let total = Expr::sum_of((0..sums.len()).map(|part| Expr::series(&id(part))));
        let parts = sums.into_iter().enumerate().map(|(part, sum)| Line::hidden_expression(id(part), sum)).collect();
        Some(ModelDollars { parts, total })
    }

    /// Dollars for GPUs that published these samples.
    pub(super) fn of_gpus(&self, samples: Expr<Graph>, gpus: u32, price: Dollars) -> Expr<Graph> {
        let of_instances = self.of_samples(samples, price);
        if gpus == 1 { of_instances } else { of_instances / f64::from(gpus) }
    }

    fn of_samples(&self, samples: Expr<Graph>, price: Dollars) -> Expr<Graph> {
        samples * self.frequency_s() * price.0 / SECONDS_PER_HOUR
    }

    fn rates(&self) -> Vec<Rate<'p>> {
        let mut rates: Vec<Rate<'p>> = Vec::new();
        for (of, gpus) in self.shared() {
            let Some(price) = self.price(of) else { continue };
            let name = of.variant.name.as_str();
            match rates.iter_mut().find(|rate| rate.gpus == gpus && rate.price == price) {
                Some(rate) => rate.variants.push(name),
                None => rates.push(Rate { gpus, price, variants: vec![name] }),
            }
        }
        rates
    }
}

/// Sums of all terms, as few as there can be without one that is too long.
fn short_sums(terms: impl IntoIterator<Item = Expr<Graph>>) -> Vec<Expr<Graph>> {
    const AROUND: usize = "SUM([])".len();
    const BETWEEN: usize = ", ".len();
    let terms: Vec<Expr<Graph>> = terms.into_iter().collect();
    if terms.len() == 1 {
        // Nothing to divide, so its length needn't be known.
        return terms.into_iter().map(Expr::summed).collect();
    }
    let mut sums: Vec<(usize, Vec<Expr<Graph>>)> = Vec::new();
    for term in terms {
        let length = term.to_string().len() + BETWEEN;
        match sums.last_mut().filter(|(so_far, _)| so_far + length <= LONGEST_SUM) {
            Some((so_far, terms)) => {
                *so_far += length;
                terms.push(term);
            }
            None => sums.push((AROUND + length, vec![term])),
        }
    }
    sums.into_iter().map(|(_, terms)| Expr::list(terms).summed()).collect()
}
