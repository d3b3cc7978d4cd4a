//! Only what SageMaker publishes: everything planned asks for series of the table, the simulated fleets publish its rows and
//! no others, and no panel of a fleet that is called is empty.

use std::collections::{BTreeMap, BTreeSet};

use metric_math::{
    evaluation::{self, dashboard::Viewer},
    telemetry::{self, Fleet, MetricStore, PublishedReading, Variant},
};
use monitored_endpoint::{
    metrics::published::{Condition, PublishedRow, Reading, Traits, rows},
    properties::AlarmKind,
    spec::{AlarmSource, GpuDimension, Serving},
};
use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};

use super::{
    fleets::{LENGTH, START, published, range},
    kinds::{any_declared, kinds, under_each_reading},
    planned::{Planned, declaration, dimension, try_planned},
    references::{self, Asked, Found, Series},
};
use crate::support::properties::cases;

fn traits(fleet: &Fleet, variant: &Variant) -> Traits {
    let serving = match fleet.serving(variant) {
        telemetry::Serving::Components => Serving::Components,
        telemetry::Serving::OwnModel => Serving::OwnModel,
        telemetry::Serving::MultiModel => Serving::MultiModel,
        telemetry::Serving::Containers => Serving::Containers,
        telemetry::Serving::Asynchronous => Serving::Asynchronous,
        telemetry::Serving::Serverless { provisioned } => Serving::Serverless { provisioned },
    };
    Traits { serving, gpus: variant.gpus_per_instance > 0, enhanced_metrics: fleet.enhanced_metrics }
}

/// The table says `GPU instance` of some metrics of GPUs and takes it for granted of others.
fn may_publish(row: &PublishedRow, traits: Traits) -> bool {
    row.may_be_published_by(traits) && (traits.gpus || !row.metric.starts_with("GPU"))
}

fn series(row: &PublishedRow) -> Series {
    Series {
        namespace: row.namespace.to_owned(),
        metric: row.metric.to_owned(),
        dimensions: row.dimensions.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// What a dashboard and its alarms ask for and isn't published, in words that name the panel or alarm.
fn unpublished_in(planned: &Planned, fleet: &Fleet, both: bool) -> Vec<String> {
    let panels = references::of_dashboard(&planned.body);
    // Either name of the per-GPU dimension may have a panel of its own.
    let together: Vec<Found> = panels.iter().flat_map(|(_, asked)| asked.clone()).collect();
    let panels = panels.into_iter().map(|(place, asked)| (place, asked, together.clone()));
    let alarms = planned.alarms.iter().map(|alarm| {
        let asked = references::of_alarm(alarm);
        (format!("alarm {}", alarm["AlarmName"]), asked.clone(), asked)
    });
    let mut wrong = Vec::new();
    for (place, asked, together) in panels.chain(alarms) {
        let told = asked.iter().filter_map(|one| match one {
            Ok(one) => unpublished(one, &together, fleet, both),
            Err(what) => Some(what.clone()),
        });
        wrong.extend(told.map(|what| format!("{place}: {what}")));
    }
    wrong
}

/// What is asked for and isn't published, in words. `together` is everything that the same dashboard or alarm asks for.
fn unpublished(asked: &Asked, together: &[Found], fleet: &Fleet, both: bool) -> Option<String> {
    let Asked { series: wanted, variants } = asked;
    let published_by = |variant: &Variant| {
        let of = |row: &PublishedRow| {
            // Nobody recorded streams of components: their lines stand beside others, which have data either way.
            let read = matches!(row.reading, None | Some(Reading::GpuDimension(_) | Reading::ComponentsStream));
            read && may_publish(row, traits(fleet, variant)) && series(row) == *wanted
        };
        rows().iter().any(of)
    };
    let told = format!("{} {} {:?}", wanted.namespace, wanted.metric, wanted.dimensions);
    let mut named = fleet.variants.iter().filter(|variant| variants.contains(&variant.name));
    let published = match variants.as_slice() {
        [] => fleet.variants.iter().any(published_by),
        _ => named.all(published_by),
    };
    if !published {
        return Some(format!("{told} isn't published"));
    }
    for [this, other] in [["GpuId", "AcceleratorId"], ["AcceleratorId", "GpuId"]] {
        if both && wanted.dimensions.contains(this) {
            let mut paired = wanted.clone();
            paired.dimensions.remove(this);
            paired.dimensions.insert(other.to_owned());
            if !together.iter().flatten().any(|asked| asked.series == paired) {
                return Some(format!("{told} is asked for without its pair"));
            }
        }
    }
    None
}

/// What may be known of the dimension that tells GPUs apart.
const DIMENSIONS: [&[GpuDimension]; 3] = [&GpuDimension::ALL, &[GpuDimension::GpuId], &[GpuDimension::AcceleratorId]];

/// An alarm of a kind, from a source.
type Watched = (AlarmKind, &'static str);

/// Every alarm from every source that it can have.
fn every_alarm() -> impl Iterator<Item = Watched> {
    AlarmKind::ALL.into_iter().flat_map(|kind| AlarmSource::of(kind).iter().map(move |source| (kind, source.name())))
}

/// What a declaration may say beside its variants: nothing, and each alarm, from its default source and from each that it can have.
fn declarations(fleet: &Fleet, dimensions: &[GpuDimension]) -> Vec<(Option<Watched>, Value)> {
    let mut plain = declaration(fleet);
    // Queries of single GPUs need to be told.
    if let [one] = dimensions {
        plain["GpuDimension"] = json!(one.name());
    }
    let mut unlisted = plain.clone();
    unlisted["InferenceComponents"] = json!([]);
    let mut all = vec![(None, plain.clone()), (None, unlisted)];
    for (kind, source) in every_alarm() {
        let mut settings = json!({"Enabled": true, "Source": source});
        if kind.needs_threshold() || source == AlarmSource::BacklogSize.name() {
            settings["Threshold"] = json!(1);
        }
        let mut declared = plain.clone();
        declared[kind.property()] = settings.clone();
        all.push((Some((kind, source)), declared.clone()));
        settings.as_object_mut().unwrap().remove("Source");
        declared[kind.property()] = settings;
        all.push((None, declared));
    }
    all
}

#[test]
fn everything_planned_asks_for_what_is_published() {
    let (mut wrong, mut watched) = (BTreeSet::new(), BTreeSet::new());
    for (kind, fleet) in kinds() {
        let mut planned_any = false;
        for enhanced_metrics in [false, true] {
            let fleet = Fleet { enhanced_metrics, ..fleet.clone() };
            for dimensions in DIMENSIONS {
                // What is refused asks for nothing.
                for (alarm, declared) in declarations(&fleet, dimensions) {
                    let Some(planned) = try_planned(&declared, dimensions) else { continue };
                    planned_any = true;
                    if let Some((kind, source)) = alarm {
                        let name = format!("{}-{}", fleet.endpoint, kind.suffix());
                        assert!(planned.alarms.iter().any(|one| one["AlarmName"] == name), "{kind:?} from {source}");
                        watched.insert((kind, source));
                    }
                    let told = unpublished_in(&planned, &fleet, dimensions.len() > 1);
                    wrong.extend(told.into_iter().map(|what| format!("{kind}: {what}")));
                }
            }
        }
        if !planned_any {
            wrong.insert(format!("{kind}: no declaration is valid"));
        }
    }
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{} series:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(watched, every_alarm().collect(), "on some kind of endpoint, each alarm is planned from each source");
}

proptest! {
    #![proptest_config(cases(256))]

    /// The same of any valid declaration: several variants that serve differently, any number of models, with a price or without.
    #[test]
    fn any_plan_asks_for_what_is_published(fleet in any_declared(), other in any::<Index>(), known in any::<Index>(), priced in any::<bool>()) {
        let dimensions = *known.get(&DIMENSIONS);
        let declarations = declarations(&fleet, dimensions);
        // The first that is valid, from any on.
        let from = other.index(declarations.len());
        let valid = declarations.iter().cycle().skip(from).take(declarations.len()).find_map(|(_, declared)| {
            let mut declared = declared.clone();
            if !priced {
                declared.as_object_mut().unwrap().remove("CostPerHour");
            }
            let planned = try_planned(&declared, dimensions)?;
            Some((declared, planned))
        });
        let (declared, planned) = valid.unwrap();
        let wrong = unpublished_in(&planned, &fleet, dimensions.len() > 1);
        prop_assert!(wrong.is_empty(), "{declared:#}:\n{}", wrong.join("\n"));
    }
}

/// The body with a model chosen in each of its drop-downs.
pub(super) fn chosen(body: &Value) -> Value {
    let mut text = body.to_string();
    for variable in body["variables"].as_array().into_iter().flatten() {
        if let Some(pattern) = variable["pattern"].as_str() {
            text = text.replace(pattern, "llama");
        }
    }
    serde_json::from_str(&text).unwrap()
}

/// Panels that have nothing to show on a fleet that is called.
pub(super) fn empty_panels(body: &Value, store: &MetricStore) -> Vec<String> {
    let viewer = Viewer { store, reading: evaluation::Reading::default(), now: START + LENGTH };
    let drawn = viewer.dashboard(body, Some(range())).unwrap();
    let empty = drawn.into_iter().filter_map(|widget| {
        let lines = widget.lines.unwrap_or_else(|error| panic!("{}: {error}", widget.title));
        let has_data = lines.iter().any(|line| !line.series.points.is_empty());
        (!has_data).then(|| format!("{:?} is empty", widget.title))
    });
    empty.collect()
}

#[test]
fn no_panel_of_a_fleet_that_is_called_is_empty() {
    let mut wrong = BTreeSet::new();
    for (kind, fleet) in kinds() {
        for fleet in under_each_reading(&fleet) {
            let Some(planned) = try_planned(&declaration(&fleet), &[dimension(&fleet)]) else {
                wrong.insert(format!("{kind}: the declaration isn't valid"));
                continue;
            };
            let read: Vec<String> = fleet.readings.iter().map(|reading| format!("{reading:?}")).collect();
            let enhanced = if fleet.enhanced_metrics { "enhanced" } else { "plain" };
            let told = empty_panels(&chosen(&planned.body), &published(&fleet)).into_iter();
            wrong.extend(told.map(|what| format!("{kind}, {enhanced}, [{}]: {what}", read.join(", "))));
        }
    }
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{} panels:\n{}", wrong.len(), wrong.join("\n"));
}

/// What the table lets a fleet publish, told apart from how the fleet reads the table.
fn expected(fleet: &Fleet) -> BTreeSet<Series> {
    let read = |row: &&PublishedRow| match row.reading {
        None => true,
        Some(Reading::GpuDimension(dimension)) => dimension.name() == fleet.gpu_dimension.name(),
        Some(Reading::SilentWhileIdle) => fleet.readings.contains(&PublishedReading::SilentWhileIdle),
        Some(Reading::NormalizedOnOwnModels) => fleet.readings.contains(&PublishedReading::NormalizedOnOwnModels),
        Some(Reading::ComponentsByVariant) => fleet.readings.contains(&PublishedReading::ComponentsByVariant),
        Some(Reading::ComponentsByInstance) => fleet.readings.contains(&PublishedReading::ComponentsByInstance),
        Some(Reading::ComponentsStream) => fleet.readings.contains(&PublishedReading::ComponentsStream),
        Some(Reading::ZonesOfInstances) => fleet.readings.contains(&PublishedReading::ZonesOfInstances),
    };
    let of = |row: &&PublishedRow| {
        // No page says what is published of partitions, so fleets publish nothing of single GPUs there.
        let per_gpu = matches!(row.reading, Some(Reading::GpuDimension(_)));
        let may = |variant: &Variant| {
            may_publish(row, traits(fleet, variant)) && !(per_gpu && variant.partitions_per_gpu > 1)
        };
        fleet.variants.iter().any(may)
    };
    rows().iter().filter(read).filter(of).map(series).collect()
}

fn found(store: &MetricStore) -> BTreeSet<Series> {
    let series = store.metrics().map(|metric| Series {
        namespace: metric.namespace.clone(),
        metric: metric.name.clone(),
        dimensions: metric.dimensions.keys().cloned().collect(),
    });
    series.collect()
}

#[test]
fn fleets_publish_the_table_s_rows_and_no_others() {
    for (kind, fleet) in kinds() {
        for fleet in under_each_reading(&fleet) {
            let (found, expected) = (found(&published(&fleet)), expected(&fleet));
            let more: Vec<&Series> = found.difference(&expected).collect();
            let less: Vec<&Series> = expected.difference(&found).collect();
            assert!(
                more.is_empty() && less.is_empty(),
                "{kind}, {:?}: not in the table {more:#?}, not published {less:#?}",
                fleet.readings
            );
        }
    }
}

/// Every row that can be published is, by some fleet: none is forgotten by the kinds that are looked at.
#[test]
fn every_row_that_exists_is_published_by_some_fleet() {
    let all: BTreeSet<Series> = kinds()
        .iter()
        .flat_map(|(_, fleet)| under_each_reading(fleet))
        .flat_map(|fleet| found(&published(&fleet)))
        .collect();
    for row in rows().iter().filter(|row| !row.published_when.contains(&Condition::NeverSeen)) {
        assert!(all.contains(&series(row)), "{row:?}");
    }
}

/// The rows that each panel reads, with the evidence of each, over every kind of endpoint: the golden is the list.
#[test]
fn every_panel_has_its_rows() {
    let mut panels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, fleet) in kinds() {
        for enhanced_metrics in [false, true] {
            let declared = declaration(&Fleet { enhanced_metrics, ..fleet.clone() });
            let Some(planned) = try_planned(&declared, &GpuDimension::ALL) else { continue };
            for (title, asked) in references::of_dashboard(&planned.body) {
                let read = asked.into_iter().flatten().flat_map(|asked| in_words(&asked.series));
                panels.entry(title).or_default().extend(read);
            }
        }
    }
    let without: Vec<&String> = panels.iter().filter(|(_, read)| read.is_empty()).map(|(title, _)| title).collect();
    assert!(without.is_empty(), "no row of the table is read by {without:?}");
    insta::assert_json_snapshot!("panels_and_their_rows", panels);
}

/// The rows of a series, each with how well it is known.
fn in_words(wanted: &Series) -> Vec<String> {
    let is_it = |row: &&PublishedRow| series(row) == *wanted && !row.published_when.contains(&Condition::NeverSeen);
    let words = |row: &PublishedRow| {
        format!("{} {} {{{}}}: {}", row.namespace, row.metric, row.dimensions.join(", "), row.evidence.name())
    };
    rows().iter().filter(is_it).map(words).collect()
}

/// The mutant: requests of components under the variant, as the launch article had it. A panel that believes in it has data
/// there, is empty on a true fleet, and is told of without any fleet.
#[test]
fn what_only_the_old_assumption_publishes_is_found_out() {
    let (_, fleet) = kinds().swap_remove(0);
    let body = json!({"widgets": [{"type": "metric", "properties": {"title": "Invocations", "metrics": [
        ["AWS/SageMaker", "Invocations", "EndpointName", fleet.endpoint, "VariantName", fleet.variants[0].name, {"stat": "Sum"}],
    ]}}]});
    let mutant = fleet.clone().reading(PublishedReading::ComponentsByVariant);
    assert!(empty_panels(&body, &published(&mutant)).is_empty());
    assert_eq!(empty_panels(&body, &published(&fleet)), ["\"Invocations\" is empty"]);
    let (_, asked) = references::of_dashboard(&body).remove(0);
    assert!(unpublished(asked[0].as_ref().unwrap(), &asked, &fleet, true).is_some());
}
