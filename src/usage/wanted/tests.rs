use aws_sdk_cloudwatch::types::Dimension;

use super::*;
use crate::metrics::{ENDPOINTS, INFERENCE_COMPONENTS};
use crate::spec::PublishFrequency;
use crate::usage::TimeRange;
use crate::usage::described::DescribedVariant;
use crate::usage::series::{ENDPOINT, Points, VARIANT};

const INSTANCE: &str = "InstanceId";
const CONTAINER: &str = "ContainerId";
const COMPONENT: &str = "InferenceComponentName";

fn metric(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Metric {
    let dimension = |(name, value): &(&str, &str)| Dimension::builder().name(*name).value(*value).build();
    let dimensions = dimensions.iter().map(dimension).collect();
    Metric::builder().namespace(namespace).metric_name(name).set_dimensions(Some(dimensions)).build()
}

fn declared(model: Option<&str>) -> DescribedEndpoint {
    DescribedEndpoint {
        arn: String::new(),
        changed: None,
        status: "InService".to_owned(),
        failure_reason: None,
        frequency: PublishFrequency::DEFAULT,
        enhanced_metrics: true,
        variants: vec![DescribedVariant {
            name: "v".to_owned(),
            instance_type: "ml.g6.12xlarge".to_owned(),
            gpus: Some(4),
            model: model.map(str::to_owned),
            asynchronous: false,
            shadow: false,
        }],
        components: Vec::new(),
    }
}

fn wanted(model: Option<&str>, listed: Vec<Metric>) -> Vec<UsageSeries> {
    let endpoint = EndpointName::parse("chat").unwrap();
    Wanted::new(&endpoint, &declared(model), listed, View::Everything).asked.into_keys().collect()
}

fn gpu(dimensions: &[(&str, &str)]) -> Metric {
    let mut all = vec![(ENDPOINT, "chat"), (VARIANT, "v"), (INSTANCE, "i")];
    all.extend(dimensions);
    metric(INFERENCE_COMPONENTS, "GPUUtilizationNormalized", &all)
}

fn held(asked_series: Vec<UsageSeries>) -> Vec<UsageSeries> {
    asked_series.into_iter().filter(is_held).collect()
}

#[test]
fn the_dimension_that_is_not_known_is_the_gpu_s_whatever_its_name() {
    for name in ["GpuId", "AcceleratorId", "DeviceId"] {
        let listed = vec![gpu(&[(COMPONENT, "llama"), (CONTAINER, "c"), (name, "3")])];
        let found = held(wanted(None, listed));
        let copy = Some("c".to_owned());
        let text = str::to_owned;
        let expected = UsageSeries::HeldGpu {
            variant: text("v"),
            instance: text("i"),
            gpu: text("3"),
            model: text("llama"),
            copy,
        };
        assert_eq!(found, [expected], "{name}");
    }
}

#[test]
fn a_gpu_is_counted_once_however_many_dimension_sets_it_publishes_under() {
    let container = [(COMPONENT, "llama"), (CONTAINER, "c")];
    let both_names = vec![
        gpu(&[container[0], container[1], ("GpuId", "0")]),
        gpu(&[container[0], container[1], ("AcceleratorId", "0")]),
    ];
    assert_eq!(held(wanted(None, both_names)).len(), 1);
    let with_a_sum = vec![gpu(&[container[0], ("GpuId", "0")]), gpu(&[container[0], container[1], ("GpuId", "0")])];
    assert_eq!(held(wanted(None, with_a_sum)).len(), 1);
    let without_gpu = vec![gpu(&container), metric(INFERENCE_COMPONENTS, "X", &[(COMPONENT, "llama")])];
    assert_eq!(held(wanted(None, without_gpu)), []);
}

#[test]
fn gpus_of_an_instance_are_read_only_where_its_variant_has_a_model() {
    let of_instance = [(ENDPOINT, "chat"), (VARIANT, "v"), (INSTANCE, "i"), ("GpuId", "0")];
    let listed = || vec![metric(ENDPOINTS, "GPUUtilization", &of_instance)];
    let own = |asked_series: Vec<UsageSeries>| {
        asked_series.into_iter().filter(|one| matches!(one, UsageSeries::OwnGpu { .. })).count()
    };
    assert_eq!((own(wanted(Some("m"), listed())), own(wanted(None, listed()))), (1, 0));
}

#[test]
fn what_was_read_is_filed_under_what_was_asked() {
    let endpoint = EndpointName::parse("chat").unwrap();
    let window = Window::of(TimeRange::Last(300), PublishFrequency::DEFAULT, Moment(1_795_500_047)).unwrap();
    let listed = vec![gpu(&[(COMPONENT, "llama"), ("GpuId", "0")])];
    let calls = Wanted::new(&endpoint, &declared(None), listed, View::Everything).calls(window, &declared(None), all);
    let [call] = &calls[..] else { panic!("one call holds it all") };
    let mut readings = Readings::new();
    for query in &call.queries {
        call.read(query.id().unwrap(), [(Moment(0), 1.0)].into_iter(), &mut readings);
    }
    call.read("q99", [(Moment(0), 9.0)].into_iter(), &mut readings);
    call.read("x", [(Moment(0), 9.0)].into_iter(), &mut readings);
    let held = readings.iter().find(|(series, _)| is_held(series)).unwrap().1;
    let one = Points::from([(Moment(0), 1.0)]);
    assert_eq!(*held, SeriesReading { samples: one.clone(), mean: one.clone(), ..SeriesReading::default() });
    let instances = &readings[&UsageSeries::Instances { variant: "v".to_owned() }];
    assert_eq!(*instances, SeriesReading { samples: one, ..SeriesReading::default() });
}

fn all(asked: &[(UsageSeries, Statistic)]) -> Vec<bool> {
    vec![true; asked.len()]
}

/// The name and the dimensions of every metric of requests that is asked for, each once.
fn requests(declared: &DescribedEndpoint) -> Vec<(String, Vec<String>)> {
    let endpoint = EndpointName::parse("chat").unwrap();
    let wanted = Wanted::new(&endpoint, declared, Vec::new(), View::Everything);
    let traffic = wanted.asked.iter().filter(|(series, _)| matches!(series, UsageSeries::Traffic { .. }));
    let described = traffic.map(|(_, metric)| {
        let dimensions = metric.dimensions().iter().map(|one| one.name().unwrap_or_default().to_owned());
        (metric.metric_name().unwrap_or_default().to_owned(), dimensions.collect())
    });
    described.collect()
}

/// Every series of requests is one that `data/published.csv` has for this kind of endpoint, in no doubtful reading.
#[test]
fn requests_are_asked_for_where_each_kind_of_endpoint_publishes_them() {
    use crate::metrics::published::{Traits, rows};
    use crate::spec::Serving;
    use crate::usage::described::DescribedComponent;

    let mut components = declared(None);
    components.components = vec![DescribedComponent { name: "llama".to_owned(), ..DescribedComponent::default() }];
    let mut asynchronous = declared(Some("m"));
    asynchronous.variants[0].asynchronous = true;
    for (declared, serving, first, dimensions) in [
        (components, Serving::Components, "Invocations", &["InferenceComponentName"][..]),
        (declared(Some("m")), Serving::OwnModel, "Invocations", &["EndpointName", "VariantName"]),
        (asynchronous, Serving::Asynchronous, "InvocationsProcessed", &["EndpointName", "VariantName"]),
    ] {
        let asked = requests(&declared);
        assert_eq!(asked.len(), 4);
        assert_eq!(asked[0].0, first);
        let traits = Traits { serving, gpus: true, enhanced_metrics: true };
        for (name, asked) in &asked {
            assert_eq!(asked, dimensions);
            let mut published = rows()
                .iter()
                .filter(|row| row.metric == name && row.dimensions == dimensions && row.may_be_published_by(traits));
            assert!(published.any(|row| row.reading.is_none()), "{serving:?} publishes no {name} by {dimensions:?}");
        }
    }
}
