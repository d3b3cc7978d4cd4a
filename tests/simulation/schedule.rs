//! Schedules: who goes on, call by call. A schedule is written as it is read, so that one that failed can be played again:
//! `b4-endpoint switches 12 3`, `b5-rename seed 88`.
//!
//! As in shuttle (<https://github.com/awslabs/shuttle>), a seed is all there is to a random schedule. Unlike there, the calls of
//! one run that are under way side by side arrive in an order of their own, so a seed nearly always plays the same way again,
//! and not quite always.

use std::fmt;

use fastrand::Rng;

/// The schedule of one situation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// The first run makes so many calls, then the second so many, then the first goes on to its end, then the second.
    Switches { first: usize, second: usize },
    /// Everything is drawn by lot.
    Seed(u64),
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switches { first, second } => write!(f, "switches {first} {second}"),
            Self::Seed(seed) => write!(f, "seed {seed}"),
        }
    }
}

impl Schedule {
    /// Reads a situation's name and its schedule.
    pub(crate) fn read(line: &str) -> (String, Self) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| words[at].parse().unwrap_or_else(|_| panic!("no schedule: {line}"));
        let schedule = match (words.get(1).copied(), words.len()) {
            (Some("switches"), 4) => Self::Switches { first: number(2), second: number(3) },
            (Some("seed"), 3) => Self::Seed(words[2].parse().unwrap_or_else(|_| panic!("no seed: {line}"))),
            _ => panic!("no schedule: {line}"),
        };
        (words[0].to_owned(), schedule)
    }

    pub(crate) fn decider(self) -> Decider {
        match self {
            Self::Switches { first, second } => Decider::Switches { left: [first, second] },
            Self::Seed(seed) => Decider::Lots(Box::new(Lots::drawn(seed))),
        }
    }
}

/// A run that can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) run: usize,
    /// Whether it only looks again and again, for something that another run, or time, has to do.
    pub(crate) waits: bool,
}

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// The next event comes in.
    Deliver,
    /// A call of this run goes on.
    Step(usize),
    /// Time passes.
    Wind,
}

/// What becomes of a call that may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    CarriedOut,
    /// The connection breaks first.
    Lost,
    /// The connection breaks, and the call is carried out later, after so many steps.
    Late(u32),
    /// The process dies.
    Dies,
}

/// What befalls calls that are yet to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    Throttled,
    ServerError,
    AnswerLost,
}

pub(crate) enum Decider {
    Switches { left: [usize; 2] },
    Lots(Box<Lots>),
}

/// How a random schedule is drawn.
pub(crate) struct Lots {
    rng: Rng,
    /// How likely the run that went on last goes on, in percent.
    sticks: u32,
    /// How likely the next event comes in at a step.
    delivers: u32,
    last: usize,
    /// Troubles left, so that what passes does pass.
    troubles: u32,
    /// At which step of it a run dies.
    dies_at: Option<u32>,
    pub(crate) traits: Traits,
}

/// What a random schedule is like as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traits {
    /// This event is delivered twice: at once, or after all others.
    pub(crate) twice: Option<(usize, bool)>,
    /// Events come in in the wrong order.
    pub(crate) reordered: bool,
    /// This run dies, and has a life short enough for others to wait for its end.
    pub(crate) dies: Option<usize>,
    /// This run's time ends while it waits for the endpoint, or for another run.
    pub(crate) hands_over: Option<usize>,
    /// What is handed over is delivered twice.
    pub(crate) handed_over_twice: bool,
}

impl Traits {
    pub(crate) fn shortens_lives(self) -> bool {
        self.dies.is_some() || self.hands_over.is_some()
    }
}

impl Lots {
    fn drawn(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut once_in = |sides: u32| rng.u32(0..sides) == 0;
        let (twice, reordered) = (once_in(5), once_in(12));
        let dies = once_in(12);
        let hands_over = !dies && once_in(14);
        let has_troubles = once_in(3);
        let dies = dies.then(|| rng.usize(0..2));
        let hands_over = hands_over.then(|| rng.usize(0..2));
        let twice = twice.then(|| (rng.usize(0..2), rng.bool()));
        // Drawn apart, so that the seeds of before play as they did.
        let handed_over_twice = hands_over.is_some() && Rng::with_seed(!seed).bool();
        let traits = Traits { twice, reordered, dies, hands_over, handed_over_twice };
        let sticks = [0, 50, 80, 95][rng.usize(0..4)];
        let delivers = [2, 5, 15, 100][rng.usize(0..4)];
        let troubles = if has_troubles { rng.u32(1..4) } else { 0 };
        let dies_at = dies.map(|_| rng.u32(1..32));
        Self { rng, sticks, delivers, last: 0, troubles, dies_at, traits }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(0..100) < percent
    }

    fn next(&mut self, live: &[Live], may_deliver: bool) -> Action {
        if may_deliver && (live.is_empty() || self.chance(self.delivers)) {
            return Action::Deliver;
        }
        let busy: Vec<usize> = live.iter().filter(|live| !live.waits).map(|live| live.run).collect();
        if busy.is_empty() && !(may_deliver && self.chance(50)) || self.chance(1) {
            return Action::Wind;
        }
        if busy.is_empty() {
            return Action::Deliver;
        }
        if !(busy.contains(&self.last) && self.chance(self.sticks)) {
            let from: Vec<usize> = if self.chance(10) { live.iter().map(|live| live.run).collect() } else { busy };
            self.last = from[self.rng.usize(0..from.len())];
        }
        Action::Step(self.last)
    }
}

impl Decider {
    pub(crate) fn traits(&self) -> Traits {
        match self {
            Self::Switches { .. } => Traits::default(),
            Self::Lots(lots) => lots.traits,
        }
    }

    /// What happens next, of what can: `live` runs in the order in which they began, and an event that `may` come in.
    pub(crate) fn next(&mut self, live: &[Live], may_deliver: bool) -> Action {
        match self {
            Self::Lots(lots) => lots.next(live, may_deliver),
            Self::Switches { .. } if may_deliver => Action::Deliver,
            Self::Switches { left } => switches(left, live),
        }
    }

    /// What becomes of a call of `run`, its `step`th.
    pub(crate) fn fate(&mut self, run: usize, step: u32) -> Fate {
        let Self::Lots(lots) = self else { return Fate::CarriedOut };
        if lots.traits.dies == Some(run) && lots.dies_at == Some(step) {
            return Fate::Dies;
        }
        if lots.troubles == 0 || !lots.chance(5) {
            return Fate::CarriedOut;
        }
        lots.troubles -= 1;
        if lots.chance(50) { Fate::Lost } else { Fate::Late(lots.rng.u32(1..12)) }
    }

    /// What befalls the next call that comes in, if anything does.
    pub(crate) fn weather(&mut self) -> Option<Weather> {
        let Self::Lots(lots) = self else { return None };
        if lots.troubles == 0 || !lots.chance(4) {
            return None;
        }
        lots.troubles -= 1;
        let all = [Weather::Throttled, Weather::ServerError, Weather::AnswerLost];
        Some(all[lots.rng.usize(0..all.len())])
    }

    /// Which of so many calls of one run, made side by side, goes on first.
    pub(crate) fn which(&mut self, calls: usize) -> usize {
        match self {
            Self::Switches { .. } => 0,
            Self::Lots(lots) => lots.rng.usize(0..calls),
        }
    }

    /// Of what a dead process left, whether a call is carried out all the same.
    pub(crate) fn lands(&mut self) -> bool {
        match self {
            Self::Switches { .. } => false,
            Self::Lots(lots) => lots.chance(60),
        }
    }
}

/// Whose turn it is, of runs that go on for as many calls as they have `left` and then to their ends.
fn switches(left: &mut [usize; 2], live: &[Live]) -> Action {
    let find = |run: usize| live.iter().find(|live| live.run == run);
    let turn = left.iter().position(|left| *left > 0);
    let order = if turn == Some(1) { [1, 0] } else { [0, 1] };
    if turn == Some(0) && find(0).is_some_and(|first| first.waits) {
        // For time alone: the second has done nothing yet.
        return Action::Wind;
    }
    let goes_on = |run: usize| find(run).filter(|live| !live.waits);
    // Whatever else there is comes after the two.
    let others = live.iter().filter(|live| live.run > 1 && !live.waits).min_by_key(|live| live.run);
    let Some(next) = order.into_iter().find_map(goes_on).or(others) else { return Action::Wind };
    if let Some(turn) = turn {
        left[turn] = if next.run == turn { left[turn] - 1 } else { 0 };
    }
    Action::Step(next.run)
}
