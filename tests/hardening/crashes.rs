//! The process is killed between any two calls, and the event delivered again, as Lambda does after a crash.

use std::sync::Arc;

use serde_json::Value;

use crate::journals::journals;
use crate::matrix::{Outcome, is_full, part, report};
use crate::peer::Peer;
use crate::situations::Situation;
use crate::support::side_by_side::try_all;

/// Cells that a short run tries.
const SHORT_RUN: usize = 40;

/// Killed when this call, counted from 1, has been sent and not carried out.
struct Cell {
    situation: Situation,
    call: usize,
    calls: usize,
    /// What exists in the end where nobody is killed.
    wanted: Arc<Value>,
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for journal in journals() {
        let (situation, total) = (journal.situation, journal.calls.len());
        let cell = |call| Cell { situation, call, calls: total, wanted: Arc::clone(&journal.wanted) };
        cells.extend((1..=total).map(cell));
    }
    cells
}

fn attempt(peer: &Peer, cell: &Cell) -> Outcome {
    Outcome {
        row: cell.situation.name.to_owned(),
        column: "killed".to_owned(),
        result: try_one(peer, cell).map_err(|wrong| format!("at call {} of {}: {wrong}", cell.call, cell.calls)),
    }
}

fn try_one(peer: &Peer, cell: &Cell) -> Result<(), String> {
    let (event, others) = peer.kill_at_call(cell.call, || {
        peer.start_over();
        let others = peer.others();
        let (event, _) = peer.prepare(&cell.situation)?;
        Ok((event, others))
    })?;
    let answer = peer.send(&event)?;
    if !answer.is_success() {
        return Err(format!("delivered again it fails: {}", answer.reason()));
    }
    if peer.state() != *cell.wanted {
        return Err("delivered again it ends in another state".to_owned());
    }
    peer.remove(&event, &answer)?;
    peer.only_others(&others, 0)
}

#[test]
fn killed_between_any_two_calls_the_event_delivered_again_finishes_the_job() {
    let cells = cells();
    let possible = cells.len();
    let cells = part(cells, SHORT_RUN);
    let threads = if is_full() { 8 } else { 4 };
    report("Crash matrix", possible, &try_all(&cells, threads, Peer::start, attempt));
}
