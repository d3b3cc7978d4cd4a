//! What an endpoint does and costs, read from the stand-in and compared with what the simulated fleet really did.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_stand_in::Fault;
use metric_math::telemetry::{Component, Fleet, GpuDimension, Steps, scenario};
use monitored_endpoint::reconcile::reason;
use monitored_endpoint::spec::Dollars;
use monitored_endpoint::usage::{InstanceTerms, ModelUsage, Moment, Remark, Terms, TimeRange, Usage};

use crate::support::fleet::{Account, FREQUENCIES, PRICE};

const HOUR: Duration = Duration::from_hours(1);

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{found} is not {expected}");
}

fn model<'u>(usage: &'u Usage, name: &str) -> &'u ModelUsage {
    usage.models.iter().find(|model| model.name == name).unwrap()
}

/// Σ model dollars + unallocated = the bill, over the range and at its end.
#[track_caller]
fn adds_up(usage: &Usage) {
    let (bill, unallocated) = (usage.totals.bill.unwrap(), usage.totals.unallocated.unwrap());
    let models = || usage.models.iter().map(|model| model.money.unwrap());
    close(models().map(|money| money.cumulative.0).sum::<f64>() + unallocated.cumulative.0, bill.cumulative.0);
    close(models().map(|money| money.per_hour.0).sum::<f64>() + unallocated.per_hour.0, bill.per_hour.0);
    close(models().map(|money| money.per_interval.0).sum::<f64>() + unallocated.per_interval.0, bill.per_interval.0);
}

#[test]
fn a_steady_fleet_is_counted_and_charged_at_every_publish_frequency() {
    for frequency in FREQUENCIES {
        let account = Account::with(&scenario::steady(frequency), 3 * HOUR);
        let usage = account.usage(TimeRange::Last(3600));
        let totals = usage.totals;
        assert!(usage.has_data && usage.enhanced_metrics);
        close(totals.instances, 2.0);
        close(totals.gpus.unwrap(), 8.0);
        close(totals.used_gpus.unwrap(), 5.0);
        close(totals.unused_gpus.unwrap(), 3.0);
        #[allow(clippy::cast_precision_loss)]
        let hours = usage.window.seconds() as f64 / 3600.0;
        close(totals.bill.unwrap().cumulative.0, 2.0 * PRICE * hours);
        let llama = model(&usage, "llama");
        close(llama.gpus.unwrap(), 4.0);
        close(llama.money.unwrap().cumulative.0, PRICE * hours);
        close(llama.money.unwrap().per_hour.0, PRICE);
        close(llama.money.unwrap().per_interval.0, PRICE * f64::from(frequency) / 3600.0);
        close(llama.share.unwrap(), 0.5);
        close(llama.utilization.unwrap(), 40.0);
        close(llama.requests.unwrap(), 120.0 * 60.0 * hours);
        close(llama.per_thousand_requests.unwrap().0, PRICE / 7200.0 * 1000.0);
        assert_eq!((llama.copies_declared, llama.gpus_per_copy, llama.copies_observed), (Some(2), Some(2), Some(2)));
        assert_eq!(usage.models[0].name, "llama", "the most expensive comes first");
        adds_up(&usage);
    }
}

/// The launch article's figure: four GPUs of ml.g6.12xlarge for ten seconds.
#[test]
fn four_gpus_for_ten_seconds_cost_as_much_as_the_article_says() {
    let fleet = Fleet::new("chat", 10, scenario::variant(4, Steps::always(1)));
    let account = Account::with(&fleet.with(scenario::model("llama", 4, Steps::always(1))), HOUR);
    let usage = account.usage(TimeRange::Last(300));
    assert_eq!(format!("{:.4}", model(&usage, "llama").money.unwrap().per_interval.0), "0.0160");
    close(usage.totals.unallocated.unwrap().cumulative.0, 0.0);
}

#[test]
fn each_gpu_is_shown_in_its_place_with_the_model_that_holds_it() {
    let account = Account::with(&scenario::steady(60), HOUR);
    let usage = account.usage(TimeRange::Last(600));
    let instances = &usage.variants[0].instances;
    let holders: Vec<Vec<Option<&str>>> =
        instances.iter().map(|instance| instance.gpus.iter().map(|gpu| gpu.model.as_deref()).collect()).collect();
    assert_eq!(
        holders,
        [vec![Some("llama"), Some("llama"), Some("llama"), Some("llama")], vec![Some("mistral"), None, None, None]]
    );
    let mistral = &instances[1].gpus[0];
    assert_eq!((mistral.id.as_deref(), mistral.copy.as_deref()), (Some("0"), Some("mistral-0000")));
    close(mistral.utilization.unwrap(), 40.0);
}

#[test]
fn the_name_of_the_gpu_dimension_makes_no_difference() {
    let named = |gpu_dimension| Fleet { gpu_dimension, ..scenario::steady(60) };
    let read = |fleet| serde_json::to_value(Account::with(&fleet, 2 * HOUR).usage(TimeRange::Last(1800))).unwrap();
    let (one, other) = (read(named(GpuDimension::GpuId)), read(named(GpuDimension::AcceleratorId)));
    for part in ["totals", "variants", "models"] {
        assert_eq!(one[part], other[part], "{part}");
    }
}

#[test]
fn a_range_over_a_scale_out_costs_what_ran_and_shows_what_runs_at_its_end() {
    let fleet = scenario::scale_out(60);
    let account = Account::with(&fleet, Duration::from_hours(1));
    let usage = account.usage(TimeRange::Last(3480));
    close(usage.totals.instances, 3.0);
    close(usage.totals.used_gpus.unwrap(), 12.0);
    adds_up(&usage);
    let start = account.now.0 - 3600;
    let range = (usage.window.from.0..usage.window.until.0).step_by(60);
    let held: usize = range.map(|at| fleet.gpus_held((at - start) * 1000, None)).sum();
    let expected = f64::from(u32::try_from(held).unwrap()) / 60.0 * PRICE / 4.0;
    let found = model(&usage, "llama").money.unwrap().cumulative.0;
    // Which minute the change falls into depends on when the test runs.
    assert!((found - expected).abs() <= 8.0 / 60.0 * PRICE / 4.0 + 1e-9, "{found} is not {expected}");
}

#[test]
fn what_stopped_before_the_end_is_nothing_at_the_end_and_still_costs() {
    let account = Account::with(&scenario::scale_to_zero(60), Duration::from_mins(90));
    let usage = account.usage(TimeRange::Last(5400));
    close(usage.totals.instances, 0.0);
    close(usage.totals.unused_gpus.unwrap(), 0.0);
    assert!(usage.has_data && usage.variants[0].instances.is_empty());
    let (bill, unallocated) = (usage.totals.bill.unwrap(), usage.totals.unallocated.unwrap());
    assert!(bill.cumulative.0 > 1.9 * PRICE && unallocated.cumulative.0 > 0.9 * PRICE, "{bill:?}, {unallocated:?}");
    close(usage.totals.bill.unwrap().per_hour.0, 0.0);
    adds_up(&usage);
    let later = account.usage(TimeRange::Last(600));
    assert!(!later.has_data);
}

#[test]
fn instances_without_a_model_are_unallocated_as_a_whole() {
    let fleet = Fleet::new("chat", 60, scenario::variant(4, Steps::always(2))).with(scenario::model(
        "llama",
        2,
        Steps::always(0),
    ));
    let usage = Account::with(&fleet, HOUR).usage(TimeRange::Last(1800));
    close(usage.totals.unallocated.unwrap().per_hour.0, 2.0 * PRICE);
    close(usage.totals.unused_gpus.unwrap(), 8.0);
    let free = usage.variants[0].instances.iter().flat_map(|instance| &instance.gpus);
    assert_eq!(free.filter(|gpu| gpu.model.is_none()).count(), 8);
    adds_up(&usage);
}

#[test]
fn a_variant_with_its_own_model_is_that_model_s_as_a_whole() {
    let fleet = Fleet::new("chat", 30, scenario::variant(4, Steps::always(3)));
    let usage = Account::with(&fleet, HOUR).usage(TimeRange::Last(1800));
    let own = model(&usage, "AllTraffic-model");
    close(own.gpus.unwrap(), 12.0);
    close(own.share.unwrap(), 1.0);
    close(own.utilization.unwrap(), 40.0);
    assert!(own.requests.unwrap() > 0.0 && own.per_thousand_requests.is_some());
    assert_eq!(usage.variants[0].instances.len(), 3);
    assert!(usage.variants[0].instances.iter().all(|instance| instance.gpus.len() == 4));
    adds_up(&usage);
}

/// `declared 3 copies × 2 GPUs, seen 2`: the third finds no room.
#[test]
fn copies_that_find_no_room_are_declared_and_not_observed() {
    let fleet = Fleet::new("chat", 60, scenario::variant(4, Steps::always(1))).with(scenario::model(
        "llama",
        2,
        Steps::always(3),
    ));
    let usage = Account::with(&fleet, HOUR).usage(TimeRange::Last(600));
    let llama = model(&usage, "llama");
    assert_eq!((llama.copies_declared, llama.gpus_per_copy, llama.copies_observed), (Some(3), Some(2), Some(2)));
}

#[test]
fn without_enhanced_metrics_nothing_is_said_about_who_holds_what() {
    let fleet = Fleet { enhanced_metrics: false, ..scenario::steady(60) };
    let usage = Account::with(&fleet, HOUR).usage(TimeRange::Last(1800));
    close(usage.totals.instances, 2.0);
    close(usage.totals.bill.unwrap().per_hour.0, 2.0 * PRICE);
    assert_eq!((usage.totals.used_gpus, usage.totals.unused_gpus, usage.totals.unallocated), (None, None, None));
    let llama = model(&usage, "llama");
    assert_eq!((llama.gpus, llama.copies_observed, llama.money), (None, None, None));
    assert_eq!((llama.copies_declared, llama.gpus_per_copy), (Some(2), Some(2)));
}

#[test]
fn without_a_price_nothing_costs_anything_and_nothing_costs_0() {
    let account = Account::with(&scenario::steady(60), HOUR);
    let mut question = account.question(TimeRange::Last(1800));
    question.terms = Terms::default();
    let usage = account.ask(&question).unwrap();
    close(usage.totals.used_gpus.unwrap(), 5.0);
    assert_eq!((usage.totals.bill, usage.totals.unallocated), (None, None));
    assert!(usage.models.iter().all(|model| model.money.is_none() && model.share.is_none()));
    assert!(usage.models.iter().all(|model| model.per_thousand_requests.is_none()));
}

#[test]
fn variants_have_their_own_gpus_and_prices() {
    let mut fleet = scenario::steady(60);
    fleet.variants.push(metric_math::telemetry::Variant::new("Big", "ml.p5.48xlarge", 8, Steps::always(1)));
    let fleet = fleet.with(Component { variant: "Big".to_owned(), ..scenario::model("qwen", 4, Steps::always(1)) });
    let account = Account::with(&fleet, HOUR);
    let mut question = account.question(TimeRange::Last(1800));
    let big = InstanceTerms { gpus: None, price_per_hour: Some(Dollars(98.32)) };
    question.terms.by_variant.insert("Big".to_owned(), big);
    let usage = account.ask(&question).unwrap();
    close(usage.totals.gpus.unwrap(), 16.0);
    close(usage.totals.bill.unwrap().per_hour.0, 2.0 * PRICE + 98.32);
    close(model(&usage, "qwen").money.unwrap().per_hour.0, 49.16);
    assert_eq!(usage.models[0].name, "qwen");
    adds_up(&usage);
    question.terms = Terms { by_variant: question.terms.by_variant, ..Terms::default() };
    let half = account.ask(&question).unwrap();
    assert_eq!(half.totals.bill, None, "a part of the bill is not the bill");
    close(half.variants[1].totals.bill.unwrap().per_hour.0, 98.32);
}

#[test]
fn a_range_in_the_past_is_read_at_a_period_that_still_has_data() {
    let account = Account::with(&scenario::steady(10), 6 * HOUR);
    let (from, until) = (Moment(account.now.0 - 5 * 3600), Moment(account.now.0 - 4 * 3600));
    let usage = account.usage(TimeRange::Between { from, until });
    assert_eq!(usage.window.period, 60);
    close(usage.totals.used_gpus.unwrap(), 5.0);
    adds_up(&usage);
}

/// 100 instances of 8 GPUs, 200 models of 4 GPUs.
fn large_fleet() -> Fleet {
    let mut variant = scenario::variant(8, Steps::always(100));
    "ml.p5.48xlarge".clone_into(&mut variant.instance_type);
    let model = |number| scenario::model(&format!("model-{number:03}"), 4, Steps::always(1));
    (0..200).map(model).fold(Fleet::new("chat", 60, variant), Fleet::with)
}

#[test]
fn a_large_fleet_stays_under_the_query_limits() {
    let account = Account::with(&large_fleet(), HOUR);
    let usage = account.usage(TimeRange::Last(1800));
    close(usage.totals.used_gpus.unwrap(), 800.0);
    assert_eq!(usage.models.len(), 200);
    assert_eq!(usage.variants[0].instances.iter().map(|instance| instance.gpus.len()).sum::<usize>(), 800);
    adds_up(&usage);
    let calls = account.stand_in.calls();
    // A busy machine may be too slow for one attempt, which is then made again: the same request counts once.
    let queries =
        calls.iter().filter(|call| call.operation == "GetMetricData").map(|call| &call.request["MetricDataQueries"]);
    let distinct: BTreeMap<String, usize> =
        queries.map(|queries| (queries.to_string(), queries.as_array().unwrap().len())).collect();
    let mut reads: Vec<usize> = distinct.into_values().collect();
    // 800 GPUs × 2, 200 models × 4, 100 instances and 2 for the variant. They are made at the same time.
    reads.sort_unstable();
    assert_eq!(reads, [2, 500, 500, 500, 500, 500]);
    assert!(calls.iter().all(|call| !call.write));
}

/// Every metric that was asked for: its name and the names of its dimensions.
fn asked(account: &Account) -> Vec<(String, Vec<String>)> {
    let calls = account.stand_in.calls().into_iter().filter(|call| call.operation == "GetMetricData");
    let queries = calls.flat_map(|call| call.request["MetricDataQueries"].as_array().unwrap().clone());
    let described = queries.map(|query| {
        let metric = &query["MetricStat"]["Metric"];
        let dimensions = metric["Dimensions"].as_array().unwrap().iter();
        let names = dimensions.map(|dimension| dimension["Name"].as_str().unwrap().to_owned());
        (metric["MetricName"].as_str().unwrap().to_owned(), names.collect())
    });
    described.collect()
}

/// Nothing is published by variant where inference components serve (data/published.csv), so nothing of it is counted,
/// whatever a simulation publishes there.
#[test]
fn requests_of_components_are_read_by_their_names_alone_and_summed() {
    let account = Account::with(&scenario::steady(60), HOUR);
    let usage = account.usage(TimeRange::Last(1800));
    let requests: Vec<Vec<String>> = asked(&account)
        .into_iter()
        .filter(|(name, _)| name == "Invocations")
        .map(|(_, dimensions)| dimensions)
        .collect();
    assert_eq!(requests, [["InferenceComponentName"], ["InferenceComponentName"]]);
    let models: f64 = usage.models.iter().map(|model| model.requests.unwrap()).sum();
    close(usage.totals.requests.unwrap(), models);
    close(models, 3.0 * 60.0 * 30.0);
    let llama = model(&usage, "llama");
    close(llama.client_errors.unwrap(), 0.0);
    assert!(llama.slowest_p99_ms.unwrap() > 0.0);
}

/// What ended before the last two weeks is listed no more: its GPUs aren't shown as free, nor its dollars as nobody's.
#[test]
fn review_15_a_model_that_ended_weeks_ago_leaves_figures_out_instead_of_unused_gpus() {
    let day = 24 * HOUR;
    let fleet = Fleet::new("chat", 300, scenario::variant(4, Steps::always(1)));
    let fleet = fleet.with(scenario::model("llama", 4, Steps(vec![(0, 1), (4 * 86_400, 0)])));
    let account = Account::with(&fleet, 20 * day);
    let ago = |days: i64| Moment(account.now.0 - days * 86_400);
    let usage = account.usage(TimeRange::Between { from: ago(19), until: ago(17) });
    assert_eq!(usage.remarks, [Remark::Ended]);
    let totals = usage.totals;
    assert_eq!((totals.used_gpus, totals.unused_gpus, totals.unallocated), (None, None, None));
    assert_eq!((totals.requests, model(&usage, "llama").money), (None, None));
    close(totals.instances, 1.0);
    close(totals.bill.unwrap().per_hour.0, PRICE);
    let recent = account.usage(TimeRange::Between { from: ago(13), until: ago(12) });
    assert_eq!(recent.remarks, []);
    close(recent.totals.unused_gpus.unwrap(), 4.0);
}

#[test]
fn review_16_a_past_range_loses_nothing_at_its_ends() {
    let account = Account::with(&scenario::steady(60), 3 * HOUR);
    let usage =
        account.usage(TimeRange::Between { from: Moment(account.now.0 - 7230), until: Moment(account.now.0 - 7210) });
    assert!(usage.window.from.0 <= account.now.0 - 7230 && usage.window.until.0 >= account.now.0 - 7210);
    close(usage.totals.instances, 2.0);
}

#[test]
fn what_cannot_be_read_is_said_with_the_permission_or_the_name() {
    let account = Account::empty();
    let question = account.question(TimeRange::Last(600));
    let refused = |account: &Account| reason(&account.ask(&question).unwrap_err());
    assert_eq!(refused(&account), "there is no endpoint named \"chat\" in this account and Region");
    let account = Account::with(&scenario::steady(60), HOUR);
    for (operation, action) in [
        ("DescribeEndpoint", "sagemaker:DescribeEndpoint"),
        ("DescribeEndpointConfig", "sagemaker:DescribeEndpointConfig"),
        ("ListInferenceComponents", "sagemaker:ListInferenceComponents"),
        ("DescribeInferenceComponent", "sagemaker:DescribeInferenceComponent"),
        ("ListMetrics", "cloudwatch:ListMetrics"),
        ("GetMetricData", "cloudwatch:GetMetricData"),
    ] {
        account.stand_in.clear_faults();
        account.let_fail(operation, None, Fault::AccessDenied {});
        let refused = refused(&account);
        assert!(refused.starts_with(&format!("access denied: the permission {action} is needed")), "{refused}");
    }
}

#[test]
fn a_component_that_cannot_be_described_is_shown_by_what_it_publishes() {
    let account = Account::with(&scenario::steady(60), HOUR);
    let fault = Fault::Error { status: 500, code: "InternalFailure".into(), message: "later".into() };
    account.let_fail("DescribeInferenceComponent", None, fault);
    let usage = account.usage(TimeRange::Last(600));
    let llama = model(&usage, "llama");
    assert_eq!((llama.copies_declared, llama.copies_observed), (None, Some(2)));
}
