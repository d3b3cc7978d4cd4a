//! An account with the provider in it: requests go in, with trouble, and one answer comes out.

use std::ops::Deref;
use std::time::Duration;

use aws_stand_in::{Fault, Outcome, Script};

use super::life::Trouble;

use crate::support::event::Event;
use crate::support::harness::{self, Answer, Delivery, Scenario};

/// The function that a fleet's alarm asks.
const PANELS: &str = "arn:aws:lambda:us-east-1:123456789012:function:panels";
/// A run that is not about time.
const LONG_LIFE: Duration = Duration::from_secs(20);
/// A run that ends before a long transition does. Half of it is for work: enough for all calls, also on a busy machine.
const SHORT_LIFE: Duration = Duration::from_millis(1600);
const LONG_TRANSITION: Duration = Duration::from_mins(40);
/// An update that is rolled back takes twice as long.
const WOUND_AT_EACH_HOP: Duration = Duration::from_mins(90);
const QUICK: Duration = Duration::from_millis(4);

pub(crate) struct Account(Scenario);

impl Deref for Account {
    type Target = Scenario;

    fn deref(&self) -> &Scenario {
        &self.0
    }
}

impl Account {
    pub(crate) fn new() -> Self {
        let account = Self(Scenario::with_transitions_and_widgets(QUICK, PANELS));
        account.foreign_endpoint("theirs", None);
        account
    }

    /// Has the provider work on an event until it is answered, with `trouble` on the way.
    pub(crate) fn deliver(&self, event: &Event, endpoint: &str, trouble: &Trouble) -> Answer {
        self.arm(endpoint, trouble);
        let life = match trouble {
            Trouble::Transition { long: true, .. } | Trouble::HandedOverTwice | Trouble::Hangs { .. } => SHORT_LIFE,
            _ => LONG_LIFE,
        };
        let has_struck = || self.stand_in.calls().iter().any(|call| call.fault.is_some());
        let delivery = Delivery {
            life,
            times: if matches!(trouble, Trouble::AtOnce) { 2 } else { 1 },
            killed_when: if matches!(trouble, Trouble::Dies { .. }) { Some(&has_struck) } else { None },
        };
        let answer = self.0.deliver(event.clone(), delivery, |outcome, _| {
            self.assert_sound();
            match outcome {
                harness::Outcome::Died => self.stand_in.clear_faults(),
                _ => self.stand_in.advance(WOUND_AT_EACH_HOP),
            }
            LONG_LIFE
        });
        self.assert_sound();
        self.stand_in.clear_faults();
        self.next_runs.lose_an_answer(false);
        answer.unwrap_or_else(|wrong| panic!("{wrong}: {}\n{}", event.0, self.calls_in_lines()))
    }

    fn arm(&self, endpoint: &str, trouble: &Trouble) {
        let rule = |call: u32, times: Option<u32>, fault: Fault| self.let_fail_from(call, "*", times, fault);
        match *trouble {
            Trouble::Nothing | Trouble::AtOnce => {}
            Trouble::HandedOverTwice => {
                self.next_runs.lose_an_answer(true);
                self.script(endpoint, &Trouble::Transition { outcome: Outcome::Succeed, long: true });
            }
            Trouble::Transition { .. } => self.script(endpoint, trouble),
            Trouble::Denied { call, times } => rule(call, Some(times), Fault::AccessDenied {}),
            Trouble::Invalid { call } => {
                let (code, message) = ("ValidationException".to_owned(), "as told".to_owned());
                rule(call, Some(1), Fault::Error { status: 400, code, message });
            }
            Trouble::Unreachable { call } | Trouble::Dies { call, carried_out: false } => {
                rule(call, None, Fault::Drop {});
            }
            Trouble::AnswerLost { call } => rule(call, Some(1), Fault::DropAnswer {}),
            Trouble::Throttled { call } => rule(call, Some(3), Fault::Throttle {}),
            Trouble::Hangs { call } => rule(call, Some(1), Fault::DelayMs(2000)),
            Trouble::Dies { call, carried_out: true } => {
                rule(call, Some(1), Fault::DropAnswer {});
                rule(call + 1, None, Fault::Drop {});
            }
        }
    }

    /// The endpoint's next transition comes to what `trouble` says, where it says so.
    pub(crate) fn script(&self, endpoint: &str, trouble: &Trouble) {
        if let Trouble::Transition { outcome, long } = *trouble {
            let after_ms = long.then(|| u64::try_from(LONG_TRANSITION.as_millis()).unwrap());
            self.stand_in.script(endpoint, Script { outcome, reason: Some("as told".to_owned()), after_ms });
        }
    }

    /// No endpoint is without the config that it serves on.
    fn assert_sound(&self) {
        if let Some(endpoint) = self.endpoint_without_config() {
            panic!("{endpoint:#} has lost its config\n{}", self.calls_in_lines());
        }
    }

    /// The calls of the last request, a line for each.
    fn calls_in_lines(&self) -> String {
        let calls = self.stand_in.calls();
        let lines = calls.iter().enumerate().map(|(at, call)| {
            let outcome = call.error_code.as_deref().or(call.fault).unwrap_or_default();
            format!("{:3} {:8} {} {} {outcome}\n", at + 1, call.at_ms, call.operation, call.request)
        });
        lines.collect()
    }
}
