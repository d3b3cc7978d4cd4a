//! Where answers arrive: stands in for the presigned URL that CloudFormation waits on.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::http::{HttpPeer, Reply, Request};

/// Part of every URL given out, to be looked for where it must not be.
pub(crate) const SIGNATURE: &str = "X-Amz-Signature=5ec7e75ec7e75ec7e7";

#[derive(Debug, Default)]
struct Shared {
    received: Vec<Request>,
    script: VecDeque<Reply>,
}

/// Records every request, and answers 200 unless scripted otherwise.
#[derive(Debug)]
pub(crate) struct AnswerReceiver {
    peer: HttpPeer,
    shared: Arc<Mutex<Shared>>,
}

impl AnswerReceiver {
    pub(crate) fn start() -> Self {
        let shared = Arc::<Mutex<Shared>>::default();
        let peer = {
            let shared = Arc::clone(&shared);
            HttpPeer::start(move |request| {
                let mut shared = shared.lock().unwrap();
                shared.received.push(request);
                shared.script.pop_front().unwrap_or_else(|| Reply::status(200))
            })
        };
        Self { peer, shared }
    }

    /// What the next requests get; later ones are accepted again.
    pub(crate) fn will(&self, replies: impl IntoIterator<Item = Reply>) {
        self.shared.lock().unwrap().script.extend(replies);
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/answers/stack?X-Amz-Expires=7200&{SIGNATURE}", self.peer.authority())
    }

    pub(crate) fn authority(&self) -> String {
        self.peer.authority()
    }

    /// Everything received since the last time, which is forgotten here.
    pub(crate) fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.shared.lock().unwrap().received)
    }

    /// The one answer since the last time.
    pub(crate) fn take_one(&self) -> Value {
        let received = self.take();
        assert_eq!(received.len(), 1, "one answer is wanted: {received:?}");
        serde_json::from_str(&received[0].body).unwrap()
    }
}
