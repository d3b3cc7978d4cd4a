//! The server: accepts connections on loopback, carries out calls and injects the faults that are due.
//! It runs on a thread of its own, so that neither a test's runtime nor its paused clock has a hold on it.

mod connection;

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{Response, StatusCode, header::USER_AGENT},
};
use serde_json::Value;
use tokio::sync::oneshot;

use self::connection::{Cut, Listener};
use crate::{
    HostingPrice, MetricStream, control,
    error::ServiceError,
    fault::{self, Fault, FaultRule},
    journal::{CallRecord, is_write},
    sagemaker::transition::Script,
    telemetry::{Fleet, FleetError},
    wire::{self, Call},
    world::{self, Config, ControlError, Models, World},
};

/// The largest request that is read, in bytes.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// What all connections share.
pub(crate) struct Shared {
    world: Mutex<World>,
    pub(crate) models: Models,
    calls: AtomicU64,
}

impl Shared {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running stand-in. It stops, and closes every connection, when it is dropped.
pub struct StandIn {
    url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl StandIn {
    /// Starts a stand-in; it answers as soon as this returns.
    ///
    /// # Errors
    /// The port can't be bound, or the thread or its runtime can't be made.
    pub fn start(config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let models = Models::read().map_err(io::Error::other)?;
        let shared = Arc::new(Shared { world: Mutex::new(World::new(config)), models, calls: AtomicU64::new(0) });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _guard = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let app = Router::new().fallback(respond).with_state(Arc::clone(&shared));
        let thread = thread::Builder::new().name("stand-in".into()).spawn(move || {
            runtime.block_on(async {
                let serving = axum::serve(Listener(listener), app.into_make_service_with_connect_info::<Cut>());
                tokio::select! {
                    result = serving => if let Err(error) = result { tracing::error!(%error, "the server ended") },
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { url, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens, such as `http://127.0.0.1:40123`; the endpoint URL of all services.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes a fault rule. It counts calls from now on.
    ///
    /// # Errors
    /// No operation has the name that the rule gives.
    pub fn add_fault(&self, rule: FaultRule) -> Result<(), ControlError> {
        self.shared.world().add_fault(rule, &self.shared.models)
    }

    /// Forgets all fault rules.
    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    /// Every call since the start or the last [`Self::clear_calls`], in order of arrival.
    #[must_use]
    pub fn calls(&self) -> Vec<CallRecord> {
        self.shared.world().journal.records().to_vec()
    }

    /// Empties the journal.
    pub fn clear_calls(&self) {
        self.shared.world().journal.clear();
    }

    /// Everything that exists, as `GET /_stand-in/state` gives it.
    #[must_use]
    pub fn state(&self) -> Value {
        self.shared.world().describe().unwrap_or_default()
    }

    /// Makes a `DynamoDB` table with the partition key `Resource`, a string. One of that name stays as it is.
    pub fn make_table(&self, name: &str) {
        let mut world = self.shared.world();
        let now = world.clock.now();
        world.dynamodb.make_table(name, now);
    }

    /// The items of a table in `DynamoDB`'s JSON, such as `{"Resource": {"S": "…"}}`, ordered by key; none if there is no such table.
    #[must_use]
    pub fn table(&self, name: &str) -> Vec<Value> {
        self.shared.world().dynamodb.items(name).unwrap_or_default()
    }

    /// Forgets every resource, metric, script and item, and prices that were set; keeps tables, faults, journal and clock.
    pub fn reset(&self) {
        self.shared.world().reset();
    }

    /// Winds the clock forward.
    pub fn advance(&self, forward: Duration) {
        self.shared.world().clock.wind(forward);
    }

    /// Decides what the next creation, update or deletion of an endpoint comes to. Several are played in order.
    pub fn script(&self, endpoint: &str, script: Script) {
        self.shared.world().sagemaker.script(endpoint, script);
    }

    /// Sets a running variant's instance count, as autoscaling would.
    ///
    /// # Errors
    /// There is no such endpoint or variant.
    pub fn scale(&self, endpoint: &str, variant: &str, instances: i32) -> Result<(), ControlError> {
        self.shared.world().sagemaker.scale(endpoint, variant, instances)
    }

    /// Puts prices on the Price List, in the place of those for the same Region and instance type.
    pub fn set_prices(&self, prices: impl IntoIterator<Item = HostingPrice>) {
        self.shared.world().pricing.set(prices);
    }

    /// Declares metric streams, for `ListMetrics` to find.
    pub fn publish(&self, streams: impl IntoIterator<Item = MetricStream>) {
        self.shared.world().cloudwatch.declare(streams);
    }

    /// Simulates a fleet that started so long ago: it has published since, and goes on as the clock does. Another one of
    /// the same endpoint ends it.
    ///
    /// # Errors
    /// The fleet contradicts itself.
    pub fn simulate(&self, fleet: Fleet, started_ago: Duration) -> Result<(), FleetError> {
        let started_ago = u64::try_from(started_ago.as_millis()).unwrap_or(u64::MAX);
        let mut world = self.shared.world();
        let now = world.clock.now();
        world.cloudwatch.simulate(fleet, started_ago, now)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended already; then there is nobody left to tell.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn respond(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "the body can't be read, or is too large");
    };
    if let Some(path) = parts.uri.path().strip_prefix(control::PREFIX) {
        return control::respond(&shared, &parts.method, path, parts.uri.query().unwrap_or_default(), &body);
    }
    let Some(call) = wire::identify(parts.uri.path(), &parts.headers) else {
        return plain(
            StatusCode::NOT_FOUND,
            "no call to SageMaker or the Price List (awsJson1.1), CloudWatch (rpcv2Cbor, awsJson1.0) or DynamoDB (awsJson1.0), and no control path",
        );
    };
    let region = shared.world().config.region.clone();
    let signed = wire::check_signature(call.service, &region, &parts.headers);
    let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    serve(&shared, &cut, &call, user_agent, signed, body).await
}

/// Serves one call: journal, faults, the operation itself.
async fn serve(
    shared: &Shared,
    cut: &Cut,
    call: &Call,
    user_agent: &str,
    signed: Result<(), ServiceError>,
    body: Bytes,
) -> Response<Body> {
    let number = shared.calls.fetch_add(1, Ordering::Relaxed) + 1;
    let request_id = format!("00000000-0000-4000-8000-{number:012x}");
    let request = signed.and_then(|()| wire::read(call.protocol, &body));
    let (position, verdict) = {
        let mut world = shared.world();
        let record = CallRecord {
            service: call.service.name(),
            user_agent: user_agent.to_owned(),
            operation: call.operation.clone(),
            write: is_write(&call.operation),
            status: None,
            error_code: None,
            fault: None,
            request: request.as_ref().cloned().unwrap_or_default(),
            at_ms: world.clock.since_start(),
        };
        (world.journal.open(record), world.faults.judge(&call.operation))
    };
    if !verdict.delay.is_zero() {
        tokio::time::sleep(verdict.delay).await;
    }
    let mut world = shared.world();
    let injected = verdict.fault.as_ref().map(Fault::name).or((!verdict.delay.is_zero()).then_some("delay_ms"));
    if matches!(verdict.fault, Some(Fault::Drop {})) {
        world.journal.close(position, |record| record.fault = injected);
        cut.now();
        return Response::default();
    }
    let error = verdict.fault.as_ref().and_then(|fault| {
        let request = request.as_ref().unwrap_or(&Value::Null);
        fault::error(fault, call.service, &call.operation, request, &world.config)
    });
    let result = match error {
        Some(error) => Err(error),
        None => request.and_then(|request| {
            world::carry_out(&mut world, &shared.models, call.service, &call.operation, call.protocol, &request)
        }),
    };
    let answered = !matches!(verdict.fault, Some(Fault::DropAnswer {}));
    world.journal.close(position, |record| {
        record.fault = injected;
        record.status = answered.then(|| result.as_ref().map_or_else(|error| error.status, |_| 200));
        record.error_code = result.as_ref().err().map(|error| error.code.clone());
    });
    if !answered {
        cut.now();
        return Response::default();
    }
    match result {
        Ok(body) => wire::answer(call.protocol, &request_id, body),
        Err(error) => wire::refusal(call, shared.models.of(call.service), &request_id, &error),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}
