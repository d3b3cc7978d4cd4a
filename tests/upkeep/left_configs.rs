//! Endpoint configs that a Delete had to leave since an endpoint still served on them, as in Express mode: they go once nobody
//! serves on them.

use serde_json::json;

use super::{NONE, settles, takes_its_time};
use crate::support::declaration::{Declared, shared_gpus};
use crate::support::event::{CONFIG, Event};
use crate::support::harness::Scenario;

fn every_10_s() -> Declared {
    shared_gpus("chat").faster()
}

/// A config has been replaced, and its Delete came while the endpoint still served on it. Names of the old and the new one.
fn one_left() -> (Scenario, String, String) {
    let scenario = Scenario::kept_right();
    let old = scenario.create(&shared_gpus("chat")).succeeded().id();
    scenario.endpoint_serves("chat", &old);
    let new = scenario.update(&old, &shared_gpus("chat"), &every_10_s()).succeeded().id();
    assert_ne!(old, new);
    scenario.delete(&old, &shared_gpus("chat")).succeeded();
    assert!(scenario.config_names().contains(&old), "the endpoint serves on it");
    (scenario, old, new)
}

#[test]
fn a_config_that_a_delete_had_to_leave_goes_once_nobody_serves_on_it() {
    let (scenario, old, new) = one_left();
    for event in [Event::endpoint_changed("chat"), Event::day_gone_by(), Event::endpoint_config_changed(&old)] {
        scenario.wake(&event);
        assert_eq!(scenario.writes_beside_the_ledger(), NONE, "the endpoint serves on it");
    }
    takes_its_time(&scenario);
    scenario.move_endpoint("chat", &new);
    scenario.wake(&Event::endpoint_changed("chat"));
    assert_eq!(scenario.writes_beside_the_ledger(), NONE, "the endpoint is on its way, and may come back");
    settles(&scenario);
    let kept = scenario.wake(&Event::endpoint_changed("chat"));
    assert_eq!(scenario.writes_beside_the_ledger(), ["DeleteEndpointConfig"], "{kept}");
    assert_eq!(scenario.config_names(), [new.as_str()]);
    // The deletion is an event, too.
    let kept = scenario.wake(&Event::endpoint_config_changed(&old));
    assert_eq!((scenario.writes_beside_the_ledger().len(), &kept["Resources"]), (0, &json!(0)), "{kept}");
}

#[test]
fn another_endpoint_on_it_keeps_it() {
    let (scenario, old, new) = one_left();
    scenario.endpoint_serves("unheard-of", &old);
    scenario.move_endpoint("chat", &new);
    settles(&scenario);
    scenario.wake(&Event::day_gone_by());
    assert!(scenario.config_names().contains(&old), "no declaration has ever named that endpoint");
    scenario.retire("unheard-of");
    scenario.wake(&Event::day_gone_by());
    assert_eq!(scenario.config_names(), [new]);
}

#[test]
fn a_config_that_its_stack_may_go_back_to_stays() {
    let scenario = Scenario::kept_right();
    let old = scenario.create(&shared_gpus("chat")).succeeded().id();
    let new = scenario.update(&old, &shared_gpus("chat"), &every_10_s()).succeeded().id();
    // Neither is used by anybody, and CloudFormation hasn't asked for the old one to be deleted.
    scenario.wake(&Event::day_gone_by());
    assert_eq!(scenario.writes_beside_the_ledger(), NONE);
    // It goes back: now the new one is done with.
    let back = Event::update(CONFIG, &new, &every_10_s(), &shared_gpus("chat"));
    assert_eq!(scenario.send(back).succeeded().id(), old);
    scenario.wake(&Event::day_gone_by());
    assert_eq!(scenario.writes_beside_the_ledger(), NONE);
    assert_eq!(scenario.config_names().len(), 2);
    scenario.delete(&new, &every_10_s()).succeeded();
    assert_eq!(scenario.config_names(), [old]);
}

#[test]
fn what_a_deleted_resource_had_to_leave_goes_too() {
    let scenario = Scenario::kept_right();
    let id = scenario.create(&shared_gpus("chat")).succeeded().id();
    scenario.endpoint_serves("chat", &id);
    scenario.delete(&id, &shared_gpus("chat")).succeeded();
    assert_eq!(scenario.config_names(), [id.as_str()], "the endpoint would be crippled without it");
    scenario.retire("chat");
    scenario.wake(&Event::endpoint_changed("chat"));
    assert!(scenario.is_empty(), "{:#}", scenario.state());
}

#[test]
fn one_that_isn_t_ours_by_its_tags_stays() {
    let (scenario, old, new) = one_left();
    scenario.move_endpoint("chat", &new);
    settles(&scenario);
    let arn = scenario.config(&old)["EndpointConfigArn"].as_str().unwrap().to_owned();
    let request = scenario.sagemaker.delete_tags().resource_arn(&arn).tag_keys("monitored-endpoint:stack-id");
    scenario.block_on(request.send()).unwrap();
    scenario.wake(&Event::day_gone_by());
    assert_eq!(scenario.writes_beside_the_ledger(), NONE);
    assert!(scenario.config_names().contains(&old));
}
