use super::*;

fn arrival(id: &str, request_type: RequestType, issued: Option<Millis>, physical_id: Option<&str>) -> Arrival {
    let physical_id = physical_id.map(str::to_owned);
    let looks_made_up = physical_id.as_deref() == Some("made-up");
    Arrival { id: id.to_owned(), request_type, issued, physical_id, looks_made_up }
}

fn answered(record: &mut Record, id: &str, success: bool, physical_id: &str) {
    record.note_id(physical_id);
    let answer =
        RecordedAnswer { success, physical_id: physical_id.to_owned(), reason: None, data: None, never_taken: false };
    record.request_mut(id).unwrap().answer = Some(answer);
}

fn item(request: &str, physical_id: &str) -> Item {
    Item {
        kind: crate::ledger::Kind::Endpoint,
        name: ThingName::shown(physical_id),
        identity: None,
        physical_id: physical_id.to_owned(),
        request: request.to_owned(),
        wanted_by: Vec::new(),
        state: crate::ledger::inventory::State::Done,
        left: false,
        adopted: false,
    }
}

#[test]
fn a_request_is_superseded_by_any_that_came_or_was_sent_after_it() {
    let mut record = Record::default();
    let create = arrival("1", RequestType::Create, Some(5_000), None);
    assert_eq!(record.standing(&create, 0), RequestStanding::Newest { known: false });
    record.put_in_charge(&create, 0);
    assert_eq!(record.standing(&create, 0), RequestStanding::Newest { known: true });
    record.put_in_charge(&arrival("2", RequestType::Update, Some(9_000), Some("chat")), 0);
    assert_eq!(record.standing(&create, 0), RequestStanding::Superseded);
    let held_back = arrival("3", RequestType::Update, Some(8_000), Some("chat"));
    assert_eq!(record.standing(&held_back, 0), RequestStanding::Superseded);
}

#[test]
fn the_delete_of_a_replaced_id_is_carried_out_however_late_it_comes() {
    let mut record = Record::default();
    record.put_in_charge(&arrival("1", RequestType::Create, Some(1_000), None), 0);
    answered(&mut record, "1", true, "chat");
    record.inventory.push(item("1", "chat"));
    record.put_in_charge(&arrival("2", RequestType::Update, Some(2_000), Some("chat")), 0);
    answered(&mut record, "2", true, "talk");
    let late = arrival("3", RequestType::Delete, Some(3_000), Some("chat"));
    let of_the_current = arrival("4", RequestType::Delete, Some(3_000), Some("talk"));
    let cancelling = arrival("5", RequestType::Delete, Some(3_000), Some("made-up"));
    record.put_in_charge(&arrival("6", RequestType::Update, Some(9_000), Some("talk")), 0);
    assert_eq!(record.standing(&late, 0), RequestStanding::Waits);
    assert!(record.note_deleted("chat") && !record.note_deleted("chat"), "news once");
    answered(&mut record, "6", true, "talk");
    assert_eq!(record.standing(&late, 0), RequestStanding::Newest { known: false });
    for other in [&of_the_current, &cancelling] {
        assert_eq!(record.standing(other, 0), RequestStanding::Superseded, "{other:?}");
    }
    record.put_in_charge(&late, 0);
    let held_back = arrival("7", RequestType::Update, Some(8_000), Some("talk"));
    assert_eq!(record.standing(&held_back, 0), RequestStanding::Superseded, "however old the Delete before it is");
}

#[test]
fn a_create_that_the_delete_which_cancels_it_has_overtaken_makes_nothing() {
    for (sent, is_dated) in [(Some(5_000), true), (None, false)] {
        let mut record = Record::default();
        record.put_in_charge(&arrival("1", RequestType::Delete, sent, Some("made-up")), 1_000);
        let create = arrival("2", RequestType::Create, sent, None);
        assert_eq!(record.standing(&create, 2_000), RequestStanding::Superseded);
        let much_later = 1_000 + LONGEST_OVERTAKEN + 1;
        assert_eq!(record.standing(&create, much_later) == RequestStanding::Superseded, is_dated);
    }
    let mut record = Record::default();
    record.put_in_charge(&arrival("1", RequestType::Delete, None, Some("chat")), 0);
    let create = arrival("2", RequestType::Create, None, None);
    assert_eq!(record.standing(&create, 0), RequestStanding::Newest { known: false }, "an id that was given");
}

#[test]
fn a_made_up_id_means_the_create_whose_answer_was_never_taken() {
    let mut record = Record::default();
    record.put_in_charge(&arrival("1", RequestType::Create, None, None), 0);
    answered(&mut record, "1", true, "chat");
    let made = item("1", "chat");
    record.put_in_charge(&arrival("2", RequestType::Delete, None, Some("made-up")), 0);
    assert!(record.is_made_up("made-up", true) && !record.is_made_up("chat", true));
    assert!(!record.is_made_up("unknown", false), "nobody made that up");
    assert!(record.is_removed_with(&made, "made-up", true));
    record.requests.pop();
    // An Update shows that CloudFormation has taken the Create's answer.
    record.put_in_charge(&arrival("3", RequestType::Update, None, Some("chat")), 0);
    answered(&mut record, "3", false, "chat");
    assert!(!record.is_removed_with(&made, "made-up", true));
    assert!(record.is_removed_with(&item("3", "chat2"), "made-up", true), "no answer ever reported it");
}

#[test]
fn an_answer_that_cloudformation_goes_on_without_was_never_taken() {
    let mut record = Record::default();
    record.put_in_charge(&arrival("1", RequestType::Create, None, None), 0);
    answered(&mut record, "1", true, "chat");
    record.put_in_charge(&arrival("2", RequestType::Update, None, Some("chat")), 0);
    answered(&mut record, "2", true, "chat2");
    assert!(record.is_relied_on(&item("2", "chat2")));
    record.put_in_charge(&arrival("3", RequestType::Update, None, Some("chat")), 0);
    assert!(!record.is_relied_on(&item("2", "chat2")), "it rolls back under the old id");
    assert!(record.is_relied_on(&item("1", "chat")));
}

#[test]
fn what_a_delete_could_not_remove_goes_with_a_later_request() {
    let mut record = Record::default();
    record.put_in_charge(&arrival("1", RequestType::Update, None, Some("chat")), 0);
    answered(&mut record, "1", true, "chat2");
    record.inventory = vec![item("0", "chat"), item("1", "chat2")];
    record.put_in_charge(&arrival("2", RequestType::Delete, None, Some("chat")), 0);
    record.put_in_charge(&arrival("3", RequestType::Update, None, Some("chat2")), 0);
    let left = |id: &str| record.inventory.iter().any(|item| item.physical_id == id && item.left);
    assert!(left("chat") && !left("chat2"));
}

#[test]
fn a_hidden_name_is_known_again_and_not_shown() {
    let hidden = ThingName::hidden("secret-alarm");
    assert!(hidden.is("secret-alarm") && !hidden.is("other") && hidden.text().is_none());
    assert!(!serde_json::to_string(&hidden).unwrap().contains("secret"));
}
