//! What comes of each situation where nothing goes wrong: learnt once for the program, by several processes side by side.

use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use aws_stand_in::CallRecord;
use serde_json::Value;

use crate::peer::Peer;
use crate::situations::{ALL, Situation};
use crate::support::side_by_side::try_all;

/// Plays of each situation.
const PLAYS: usize = 3;
/// Processes side by side.
const PEERS: usize = 4;

/// A situation where nothing goes wrong.
pub(crate) struct Journal {
    pub(crate) situation: Situation,
    pub(crate) calls: Vec<CallRecord>,
    /// What exists in the end.
    pub(crate) wanted: Arc<Value>,
}

/// Those of all situations.
pub(crate) fn journals() -> &'static [Journal] {
    static JOURNALS: OnceLock<Vec<Journal>> = OnceLock::new();
    JOURNALS.get_or_init(|| {
        let played = undisturbed(&ALL, Peer::undisturbed);
        let journal = |(situation, (calls, wanted))| Journal { situation, calls, wanted };
        ALL.into_iter().zip(played).map(journal).collect()
    })
}

/// Plays each of `all` several times, with whatever process comes next, and gives the calls that each takes and the state in which
/// it ends: the same each time.
///
/// The calls are those of the shortest play: a description is good for a second, so a run that other work on the machine holds up
/// describes things once more, and no other run would get to that call.
pub(crate) fn undisturbed<C: Debug + Copy + Sync>(
    all: &[C],
    play: impl Fn(&Peer, &C) -> Result<(Vec<CallRecord>, Value), String> + Sync,
) -> Vec<(Vec<CallRecord>, Arc<Value>)> {
    let plays: Vec<C> = all.iter().flat_map(|one| [*one; PLAYS]).collect();
    let played = try_all(&plays, PEERS, Peer::start, play);
    let of_each = all.iter().zip(played.chunks(PLAYS));
    of_each
        .map(|(one, played)| {
            let played: Vec<_> = played.iter().map(|play| play.as_ref().unwrap()).collect();
            let (_, wanted) = played[0];
            assert!(played.iter().all(|(_, state)| state == wanted), "{one:?} ends in different states");
            let (calls, _) = played.iter().min_by_key(|(calls, _)| calls.len()).unwrap();
            (calls.clone(), Arc::new(wanted.clone()))
        })
        .collect()
}
