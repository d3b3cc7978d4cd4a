//! A wake, met by everything that may happen at each of its calls: whatever it left, the next wake or the stack's next request
//! puts it right, and nothing of others is touched.

use std::sync::Arc;
use std::time::Duration;

use aws_stand_in::{CallRecord, Fault};
use serde_json::Value;

use crate::journals;
use crate::matrix::{Outcome, is_full, part, report};
use crate::peer::Peer;
use crate::situations::{before, six_models};
use crate::support::declaration::Declared;
use crate::support::event::{CONFIG, Event};
use crate::support::side_by_side::try_all;

/// Cells that a short run tries.
const SHORT_RUN: usize = 40;
/// How long the run lives that meets a trouble.
const LIFE: Duration = Duration::from_secs(8);
/// The stack's own endpoint, which serves on a config of ours.
const ENDPOINT: &str = "chat";

/// What wakes the provider, and what has come to differ before.
#[derive(Clone, Copy, Debug)]
struct Occasion {
    name: &'static str,
    declared: fn() -> Declared,
    /// Gives the id that the resource is known by then.
    differs: fn(&Peer, id: String) -> String,
    event: fn() -> Event,
}

const OCCASIONS: [Occasion; 3] = [
    Occasion {
        name: "first metrics have come",
        declared: before,
        differs: |peer, id| {
            peer.publish_gpu("GpuId");
            id
        },
        event: Event::hour_gone_by,
    },
    Occasion {
        name: "everything was deleted by hand",
        declared: || six_models().with("Dashboard/CorrectDrift", true),
        differs: |peer, id| {
            peer.delete_by_hand(|name| name.starts_with(ENDPOINT));
            id
        },
        event: Event::day_gone_by,
    },
    Occasion {
        name: "a config was left",
        declared: every_10_s,
        differs: |peer, id| leaves_a_config(peer, &id),
        event: || Event::endpoint_changed(ENDPOINT),
    },
];

/// What happens at a call.
#[derive(Clone, Copy)]
enum Trouble {
    Killed,
    Passes(&'static str, fn() -> Fault),
}

const TROUBLES: [Trouble; 5] = [
    Trouble::Killed,
    Trouble::Passes("500", || Fault::Error {
        status: 500,
        code: "InternalFailure".to_owned(),
        message: "try again".to_owned(),
    }),
    Trouble::Passes("reset", || Fault::Drop {}),
    Trouble::Passes("answer lost", || Fault::DropAnswer {}),
    Trouble::Passes("denied once", || Fault::AccessDenied {}),
];

impl Trouble {
    fn name(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::Passes(name, _) => name,
        }
    }
}

struct Cell {
    occasion: Occasion,
    trouble: Trouble,
    call: usize,
    /// What exists after a wake at which nothing goes wrong.
    wanted: Arc<Value>,
}

fn every_10_s() -> Declared {
    before().with("MetricsConfig/MetricPublishFrequencyInSeconds", 10)
}

/// The config was replaced, and its Delete came while the endpoint still served on it, as in Express mode. By now it has moved.
fn leaves_a_config(peer: &Peer, new: &str) -> String {
    // What was made last is what is declared, so what is replaced comes from an update back and forth.
    let old = peer.send(&Event::update(CONFIG, new, &every_10_s(), &before())).unwrap().succeeded().id();
    peer.send(&Event::delete(CONFIG, new, &every_10_s())).unwrap().succeeded();
    peer.endpoint_serves(ENDPOINT, &old);
    let new = peer.send(&Event::update(CONFIG, &old, &before(), &every_10_s())).unwrap().succeeded().id();
    peer.send(&Event::delete(CONFIG, &old, &before())).unwrap().succeeded();
    peer.endpoint_serves(ENDPOINT, &new);
    new
}

/// Brings the account to where the wake comes, and gives the resource's id.
fn prepare(peer: &Peer, occasion: Occasion) -> String {
    let made = peer.send(&Event::create(CONFIG, &(occasion.declared)())).unwrap().succeeded().id();
    (occasion.differs)(peer, made)
}

/// The calls that a wake takes at which nothing goes wrong, and what exists after it.
fn undisturbed(peer: &Peer, occasion: &Occasion) -> Result<(Vec<CallRecord>, Value), String> {
    peer.start_over();
    prepare(peer, *occasion);
    let kept = peer.wake(&(occasion.event)())?;
    if kept["Changed"] != 1 || kept["Failed"] != 0 {
        return Err(format!("nothing was put right: {kept}"));
    }
    Ok((peer.stand_in.calls(), peer.state()))
}

fn try_one(peer: &Peer, cell: &Cell) -> Result<(), String> {
    let prepared = || {
        peer.start_over();
        let others = peer.others();
        let id = prepare(peer, cell.occasion);
        Ok(((cell.occasion.event)(), (others, id)))
    };
    let declared = (cell.occasion.declared)();
    let (event, (others, id)) = match cell.trouble {
        Trouble::Killed => peer.kill_at_call(cell.call, prepared)?,
        Trouble::Passes(_, fault) => {
            let (event, before) = prepared()?;
            peer.let_fail_from(u32::try_from(cell.call).unwrap(), "*", Some(1), fault());
            // Where the lease can't be given back, it ends with so short a life.
            peer.wake_in_a_life_of(&event, LIFE)?;
            peer.stand_in.clear_faults();
            (event, before)
        }
    };
    // Every other time the stack comes first.
    if cell.call.is_multiple_of(2) {
        let kept = peer.wake(&event)?;
        if kept["Failed"] != 0 || kept["Skipped"] != 0 {
            return Err(format!("the next wake puts nothing right: {kept}"));
        }
    } else {
        let update = peer.send(&Event::update(CONFIG, &id, &declared, &declared))?;
        if !update.is_success() {
            return Err(format!("the stack's next request fails: {}", update.reason()));
        }
    }
    if peer.state() != *cell.wanted {
        return Err("it ends in another state than without trouble".to_owned());
    }
    if peer.endpoint_names().iter().any(|name| name == ENDPOINT) {
        peer.retire(ENDPOINT);
    }
    let deleted = peer.send(&Event::delete(CONFIG, &id, &declared))?;
    if !deleted.is_success() {
        return Err(format!("the last Delete fails: {}", deleted.reason()));
    }
    peer.only_others(&others, 0)
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (occasion, (calls, wanted)) in OCCASIONS.into_iter().zip(journals::undisturbed(&OCCASIONS, undisturbed)) {
        for trouble in TROUBLES {
            let cell = |call| Cell { occasion, trouble, call, wanted: Arc::clone(&wanted) };
            cells.extend((1..=calls.len()).map(cell));
        }
    }
    cells
}

fn attempt(peer: &Peer, cell: &Cell) -> Outcome {
    Outcome {
        row: cell.occasion.name.to_owned(),
        column: cell.trouble.name().to_owned(),
        result: try_one(peer, cell).map_err(|wrong| format!("at call {}: {wrong}", cell.call)),
    }
}

#[test]
fn whatever_happens_to_a_wake_the_next_one_or_the_stack_puts_it_right() {
    let cells = cells();
    let possible = cells.len();
    let cells = part(cells, SHORT_RUN);
    let threads = if is_full() { 8 } else { 4 };
    report("Wake matrix", possible, &try_all(&cells, threads, Peer::start, attempt));
}
