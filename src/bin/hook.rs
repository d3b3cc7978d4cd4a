//! The guardrail's Lambda: hands each event to [`Guardrail::answer`].

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use monitored_endpoint::callback::{Download, ExtraHosts};
use monitored_endpoint::deadline::time_left;
use monitored_endpoint::guardrail::{Guardrail, ServiceToken};
use monitored_endpoint::start::{Built, give_up, given};
use monitored_endpoint::{aws, logging};
use serde_json::Value;
use tokio::time::Instant;

/// Time for evaluating and answering, which fetching a template must not use up.
const RESERVE: Duration = Duration::from_secs(2);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logging::start();
    let guardrail = &Built::begin(async { guardrail() });
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let time_left = time_left(event.context.deadline());
        let guardrail = guardrail.get().await.unwrap_or_else(|error| give_up(error));
        Ok::<_, Error>(guardrail.answer(&event.payload, Instant::now() + time_left.saturating_sub(RESERVE)).await)
    }))
    .await
}

/// The hook that the environment describes.
fn guardrail() -> Guardrail {
    let extra_hosts = ExtraHosts::parse(&given("EXTRA_RESPONSE_HOSTS").unwrap_or_default());
    let token = given("SERVICE_TOKEN_EXPORT").map(ServiceToken).unwrap_or_default();
    Guardrail::new(Download::through(aws::connector()), extra_hosts, token)
}
