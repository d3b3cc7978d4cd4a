//! Every call the stand-in received, in order.
//! A record is opened when the call arrives and closed when it is answered, so that calls in flight show too.

use serde::Serialize;
use serde_json::Value;

/// One call as the journal keeps it.
#[derive(Debug, Clone, Serialize)]
pub struct CallRecord {
    /// Counts calls since the start, in order of arrival, from 1.
    pub id: u64,
    /// `sagemaker`, `cloudwatch`, `pricing` or `dynamodb`.
    pub service: &'static str,
    /// Who called, as its `User-Agent` says, which differs by SDK.
    pub user_agent: String,
    /// The application's name that the caller's SDK was given (`app/NAME` in its user agent), which differs by caller.
    pub caller: Option<String>,
    /// The operation's name, such as `PutDashboard`.
    pub operation: String,
    /// Whether the operation may change something: everything but `Describe…`, `List…`, `Get…` and `Scan`.
    pub write: bool,
    /// The HTTP status of the answer; none while the call is in flight, or when nobody was
    /// answered: the connection was closed, or the caller had hung up.
    pub status: Option<u16>,
    /// The error's code as an SDK shows it.
    pub error_code: Option<String>,
    /// The fault that was injected, by its name in the control interface.
    pub fault: Option<&'static str>,
    /// The request, read from whichever protocol it came in.
    pub request: Value,
    /// Milliseconds since the stand-in started, on its own clock.
    pub at_ms: u64,
    /// Its place in the order in which calls were carried out, from 1; none while it wasn't, or if it never reached the service.
    pub done: Option<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Journal {
    records: Vec<CallRecord>,
    /// How many records were cleared away: positions stay valid for calls in flight.
    cleared: usize,
    /// How many calls were carried out.
    done: u64,
}

impl Journal {
    pub(crate) fn open(&mut self, record: CallRecord) -> usize {
        self.records.push(record);
        self.cleared + self.records.len() - 1
    }

    pub(crate) fn close(&mut self, position: usize, change: impl FnOnce(&mut CallRecord)) {
        if let Some(record) = position.checked_sub(self.cleared).and_then(|at| self.records.get_mut(at)) {
            change(record);
        }
    }

    /// The place of a call that is carried out now.
    pub(crate) fn next_done(&mut self) -> u64 {
        self.done += 1;
        self.done
    }

    pub(crate) fn records(&self) -> &[CallRecord] {
        &self.records
    }

    pub(crate) fn clear(&mut self) {
        self.cleared += self.records.len();
        self.records.clear();
    }
}

pub(crate) fn is_write(operation: &str) -> bool {
    !["Describe", "List", "Get", "Scan"].iter().any(|verb| operation.starts_with(verb))
}
