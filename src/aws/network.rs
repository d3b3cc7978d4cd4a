//! What becomes of calls that reach nobody: the log says so while they are tried again, and on a developer's machine they are
//! given up soon.
//!
//! In Lambda a network that is away comes back, so a call is tried again for as long as its request has time. On a machine of
//! one's own, where nothing has ever answered, nothing comes back by itself: an address is wrong, or the stand-in isn't running.

use std::env;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::{ConnectorError, DispatchFailure};
use thiserror::Error;

/// How long a developer's machine is tried.
const PATIENCE: Duration = Duration::from_secs(8);
/// The least time between two lines of the log.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Nothing answers, and nothing ever did.
#[derive(Debug, Error)]
#[error("nothing answers at {0}")]
pub(super) struct Unreachable(String);

/// A connector that says in the log when it reaches nobody.
#[derive(Clone, Debug)]
pub(super) struct WatchedConnector {
    connector: SharedHttpConnector,
    contact: Arc<Contact>,
    /// After how long calls are given up, if nothing has answered yet; `None` is never.
    patience: Option<Duration>,
}

/// What the process has seen of the network.
#[derive(Debug, Default)]
struct Contact {
    was_made: AtomicBool,
    silence: Mutex<Option<Silence>>,
}

#[derive(Clone, Copy, Debug)]
struct Silence {
    since: Instant,
    told: Instant,
}

/// Whether a call was given up because nothing ever answered.
pub(super) fn is_given_up(failure: &DispatchFailure) -> bool {
    let source = failure.as_connector_error().and_then(Error::source);
    source.is_some_and(<dyn Error>::is::<Unreachable>)
}

impl WatchedConnector {
    /// Watches `connector`, with a developer's patience where this isn't Lambda: there `LAMBDA_TASK_ROOT` is set
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>), and SAM sets `AWS_SAM_LOCAL` beside it.
    pub(super) fn new(connector: SharedHttpConnector) -> Self {
        let is_local = env::var_os("AWS_SAM_LOCAL").is_some() || env::var_os("LAMBDA_TASK_ROOT").is_none();
        Self { connector, contact: Arc::default(), patience: is_local.then_some(PATIENCE) }
    }

    fn given_up(&self, silence: Duration) -> bool {
        self.patience.is_some_and(|patience| silence >= patience) && !self.contact.was_made.load(Ordering::Relaxed)
    }
}

impl Contact {
    fn made(&self) {
        self.was_made.store(true, Ordering::Relaxed);
        *self.silence.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Notes that nobody was reached, and says so now and then. Gives how long it has been so.
    fn missed(&self, host: &str) -> Duration {
        let now = Instant::now();
        let mut silence = self.silence.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = silence.is_none();
        let silence = silence.get_or_insert(Silence { since: now, told: now });
        if is_first || now - silence.told >= BETWEEN_LINES {
            silence.told = now;
            tracing::warn!(host, seconds = (now - silence.since).as_secs(), "nothing answers there; it is tried again");
        }
        now - silence.since
    }
}

impl HttpConnector for WatchedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let watched = self.clone();
        let uri = request.uri().to_owned();
        HttpConnectorFuture::new(async move {
            let error = match watched.connector.call(request).await {
                Ok(response) => {
                    watched.contact.made();
                    return Ok(response);
                }
                Err(error) => error,
            };
            if !reached_nobody(&error) {
                return Err(error);
            }
            let host = url::Url::parse(&uri).ok().and_then(|uri| uri.host_str().map(str::to_owned)).unwrap_or_default();
            let is_given_up = watched.given_up(watched.contact.missed(&host));
            Err(if is_given_up { ConnectorError::user(Unreachable(host).into()) } else { error })
        })
    }
}

/// Whether there was no connection at all: what breaks later has reached somebody.
fn reached_nobody(error: &ConnectorError) -> bool {
    let refused = [ErrorKind::ConnectionRefused, ErrorKind::HostUnreachable, ErrorKind::NetworkUnreachable];
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        // hyper-util has no type for a name that can't be looked up.
        if kind.is_some_and(|kind| refused.contains(&kind)) || error.to_string().starts_with("dns error") {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use aws_smithy_types::body::SdkBody;

    use super::*;
    use crate::aws::connector;

    fn watched(patience: Option<Duration>) -> WatchedConnector {
        WatchedConnector { connector: connector(), contact: Arc::default(), patience }
    }

    /// An address where nobody listens any more.
    fn nobody() -> String {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        format!("http://127.0.0.1:{port}/")
    }

    async fn call(watched: &WatchedConnector, uri: &str) -> ConnectorError {
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_uri(uri).unwrap();
        watched.call(request).await.unwrap_err()
    }

    #[tokio::test]
    async fn a_developer_s_machine_is_given_up_and_lambda_is_not() {
        let address = nobody();
        let error = call(&watched(Some(Duration::ZERO)), &address).await;
        assert!(error.is_user() && error.source().is_some_and(<dyn Error>::is::<Unreachable>), "{error:?}");
        for patient in [watched(None), watched(Some(Duration::from_mins(1)))] {
            assert!(call(&patient, &address).await.is_io());
        }
    }

    #[tokio::test]
    async fn what_has_answered_before_is_waited_for() {
        let watched = watched(Some(Duration::ZERO));
        watched.contact.made();
        assert!(call(&watched, &nobody()).await.is_io());
    }

    #[tokio::test]
    async fn a_connection_that_breaks_has_reached_somebody() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let closing = std::thread::spawn(move || drop(listener.accept()));
        let error = call(&watched(Some(Duration::ZERO)), &address).await;
        closing.join().unwrap();
        assert!(!error.is_user(), "{error:?}");
    }
}
