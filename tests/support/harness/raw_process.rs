//! The real provider as a process that is spoken to directly: whatever it is sent, and whatever it returns.

use std::ops::Deref;

use aws_stand_in::Config;
use serde_json::Value;

use super::aws::Aws;
use crate::support::event::Event;
use crate::support::lambda::{Lambda, Returned};

/// The real process between AWS and a receiver for its answers.
pub(crate) struct RawProcess {
    pub(crate) aws: Aws,
    pub(crate) lambda: Lambda,
}

impl Deref for RawProcess {
    type Target = Aws;

    fn deref(&self) -> &Aws {
        &self.aws
    }
}

impl RawProcess {
    pub(crate) fn start(variables: &[(&str, &str)]) -> Self {
        let aws = Aws::start(Config::default());
        Self { lambda: aws.process(variables), aws }
    }

    /// Runs an event that is answered at the receiver.
    pub(crate) fn invoke(&mut self, event: Event) -> Returned {
        self.lambda.invoke(&event.answered_at(&self.aws.receiver.url()))
    }

    pub(crate) fn answer(&mut self, event: Event) -> Value {
        self.invoke(event);
        self.receiver.take_one()
    }

    pub(crate) fn exists(&self, kind: &str) -> usize {
        self.stand_in.state()[kind].as_array().map_or(0, Vec::len)
    }
}
