//! Attempts that are made side by side.

use std::sync::Mutex;
use std::thread;

/// Has `attempt` made with each of `all`, each thread with a `bench` of its own, and gives what comes of them, in their order.
pub(crate) fn try_all<C: Sync, B, O: Send>(
    all: &[C],
    threads: usize,
    bench: impl Fn() -> B + Sync,
    attempt: impl Fn(&B, &C) -> O + Sync,
) -> Vec<O> {
    let (next, outcomes) = (Mutex::new(all.iter().enumerate()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..threads.min(all.len()) {
            scope.spawn(|| {
                let bench = bench();
                loop {
                    let Some((at, one)) = next.lock().unwrap().next() else { break };
                    let outcome = attempt(&bench, one);
                    outcomes.lock().unwrap().push((at, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap();
    outcomes.sort_by_key(|(at, _)| *at);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}
