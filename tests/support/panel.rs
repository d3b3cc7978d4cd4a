//! Interactive panels as a dashboard asks for them, and their HTML as a test reads it.

use std::time::Duration;

use monitored_endpoint::widgets::{PanelCall, Widgets};
use serde_json::{Value, json};

use super::fleet::{Account, PRICE};

/// The panels' function.
pub(crate) const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:monitored-endpoint-widgets";

/// What a dashboard sends that shows the last 30 minutes.
pub(crate) fn event(account: &Account, panel: &str) -> Value {
    let (start, end) = ((account.now.0 - 1800) * 1000, account.now.0 * 1000);
    json!({
        "Panel": panel, "EndpointName": "chat", "Region": "us-east-1", "CostPerHour": PRICE,
        "widgetContext": {
            "dashboardName": "chat-monitoring", "widgetId": "widget-1", "accountId": "123456789012", "locale": "en",
            "timezone": {"label": "UTC", "offsetISO": "+00:00", "offsetInMinutes": 0},
            "period": 60, "isAutoPeriod": true,
            "timeRange": {"mode": "relative", "start": start, "end": end, "relativeStart": 1_800_000},
            "theme": "light", "linkCharts": true, "title": "", "forms": {"all": {}}, "params": {},
            "width": 900, "height": 400
        }
    })
}

pub(crate) fn answer(account: &Account, event: &Value) -> String {
    answer_within(account, event, Duration::from_mins(1))
}

pub(crate) fn answer_within(account: &Account, event: &Value, time_left: Duration) -> String {
    let call = PanelCall { function_arn: ARN, now: account.now, time_left };
    account.block_on(Widgets::new(&account.config).answer(event, call))
}

/// The figure of a headline.
#[track_caller]
pub(crate) fn tile<'h>(html: &'h str, name: &str) -> &'h str {
    let (_, rest) = html
        .split_once(&format!("data-tile=\"{name}\"><span class=\"value\">"))
        .unwrap_or_else(|| panic!("{name}: {html}"));
    rest.split('<').next().unwrap()
}

/// The text of the row that is marked so.
#[track_caller]
pub(crate) fn row(html: &str, mark: &str) -> String {
    let (_, rest) = html.split_once(&format!("<tr {mark}>")).unwrap_or_else(|| panic!("{mark}: {html}"));
    let row = rest.split("</tr>").next().unwrap();
    let mut text = String::new();
    let mut inside = false;
    for sign in row.chars() {
        match sign {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            sign if !inside => text.push(sign),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
