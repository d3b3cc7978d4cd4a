//! The provider Lambda: makes the clients once, then hands each event to [`Provider::handle`].

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use monitored_endpoint::aws::{self, Handover, RequestTable};
use monitored_endpoint::callback::{Delivery, ExtraHosts};
use monitored_endpoint::ledger::Ledger;
use monitored_endpoint::logging;
use monitored_endpoint::plan::RunbooksUrl;
use monitored_endpoint::reconcile::{Reconciler, reason};
use monitored_endpoint::request::{Invocation, Provider};
use monitored_endpoint::start::{Built, give_up, given, is_on};
use serde_json::value::RawValue;

/// The longest pause before something that is changing is described again, unless `POLL_INTERVAL_MS` says otherwise.
const POLL_INTERVAL: Duration = Duration::from_secs(30);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logging::start();
    let provider = &Built::begin(provider());
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        let function_arn = Some(event.context.invoked_function_arn.clone()).filter(|arn| !arn.is_empty());
        let invocation = Invocation { ends: event.context.deadline(), function_arn };
        let provider = provider.get().await.unwrap_or_else(|error| give_up(error));
        provider.handle(&event.payload, invocation).await.map_err(|error| Error::from(reason(&error)))
    }))
    .await
}

/// The page of runbooks, where it is one: no stack fails for want of a link.
fn runbooks(url: &str) -> Option<RunbooksUrl> {
    let read = RunbooksUrl::parse(url);
    read.inspect_err(|error| {
        tracing::error!(%error, "RUNBOOKS_URL can't be linked to, so descriptions of alarms have no link; give an https URL");
    })
    .ok()
}

/// The provider that the environment describes.
async fn provider() -> Provider {
    let poll_interval = given("POLL_INTERVAL_MS").and_then(|ms| ms.parse().ok());
    let longest_pause = poll_interval.map_or(POLL_INTERVAL, Duration::from_millis);
    let connector = aws::connector();
    let config = aws::config_in_lambda(connector.clone()).await;
    let reconciler = Reconciler::new(&config, longest_pause)
        .with_widgets(given("WIDGETS_FUNCTION_ARN"))
        .with_fleet_reads(is_on("FLEET_READS"))
        .with_runbooks(given("RUNBOOKS_URL").and_then(|url| runbooks(&url)));
    let ledger = if let Some(table) = given("REQUEST_TABLE") {
        Ledger::in_table(RequestTable::new(&config, &table), longest_pause)
    } else {
        tracing::warn!("REQUEST_TABLE names no table, so what requests did is remembered in this process only");
        Ledger::in_memory(longest_pause)
    };
    let extra_hosts = ExtraHosts::parse(&given("EXTRA_RESPONSE_HOSTS").unwrap_or_default());
    Provider::new(reconciler, ledger, Delivery::through(connector), extra_hosts)
        .with_handover(Handover::new(&config))
        .with_upkeep(is_on("KEEP_MONITORING"))
        .with_panic_drill(is_on("PANIC_DRILL"))
}
