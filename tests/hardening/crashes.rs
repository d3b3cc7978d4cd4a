//! The process is killed between any two calls, and the event delivered again, as Lambda does after a crash.

use crate::matrix::{Outcome, is_full, part, report, try_all};
use crate::peer::{HELD, Peer};
use crate::situations::{ALL, Situation};

/// Cells that a short run tries.
const SHORT_RUN: usize = 40;

/// Killed when this call, counted from 1, has been sent and not carried out.
struct Cell {
    situation: Situation,
    call: usize,
    calls: usize,
}

fn cells(peer: &Peer) -> Vec<Cell> {
    let mut cells = Vec::new();
    for situation in ALL {
        let total = peer.journal(&situation).unwrap().len();
        cells.extend((1..=total).map(|call| Cell { situation, call, calls: total }));
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
    let wanted = peer.undisturbed(&cell.situation)?;

    peer.start_over();
    let others = peer.others();
    let (event, _) = peer.prepare(&cell.situation)?;
    peer.let_fail_from(u32::try_from(cell.call).unwrap(), "*", None, HELD);
    peer.kill_at_call(&event, cell.call)?;
    peer.stand_in.clear_faults();
    let answer = peer.send(&event)?;
    if !answer.is_success() {
        return Err(format!("delivered again it fails: {}", answer.reason()));
    }
    if peer.state() != wanted {
        return Err("delivered again it ends in another state".to_owned());
    }
    peer.remove(&event, &answer)?;
    peer.only_others(&others, 0)
}

#[test]
fn killed_between_any_two_calls_the_event_delivered_again_finishes_the_job() {
    let cells = cells(&Peer::start());
    let possible = cells.len();
    let cells = part(cells, SHORT_RUN);
    let threads = if is_full() { 8 } else { 4 };
    report("Crash matrix", possible, &try_all(&cells, threads, Peer::start, attempt));
}
