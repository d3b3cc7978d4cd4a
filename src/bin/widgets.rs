//! The widgets Lambda: makes the clients once, then hands each event to [`Widgets::answer`].

use std::time::SystemTime;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use monitored_endpoint::start::{Built, give_up};
use monitored_endpoint::usage::Moment;
use monitored_endpoint::widgets::{Invocation, Widgets};
use monitored_endpoint::{aws, logging};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logging::start();
    let widgets = &Built::begin(async { Widgets::new(&aws::config_in_lambda(aws::connector()).await) });
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let invocation = Invocation {
            function_arn: &event.context.invoked_function_arn,
            now: Moment::now(),
            time_left: event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default(),
        };
        let widgets = widgets.get().await.unwrap_or_else(|error| give_up(error));
        Ok::<_, Error>(widgets.answer(&event.payload, invocation).await)
    }))
    .await
}
