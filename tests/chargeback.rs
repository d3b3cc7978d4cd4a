//! Statements of costs, read from the stand-in and compared with what the simulated fleet really did.

use std::time::Duration;

use aws_stand_in::Fault;
use metric_math::telemetry::{Fleet, Serving, Steps, scenario};
use monitored_endpoint::chargeback::{
    Allocation, Asked, Collector, PriceSource, Quantity, Statement, StatementError, UnitPrice, focus, table,
};
use monitored_endpoint::panel_params::{InstanceTerms, Terms};
use monitored_endpoint::reconcile::reason;
use monitored_endpoint::spec::{Dollars, EndpointName};
use monitored_endpoint::usage::{Moment, TimeRange};

use crate::support::fleet::{Account, FREQUENCIES, PRICE};

const HOUR: Duration = Duration::from_hours(1);

impl Account {
    fn asked(&self, range: TimeRange) -> Asked {
        let default = InstanceTerms { gpus: None, price_per_hour: Some(Dollars(PRICE)) };
        Asked {
            endpoint: EndpointName::parse("chat").unwrap(),
            range,
            now: self.now,
            terms: Terms { default, ..Terms::default() },
            prices: PriceSource::Dashboard(None),
        }
    }

    fn try_statement(&self, asked: Asked) -> Result<Statement, StatementError> {
        let collector = Collector::new(&self.config);
        self.block_on(async { collector.statements(&[asked]).await.remove(0) })
    }

    /// The last whole hours.
    fn statement(&self, hours: u32) -> Statement {
        self.try_statement(self.asked(TimeRange::Last(hours * 3600))).unwrap()
    }
}

/// Instance-hours of all rows that `who` pays for, by hour.
fn paid(statement: &Statement, who: &Allocation) -> Vec<String> {
    let rows = statement.variants.iter().flat_map(|variant| &variant.rows);
    rows.filter(|row| row.allocation == *who).map(|row| row.quantity.to_string()).collect()
}

fn model(name: &str) -> Allocation {
    Allocation::Model(name.to_owned())
}

/// Σ quantities = instance-hours, and Σ dollars = instance-hours × price, to the last digit.
#[track_caller]
fn adds_up(statement: &Statement) -> Quantity {
    let (hours, dollars) = statement.total();
    assert_eq!(dollars, Some(UnitPrice::of(Dollars(PRICE)).cost(hours)));
    hours
}

#[test]
fn each_hour_is_charged_at_every_publish_frequency_as_the_usage_of_the_same_range_is() {
    for frequency in FREQUENCIES {
        let account = Account::with(&scenario::steady(frequency), 6 * HOUR);
        let statement = account.statement(3);
        assert_eq!(adds_up(&statement).to_string(), "6.0", "{frequency}");
        assert_eq!(paid(&statement, &model("llama")), ["1.0"; 3]);
        assert_eq!(paid(&statement, &model("mistral")), ["0.25"; 3]);
        assert_eq!(paid(&statement, &Allocation::Unallocated), ["0.75"; 3]);
        let (from, until) = (statement.window.from, statement.window.until);
        let bill = account.usage(TimeRange::Between { from, until }).totals.bill.unwrap();
        let charged: f64 = statement.total().1.unwrap().to_string().parse().unwrap();
        assert!((charged - bill.cumulative.0).abs() < 1e-6, "{charged} {bill:?}");
    }
}

#[test]
fn hours_in_which_instances_come_and_go_add_up() {
    for fleet in [scenario::scale_out(60), scenario::one_hot_model(10), scenario::scale_to_zero(60)] {
        let account = Account::with(&fleet, 9 * HOUR);
        let statement = account.statement(8);
        assert!(adds_up(&statement) > Quantity::default());
        assert!(paid(&statement, &Allocation::Unattributed).is_empty(), "{:?}", statement.variants);
    }
}

/// The kind of review 15: what held GPUs weeks ago isn't listed any more, and they must not look unused.
#[test]
fn what_a_model_held_that_ended_weeks_ago_is_unattributed_and_not_unallocated() {
    let day = 24 * HOUR;
    let fleet = Fleet::new("chat", 300, scenario::variant(4, Steps::always(1)));
    let fleet = fleet.with(scenario::model("llama", 4, Steps(vec![(0, 1), (4 * 86_400, 0)])));
    let account = Account::with(&fleet, 20 * day);
    let days = |from: i64, until: i64| {
        let ago = |days: i64| Moment((account.now.0 - days * 86_400).div_euclid(3600) * 3600);
        account.try_statement(account.asked(TimeRange::Between { from: ago(from), until: ago(until) })).unwrap()
    };
    let ended = days(19, 18);
    assert_eq!(adds_up(&ended).to_string(), "24.0");
    assert_eq!(paid(&ended, &Allocation::Unattributed), ["1.0"; 24], "{:?}", ended.notes);
    let recent = days(13, 12);
    assert_eq!(paid(&recent, &Allocation::Unallocated), ["1.0"; 24]);
}

#[test]
fn without_enhanced_metrics_nobody_is_charged() {
    let fleet = Fleet { enhanced_metrics: false, ..scenario::steady(60) };
    let statement = Account::with(&fleet, 4 * HOUR).statement(2);
    assert_eq!(paid(&statement, &Allocation::Unattributed), ["2.0"; 2]);
    assert!(statement.notes.iter().any(|note| note.starts_with("Enhanced metrics are off")), "{:?}", statement.notes);
}

/// Nothing is published for a part of a GPU, and reservations count parts: so no model can be charged, and nothing looks unused that isn't.
#[test]
fn parts_of_gpus_are_unattributed_as_far_as_they_are_reserved() {
    let mut fleet = scenario::steady(60);
    fleet.variants[0].partitions_per_gpu = 4;
    let statement = Account::with(&fleet, 4 * HOUR).statement(2);
    adds_up(&statement);
    assert!(!paid(&statement, &Allocation::Unattributed).is_empty());
    assert!(paid(&statement, &model("llama")).is_empty(), "{:?}", statement.variants);
}

#[test]
fn a_variant_s_own_model_pays_for_all_of_it() {
    let statement = Account::with(&scenario::serving(60, Serving::OwnModel), 4 * HOUR).statement(2);
    adds_up(&statement);
    let rows = &statement.variants[0].rows;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| matches!(row.allocation, Allocation::Model(_))), "{rows:?}");
}

#[test]
fn nothing_but_what_is_needed_is_asked_for() {
    let account = Account::with(&scenario::steady(60), 30 * HOUR);
    account.statement(24);
    let calls = account.stand_in.calls();
    let queries: usize = calls
        .iter()
        .filter(|call| call.operation == "GetMetricData")
        .map(|call| call.request["MetricDataQueries"].as_array().map_or(0, Vec::len))
        .sum();
    // The variant's instances and reservations, and five GPUs that are held.
    assert_eq!(queries, 7);
    let operations: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert!(!operations.contains(&"DescribeInferenceComponent"), "{operations:?}");
    assert!(calls.iter().all(|call| !call.write), "{operations:?}");
}

#[test]
fn what_cannot_be_read_is_said_with_the_permission() {
    for (operation, permission) in [
        ("ListTags", "sagemaker:ListTags"),
        ("GetDashboard", "cloudwatch:GetDashboard"),
        ("GetMetricData", "cloudwatch:GetMetricData"),
        ("DescribeEndpoint", "sagemaker:DescribeEndpoint"),
        ("ListInferenceComponents", "sagemaker:ListInferenceComponents"),
    ] {
        let account = Account::with(&scenario::steady(60), 4 * HOUR);
        account.let_fail(operation, None, Fault::AccessDenied {});
        let error = account.try_statement(account.asked(TimeRange::Last(3600))).unwrap_err();
        assert!(reason(&error).contains(&format!("the permission {permission} is needed")), "{}", reason(&error));
    }
}

#[test]
fn the_same_hours_again_give_the_same_bytes() {
    let account = Account::with(&scenario::scale_out(30), 9 * HOUR);
    let written = || {
        let statements = [account.statement(8)];
        (focus(&statements, None), table(&statements))
    };
    assert_eq!(written(), written());
}
