//! A gate chooses which call is carried out next, and what becomes of its caller.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aws_sdk_sagemaker::error::SdkError;
use aws_stand_in::{Fault, FaultRule, Gate, Held};
use tokio::task::{JoinHandle, block_in_place};

use crate::setup::{Setup, sagemaker_of, start};

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(20);

fn wait_for(gate: &Gate, calls: usize) -> Vec<Held> {
    block_in_place(|| gate.wait_until(LONG, |held| held.len() >= calls)).unwrap()
}

/// Creates the config, as a caller of that name; true if it was created by this call.
fn create(setup: &Setup, caller: &str) -> JoinHandle<bool> {
    let client = sagemaker_of(setup.stand_in.url(), caller);
    let request = setup.config("c");
    let request = client
        .create_endpoint_config()
        .set_endpoint_config_name(request.get_endpoint_config_name().clone())
        .set_execution_role_arn(request.get_execution_role_arn().clone())
        .set_production_variants(request.get_production_variants().clone());
    tokio::spawn(async move { request.send().await.is_ok() })
}

async fn exists(setup: &Setup) -> bool {
    setup.sagemaker.describe_endpoint_config().endpoint_config_name("c").send().await.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_released_first_goes_first() {
    for winner in ["first", "second"] {
        let setup = start();
        let gate = setup.stand_in.hold_only(|_| true);
        let first = create(&setup, "first");
        wait_for(&gate, 1);
        let second = create(&setup, "second");
        let held = wait_for(&gate, 2);
        let callers: Vec<_> = held.iter().map(|held| held.caller.as_deref().unwrap()).collect();
        assert_eq!(callers, ["first", "second"]);
        assert_eq!((held[0].service, held[0].operation.as_str()), ("sagemaker", "CreateEndpointConfig"));
        assert!(held[0].write && !held[0].caller_gone);
        assert_eq!(held[0].request["EndpointConfigName"], "c");
        assert!(setup.stand_in.state()["endpoint_configs"].as_array().unwrap().is_empty());

        let chosen = held.iter().find(|held| held.caller.as_deref() == Some(winner)).unwrap().id;
        assert!(block_in_place(|| gate.release(chosen)));
        assert!(!gate.release(chosen), "it is gone");
        let record = setup.stand_in.calls().into_iter().find(|call| call.id == chosen).unwrap();
        assert_eq!((record.done, record.status), (Some(1), Some(200)), "done by the time it was released");
        assert_eq!(record.caller.as_deref(), Some(winner));
        assert_eq!(block_in_place(|| gate.release_all()), 1);
        assert_eq!((first.await.unwrap(), second.await.unwrap()), (winner == "first", winner == "second"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_is_dropped_has_done_nothing() {
    let setup = start();
    let gate = setup.stand_in.hold_only(|_| true);
    let creation = create(&setup, "a");
    let id = wait_for(&gate, 1)[0].id;
    assert!(block_in_place(|| gate.drop_caller(id)));
    assert!(!creation.await.unwrap());
    drop(gate);
    assert!(!exists(&setup).await);
    let record = &setup.stand_in.calls()[0];
    assert_eq!((record.fault, record.status, record.done), (Some("drop"), None, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_can_be_carried_out_after_its_caller_went_on() {
    let setup = start();
    let gate = setup.stand_in.hold_only(|held| held.write);
    let creation = create(&setup, "a");
    let id = wait_for(&gate, 1)[0].id;
    assert!(gate.carry_out_late(id));
    assert!(!creation.await.unwrap());
    assert!(gate.waiting()[0].caller_gone);
    assert!(!exists(&setup).await, "reads pass this gate");
    assert!(block_in_place(|| gate.release(id)));
    assert!(exists(&setup).await);
    let record = &setup.stand_in.calls()[0];
    assert_eq!((record.fault, record.status, record.done), (Some("lands_late"), None, Some(2)));
    assert!(!gate.carry_out_late(id) && !gate.drop_caller(id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_call_outlives_a_caller_that_hangs_up() {
    let setup = start();
    let gate = setup.stand_in.hold_only(|held| held.caller.as_deref() == Some("a"));
    let creation = create(&setup, "a");
    wait_for(&gate, 1);
    creation.abort();
    let held = block_in_place(|| gate.wait_until(LONG, |held| held.iter().all(|held| held.caller_gone))).unwrap();
    assert_eq!(held.len(), 1);
    assert!(!exists(&setup).await);
    block_in_place(|| {
        gate.waiting().iter().filter(|held| held.caller_gone).for_each(|held| assert!(gate.release(held.id)));
    });
    assert!(exists(&setup).await);
    assert_eq!(setup.stand_in.calls()[0].status, None, "nobody was answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_goes_on_once_the_gate_is_dropped() {
    let setup = start();
    let gate = setup.stand_in.hold_only(|_| true);
    let creation = create(&setup, "a");
    wait_for(&gate, 1);
    drop(gate);
    assert!(creation.await.unwrap());
    assert!(exists(&setup).await, "nor is anything held that comes later");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_ends_with_its_limit_or_when_somebody_wakes_it() {
    let setup = start();
    let gate = Arc::new(setup.stand_in.hold_only(|_| true));
    assert!(gate.wait_until(Duration::from_millis(10), |held| !held.is_empty()).is_none());
    let ended = Arc::new(AtomicBool::new(false));
    let waker = {
        let (gate, ended) = (Arc::clone(&gate), Arc::clone(&ended));
        std::thread::spawn(move || {
            ended.store(true, Ordering::Release);
            gate.wake();
        })
    };
    assert!(gate.wait_until(LONG, |_| ended.load(Ordering::Acquire)).is_some());
    waker.join().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_strike_what_a_gate_lets_go_on() {
    let setup = start();
    let rule = FaultRule { operation: "*".into(), on_call: None, times: Some(1), fault: Fault::DropAnswer {} };
    setup.stand_in.add_fault(rule).unwrap();
    let gate = setup.stand_in.hold_only(|_| true);
    let client = sagemaker_of(setup.stand_in.url(), "a");
    let looking = tokio::spawn(async move { client.list_endpoints().send().await });
    wait_for(&gate, 1);
    block_in_place(|| gate.release_all());
    assert!(matches!(looking.await.unwrap(), Err(SdkError::DispatchFailure(_))));
    assert_eq!(setup.stand_in.calls()[0].fault, Some("drop_answer"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stand_in_ends_with_calls_held() {
    let setup = start();
    let gate = setup.stand_in.hold_only(|_| true);
    let creation = create(&setup, "a");
    let id = wait_for(&gate, 1)[0].id;
    block_in_place(|| drop(setup));
    assert!(!creation.await.unwrap());
    assert!(!gate.release(id));
}
