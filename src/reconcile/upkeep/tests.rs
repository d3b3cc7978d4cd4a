use serde_json::json;

use super::*;
use crate::ledger::Kind;

fn thing(name: &str) -> Thing {
    Thing::new(Kind::Dashboard, name)
}

fn monitored(written: Vec<Written>) -> Monitored {
    Monitored {
        request: "create".to_owned(),
        physical_id: "chat".to_owned(),
        endpoint: "chat".to_owned(),
        properties: json!({}),
        learned: Learned::default(),
        waits_for_metrics: false,
        written,
    }
}

#[test]
fn what_was_written_last_tells_a_hand_from_a_plan() {
    let monitored = monitored(vec![Written::of(thing("known"), "ours")]);
    for (name, found, expected) in [
        ("known", Some("ours"), false),
        ("known", Some("theirs"), true),
        ("known", None, true),
        ("new", None, false),
        ("new", Some("anything"), true),
    ] {
        let found = found.map(str::to_owned);
        assert_eq!(is_by_hand(&monitored, &thing(name), found.as_ref()), expected, "{name} {found:?}");
    }
}

#[test]
fn a_run_that_ends_between_a_write_and_its_note_leaves_no_drift() {
    let before = monitored(vec![Written::of(thing("changes"), "before"), Written::of(thing("goes"), "before")]);
    let after = monitored(vec![Written::of(thing("changes"), "after"), Written::of(thing("comes"), "after")]);
    let between = while_writing(&before, &after);
    for (name, content) in [("changes", "before"), ("changes", "after"), ("comes", "after"), ("goes", "before")] {
        assert!(!is_by_hand(&between, &thing(name), Some(&content.to_owned())), "{name} {content}");
    }
    assert!(is_by_hand(&between, &thing("changes"), Some(&"by hand".to_owned())));
}

#[test]
fn what_is_left_as_somebody_made_it_stays_known_as_it_was_written() {
    let before = monitored(vec![Written::of(thing("theirs"), "ours")]);
    let wanted: Contents = [(thing("theirs"), "new".to_owned()), (thing("ours"), "new".to_owned())].into();
    let surroundings = Surroundings {
        environment: crate::plan::Environment::default(),
        learned: Learned::default(),
        waits_for_metrics: true,
    };
    let after = known(&before, &surroundings, &wanted, |thing| thing.name == "ours");
    assert!(after.written(&thing("theirs")).unwrap().is("ours"));
    assert!(after.written(&thing("ours")).unwrap().is("new"));
    assert!(after.waits_for_metrics);
}

#[test]
fn a_dashboard_is_the_same_in_any_order_and_spacing() {
    let one = dashboard::in_one_spelling(r#"{"b": [1, {"d": 2, "c": 3}], "a": null}"#);
    assert_eq!(one, dashboard::in_one_spelling(r#"{"a":null,"b":[1,{"c":3,"d":2}]}"#));
    assert_ne!(one, dashboard::in_one_spelling(r#"{"a":null,"b":[{"c":3,"d":2},1]}"#));
}
