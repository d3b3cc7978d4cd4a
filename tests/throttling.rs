//! Throttling that goes on and on: as a matter of course it is sat out, also by a process that has sat out much already.
//!
//! A file of its own, because what it exhausts (if anything) is shared by a whole process.

use aws_stand_in::Fault;

use crate::support::declaration::shared_gpus;
use crate::support::harness::Scenario;

/// At least eight attempts: the first seven are throttled.
#[test]
fn eight_attempts_are_made_however_often_the_process_was_throttled_before() {
    let scenario = Scenario::new();
    let declared = |hours: u32| shared_gpus("chat").with("Dashboard/Start", format!("-PT{hours}H"));
    let made = scenario.create(&declared(1)).succeeded();
    for round in 1..30 {
        scenario.stand_in.clear_faults();
        scenario.let_fail("PutDashboard", Some(7), Fault::Throttle {});
        let answer = scenario.update(&made.id(), &declared(round), &declared(round + 1));
        assert_eq!(answer.0["Status"], "SUCCESS", "in round {round}: {}", answer.reason());
        assert_eq!(scenario.calls().iter().filter(|call| *call == "PutDashboard").count(), 8);
    }
}

/// Throttled in every attempt, and carried out in every attempt whose answer is lost: nothing is left either way.
#[test]
fn troubles_that_outlast_every_attempt_end_in_one_answer_and_leave_nothing() {
    let scenario = Scenario::new();
    for operation in ["CreateEndpointConfig", "PutDashboard", "PutMetricAlarm"] {
        for fault in [Fault::Throttle {}, Fault::DropAnswer {}] {
            scenario.start_over();
            scenario.let_fail(operation, None, fault.clone());
            let answer = scenario.create(&shared_gpus("chat"));
            let reason = answer.failed();
            assert!(reason.contains(&format!(":{operation} failed")), "{reason}");
            assert!(scenario.is_empty(), "{operation} met {fault:?}: {:#}", scenario.state());
            assert!(answer.id().starts_with("create-failed."), "{operation} met {fault:?}: {}", answer.id());
        }
    }
}
