//! The server: accepts connections on one address, carries out calls and injects the faults that are due.
//! It runs on a thread of its own, so that neither a test's runtime nor its paused clock has a hold on it.

mod connection;
mod serving;

use std::{
    io,
    net::TcpListener,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::Router;
use serde_json::Value;
use tokio::sync::oneshot;

use self::{
    connection::{Cut, Listener},
    serving::respond,
};
use crate::{
    HostingPrice,
    config::Config,
    context::Context,
    error::ControlError,
    fault::FaultRule,
    gate::{Gate, Held},
    journal::CallRecord,
    sagemaker::{self, HostError, transition::Script},
    shared::Shared,
    world::{Models, World},
};
use metric_math::telemetry::{Fleet, FleetError, Metric, MetricStore, Timestamp};

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
        let listener = TcpListener::bind((config.listen, config.port))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let models = Models::read().map_err(io::Error::other)?;
        let shared = Arc::new(Shared::new(World::new(config), models));
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

    /// Stops every call of which `wanted` is true, such as one caller's, or writes alone, right before it is carried out, until the
    /// gate lets it go on or is dropped.
    #[must_use]
    pub fn hold_only(&self, wanted: impl Fn(&Held) -> bool + Send + Sync + 'static) -> Gate {
        self.shared.gates.add(wanted)
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
        self.shared.world().dynamodb.make_table(name);
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
    pub fn publish(&self, streams: impl IntoIterator<Item = Metric>) {
        self.shared.world().cloudwatch.declare(streams);
    }

    /// Changes what has been published, as a test wants that plants what shouldn't be there.
    pub fn edit_metrics(&self, edit: impl FnOnce(&mut MetricStore)) {
        edit(self.shared.world().cloudwatch.store_mut());
    }

    /// Makes the endpoint of a fleet exist with its config and inference components, as they are when the fleet has lived so
    /// long, so that whoever describes it finds what the fleet publishes. Names aren't checked: what a template leaves open has none that SageMaker would take.
    ///
    /// # Errors
    /// Something of that name exists, or the fleet is none that SageMaker could have.
    pub fn host(&self, fleet: &Fleet, lived: Duration) -> Result<(), HostError> {
        let lived = Timestamp::try_from(lived.as_millis()).unwrap_or(Timestamp::MAX);
        let mut world = self.shared.world();
        let World { config, clock, sagemaker, .. } = &mut *world;
        sagemaker::host(&mut Context { state: sagemaker, config, clock }, fleet, lived)
    }

    /// Links an account by `CloudWatch`'s cross-account observability, which has published this and nothing since.
    pub fn link_account(&self, account: &str, published: MetricStore) {
        self.shared.world().cloudwatch.link(account, published);
    }

    /// Whether `OTel` enrichment runs; it doesn't at first.
    pub fn set_enrichment(&self, running: bool) {
        self.shared.world().cloudwatch.set_enrichment(running);
    }

    /// Simulates a fleet that started so long ago: it has published since, and goes on as the clock does. Another one of
    /// the same endpoint ends it.
    ///
    /// # Errors
    /// The fleet contradicts itself.
    pub fn simulate(&self, mut fleet: Fleet, started_ago: Duration) -> Result<(), FleetError> {
        let started_ago = u64::try_from(started_ago.as_millis()).unwrap_or(u64::MAX);
        let mut world = self.shared.world();
        world.config.facts.apply(&mut fleet);
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
