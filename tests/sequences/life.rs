//! What may happen to a resource: what its stack asks for, and what goes wrong meanwhile.

use aws_stand_in::Outcome;
use proptest::prelude::*;
use proptest::{option, strategy::Union};
use serde_json::json;

use super::stack::Kind;

use crate::support::declaration::{Declared, monitoring, shared_gpus};

/// What a stack declares, as far as lives differ in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Wanted {
    pub(crate) endpoint: &'static str,
    pub(crate) frequency: i32,
    pub(crate) dashboard: Dashboard,
    pub(crate) alarm: Alarm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Dashboard {
    Default,
    Shorter,
    Named,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Alarm {
    Default,
    Laxer,
    Named,
    Off,
}

/// What goes wrong with one request.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    Nothing,
    /// The endpoint's next transition comes to this; `long` is longer than a run lives.
    Transition {
        outcome: Outcome,
        long: bool,
    },
    /// `times` calls in a row, from the `call`th on, are refused for want of a permission.
    Denied {
        call: u32,
        times: u32,
    },
    /// One call is refused as invalid.
    Invalid {
        call: u32,
    },
    /// From the `call`th call on AWS can't be reached, to the end of the request.
    Unreachable {
        call: u32,
    },
    /// One call is carried out, and its answer is lost.
    AnswerLost {
        call: u32,
    },
    /// A few calls are throttled.
    Throttled {
        call: u32,
    },
    /// The run dies at its `call`th call, which is carried out or isn't. Lambda delivers the event again.
    Dies {
        call: u32,
        carried_out: bool,
    },
    /// The `call`th call hangs, until the time of the run is up.
    Hangs {
        call: u32,
    },
    /// The event is delivered twice, at the same time.
    AtOnce,
    /// The endpoint takes longer than a run lives, and Lambda starts two next runs: its answer to the first hand-over was
    /// lost, and the hand-over tried again.
    HandedOverTwice,
}

/// One change of a stack.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// What is declared from now on; nothing where the resource is to go.
    pub(crate) wanted: Option<Wanted>,
    pub(crate) trouble: Trouble,
    /// What goes wrong with the first request of a rollback, where there is one.
    pub(crate) trouble_back: Trouble,
    /// Another resource of the stack fails after ours.
    pub(crate) rest_fails: bool,
    /// Each request that succeeds is delivered once more.
    pub(crate) again: bool,
}

impl Wanted {
    pub(crate) fn declared(&self, kind: Kind) -> Declared {
        let declared = match kind {
            Kind::Endpoint | Kind::Config => shared_gpus(self.endpoint).with(
                "MetricsConfig",
                json!({"EnableEnhancedMetrics": true, "MetricPublishFrequencyInSeconds": self.frequency}),
            ),
            Kind::Monitoring => monitoring(self.endpoint),
            Kind::Fleet => Declared(json!({"Dashboard": {"DashboardName": format!("all-beside-{}", self.endpoint)}})),
        };
        let declared = match self.dashboard {
            Dashboard::Default => declared,
            Dashboard::Shorter => declared.with("Dashboard", json!({"Start": "-PT1H"})),
            Dashboard::Named => declared.with("Dashboard", json!({"DashboardName": "models"})),
            Dashboard::Off => declared.with("Dashboard", json!({"Enabled": false})),
        };
        if kind == Kind::Fleet {
            let alarm = match self.alarm {
                Alarm::Default => json!({"Threshold": 20}),
                Alarm::Laxer => json!({"Threshold": 30}),
                Alarm::Named => json!({"Threshold": 20, "AlarmName": "waste"}),
                Alarm::Off => json!({"Enabled": false}),
            };
            return declared.with("UnallocatedCostAlarm", alarm);
        }
        match self.alarm {
            Alarm::Default => declared,
            Alarm::Laxer => declared.with("UnusedGpuAlarm", json!({"Threshold": 3})),
            Alarm::Named => declared.with("UnusedGpuAlarm", json!({"AlarmName": "waste"})),
            Alarm::Off => declared.with("UnusedGpuAlarm", json!({"Enabled": false})),
        }
    }

    /// Whether the endpoint has another config, or is another.
    pub(crate) fn deploys_differently(&self, other: &Self) -> bool {
        (self.endpoint, self.frequency) != (other.endpoint, other.frequency)
    }
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let dashboards = [Dashboard::Default, Dashboard::Shorter, Dashboard::Named, Dashboard::Off];
    let alarms = [Alarm::Default, Alarm::Laxer, Alarm::Named, Alarm::Off];
    (
        prop_oneof![3 => Just("chat"), 1 => Just("talk")],
        prop_oneof![Just(60), Just(10)],
        prop::sample::select(dashboards.to_vec()),
        prop::sample::select(alarms.to_vec()),
    )
        .prop_map(|(endpoint, frequency, dashboard, alarm)| Wanted { endpoint, frequency, dashboard, alarm })
}

/// A request makes some thirty calls at most, most of them fewer.
fn call() -> impl Strategy<Value = u32> {
    1_u32..28
}

/// Any trouble. Those that take time are rarer.
fn trouble() -> impl Strategy<Value = Trouble> {
    let outcomes = [Outcome::Succeed, Outcome::Fail, Outcome::Rollback, Outcome::RollbackFailed];
    let outcome = prop::sample::select(outcomes.to_vec());
    prop_oneof![
        6 => Just(Trouble::Nothing),
        4 => (outcome, prop::bool::weighted(0.15)).prop_map(|(outcome, long)| Trouble::Transition { outcome, long }),
        3 => (call(), prop_oneof![Just(1_u32), Just(3), Just(99)])
            .prop_map(|(call, times)| Trouble::Denied { call, times }),
        6 => calls_alone(),
        5 => (call(), any::<bool>()).prop_map(|(call, carried_out)| Trouble::Dies { call, carried_out }),
        1 => call().prop_map(|call| Trouble::Hangs { call }),
        2 => Just(Trouble::AtOnce),
        1 => Just(Trouble::HandedOverTwice),
    ]
}

fn calls_alone() -> Union<BoxedStrategy<Trouble>> {
    Union::new([
        call().prop_map(|call| Trouble::Invalid { call }).boxed(),
        call().prop_map(|call| Trouble::Unreachable { call }).boxed(),
        call().prop_map(|call| Trouble::AnswerLost { call }).boxed(),
        call().prop_map(|call| Trouble::Throttled { call }).boxed(),
    ])
}

/// Trouble that a rollback may have: all but the endpoint's own.
fn trouble_back() -> impl Strategy<Value = Trouble> {
    trouble().prop_map(|trouble| match trouble {
        Trouble::Transition { .. } | Trouble::HandedOverTwice | Trouble::Hangs { .. } => Trouble::Nothing,
        other => other,
    })
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    (option::weighted(0.85, wanted()), trouble(), trouble_back(), prop::bool::weighted(0.2), prop::bool::weighted(0.3))
        .prop_map(|(wanted, trouble, trouble_back, rest_fails, again)| Change {
            wanted,
            trouble,
            trouble_back,
            rest_fails,
            again,
        })
}
