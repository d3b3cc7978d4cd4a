//! A statement of an endpoint with two models, as it is written.

use proptest::prelude::*;

use super::*;
use crate::spec::PublishFrequency;
use crate::usage::{TimeRange, UsedHour};

const HOUR: i64 = 3600;

fn at(hour: i64) -> Moment {
    Moment("2026-10-31".parse::<Day>().unwrap().start().0 + hour * HOUR)
}

fn window(hours: i64) -> Window {
    let range = TimeRange::Between { from: at(22), until: at(22 + hours) };
    Window::hours(range, PublishFrequency::from_seconds(60).unwrap(), at(200)).unwrap()
}

fn used(instances: f64, held: &[(&str, f64)]) -> UsedHour {
    let held = held.iter().map(|(model, gpus)| ((*model).to_owned(), *gpus)).collect();
    UsedHour { instance_hours: instances, held, held_by_unknown: Some(0.0) }
}

/// Two models, tagged, over the end of a month; nothing in the second of three hours.
fn usage() -> HourlyUsage {
    let first = used(2.0, &[("llama", 4.0), ("mistral", 1.0)]);
    let last = used(1.0, &[("llama", 1.0 / 3.0)]);
    HourlyUsage {
        endpoint: "chat".to_owned(),
        arn: "arn:aws:sagemaker:us-east-1:012345678901:endpoint/chat".to_owned(),
        changed: Some(at(23)),
        enhanced_metrics: true,
        window: window(3),
        variants: vec![VariantHours {
            name: "AllTraffic".to_owned(),
            instance_types: vec!["ml.g6.12xlarge".to_owned()],
            gpus_per_instance: Some(4),
            model: None,
            hours: BTreeMap::from([(at(22), first), (at(24), last)]),
        }],
    }
}

fn tag(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

fn statement(price: &Result<HourlyPrice, String>) -> Statement {
    let mut statement = Statement::new(usage(), |_| price.clone());
    statement.tags = BTreeMap::from([tag("team", "platform"), tag("stage", "prod, \"blue\"")]);
    statement.tags_of_models = BTreeMap::from([("llama".to_owned(), BTreeMap::from([tag("team", "search")]))]);
    statement
}

fn listed() -> Result<HourlyPrice, String> {
    let sku = Sku { id: "ABC".to_owned(), price_id: "ABC.JRT.6YS".to_owned() };
    hourly_price(Some((Dollars(5.0), Basis::Dashboard)), Ok((Dollars(5.752), Some(sku))))
}

#[test]
fn the_rows_of_a_statement_in_focus_columns() {
    insta::assert_snapshot!(focus(&[statement(&listed())], None));
}

#[test]
fn the_rows_of_a_statement_as_a_table() {
    insta::assert_snapshot!(table(&[statement(&listed()), statement(&Err("not sold".to_owned()))]));
}

#[test]
fn what_must_be_known_is_said() {
    let statement = statement(&Err("the price of ml.g6.12xlarge is not known".to_owned()));
    assert_eq!(
        statement.notes,
        [
            "The endpoint was updated at 2026-10-31T23:00:00Z: hours before are counted with its present variants, instance types and publish \
             frequency.",
            "AllTraffic has no data, and so no row, for 1 of 3 hours (2026-10-31T23:00:00Z to 2026-11-01T00:00:00Z): no instance ran, or its \
             metrics are missing.",
        ]
    );
    let unpriced: Vec<String> = statement.unpriced().collect();
    assert_eq!(unpriced, ["chat/AllTraffic: the price of ml.g6.12xlarge is not known"]);
    assert_eq!(
        focus(std::slice::from_ref(&statement), None).lines().count(),
        1,
        "what costs an unknown amount is no row of costs"
    );
    assert_eq!(statement.total().1, None);
}

#[test]
fn the_billing_account_is_the_one_that_was_given() {
    let text = focus(&[statement(&listed())], Some("999999999999"));
    assert!(text.lines().skip(1).all(|line| line.contains("arn:aws:iam::999999999999:root")), "{text}");
    assert!(text.lines().skip(1).all(|line| line.contains("arn:aws:iam::012345678901:root")), "{text}");
}

/// The cells of a column.
fn column<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let at = text.lines().next().unwrap().split(',').position(|head| head == name).unwrap();
    // No cell before the quantities and costs holds a comma.
    text.lines().skip(1).map(|line| line.split(',').nth(at).unwrap()).collect()
}

#[test]
fn dollars_of_rows_add_up_to_instance_hours_at_the_price() {
    let statement = statement(&listed());
    let price = UnitPrice::of(Dollars(5.0));
    let (hours, dollars) = statement.total();
    assert_eq!((hours.to_string(), dollars), ("3.0".to_owned(), Some(price.cost(hours))));
    let text = focus(&[statement], None);
    let sum: f64 = column(&text, "PricingQuantity").iter().map(|cell| cell.parse::<f64>().unwrap()).sum();
    assert!((sum - 3.0).abs() < 1e-9, "{text}");
}

/// A written decimal in units of 10⁻¹⁶.
fn units(cell: &str) -> u128 {
    let (whole, fraction) = cell.split_once('.').unwrap();
    format!("{whole}{fraction:0<16}").parse().unwrap()
}

proptest! {
    /// Read back from the file, whatever the hours and the price: unit price × quantity = cost in each row, and the rows together cost
    /// what the instances cost.
    #[test]
    fn what_is_written_adds_up_to_the_last_digit(
        hours in prop::collection::vec((1_u32..4000, prop::collection::vec(0_u32..900, 0..5), any::<bool>()), 1..6),
        price in 1_u64..2_000_000_000_000,
    ) {
        let in_hours = |samples: u32| f64::from(samples) / 360.0;
        let hour = |(number, (instances, held, listed)): (usize, &(u32, Vec<u32>, bool))| {
            let held = held.iter().enumerate().map(|(model, samples)| (format!("m{model}"), in_hours(*samples)));
            let used = UsedHour {
                instance_hours: in_hours(*instances),
                held: held.filter(|(_, gpus)| *gpus > 0.0).collect(),
                held_by_unknown: listed.then_some(0.0),
            };
            (at(i64::try_from(number).unwrap()), used)
        };
        let mut usage = usage();
        usage.variants[0].hours = hours.iter().enumerate().map(hour).collect();
        #[allow(clippy::cast_precision_loss)]
        let price = Dollars(price as f64 / 1e10);
        let statement = Statement::new(usage, |_| hourly_price(Some((price, Basis::Given)), Err("not asked".to_owned())));
        let text = focus(std::slice::from_ref(&statement), None);
        let numbers = |name| column(&text, name).into_iter().map(units).collect::<Vec<_>>();
        let (quantities, prices, costs) =
            (numbers("PricingQuantity"), numbers("ContractedUnitPrice"), numbers("BilledCost"));
        for ((quantity, price), cost) in quantities.iter().zip(&prices).zip(&costs) {
            // Ten decimals of the price and six of the quantity.
            prop_assert_eq!((price / 1_000_000) * (quantity / 10_000_000_000), *cost);
        }
        let instances: u128 = hours.iter().map(|(instances, ..)| u128::from(Quantity::of(in_hours(*instances)).0)).sum();
        prop_assert_eq!(quantities.iter().sum::<u128>(), instances * 10_000_000_000);
        prop_assert_eq!(costs.iter().sum::<u128>(), instances * (prices[0] / 1_000_000));
    }
}
