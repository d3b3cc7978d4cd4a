//! Processes of the provider, as Lambda has them: each works on one event at a time, and one that dies takes its calls along.
//!
//! Each is a thread of this process, so that hundreds of them cost nothing and one can be killed between two calls.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use aws_stand_in::Gate;
use tokio::sync::oneshot;

use super::support::harness::{Aws, InProcess, Setup};
use super::support::lambda::Returned;

/// The longest between two looks.
const PAUSE: Duration = Duration::from_millis(2);

/// How a run ended, as soon as it has.
pub(crate) type Ended = Arc<Mutex<Option<Returned>>>;

/// One run of an event.
pub(crate) struct Job {
    pub(crate) event: String,
    pub(crate) ends: SystemTime,
    /// Kills the process, with everything that it is at.
    pub(crate) dies: oneshot::Receiver<()>,
    pub(crate) ended: Ended,
    /// Told of the end.
    pub(crate) gate: Arc<Gate>,
}

/// A process. It ends when it is dropped and has nothing to do.
pub(crate) struct SimulatedProcess {
    /// By which its calls are known.
    pub(crate) name: String,
    /// Whether it keeps monitoring right between requests.
    pub(crate) keeps: bool,
    jobs: Sender<Job>,
}

impl SimulatedProcess {
    /// Starts a process that keeps monitoring right between requests, or doesn't.
    pub(crate) fn start(name: String, aws: &Aws, keeps: bool) -> Self {
        let (jobs, waiting) = mpsc::channel();
        let setup = Setup {
            hands_over: true,
            keeps_monitoring: keeps,
            has_table: true,
            name: Some(name.clone()),
            ..Setup::new(PAUSE)
        };
        let urls = aws.urls();
        thread::spawn(move || work(InProcess::start(&urls, setup), &waiting));
        Self { name, keeps, jobs }
    }

    pub(crate) fn run(&self, job: Job) {
        self.jobs.send(job).unwrap();
    }
}

fn work(provider: InProcess, jobs: &Receiver<Job>) {
    while let Ok(Job { event, ends, dies, ended, gate }) = jobs.recv() {
        let killed = async { drop(dies.await) };
        let returned = provider.run(&[event], ends, killed).remove(0);
        if returned == Returned::Exited {
            // With it goes what the run has left at work.
            drop(provider);
            tell(&ended, returned, &gate);
            return;
        }
        tell(&ended, returned, &gate);
    }
}

fn tell(ended: &Ended, returned: Returned, gate: &Gate) {
    *ended.lock().unwrap() = Some(returned);
    gate.wake();
}
