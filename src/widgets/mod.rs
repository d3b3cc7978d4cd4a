//! The interactive panels: custom widgets of a CloudWatch dashboard, answered by a Lambda of their own that reads only.
//!
//! The dashboard sends an event with the widget's parameters and what its viewer has chosen, and shows the HTML that
//! comes back; whatever goes wrong comes back as a panel that says it. Script isn't allowed there, so buttons are
//! `<cwdb-action>` elements that have the dashboard call this function again:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html> and
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_interactivity.html>.

mod choice;
mod cluster;
mod context;
mod controls;
mod cost;
mod data_source;
mod fleet;
mod frame;
mod map;
mod models;
mod regional;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aws_config::SdkConfig;
use futures_util::FutureExt as _;
use maud::{Markup, html};
use serde_json::{Map, Value};
use thiserror::Error;
use tokio::time::timeout;

use crate::fleet::{FleetQuestion, FleetReader};
pub use crate::panel_params::InteractivePanel;
use crate::panel_params::{FleetParams, PanelParams};
use crate::place::Arn;
use crate::reconcile::reason;
use crate::usage::{Moment, Question, Reader, TimeRange, Usage, UsageError};
use choice::{BadChoice, Choice, RANGE};
use context::WidgetContext;
use regional::Regional;

/// What `{"describe": true}` is answered with.
const DOCUMENTATION: &str = include_str!("describe.md");

/// The panels, and the services that they ask. Made once per process.
#[derive(Clone, Debug)]
pub struct Widgets {
    reader: Regional<Reader>,
    /// Who reads all endpoints, where that is switched on.
    fleet: Option<Regional<FleetReader>>,
}

/// One call of the function.
#[derive(Clone, Copy, Debug)]
pub struct PanelCall<'a> {
    /// The function that is called, as its ARN was given: what buttons are to call again.
    pub function_arn: &'a str,
    /// The present.
    pub now: Moment,
    /// How long the call may take.
    pub time_left: Duration,
}

/// Time for drawing and sending, which waiting for AWS must not use up: a function that is cut off shows nothing.
const RESERVE: Duration = Duration::from_secs(1);

/// Why a panel shows a sentence in place of numbers.
#[derive(Debug, Error)]
enum WidgetError {
    #[error("the widget's parameters can't be used: {0}")]
    Params(String),
    #[error(transparent)]
    Choice(#[from] BadChoice),
    #[error(transparent)]
    Usage(#[from] UsageError),
    #[error("SageMaker and CloudWatch have not answered in time; try again, or choose a shorter time range")]
    OutOfTime,
    #[error("this function may not read all endpoints; deploy the provider's stack with FleetReads set to true")]
    NoFleetReads,
}

impl Widgets {
    /// With the Region, credentials and endpoint URLs of `config`.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self::over(Reader::new(config))
    }

    /// Over the services that `reader` asks.
    #[must_use]
    pub fn over(reader: Reader) -> Self {
        Self { reader: Regional::new(reader), fleet: None }
    }

    /// Also draws the panel over a fleet, and answers for its alarm.
    #[must_use]
    pub fn with_fleet(mut self, fleet: Option<FleetReader>) -> Self {
        self.fleet = fleet.map(Regional::new);
        self
    }

    /// Answers one event: a dashboard's with text, and CloudWatch's request for a number with an object.
    pub async fn respond(&self, event: &Value, call: PanelCall<'_>) -> Value {
        if data_source::is_request(event) {
            return self.measured(event, call).await;
        }
        Value::String(self.answer(event, call).await)
    }

    async fn measured(&self, event: &Value, call: PanelCall<'_>) -> Value {
        if event["EventType"] == "DescribeGetMetricData" {
            return data_source::description();
        }
        let params = match data_source::params(event) {
            Ok(params) => params,
            Err(mistake) => return data_source::refusal("Validation", &mistake),
        };
        match self.fleet_reader(&params) {
            Ok(reader) => data_source::answer(event, params, &reader, call.now).await,
            Err(error) => data_source::refusal("Forbidden", &reason(&error)),
        }
    }

    /// Answers one event, with HTML or, where documentation is asked for, with Markdown.
    pub async fn answer(&self, event: &Value, call: PanelCall<'_>) -> String {
        if event["describe"] == Value::Bool(true) {
            return DOCUMENTATION.to_owned();
        }
        let context = WidgetContext::read(event);
        let forwarded = forwarded(event);
        let panel = AssertUnwindSafe(self.panel(event, &forwarded, &context, call)).catch_unwind().await;
        let body = match panel {
            Ok(Ok(body)) => body,
            Ok(Err(error)) => {
                let reason = reason(&error);
                tracing::warn!(reason, "a panel could not be drawn");
                frame::error(&reason, call.function_arn, &forwarded)
            }
            Err(_) => frame::error("the panel failed; the function's log says where", call.function_arn, &forwarded),
        };
        frame::frame(&context, &body).into_string()
    }

    async fn panel(
        &self,
        event: &Value,
        forwarded: &Map<String, Value>,
        context: &WidgetContext,
        call: PanelCall<'_>,
    ) -> Result<Markup, WidgetError> {
        if FleetParams::asks_for_fleet(forwarded) {
            return self.fleet_panel(event, forwarded, context, call).await;
        }
        let params = PanelParams::read(forwarded).map_err(WidgetError::Params)?;
        let choice = Choice::read(event);
        let question = Question::of_panel(&params, choice.range(context)?, call.now);
        let reader = self.reader.of(params.region.as_deref(), Reader::in_region);
        let patience = call.time_left.saturating_sub(RESERVE);
        let usage = timeout(patience, reader.read(&question)).await.map_err(|_| WidgetError::OutOfTime)??;
        let controls = controls::controls(&choice, context, call.function_arn, forwarded);
        Ok(draw(&usage, &params, context, &controls))
    }

    async fn fleet_panel(
        &self,
        event: &Value,
        forwarded: &Map<String, Value>,
        context: &WidgetContext,
        call: PanelCall<'_>,
    ) -> Result<Markup, WidgetError> {
        let params = FleetParams::read(forwarded).map_err(WidgetError::Params)?;
        let choice = Choice::read(event);
        let now = call.now;
        let (from, until) = match choice.range(context)? {
            TimeRange::Last(seconds) => (now.0 - i64::from(seconds), now.0),
            TimeRange::Between { from, until } => (from.0, until.0.min(now.0)),
        };
        let reader = self.fleet_reader(&params)?;
        let question = FleetQuestion {
            from,
            until,
            now: now.0,
            prices: params.prices,
            excluded: params.excluded,
            linked_accounts: params.linked_accounts,
            account: Arn::parse(call.function_arn).unwrap_or_default().account.to_owned(),
        };
        let patience = call.time_left.saturating_sub(RESERVE);
        let usage = timeout(patience, reader.read(&question)).await.map_err(|_| WidgetError::OutOfTime)??;
        let controls = controls::controls(&choice, context, call.function_arn, forwarded);
        let panel = fleet::fleet(&usage, context, fleet::Rank::read(event), call.function_arn, forwarded);
        Ok(html! { (controls) (panel) })
    }

    /// Who reads all endpoints of the Region that parameters name.
    fn fleet_reader(&self, params: &FleetParams) -> Result<FleetReader, WidgetError> {
        let fleet = self.fleet.as_ref().ok_or(WidgetError::NoFleetReads)?;
        Ok(fleet.of(params.region.as_deref(), FleetReader::in_region))
    }
}

/// The widget's parameters, for buttons to send back as they came: what is at the top of the event, over what the widget
/// was configured with.
fn forwarded(event: &Value) -> Map<String, Value> {
    let configured = event["widgetContext"]["params"].as_object();
    let at_top = event.as_object();
    let all = configured.into_iter().flatten().chain(at_top.into_iter().flatten());
    let ours = |(name, _): &(&String, &Value)| !["widgetContext", "describe", RANGE].contains(&name.as_str());
    all.filter(ours).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn draw(usage: &Usage, params: &PanelParams, context: &WidgetContext, controls: &Markup) -> Markup {
    let panel = match params.panel {
        InteractivePanel::Cluster => cluster::cluster(usage, params, context),
        InteractivePanel::Cost => cost::cost(usage, params),
    };
    frame::panel(usage, context, controls, &panel)
}

/// Draws a panel of what was read, without asking anything: what `benches/widgets.rs` measures.
///
/// # Errors
/// What is wrong with the widget's parameters.
pub fn render(event: &Value, usage: &Usage, function_arn: &str) -> Result<String, String> {
    let context = WidgetContext::read(event);
    let forwarded = forwarded(event);
    let params = PanelParams::read(&forwarded)?;
    let controls = controls::controls(&Choice::read(event), &context, function_arn, &forwarded);
    Ok(frame::frame(&context, &draw(usage, &params, &context, &controls)).into_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_at_the_top_of_the_event_goes_before_what_was_configured() {
        let event = json!({
            "Panel": "Cost", "EndpointName": "chat", "Range": "PT5M", "describe": false,
            "widgetContext": {"params": {"Panel": "Cluster", "Region": "eu-west-1"}},
        });
        let expected = json!({"Panel": "Cost", "EndpointName": "chat", "Region": "eu-west-1"});
        assert_eq!(Value::Object(forwarded(&event)), expected);
    }
}
