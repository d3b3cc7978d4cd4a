//! Every call that the provider makes, met by everything that AWS may do to it.

use std::sync::Arc;
use std::time::Duration;

use aws_stand_in::Fault;
use serde_json::Value;

use crate::journals::journals;
use crate::matrix::{Outcome, is_full, part, report};
use crate::peer::Peer;
use crate::situations::Situation;
use crate::support::side_by_side::try_all;

/// Longer than the provider waits for one attempt (`ATTEMPT_TIMEOUT` in `src/aws/mod.rs`).
const TIMEOUT_MS: u64 = 16_000;

/// A price is good to have and no more: without one the request succeeds, and its dashboard says why.
const GOOD_TO_HAVE: &str = "GetProducts";

/// Cells that a short run tries.
const SHORT_RUN: usize = 120;

/// What happens to a call.
struct Trouble {
    name: &'static str,
    /// Whether it passes, so that the request must succeed all the same.
    passes: bool,
    /// Whether it takes real time, so that only a full run meets it.
    is_slow: bool,
    /// How often it happens from the first time on; none means as long as the fault says.
    times: Option<u32>,
    fault: fn(&str) -> Fault,
}

const TROUBLES: [Trouble; 9] = [
    Trouble { name: "throttled once", passes: true, is_slow: false, times: Some(1), fault: |_| Fault::Throttle {} },
    Trouble { name: "throttled 30 s", passes: true, is_slow: true, times: None, fault: |_| Fault::ThrottleMs(30_000) },
    Trouble {
        name: "500",
        passes: true,
        is_slow: false,
        times: Some(1),
        fault: |_| error(500, "InternalFailure", "try again"),
    },
    Trouble { name: "timeout", passes: true, is_slow: true, times: Some(1), fault: |_| Fault::DelayMs(TIMEOUT_MS) },
    Trouble { name: "reset", passes: true, is_slow: false, times: Some(1), fault: |_| Fault::Drop {} },
    Trouble { name: "answer lost", passes: true, is_slow: false, times: Some(1), fault: |_| Fault::DropAnswer {} },
    Trouble { name: "denied", passes: false, is_slow: false, times: None, fault: |_| Fault::AccessDenied {} },
    Trouble { name: "not found", passes: false, is_slow: false, times: Some(1), fault: not_found },
    Trouble { name: "conflict", passes: false, is_slow: false, times: Some(1), fault: conflict },
];

fn error(status: u16, code: &str, message: &str) -> Fault {
    Fault::Error { status, code: code.to_owned(), message: message.to_owned() }
}

/// In the words of the service: SageMaker says so in a `ValidationException`.
fn not_found(operation: &str) -> Fault {
    if operation.contains("Endpoint") {
        error(400, "ValidationException", "Could not find it.")
    } else {
        error(404, "ResourceNotFoundException", "There is no such resource.")
    }
}

fn conflict(operation: &str) -> Fault {
    if operation.contains("Endpoint") {
        error(400, "ResourceInUse", "It is in use.")
    } else {
        error(409, "ConcurrentModificationException", "More than one process tried to modify it at the same time.")
    }
}

/// The how-manieth call of an operation meets a trouble.
struct Cell {
    situation: Situation,
    service: &'static str,
    operation: String,
    number: u32,
    trouble: &'static Trouble,
    /// What exists in the end where nothing goes wrong.
    wanted: Arc<Value>,
}

fn cells() -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for journal in journals() {
        let (situation, made) = (journal.situation, &journal.calls);
        for (at, call) in made.iter().enumerate() {
            let number = made[..=at].iter().filter(|other| other.operation == call.operation).count();
            let number = u32::try_from(number).unwrap();
            let (service, operation) = (call.service, call.operation.clone());
            cells.extend(TROUBLES.iter().map(|trouble| Cell {
                situation,
                service,
                operation: operation.clone(),
                number,
                trouble,
                wanted: Arc::clone(&journal.wanted),
            }));
        }
    }
    cells
}

fn attempt(peer: &Peer, cell: &Cell) -> Outcome {
    Outcome {
        row: cell.situation.name.to_owned(),
        column: cell.trouble.name.to_owned(),
        result: try_one(peer, cell)
            .map_err(|wrong| format!("{}:{} no. {}: {wrong}", cell.service, cell.operation, cell.number)),
    }
}

fn try_one(peer: &Peer, cell: &Cell) -> Result<(), String> {
    peer.start_over();
    let others = peer.others();
    let (event, old) = peer.prepare(&cell.situation)?;
    let fault = (cell.trouble.fault)(&cell.operation);
    peer.let_fail_from(cell.number, &cell.operation, cell.trouble.times, fault);
    let life = Duration::from_secs(if cell.trouble.is_slow { 90 } else { 8 });
    let answer = peer.send_in_a_life_of(&event, life)?;
    // A call that timed out has been given up, and so never got a status.
    if !peer.stand_in.calls().iter().any(|call| call.fault.is_some() || call.status.is_none()) {
        return Err("the fault struck nothing".to_owned());
    }
    let succeeded = answer.is_success();
    if cell.trouble.passes && !succeeded {
        return Err(format!("a trouble that passes failed the request: {}", answer.reason()));
    }
    // A thing said to be missing leads to conclusions that have sentences of their own.
    let named = answer.reason().contains(&cell.operation) || cell.trouble.name == "not found";
    let helps = named && answer.reason().len() > 40;
    if !succeeded && !helps {
        return Err(format!("the reason doesn't say which call went wrong: {}", answer.reason()));
    }
    let may_be_missing = cell.operation == GOOD_TO_HAVE;
    if may_be_missing && !succeeded {
        return Err(format!("a price that can't be looked up failed the request: {}", answer.reason()));
    }
    let permission = format!("{}:{}", cell.service, cell.operation);
    // While it waits for an endpoint, a run that can't look whether it has been superseded goes on waiting.
    let may_succeed = may_be_missing || succeeded && cell.service == "dynamodb";
    if cell.trouble.name == "denied" && !may_succeed && !answer.reason().contains(&permission) {
        return Err(format!("the reason doesn't name the permission: {}", answer.reason()));
    }
    if succeeded && cell.trouble.passes && !may_be_missing && peer.state() != *cell.wanted {
        return Err("it ends in another state than without the fault".to_owned());
    }
    let answer = peer.settle(&cell.situation, &event, answer)?;
    if !succeeded && event.text("RequestType") == "Update" {
        let expected = if cell.situation.is_rollback { &*cell.wanted } else { &old };
        if peer.state() != *expected {
            return Err(format!("after what follows it is not as it was: {}", answer.reason()));
        }
    }
    // Whatever it was: when the resource has gone, nothing of it is left.
    peer.remove(&event, &answer)?;
    // What AWS says is missing counts as removed, and what has no tags as somebody else's: that one thing may be left.
    let believed = usize::from(cell.trouble.name == "not found");
    peer.only_others(&others, believed).map_err(|wrong| format!("{wrong}: {}", answer.reason()))
}

#[test]
fn whatever_happens_to_any_call_there_is_one_answer_and_nothing_is_orphaned() {
    let cells = cells();
    let possible = cells.len();
    let cells: Vec<Cell> = cells.into_iter().filter(|cell| is_full() || !cell.trouble.is_slow).collect();
    let cells = part(cells, SHORT_RUN);
    let threads = if is_full() { 48 } else { 4 };
    report("Fault matrix", possible, &try_all(&cells, threads, Peer::start, attempt));
}
