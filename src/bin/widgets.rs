//! The widgets Lambda: makes the clients once, then hands each event to [`Widgets::respond`], or to [`Export::run`] where it asks for an export.

use aws_config::SdkConfig;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use monitored_endpoint::chargeback::{Export, ExportError, ExportRequest, Settings};
use monitored_endpoint::deadline::time_left;
use monitored_endpoint::fleet::FleetReader;
use monitored_endpoint::reconcile::reason;
use monitored_endpoint::start::{Built, give_up, given, is_on};
use monitored_endpoint::usage::Moment;
use monitored_endpoint::widgets::{PanelCall, Widgets};
use monitored_endpoint::{aws, logging};
use serde_json::Value;

/// What the function does, and in one of the two it has a bucket for exports.
struct Function {
    widgets: Widgets,
    export: Option<Export>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logging::start();
    let function = &Built::begin(async {
        let config = aws::config_in_lambda(aws::connector()).await;
        let settings = Settings::read(given);
        Function { widgets: widgets(&config), export: settings.map(|settings| Export::new(&config, settings)) }
    });
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let function = function.get().await.unwrap_or_else(|error| give_up(error));
        match ExportRequest::read(&event.payload) {
            Some(asked) => {
                function.exported(asked, &event).await.map(Value::String).map_err(|error| Error::from(reason(&error)))
            }
            None => Ok(function.drawn(&event).await),
        }
    }))
    .await
}

impl Function {
    async fn exported(
        &self,
        asked: Result<ExportRequest, ExportError>,
        event: &LambdaEvent<Value>,
    ) -> Result<String, ExportError> {
        let export = self.export.as_ref().ok_or(ExportError::SwitchedOff)?;
        export.run(asked?, &event.context.invoked_function_arn, Moment::now()).await
    }

    async fn drawn(&self, event: &LambdaEvent<Value>) -> Value {
        let call = PanelCall {
            function_arn: &event.context.invoked_function_arn,
            now: Moment::now(),
            time_left: time_left(event.context.deadline()),
        };
        self.widgets.respond(&event.payload, call).await
    }
}

/// The panels that the environment describes: `FLEET_READS` has them look at all endpoints, too.
fn widgets(config: &SdkConfig) -> Widgets {
    let fleet = is_on("FLEET_READS").then(|| FleetReader::new(config, given("REQUEST_TABLE").as_deref()));
    Widgets::new(config).with_fleet(fleet)
}
