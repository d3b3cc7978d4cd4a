use std::time::Duration;

use serde_json::json;

use super::*;
use crate::ledger::RecordedAnswer;
use crate::ledger::inventory::{Item, State};
use crate::ledger::record::ThingName;

const KEY: &str = "stack|Config";

fn arrival(id: &str, request_type: RequestType, physical_id: Option<&str>) -> Arrival {
    let physical_id = physical_id.map(str::to_owned);
    let looks_made_up = physical_id.as_deref() == Some("made-up");
    Arrival { id: id.to_owned(), request_type, issued: None, physical_id, looks_made_up }
}

fn monitored(request: &str) -> Monitored {
    Monitored {
        request: request.to_owned(),
        physical_id: "chat-1".to_owned(),
        endpoint: "Chat".to_owned(),
        properties: json!({"EndpointName": "Chat"}),
        learned: Learned::default(),
        waits_for_metrics: false,
        written: Vec::new(),
    }
}

fn comes(record: &mut Record, id: &str, request_type: RequestType, physical_id: Option<&str>) {
    record.put_in_charge(&arrival(id, request_type, physical_id), 0);
}

fn is_answered(record: &mut Record, id: &str, success: bool) {
    record.note_id("chat-1");
    let physical_id = "chat-1".to_owned();
    let answer = RecordedAnswer { success, physical_id, reason: None, data: None, never_taken: false };
    record.request_mut(id).unwrap().answer = Some(answer);
}

/// A resource that was created and is monitored.
fn created() -> Record {
    let mut record = Record::default();
    comes(&mut record, "create", RequestType::Create, None);
    is_answered(&mut record, "create", true);
    record.monitored = Some(Box::new(monitored("create")));
    record
}

fn is_in_force(record: &Record) -> bool {
    record.settled_request().is_some() && record.monitoring_in_force().is_some()
}

#[test]
fn monitoring_is_in_force_from_one_success_to_the_next_request() {
    let mut record = created();
    assert!(is_in_force(&record));
    comes(&mut record, "update", RequestType::Update, Some("chat-1"));
    assert!(!is_in_force(&record), "a request is at work");
    is_answered(&mut record, "update", false);
    assert!(!is_in_force(&record), "its rollback follows");
    comes(&mut record, "rollback", RequestType::Update, Some("chat-1"));
    is_answered(&mut record, "rollback", true);
    assert!(record.monitoring_in_force().is_none(), "it was declared by another request");
    record.monitored = Some(Box::new(monitored("rollback")));
    assert!(is_in_force(&record));
}

#[test]
fn the_delete_of_a_replaced_id_leaves_it_in_force_and_that_of_its_own_doesn_t() {
    let mut record = created();
    comes(&mut record, "cleanup", RequestType::Delete, Some("chat-0"));
    assert!(!is_in_force(&record), "a request is at work");
    for success in [false, true] {
        is_answered(&mut record, "cleanup", success);
        assert!(is_in_force(&record), "CloudFormation goes on, whatever has become of the old id");
    }
    for id in ["chat-1", "made-up"] {
        let mut record = record.clone();
        comes(&mut record, "delete", RequestType::Delete, Some(id));
        assert!(record.monitored.is_none(), "from the moment that the Delete of {id} comes");
    }
}

#[test]
fn configs_that_cloudformation_has_done_with_may_be_left_over() {
    let mut record = created();
    let item = |request: &str, left: bool| Item {
        kind: Kind::EndpointConfig,
        name: ThingName::shown("chat-1"),
        identity: None,
        physical_id: "chat-1".to_owned(),
        request: request.to_owned(),
        wanted_by: Vec::new(),
        state: State::Done,
        left,
        adopted: false,
    };
    for (item, expected) in [(item("create", false), false), (item("create", true), true)] {
        record.inventory = vec![item];
        assert_eq!(record.left_configs().next().is_some(), expected);
    }
    comes(&mut record, "update", RequestType::Update, Some("chat-1"));
    is_answered(&mut record, "update", false);
    record.inventory = vec![item("update", false)];
    assert!(
        record.left_configs().next().is_some() && record.settled_request().is_none(),
        "it may only be described later"
    );
}

#[test]
fn events_find_resources_by_name_whatever_the_case() {
    let mut record = created();
    record.note_endpoint(ThingName::shown("other"));
    let candidate = Candidate { resource: KEY.to_owned(), record };
    for (name, expected) in [("chat", true), ("Chat", true), ("other", true), ("cha", false)] {
        assert_eq!(candidate.is_about_endpoint(name), expected, "{name}");
    }
    assert!(!candidate.has_config("chat-1"));
}

#[test]
fn a_record_from_before_is_read_and_is_no_candidate() {
    let before = r#"{"requests":[],"inventory":[],"known_ids":["chat"],"endpoints":["chat"]}"#;
    let record: Record = serde_json::from_str(before).unwrap();
    assert!(record.monitored.is_none());
    assert!(!Candidate { resource: KEY.to_owned(), record }.has_anything());
    let again: Record = serde_json::from_str(&serde_json::to_string(&created()).unwrap()).unwrap();
    assert_eq!(again, created());
}

#[test]
fn a_declaration_that_is_too_large_doesn_t_fit() {
    let mut monitored = monitored("create");
    assert!(monitored.fits());
    monitored.properties = json!({"Tags": "x".repeat(LARGEST)});
    assert!(!monitored.fits());
}

#[test]
fn either_content_counts_while_it_is_being_written() {
    let of = |content: &str| Written::of(Thing::new(Kind::Dashboard, "chat"), content);
    assert!(of("a").is("a") && !of("a").is("b"));
    let either = of("a").or(&of("b"));
    assert!(either.is("a") && either.is("b") && !either.is("c"));
    assert_eq!(of("a").or(&of("a")), of("a"));
}

#[test]
fn what_was_written_is_stored_as_it_always_was() {
    let written = Written::of(Thing::new(Kind::Dashboard, "chat"), "a");
    let stored = json!({"kind": "Dashboard", "name": "chat", "digests": [sha256("a")]});
    assert_eq!(serde_json::to_value(&written).unwrap(), stored);
    assert_eq!(serde_json::from_value::<Written>(stored).unwrap(), written);
}

async fn ledger(record: Record) -> Arc<Ledger> {
    let ledger = Arc::new(Ledger::in_memory(Duration::from_millis(1)));
    ledger.receive(KEY, record).await;
    ledger
}

/// A wake that waits for others so long.
async fn begun(ledger: &Arc<Ledger>, patience: Duration) -> BegunUpkeep {
    let ends = SystemTime::now() + Duration::from_secs(5);
    ledger.begin_upkeep(KEY, ends, Instant::now() + patience).await.unwrap()
}

const PATIENT: Duration = Duration::from_secs(5);
const IMPATIENT: Duration = Duration::from_millis(20);

fn facts(arrival: Arrival) -> RunFacts {
    let wait_until = Instant::now() + Duration::from_secs(5);
    let ends = SystemTime::now() + Duration::from_secs(5);
    let rules_while = arrival.id.clone();
    RunFacts { resource: KEY.to_owned(), arrival, rules_while, ends, wait_until, hides_names: false }
}

#[tokio::test]
async fn a_request_supersedes_a_wake_and_no_wake_a_request() {
    let ledger = ledger(created()).await;
    let BegunUpkeep::Leased(run) = begun(&ledger, PATIENT).await else { panic!("nobody is at work") };
    assert!(matches!(begun(&ledger, IMPATIENT).await, BegunUpkeep::Left(_)), "one at a time");
    run.intend(&[]).await.unwrap();
    let update = facts(arrival("update", RequestType::Update, Some("chat-1")));
    let request = tokio::spawn({
        let ledger = Arc::clone(&ledger);
        async move { ledger.begin(update).await }
    });
    while run.intend(&[]).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(matches!(run.intend(&[]).await, Err(Stop::Superseded)));
    run.note(super::super::Note::Monitored(Box::new(Monitored { waits_for_metrics: true, ..monitored("create") })));
    run.finish_upkeep().await.unwrap();
    let Begun::Leased(request) = request.await.unwrap().unwrap() else { panic!("the wake has stopped") };
    assert_eq!(request.record().requests.len(), 2, "a wake is no request");
    assert!(matches!(begun(&ledger, IMPATIENT).await, BegunUpkeep::Left(_)), "a request is at work");
    request.intend(&[]).await.unwrap();
}

#[tokio::test]
async fn what_a_superseded_wake_knows_brings_nothing_back() {
    let ledger = ledger(created()).await;
    let BegunUpkeep::Leased(run) = begun(&ledger, PATIENT).await else { panic!("nobody is at work") };
    run.want(vec![Thing::new(Kind::EndpointConfig, "chat-1")]);
    let delete = facts(arrival("delete", RequestType::Delete, Some("chat-1")));
    let request = tokio::spawn({
        let ledger = Arc::clone(&ledger);
        async move { ledger.begin(delete).await }
    });
    while run.intend(&[]).await.is_ok() {
        tokio::task::yield_now().await;
    }
    run.note(super::super::Note::Monitored(Box::new(monitored("create"))));
    run.finish_upkeep().await.unwrap();
    let Begun::Leased(request) = request.await.unwrap().unwrap() else { panic!("the wake has stopped") };
    assert!(request.record().monitored.is_none());
}
