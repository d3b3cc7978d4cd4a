//! Events that nobody should send: sound ones with something wrong in them. (Templates that nobody should write are in
//! `src/template/bad_input.rs`.)
//!
//! Whatever comes, reading and validating it ends, and nothing panics; a declaration that is validated valid can be planned; and
//! an event that says where its answer goes gets one. Events are made from those in `events/` by changes that a number
//! decides, so that a failure names the number that makes it again. What once went wrong is kept in `corpus/`.
//!
//! `cargo test` tries a few thousand, `make hardening` (`HARDENING=full`) a million events and 200,000 of panels.

pub(crate) mod mutation;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;
use std::{env, fs, thread};

use metric_math::telemetry::scenario;
use monitored_endpoint::callback::ExtraHosts;
use monitored_endpoint::envelope::{Envelope, ResourceType};
use monitored_endpoint::plan::{Environment, Identity, Owner, plan};
use monitored_endpoint::properties::Problems;
use monitored_endpoint::request;
use monitored_endpoint::spec::{GpuDimension, NamesInUse, Spec, Validated};
use monitored_endpoint::usage::TimeRange;
use monitored_endpoint::widgets::{InteractivePanel, render};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::support::event::Event;
use crate::support::fleet::Account;
use crate::support::harness::Scenario;

const FOLDERS: [&str; 2] = ["events", "tests/bad_input/corpus"];
/// Most of what can go wrong in an event is in the properties.
const PARTS_OF_EVENTS: [&str; 6] = [
    "/ResourceProperties",
    "/ResourceProperties",
    "/ResourceProperties",
    "/ResourceProperties",
    "/OldResourceProperties",
    "",
];
const HOUR: Duration = Duration::from_hours(1);

/// How many events are read and validated, and how many go through a whole provider.
fn counts() -> (u64, u64) {
    if env::var("HARDENING").is_ok_and(|how| how == "full") { (1_000_000, 5_000) } else { (4_000, 150) }
}

/// The events to start from.
fn sound() -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = FOLDERS.into_iter().flat_map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths.iter().map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

/// Everything between an event and the first call to AWS. How far it came: 2 planned, 1 refused with words, 0 no properties.
fn read_and_validate(event: &Value) -> u8 {
    let raw = RawValue::from_string(event.to_string()).unwrap();
    let envelope = Envelope::salvage(&raw, &ExtraHosts::parse("127.0.0.1"));
    let owner = Owner { stack_id: envelope.stack_id.clone(), logical_id: envelope.logical_resource_id.clone() };
    let Some(properties) = envelope.properties.value() else { return 0 };
    let mut furthest = 0;
    let types = envelope.known_type().map_or(ResourceType::ALL.map(|(_, each)| each).to_vec(), |known| vec![known]);
    for resource_type in types {
        let problems = Problems::default();
        let Some(declaration) = request::read(&owner, resource_type, properties, &problems) else {
            assert!(!problems.to_string().is_empty());
            continue;
        };
        // A Delete asks for the names of what was declared, whether or not it was valid.
        let _ = NamesInUse::of(&declaration);
        furthest = furthest.max(1);
        match Spec::validate(resource_type, &declaration, None, &problems) {
            Validated::Invalid => assert!(!problems.to_string().is_empty(), "refused without a word"),
            Validated::NeedsEndpoint(_) => {}
            Validated::Valid(spec) => {
                let environment = Environment {
                    region: "us-east-1".to_owned(),
                    gpu_dimensions: GpuDimension::ALL.to_vec(),
                    ..Environment::default()
                };
                match plan(&spec, &owner, &environment) {
                    // What is looked at before the plan is made, and what a Delete looks for.
                    Ok(plan) => {
                        let names = NamesInUse::of(&declaration);
                        assert!(plan.alarms.iter().all(|alarm| names.alarms.contains(&alarm.name)));
                        assert!(plan.dashboard.iter().all(|dashboard| names.dashboards.contains(&dashboard.name)));
                        assert_eq!(Identity::of(&spec, &owner).unwrap().physical_id, plan.physical_id);
                    }
                    // A dashboard that would hold too much is refused here, with the fix.
                    Err(error) => assert!(error.to_string().len() > 20, "{error}"),
                }
                furthest = 2;
            }
        }
    }
    furthest
}

/// Tries each number of `seeds`; the first that goes wrong is named.
fn try_each(seeds: impl Iterator<Item = u64>, sound: &[Value], parts: &[&str], mut one: impl FnMut(&Value)) {
    for seed in seeds {
        let event = mutation::of(sound, parts, seed);
        let outcome = catch_unwind(AssertUnwindSafe(|| one(&event)));
        assert!(outcome.is_ok(), "number {seed} goes wrong; keep it in the corpus: {event}");
    }
}

#[test]
fn any_event_is_read_and_validated_to_an_end() {
    let (count, _) = counts();
    let [without_properties, refused, planned] = tally(count, &sound(), &PARTS_OF_EVENTS, read_and_validate);
    println!(
        "\nBad input: {count} events read; {without_properties} had no properties, {refused} were refused, {planned} planned"
    );
    // Changes that left nothing sound, or nothing wrong, would try nothing.
    assert!(planned > count / 50 && refused > count / 5, "{refused} refused, {planned} planned");
}

/// Whatever a dashboard sends, a panel comes back, and it never has a tag in it that the event brought.
#[test]
fn any_event_of_a_panel_is_drawn_or_refused_with_words() {
    let count = counts().0 / 5;
    let account = Account::with(&scenario::steady(60), HOUR);
    let usage = account.usage(TimeRange::Last(1800));
    let sound = InteractivePanel::ALL.map(|(_, panel)| panel_event(panel));
    let [_, refused, drawn] = tally(count, &sound, &["", "/widgetContext"], |event| {
        match render(event, &usage, "arn:aws:lambda:us-east-1:123456789012:function:panels") {
            Ok(html) => {
                assert!(html.contains("<div class=\"monitored-endpoint") && !html.contains("</script>"), "{html}");
                2
            }
            Err(reason) => {
                assert!(reason.len() > 20, "{reason}");
                1
            }
        }
    });
    println!("\nBad input: {count} events of panels; {refused} were refused, {drawn} drawn");
    assert!(drawn > count / 5 && refused > count / 20, "{refused} refused, {drawn} drawn");
}

fn panel_event(panel: InteractivePanel) -> Value {
    json!({
        "Panel": panel.name(), "EndpointName": "chat", "Region": "us-east-1", "CostPerHour": 5.752,
        "InferenceComponents": [{"Name": "llama", "Label": "Llama"}],
        "widgetContext": {
            "timezone": {"label": "UTC", "offsetISO": "+00:00", "offsetInMinutes": 0},
            "timeRange": {"mode": "relative", "start": 1, "end": 1_800_001, "relativeStart": 1_800_000},
            "theme": "light", "forms": {"all": {}}, "params": {}, "width": 900, "height": 400
        }
    })
}

/// How many of `count` came how far.
fn tally(count: u64, sound: &[Value], parts: &[&str], one: impl Fn(&Value) -> u8 + Sync) -> [u64; 3] {
    const THREADS: u64 = 2;
    let one = &one;
    thread::scope(|scope| {
        let run = |thread| {
            move || {
                let mut reached = [0_u64; 3];
                let seeds = (0..count).filter(|seed| seed % THREADS == thread);
                try_each(seeds, sound, parts, |event| reached[usize::from(one(event))] += 1);
                reached
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(run(thread))).collect();
        let reached = threads.into_iter().map(|thread| thread.join().unwrap());
        reached.fold([0; 3], |sum, one| [0, 1, 2].map(|at| sum[at] + one[at]))
    })
}

#[test]
fn any_event_that_says_where_is_answered_there_and_once() {
    let scenario = Scenario::new();
    let (_, count) = counts();
    try_each(0..count, &sound(), &PARTS_OF_EVENTS, |event| {
        if !event.is_object() {
            return;
        }
        // Where the answer goes and what it is about are left as they were; all else is fair game.
        let mut event = Event(event.clone());
        for (name, value) in [
            ("StackId", crate::support::event::stack_id("s")),
            ("RequestId", "r".into()),
            ("LogicalResourceId", "L".into()),
        ] {
            event = event.with(name, value);
        }
        scenario.start_over();
        let answer = scenario.send(event);
        assert!(["SUCCESS", "FAILED"].contains(&answer.0["Status"].as_str().unwrap()));
        assert!(answer.0.to_string().len() <= 4096);
    });
}
