//! Custom widgets: the console calls a Lambda function with an event, and shows the HTML that it answers
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html>).
//!
//! Nothing is called here. Whoever draws a page gets the calls that the console would make, and gives back the answers.

use maud::{Markup, PreEscaped, html};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use metric_math::evaluation::dashboard::TimeSpan;

use super::{frame, note::note, theme::Theme};

/// A call of a custom widget's function.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CustomCall {
    /// The widget's number in the body.
    pub number: usize,
    /// The ARN of its function.
    pub endpoint: String,
    /// Whether the call is for the dark theme. A page that follows its reader's theme needs both.
    pub dark: bool,
    /// The event that the function gets.
    pub event: Value,
}

/// What a function answered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomAnswer {
    /// The widget's number in the body.
    pub number: usize,
    /// Whether it is for the dark theme.
    pub dark: bool,
    /// The HTML.
    pub html: String,
}

impl CustomCall {
    /// The call with what was answered.
    #[must_use]
    pub fn answered(&self, html: String) -> CustomAnswer {
        CustomAnswer { number: self.number, dark: self.dark, html }
    }
}

/// The calls for all custom widgets of a body.
#[must_use]
pub fn calls(name: &str, body: &Value, range: TimeSpan, theme: Theme) -> Vec<CustomCall> {
    let themes: &[bool] = match theme {
        Theme::Auto => &[false, true],
        Theme::Light => &[false],
        Theme::Dark => &[true],
    };
    let widgets = body.get("widgets").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let custom = |(_, widget): &(usize, &Value)| widget.get("type").and_then(Value::as_str) == Some("custom");
    let all = widgets.iter().enumerate().filter(custom).flat_map(|(number, widget)| {
        let endpoint = widget.pointer("/properties/endpoint").and_then(Value::as_str).unwrap_or_default().to_owned();
        themes.iter().map(move |dark| CustomCall {
            number,
            endpoint: endpoint.clone(),
            dark: *dark,
            event: event(name, number, widget, range, *dark),
        })
    });
    all.collect()
}

/// The parameters at the top level, with the widget's context.
fn event(name: &str, number: usize, widget: &Value, range: TimeSpan, dark: bool) -> Value {
    let params = widget.pointer("/properties/params").and_then(Value::as_object).cloned().unwrap_or_default();
    let size = frame::inside(widget);
    let mut event: Map<String, Value> = params.clone();
    event.insert(
        "widgetContext".to_owned(),
        json!({
            "dashboardName": name,
            "widgetId": format!("widget-{}", number + 1),
            "locale": "en",
            "timezone": { "label": "UTC", "offsetISO": "+00:00", "offsetInMinutes": 0 },
            "timeRange": { "mode": "absolute", "start": range.start, "end": range.end },
            "theme": if dark { "dark" } else { "light" },
            "title": widget.pointer("/properties/title"),
            "forms": { "all": {} },
            "params": params,
            "width": size.width.floor(),
            "height": size.height.floor(),
        }),
    );
    Value::Object(event)
}

/// The answers for a widget, or a note that there are none. A shadow root keeps the page's style and theirs apart.
pub(crate) fn content(number: usize, answers: &[CustomAnswer]) -> Markup {
    let own: Vec<&CustomAnswer> = answers.iter().filter(|answer| answer.number == number).collect();
    let follows_reader = own.len() > 1;
    html! {
        @if own.is_empty() { (note("A custom widget", "Its function draws it in the CloudWatch console")) }
        @for answer in own {
            div.custom.in-light[follows_reader && !answer.dark].in-dark[follows_reader && answer.dark] {
                // What a function answers is HTML; the page's policy keeps scripts in it from running.
                template shadowrootmode="open" { (PreEscaped(&answer.html)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Value {
        json!({"widgets": [
            {"type": "text", "properties": {"markdown": "a"}},
            {"type": "custom", "width": 12, "height": 9, "properties": {"endpoint": "arn:f", "title": "Cost", "params": {"Panel": "Cost"}}},
        ]})
    }

    #[test]
    fn a_custom_widget_is_called_as_the_console_calls_it() {
        let range = TimeSpan { start: 1000, end: 61_000 };
        let calls = calls("chat", &body(), range, Theme::Dark);
        let [call] = &calls[..] else { panic!("{calls:?}") };
        assert_eq!((call.number, call.endpoint.as_str()), (1, "arn:f"));
        assert_eq!(call.event["Panel"], "Cost");
        let context = &call.event["widgetContext"];
        assert_eq!((&context["theme"], &context["params"]["Panel"]), (&json!("dark"), &json!("Cost")));
        assert_eq!((&context["timeRange"]["start"], &context["timeRange"]["end"]), (&json!(1000), &json!(61_000)));
        assert!((500.0..720.0).contains(&context["width"].as_f64().unwrap()), "{context}");
        assert!((350.0..440.0).contains(&context["height"].as_f64().unwrap()), "{context}");
    }

    #[test]
    fn a_page_that_follows_its_reader_has_an_answer_for_both_themes() {
        let calls = calls("chat", &body(), TimeSpan { start: 0, end: 1 }, Theme::Auto);
        let answers: Vec<CustomAnswer> =
            calls.iter().map(|call| call.answered(format!("<p>{}</p>", call.dark))).collect();
        let html = content(1, &answers).into_string();
        for part in ["in-light\"><template shadowrootmode=\"open\"><p>false</p>", "in-dark\"><template"] {
            assert!(html.contains(part), "{html}");
        }
        let html = content(2, &answers).into_string();
        assert!(html.contains("A custom widget"), "{html}");
    }
}
