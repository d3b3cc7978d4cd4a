//! Several runs at once, each call released by a seeded scheduler.
//!
//! Each run is a process of its own, and all share one request table. Whoever goes first, whatever gets lost and whoever dies,
//! the account ends as the newest request wants it, nothing of others is touched, and each event is answered once.
//!
//! All schedules of two runs with up to two switches between them are known, and random ones beyond; see `schedule.rs` for how
//! they are written. `SIMULATION_SCHEDULES` says how many are tried, `SIMULATION_SECONDS` when it is enough. A schedule that fails is printed and can be played again:
//! `SIMULATION_SEED='b4-endpoint seed 88' cargo test --workspace --test simulation every_schedule`. Those that ever failed
//! are kept in `corpus.txt` and come first.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say so what they expect")]

#[path = "../support/mod.rs"]
mod support;

mod cases;
mod oracle;
mod play;
mod process;
mod schedule;
mod situation;
mod situations;
mod world;

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use play::Played;
use schedule::Schedule;
use situation::Situation;
use situations::ALL;
use support::side_by_side;
use support::spread::spread;
use world::World;

/// How many schedules a test run tries; `make schedules` tries ten times as many.
const SCHEDULES: usize = 200;
/// Worlds side by side: some wait for the end of a life.
const WORLDS: usize = 4;
/// Failures after which it is enough.
const MOST_FAILURES: usize = 3;
/// Calls of the second run that matter while the first is at work: it sees that it has to wait.
const BEFORE_IT_WAITS: usize = 6;

type Trial = (Situation, Schedule);

fn situation(name: &str) -> Situation {
    ALL.into_iter().find(|one| one.name == name).unwrap_or_else(|| panic!("there is no situation {name}"))
}

/// Plays one schedule and checks it.
fn attempt(world: &mut World, (situation, schedule): &Trial, to_the_end: bool) -> Result<Played, String> {
    for patience in [1, 4] {
        let played = match play::play(world, situation, *schedule, patience) {
            Ok(played) => played,
            Err((wrong, trace)) => return Err(format!("{wrong}\n{}", trace.join("\n"))),
        };
        let checked = oracle::check(world, situation, &played, to_the_end);
        let traits = schedule.decider().traits();
        match checked {
            Ok(()) => return Ok(played),
            // On a busy machine a short life may be too short for what was to happen in it.
            Err(wrong) if patience == 1 && traits.shortens_lives() && wrong.contains("time ran out") => {}
            Err(wrong) => return Err(format!("{wrong}\n{}", played.trace.join("\n"))),
        }
    }
    Err("it is out of time however long it has".to_owned())
}

/// As [`attempt`], where a panic is a failure too, and takes the world along.
fn try_one(world: &mut Option<World>, trial: &Trial, to_the_end: bool) -> Result<Played, String> {
    let own = world.get_or_insert_with(World::new);
    let result = catch_unwind(AssertUnwindSafe(|| attempt(own, trial, to_the_end)));
    let result = result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default())
    });
    if result.is_err() {
        *world = None;
    }
    let (situation, schedule) = trial;
    result.map_err(|wrong| format!("SIMULATION_SEED='{} {schedule}' fails: {wrong}", situation.name))
}

/// What happened in all schedules together.
#[derive(Debug, Default)]
struct Happened {
    schedules: usize,
    steps: u32,
    superseded: usize,
    handed_over: usize,
    died: usize,
    landed_late: usize,
    failures: Vec<String>,
}

impl Happened {
    fn add(&mut self, played: &Played) {
        let count = |what: &str| played.trace.iter().filter(|line| line.contains(what)).count();
        self.schedules += 1;
        self.steps += played.steps.iter().sum::<u32>();
        self.superseded += count("superseded:");
        self.handed_over += count("HandedOver");
        self.died += count(" dies");
        self.landed_late += count("(too late)");
    }
}

/// Tries all, several at a time, until there is a failure or `enough` time has gone by.
fn try_all(trials: &[Trial], enough: Option<Instant>) -> Happened {
    let (next, happened) = (AtomicUsize::new(0), Mutex::<Happened>::default());
    let is_enough = || enough.is_some_and(|enough| Instant::now() >= enough);
    thread::scope(|scope| {
        for _ in 0..WORLDS {
            scope.spawn(|| {
                let mut world = None;
                while happened.lock().unwrap().failures.len() < MOST_FAILURES && !is_enough() {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(trial) = trials.get(at) else { break };
                    let result = try_one(&mut world, trial, at.is_multiple_of(4));
                    let mut happened = happened.lock().unwrap();
                    match result {
                        Ok(played) => happened.add(&played),
                        Err(wrong) => happened.failures.push(wrong),
                    }
                }
            });
        }
    });
    happened.into_inner().unwrap()
}

/// All schedules of two runs of a situation with up to two switches between them.
fn switches(situation: Situation) -> Vec<Trial> {
    let mut world = None;
    let mut count = |schedule: Schedule, run: usize| {
        let played = try_one(&mut world, &(situation, schedule), false).unwrap_or_else(|wrong| panic!("{wrong}"));
        usize::try_from(played.steps[run]).unwrap_or_default()
    };
    let first = count(Schedule::Switches { first: usize::MAX, second: usize::MAX }, 0);
    let second = count(Schedule::Switches { first: 0, second: usize::MAX }, 1);
    let mut all = Vec::new();
    for at in 0..=first {
        // Before the first run has the lease, and once it has given it back, the second goes its whole way.
        let most = if (3..first).contains(&at) { BEFORE_IT_WAITS.min(second) } else { second };
        all.extend((1..=most).map(|then| (situation, Schedule::Switches { first: at, second: then })));
    }
    all
}

fn number(variable: &str) -> Option<usize> {
    env::var(variable).ok()?.parse().ok()
}

fn trials() -> Vec<Trial> {
    let read = |line: &str| {
        let (name, schedule) = Schedule::read(line);
        (situation(&name), schedule)
    };
    if let Ok(line) = env::var("SIMULATION_SEED") {
        return vec![read(&line)];
    }
    let wanted = number("SIMULATION_SCHEDULES").unwrap_or(SCHEDULES);
    let kept = include_str!("corpus.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut trials: Vec<Trial> = kept.map(read).collect();
    let of_two: Vec<Situation> = ALL.into_iter().filter(|one| (one.events)(one, "").len() == 2).collect();
    let all = side_by_side::try_all(&of_two, WORLDS, || (), |(), situation| switches(*situation)).concat();
    println!("schedules with up to two switches: {}", all.len());
    trials.extend(spread(all, wanted / 2));
    let beyond = wanted.saturating_sub(trials.len());
    trials.extend((0_u64..).zip(ALL.into_iter().cycle()).take(beyond).map(|(seed, it)| (it, Schedule::Seed(seed))));
    trials
}

#[test]
fn every_schedule_ends_as_the_newest_request_wants() {
    let trials = trials();
    let started = Instant::now();
    let enough = number("SIMULATION_SECONDS").map(|seconds| started + Duration::from_secs(seconds as u64));
    let happened = try_all(&trials, enough);
    let Happened { schedules, steps, superseded, handed_over, died, landed_late, failures } = happened;
    println!(
        "{schedules} of {} schedules in {:.0} s: {steps} calls, {superseded} requests superseded, {handed_over} hand-overs, {died} deaths, \
         {landed_late} calls carried out late",
        trials.len(),
        started.elapsed().as_secs_f64()
    );
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
