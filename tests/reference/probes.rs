//! Each property of the tables is put to the provider's validation: with a value of another kind, at the ends of its range,
//! with each of its words, and with its default written out.

use monitored_endpoint::envelope::ResourceType;
use monitored_endpoint::properties::fleet::{FLEET_ALARM, INSTANCE_PRICE, OF_FLEETS};
use monitored_endpoint::properties::reference::{
    ALARM, ALARM_TAGS, Absent, COMMON, DASHBOARD, INFERENCE_COMPONENT, OF_CONFIGS, Property, PropertyKind, VARIANT,
};
use monitored_endpoint::properties::{AlarmKind, Declaration, Problems};
use monitored_endpoint::spec::{AlarmSource, AlarmSpec, Spec, Validated};
use serde_json::{Value, json};

/// A declaration with room for every nested property.
fn base() -> Value {
    json!({
        "EndpointName": "chat",
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/inference",
        "ProductionVariants": [
            { "VariantName": "AllTraffic", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1 },
        ],
        "InferenceComponents": [{ "Name": "llama" }],
        "Variants": [{ "VariantName": "AllTraffic" }],
        "CostPerHour": 5.752,
        "Dashboard": {},
        "UnusedGpuAlarm": {},
        "AlarmTagsPropagation": {},
    })
}

/// A declaration of a fleet with room for every nested property.
fn base_of_a_fleet() -> Value {
    json!({
        "Dashboard": { "DashboardName": "fleet" },
        "InstancePrices": [{ "InstanceType": "ml.g6.12xlarge", "CostPerHour": 5.752 }],
        "UnallocatedCostAlarm": { "Threshold": 20 },
    })
}

/// Whether a place, or a declaration, has what only a fleet has.
fn is_of_fleet<'n>(mut names: impl Iterator<Item = &'n str>) -> bool {
    names.any(|name| OF_FLEETS.iter().any(|property| property.name == name))
}

/// Every property with the place where it is given.
fn places() -> Vec<(String, &'static Property)> {
    // CloudFormation itself validates it.
    let top = COMMON.iter().chain(OF_CONFIGS).filter(|property| property.name != "ServiceToken");
    let mut places: Vec<_> = top.map(|property| (format!("/{}", property.name), property)).collect();
    let tables = [
        ("/InferenceComponents/0", INFERENCE_COMPONENT),
        ("/Variants/0", VARIANT),
        ("/Dashboard", DASHBOARD),
        ("/UnusedGpuAlarm", ALARM),
        ("/AlarmTagsPropagation", ALARM_TAGS),
        ("", OF_FLEETS),
        ("/InstancePrices/0", INSTANCE_PRICE),
        ("/UnallocatedCostAlarm", FLEET_ALARM),
    ];
    for (place, table) in tables {
        places.extend(table.iter().map(|property| (format!("{place}/{}", property.name), property)));
    }
    places
}

/// The declaration with `value` at a place.
fn with(pointer: &str, value: Value) -> Value {
    let mut declared = if is_of_fleet(pointer.split('/')) { base_of_a_fleet() } else { base() };
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    declared.pointer_mut(parent).unwrap()[name] = value;
    declared
}

fn validated(declared: &Value) -> Result<Spec, String> {
    let names = declared.as_object().unwrap().keys().map(String::as_str);
    let resource_type = if is_of_fleet(names) { ResourceType::EndpointFleet } else { ResourceType::MonitoredEndpoint };
    let problems = Problems::default();
    let declaration = Declaration::read(resource_type, declared, &problems);
    match declaration.map(|declaration| Spec::validate(resource_type, &declaration, None, &problems)) {
        Some(Validated::Valid(spec)) => Ok(*spec),
        _ => Err(problems.to_string()),
    }
}

/// As a problem has it: `Properties.Variants[0].CostPerHour`.
fn path(pointer: &str) -> String {
    pointer.replacen('/', "Properties.", 1).replace("/0", "[0]").replace('/', ".")
}

/// The alarms of a declaration that only switches them on.
pub(crate) fn alarms_by_default() -> Vec<AlarmSpec> {
    let mut declared = base();
    // Of an endpoint with a queue, where that is what an alarm is about.
    let mut queue = base_of_a_queue();
    for kind in AlarmKind::ALL {
        let place = if kind == AlarmKind::Backlog { &mut queue } else { &mut declared };
        place[kind.property()] = switched_on(kind);
    }
    let of_components = validated(&declared).unwrap().monitoring().unwrap().alarms.clone();
    let mut all: Vec<AlarmSpec> =
        of_components.into_iter().chain(validated(&queue).unwrap().monitoring().unwrap().alarms.clone()).collect();
    all.sort_by_key(|alarm| alarm.kind);
    all
}

/// With nothing but what it can't do without.
fn switched_on(kind: AlarmKind) -> Value {
    if kind.needs_threshold() { json!({ "Threshold": 100 }) } else { json!({ "Enabled": true }) }
}

fn base_of_a_queue() -> Value {
    let mut queue = base();
    queue["AsyncInferenceConfig"] = json!({ "OutputConfig": { "S3OutputPath": "s3://bucket/out" } });
    queue["ProductionVariants"][0]["ModelName"] = json!("m");
    queue["UnusedGpuAlarm"] = Value::Null;
    queue
}

#[test]
fn the_base_is_valid_and_every_alarm_is_in_the_tables() {
    validated(&base()).unwrap();
    validated(&base_of_a_fleet()).unwrap();
    for kind in AlarmKind::ALL {
        assert!(COMMON.iter().any(|property| property.name == kind.property()), "{kind} is no property");
    }
}

#[test]
fn each_property_is_read_as_what_the_reference_says() {
    for (place, property) in places() {
        let (wrong, expected) = match property.kind {
            PropertyKind::Text | PropertyKind::Choice(_) => (json!([]), "a string"),
            PropertyKind::Boolean => (json!("perhaps"), "true or false"),
            PropertyKind::Integer(..) => (json!("many"), "an integer"),
            PropertyKind::Number => (json!("much"), "a number"),
            PropertyKind::Price => (json!("much"), "a number or Auto"),
            PropertyKind::Arns | PropertyKind::Texts | PropertyKind::List(_) => (json!("one"), "a list"),
            PropertyKind::Object(_) => (json!("one"), "an object"),
        };
        let problem = validated(&with(&place, wrong)).unwrap_err();
        assert!(problem.contains(&format!("{}: expected {expected}, got", path(&place))), "{place}: {problem}");
    }
}

#[test]
fn what_is_required_is_missed_and_nothing_else_is() {
    for (place, property) in places().into_iter().filter(|(place, _)| place.matches('/').count() > 1) {
        let without = with(&place, Value::Null);
        // An alarm that isn't declared needs no threshold, so that a rule asks for it.
        let by_rule = place == "/UnallocatedCostAlarm/Threshold";
        let required = by_rule || matches!(property.default, Absent::Refused(_));
        assert_eq!(validated(&without).is_err(), required, "{place}: {:?}", validated(&without).err());
    }
}

#[test]
fn ranges_end_where_the_reference_says() {
    for (place, property) in places() {
        let PropertyKind::Integer(least, most) = property.kind else { continue };
        let problem = validated(&with(&place, json!(least - 1))).unwrap_err();
        assert!(problem.contains(&format!("{}: ", path(&place))), "{place}: {problem}");
        if most != i64::MAX {
            let problem = validated(&with(&place, json!(most + 1))).unwrap_err();
            assert!(problem.contains("Properties."), "{place}: {problem}");
        }
        // The other end may be too much for what stands beside it: a period for the window, datapoints for the periods.
        validated(&with(&place, json!(least.max(smallest(&place)))))
            .unwrap_or_else(|problem| panic!("{place}: {problem}"));
    }
}

/// The publish frequency, where a range begins below it.
fn smallest(place: &str) -> i64 {
    if place.ends_with("/Period") { 60 } else { 0 }
}

#[test]
fn each_word_is_taken_and_no_other() {
    for (place, property) in places() {
        let PropertyKind::Choice(words) = property.kind else { continue };
        // Each alarm has its own sources.
        if property.name == "Source" {
            continue;
        }
        let problem = validated(&with(&place, json!("Sometimes"))).unwrap_err();
        assert!(problem.contains(&format!("{}: \"Sometimes\" is not", path(&place))), "{place}: {problem}");
        for word in words {
            assert!(problem.contains(word), "{place} takes {word}, and the fix doesn't say so: {problem}");
            validated(&with(&place, json!(word))).unwrap_or_else(|problem| panic!("{place}: {problem}"));
        }
    }
}

#[test]
fn each_alarm_takes_its_own_sources_of_all_that_there_are() {
    let Some(PropertyKind::Choice(words)) = ALARM.iter().find(|it| it.name == "Source").map(|it| it.kind) else {
        panic!()
    };
    for kind in AlarmKind::ALL {
        let mut base = if kind == AlarmKind::Backlog { base_of_a_queue() } else { base() };
        base["GpuDimension"] = json!("GpuId");
        base["CostPerHour"] = json!(5.752);
        base["MetricsConfig"] = json!({ "EnableEnhancedMetrics": true, "EnableDetailedObservability": true });
        for word in words {
            base[kind.property()] = json!({ "Source": word, "Threshold": 10 });
            let known = AlarmSource::of(kind).iter().any(|source| source.name() == *word);
            assert_eq!(validated(&base).is_ok(), known, "{kind} from {word}: {:?}", validated(&base).err());
        }
        for source in AlarmSource::of(kind) {
            assert!(words.contains(&source.name()), "{kind} takes {}, which the reference leaves out", source.name());
        }
    }
}

#[test]
fn a_default_written_out_changes_nothing() {
    for (place, property) in places() {
        let is_of_fleet = is_of_fleet(place.split('/'));
        let by_default = validated(&if is_of_fleet { base_of_a_fleet() } else { base() }).unwrap();
        let Absent::Is(json) = property.default else { continue };
        let written_out = validated(&with(&place, serde_json::from_str(json).unwrap())).unwrap();
        assert_eq!(written_out, by_default, "{place}");
    }
}

#[test]
fn more_than_five_actions_are_refused_wherever_they_stand() {
    let action = "arn:aws:sns:us-east-1:123456789012:on-call";
    for (place, property) in places() {
        if matches!(property.kind, PropertyKind::Arns) {
            validated(&with(&place, json!(vec![action; 5]))).unwrap_or_else(|problem| panic!("{place}: {problem}"));
            let problem = validated(&with(&place, json!(vec![action; 6]))).unwrap_err();
            assert!(problem.contains(&path(&place)), "{place}: {problem}");
        }
    }
}
