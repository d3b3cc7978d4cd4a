//! The widgets Lambda: makes the clients once, then hands each event to [`Widgets::answer`].

use lambda_runtime::{Error, LambdaEvent, service_fn};
use monitored_endpoint::usage::Moment;
use monitored_endpoint::widgets::Widgets;
use monitored_endpoint::{aws, logging};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logging::start();
    let widgets = Widgets::new(&aws::config().await);
    let widgets = &widgets;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let function_arn = &event.context.invoked_function_arn;
        Ok::<_, Error>(widgets.answer(&event.payload, function_arn, Moment::now()).await)
    }))
    .await
}
