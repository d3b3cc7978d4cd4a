//! Divides what a variant's instances used among those who pay for it.

use std::collections::BTreeMap;

use super::exact::Quantity;
use super::{Allocation, Row};
use crate::usage::{Moment, UsedHour, VariantHours};

/// The rows of a variant: for each hour the models by name, then what no model is known to have held. The quantities of an hour add up to
/// its instance-hours, exactly.
pub(super) fn rows(variant: &VariantHours) -> Vec<Row> {
    variant.hours.iter().flat_map(|(at, hour)| rows_of_hour(variant, *at, hour)).collect()
}

fn rows_of_hour(variant: &VariantHours, hour: Moment, used: &UsedHour) -> Vec<Row> {
    let whole = Quantity::of(used.instance_hours);
    let row = |(allocation, quantity)| Row { hour, allocation, quantity };
    if let Some(model) = &variant.model {
        return vec![row((Allocation::Model(model.clone()), whole))];
    }
    let gpus = variant.gpus_per_instance.filter(|gpus| *gpus > 0).map(f64::from);
    // By GPUs alone, models can be told apart. Where nothing is known of them, no model can be charged.
    let Some(gpus) = gpus.filter(|_| used.held_by_unknown.is_some() || !used.held.is_empty()) else {
        return vec![row((Allocation::Unattributed, whole))];
    };
    let mut claims: BTreeMap<Allocation, f64> = BTreeMap::new();
    for (model, held) in &used.held {
        claims.insert(Allocation::Model(model.clone()), held / gpus);
    }
    let rest = match used.held_by_unknown {
        Some(unknown) => {
            claims.insert(Allocation::Unattributed, unknown / gpus);
            Allocation::Unallocated
        }
        None => Allocation::Unattributed,
    };
    let (divided, left) = divide(whole, claims.values().copied());
    let mut parts: BTreeMap<Allocation, Quantity> = claims.into_keys().zip(divided).collect();
    let part = parts.entry(rest).or_default();
    *part = part.plus(left);
    parts.into_iter().filter(|(_, quantity)| *quantity > Quantity::default()).map(row).collect()
}

/// Each claim's part of the whole, and what is left. Claims of more than there is, as while samples of an instance are still missing,
/// are cut in proportion. The bounds between the parts are rounded, not the parts, so that no error adds up.
fn divide(whole: Quantity, claims: impl Iterator<Item = f64> + Clone) -> (Vec<Quantity>, Quantity) {
    let sum = claims.clone().fold(0.0, |sum, claim| sum + claim);
    let claimed = Quantity::of(sum);
    #[allow(clippy::cast_precision_loss)] // millionths of hours, far from 2^53
    let scale = if claimed > whole { whole.0 as f64 / 1e6 / sum } else { 1.0 };
    let (mut so_far, mut bound, mut parts) = (0.0, 0, Vec::new());
    for claim in claims {
        so_far += claim * scale;
        let next = Quantity::of(so_far).0.clamp(bound, whole.0);
        parts.push(Quantity(next - bound));
        bound = next;
    }
    (parts, Quantity(whole.0 - bound))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AT: Moment = Moment(1_790_812_800);

    fn variant(gpus: Option<u32>, hour: UsedHour) -> VariantHours {
        VariantHours {
            name: "AllTraffic".to_owned(),
            instance_types: vec!["ml.g6.12xlarge".to_owned()],
            gpus_per_instance: gpus,
            model: None,
            hours: BTreeMap::from([(AT, hour)]),
        }
    }

    fn held(held: &[(&str, f64)], held_by_unknown: Option<f64>) -> UsedHour {
        let held = held.iter().map(|(model, gpus)| ((*model).to_owned(), *gpus)).collect();
        UsedHour { instance_hours: 2.0, held, held_by_unknown }
    }

    fn shown(variant: &VariantHours) -> Vec<String> {
        rows(variant).into_iter().map(|row| format!("{} {}", row.allocation.name(), row.quantity)).collect()
    }

    #[test]
    fn models_pay_for_the_gpus_they_held_and_the_rest_is_unallocated() {
        let hour = held(&[("llama", 4.0), ("mistral", 1.0)], Some(0.0));
        assert_eq!(shown(&variant(Some(4), hour)), ["Model 1.0", "Model 0.25", "Unallocated 0.75"]);
        let full = held(&[("llama", 8.0)], Some(0.0));
        assert_eq!(shown(&variant(Some(4), full)), ["Model 2.0"], "nothing is left, and no row says so");
    }

    #[test]
    fn what_is_not_known_to_be_unused_is_unattributed() {
        let gone = held(&[("llama", 4.0)], Some(2.0));
        assert_eq!(shown(&variant(Some(4), gone)), ["Model 1.0", "Unallocated 0.5", "Unattributed 0.5"]);
        let unlisted = held(&[("llama", 4.0)], None);
        assert_eq!(shown(&variant(Some(4), unlisted)), ["Model 1.0", "Unattributed 1.0"]);
        assert_eq!(shown(&variant(None, held(&[("llama", 4.0)], None))), ["Unattributed 2.0"], "GPUs aren't known");
        assert_eq!(shown(&variant(Some(0), held(&[], None))), ["Unattributed 2.0"], "there is no GPU to tell by");
    }

    #[test]
    fn a_model_of_its_own_pays_for_all() {
        let own = VariantHours { model: Some("bert".to_owned()), ..variant(None, held(&[], Some(0.0))) };
        assert_eq!(shown(&own), ["Model 2.0"]);
    }

    #[test]
    fn claims_of_more_than_there_is_are_cut_in_proportion() {
        let over = held(&[("a", 6.0), ("b", 4.0)], Some(0.0));
        assert_eq!(shown(&variant(Some(4), over)), ["Model 1.2", "Model 0.8"]);
    }

    proptest! {
        /// Samples as they may come: any number of them in an hour, from any number of GPUs.
        #[test]
        fn parts_add_up_to_the_whole_and_none_is_far_from_its_claim(
            whole in 0_u32..400_000,
            samples in prop::collection::vec(0_u32..40_000, 0..60),
            unknown in prop::option::of(0_u32..1000),
            at in 0_usize..7,
            gpus in prop::sample::select(vec![1_u32, 2, 4, 8, 16]),
        ) {
            let frequency = [10.0, 30.0, 60.0, 120.0, 180.0, 240.0, 300.0][at];
            let hours = |samples: u32| f64::from(samples) * frequency / 3600.0;
            let hour = UsedHour {
                instance_hours: hours(whole),
                held: samples.iter().enumerate().map(|(at, samples)| (format!("m{at:02}"), hours(*samples))).collect(),
                held_by_unknown: unknown.map(hours),
            };
            let used = variant(Some(gpus), hour.clone());
            let rows = rows(&used);
            let sum = rows.iter().fold(Quantity::default(), |sum, row| sum.plus(row.quantity));
            prop_assert_eq!(sum, Quantity::of(hour.instance_hours));
            let claimed: f64 = hour.held.values().chain(&hour.held_by_unknown).sum::<f64>() / f64::from(gpus);
            for row in &rows {
                let Allocation::Model(model) = &row.allocation else { continue };
                let claim = hour.held[model] / f64::from(gpus) * (hour.instance_hours / claimed).min(1.0);
                #[allow(clippy::cast_precision_loss)]
                let apart = (row.quantity.0 as f64 / 1e6 - claim).abs();
                prop_assert!(apart < 2.1e-6, "{model}: {} is not {claim}", row.quantity);
            }
        }
    }
}
