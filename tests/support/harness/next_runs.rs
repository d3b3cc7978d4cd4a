//! Lambda's Invoke, by which a run hands over to the next one: keeps the next run's event for whoever runs it.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use std::sync::{Arc, Mutex};

use crate::support::http::{HttpPeer, Reply, Request};
use crate::support::lambda::FUNCTION;

/// The events of next runs.
#[derive(Debug)]
pub(crate) struct NextRuns {
    peer: HttpPeer,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    events: Vec<String>,
    is_denied: bool,
    loses_an_answer: bool,
    lost: usize,
}

impl NextRuns {
    pub(crate) fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        let peer = HttpPeer::start(move |request| shared.lock().unwrap().invoke(request));
        Self { peer, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.peer.authority())
    }

    /// The function may not invoke itself from now on.
    pub(crate) fn deny(&self) {
        self.state.lock().unwrap().is_denied = true;
    }

    /// Whether the next hand-over arrives without its sender hearing of it, who then tries again.
    pub(crate) fn lose_an_answer(&self, whether: bool) {
        self.state.lock().unwrap().loses_an_answer = whether;
    }

    /// The events since the last time, and how many of them are there because an answer was lost, at most.
    pub(crate) fn take(&self) -> (Vec<String>, usize) {
        let mut state = self.state.lock().unwrap();
        (std::mem::take(&mut state.events), std::mem::take(&mut state.lost))
    }
}

impl State {
    fn invoke(&mut self, request: Request) -> Reply {
        if self.is_denied {
            return Reply::status(403)
                .header("x-amzn-errortype", "AccessDeniedException")
                .body(r#"{"Message":"not authorized to perform: lambda:InvokeFunction"}"#);
        }
        // The very version that runs, and nobody waits for the answer of the next run.
        let is_itself = request.path.contains(&FUNCTION.replace(':', "%3A"));
        if !is_itself || request.header("x-amz-invocation-type") != Some("Event") {
            return Reply::status(404)
                .header("x-amzn-errortype", "ResourceNotFoundException")
                .body(format!(r#"{{"Message":"no hand-over: {}"}}"#, request.path));
        }
        self.events.push(request.body);
        if std::mem::take(&mut self.loses_an_answer) {
            self.lost += 1;
            return Reply::Drop;
        }
        Reply::status(202)
    }
}
