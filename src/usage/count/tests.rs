use proptest::prelude::*;

use super::*;
use crate::spec::EndpointName;
use crate::usage::described::DescribedComponent;
use crate::usage::{InstanceTerms, Terms, TimeRange, View};

const NOW: Moment = Moment(1_795_500_047);

/// One period of a fleet: for each instance the models that hold its GPUs, each GPU by itself.
#[derive(Clone, Debug)]
struct Fleet {
    frequency: PublishFrequency,
    gpus: u32,
    price: f64,
    periods: Vec<Vec<Vec<Option<u8>>>>,
}

fn any_fleet() -> impl Strategy<Value = Fleet> {
    (0_usize..7, prop::sample::select(vec![1_u32, 2, 4, 8, 16]), 0.01_f64..200.0).prop_flat_map(|(at, gpus, price)| {
        let gpu = prop::option::of(0_u8..5);
        let instance = prop::collection::vec(gpu, gpus as usize);
        let period = prop::collection::vec(instance, 0..6);
        prop::collection::vec(period, 1..6).prop_map(move |periods| Fleet {
            frequency: PublishFrequency::from_seconds(i32::from(PublishFrequency::ALL[at])).unwrap(),
            gpus,
            price,
            periods,
        })
    })
}

impl Fleet {
    fn window(&self) -> Window {
        let seconds = u32::from(self.frequency.seconds()) * u32::try_from(self.periods.len()).unwrap();
        Window::of(TimeRange::Last(seconds), self.frequency, NOW).unwrap()
    }

    /// What is published, one sample a period.
    fn readings(&self) -> Readings {
        let window = self.window();
        let mut readings = Readings::new();
        let variant = || "v".to_owned();
        for (number, period) in self.periods.iter().enumerate() {
            let at = Moment(window.from.0 + i64::try_from(number).unwrap() * window.period);
            for (instance, held) in period.iter().enumerate() {
                let instances = readings.entry(UsageSeries::Instances { variant: variant() }).or_default();
                *instances.samples.entry(at).or_default() += 1.0;
                let instance = format!("i{instance}");
                let one = UsageSeries::Instance { variant: variant(), instance: instance.clone() };
                readings.entry(one).or_default().samples.insert(at, 1.0);
                for (gpu, model) in held.iter().enumerate() {
                    let Some(model) = model else { continue };
                    let series = UsageSeries::HeldGpu {
                        variant: variant(),
                        instance: instance.clone(),
                        gpu: gpu.to_string(),
                        model: format!("m{model}"),
                        copy: Some(format!("{instance}-{gpu}-{model}")),
                    };
                    let reading = readings.entry(series).or_default();
                    reading.samples.insert(at, 1.0);
                    reading.mean.insert(at, f64::from(*model) * 10.0);
                }
            }
        }
        readings
    }

    fn count(&self) -> Usage {
        let declared = DescribedEndpoint {
            arn: String::new(),
            changed: None,
            status: "InService".to_owned(),
            failure_reason: None,
            frequency: self.frequency,
            enhanced_metrics: true,
            variants: vec![DescribedVariant {
                name: "v".to_owned(),
                instance_type: "ml.g9.xlarge".to_owned(),
                gpus: None,
                model: None,
                asynchronous: false,
                shadow: false,
            }],
            components: vec![DescribedComponent {
                name: "m0".to_owned(),
                variant: Some("v".to_owned()),
                status: None,
                copies: Some(1),
                gpus_per_copy: Some(1),
            }],
        };
        let default = InstanceTerms { gpus: Some(self.gpus), price_per_hour: Some(Dollars(self.price)) };
        let question = Question {
            endpoint: EndpointName::parse("chat").unwrap(),
            range: TimeRange::Last(60),
            now: NOW,
            terms: Terms { default, ..Terms::default() },
            view: View::Everything,
        };
        count(&question, &declared, self.window(), &self.readings())
    }

    fn all_gpus(&self) -> impl Iterator<Item = &Option<u8>> {
        self.periods.iter().flatten().flatten()
    }
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs().max(1.0)
}

#[allow(clippy::cast_precision_loss)]
fn number(count: usize) -> f64 {
    count as f64
}

proptest! {
    #[test]
    fn models_and_unallocated_add_up_to_the_bill_and_to_what_each_really_held(fleet in any_fleet()) {
        let usage = fleet.count();
        let interval = f64::from(fleet.frequency.seconds()) / 3600.0;
        let per_gpu = fleet.price / f64::from(fleet.gpus) * interval;
        let dollars = |money: Option<Money>| money.unwrap().cumulative.0;
        let instances = fleet.periods.iter().flatten().count();
        prop_assert!(close(dollars(usage.totals.bill), number(instances) * fleet.price * interval));
        let unused = fleet.all_gpus().filter(|gpu| gpu.is_none()).count();
        prop_assert!(close(dollars(usage.totals.unallocated), number(unused) * per_gpu));
        for model in &usage.models {
            let held = fleet.all_gpus().flatten().filter(|number| format!("m{number}") == model.name).count();
            prop_assert!(close(dollars(model.money), number(held) * per_gpu), "{}", model.name);
            prop_assert!(model.share.is_none_or(|share| (0.0..=1.0 + 1e-9).contains(&share)));
        }
        let parts: f64 = usage.models.iter().map(|model| dollars(model.money)).sum();
        prop_assert!(close(parts + dollars(usage.totals.unallocated), dollars(usage.totals.bill)));
        prop_assert!(usage.models.is_sorted_by(|one, other| dollars(one.money) >= dollars(other.money)));
    }

    #[test]
    fn the_map_shows_every_gpu_of_the_end_once_in_its_place(fleet in any_fleet()) {
        let usage = fleet.count();
        let newest = fleet.periods.iter().rposition(|period| !period.is_empty());
        prop_assert_eq!(usage.has_data, newest.is_some());
        let at_end = (usage.end.from.0 - usage.window.from.0) / usage.window.period;
        let end = &fleet.periods[usize::try_from(at_end).unwrap()];
        let shown: Vec<Vec<Option<String>>> = usage.variants[0]
            .instances
            .iter()
            .map(|instance| instance.gpus.iter().map(|gpu| gpu.model.clone()).collect())
            .collect();
        let name = |gpu: &Option<u8>| gpu.map(|number| format!("m{number}"));
        let held: Vec<Vec<Option<String>>> = end.iter().map(|instance| instance.iter().map(name).collect()).collect();
        prop_assert_eq!(shown, held);
        let total = usage.totals.gpus.unwrap();
        prop_assert!(close(usage.totals.used_gpus.unwrap() + usage.totals.unused_gpus.unwrap(), total));
        prop_assert!(close(total, number(end.len()) * f64::from(fleet.gpus)));
    }
}

fn shared(frequency: i32) -> Fleet {
    let instance = vec![Some(1), Some(1), None, None];
    let frequency = PublishFrequency::from_seconds(frequency).unwrap();
    Fleet { frequency, gpus: 4, price: 4.0, periods: vec![vec![instance]; 3] }
}

fn question(fleet: &Fleet) -> Question {
    let default = InstanceTerms { gpus: Some(fleet.gpus), price_per_hour: Some(Dollars(fleet.price)) };
    Question {
        endpoint: EndpointName::parse("chat").unwrap(),
        range: TimeRange::Last(60),
        now: NOW,
        terms: Terms { default, ..Terms::default() },
        view: View::Everything,
    }
}

fn declared(fleet: &Fleet, variants: Vec<DescribedVariant>) -> DescribedEndpoint {
    let status = "InService".to_owned();
    DescribedEndpoint {
        arn: String::new(),
        changed: None,
        status,
        failure_reason: None,
        frequency: fleet.frequency,
        enhanced_metrics: true,
        variants,
        components: Vec::new(),
    }
}

fn variant(name: &str, model: Option<&str>) -> DescribedVariant {
    DescribedVariant {
        name: name.to_owned(),
        instance_type: "ml.g9.xlarge".to_owned(),
        gpus: None,
        model: model.map(str::to_owned),
        asynchronous: false,
        shadow: false,
    }
}

/// `ListMetrics` gives a new series after up to 15 minutes: until then a full instance looked half unused.
#[test]
fn a_copy_that_is_not_listed_yet_leaves_unused_and_unallocated_out() {
    let fleet = shared(60);
    let declared = declared(&fleet, vec![variant("v", None)]);
    let mut readings = fleet.readings();
    let reserve = |percent: f64| {
        let window = fleet.window();
        let points = (0..3).map(|number| (Moment(window.from.0 + number * window.period), percent)).collect();
        (UsageSeries::Reserved { variant: "v".to_owned() }, SeriesReading { sum: points, ..SeriesReading::default() })
    };
    for (percent, seen) in [(50.0, true), (0.0, true), (100.0, false), (75.0, false)] {
        readings.extend([reserve(percent)]);
        let usage = count(&question(&fleet), &declared, fleet.window(), &readings);
        let totals = usage.totals;
        assert_eq!((totals.unused_gpus.is_some(), totals.unallocated.is_some()), (seen, seen), "{percent}");
        assert_eq!(usage.remarks, if seen { vec![] } else { vec![Remark::NotListed] });
        let shown = usage.variants[0].instances[0].gpus.iter().filter(|gpu| gpu.model.is_none()).count();
        assert_eq!(shown, if seen { 2 } else { 0 }, "no square is drawn as unused that may be held");
        assert!(close(totals.bill.unwrap().per_hour.0, 4.0));
    }
}

/// A shadow variant's requests are copies of another's, while its instances cost money like any.
#[test]
fn shadow_variants_count_in_the_bill_and_not_in_requests() {
    let fleet = shared(60);
    let mut shadow = variant("s", Some("candidate"));
    shadow.shadow = true;
    let variants = vec![variant("p", Some("model")), shadow];
    let at = fleet.window().from;
    let mut readings = Readings::new();
    for one in &variants {
        let points = Points::from([(at, 1.0), (Moment(at.0 + 60), 1.0), (Moment(at.0 + 120), 1.0)]);
        let instances = UsageSeries::Instances { variant: one.name.clone() };
        readings.insert(instances, SeriesReading { samples: points.clone(), ..SeriesReading::default() });
        let requests = UsageSeries::Traffic { to: Served::variant(one), figure: Figure::Requests };
        readings.insert(requests, SeriesReading { sum: points, ..SeriesReading::default() });
    }
    let usage = count(&question(&fleet), &declared(&fleet, variants), fleet.window(), &readings);
    assert_eq!(usage.totals.requests, Some(3.0));
    assert!(close(usage.totals.bill.unwrap().per_hour.0, 8.0));
    assert_eq!(usage.models.iter().map(|model| model.requests).collect::<Vec<_>>(), [Some(3.0), Some(3.0)]);
}

/// Rust's sum of no floats is −0, which was shown as it is.
#[test]
fn a_sum_of_nothing_is_0() {
    let fleet = shared(60);
    let requests = UsageSeries::Traffic { to: Served::Component("m".to_owned()), figure: Figure::Requests };
    let readings = Readings::from([(requests, SeriesReading::default())]);
    let usage = count(&question(&fleet), &declared(&fleet, vec![variant("v", None)]), fleet.window(), &readings);
    let totals = usage.totals;
    let numbers = [totals.instances, totals.used_gpus.unwrap(), totals.bill.unwrap().cumulative.0];
    assert!(numbers.iter().chain(&totals.requests).all(|number| number.is_sign_positive()), "{totals:?}");
}
