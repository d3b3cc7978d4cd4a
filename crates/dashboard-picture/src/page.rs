//! The page: a dashboard's name, its range, its drop-downs and all of its widgets, in one file.

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use metric_math::evaluation::dashboard::{TimeSpan, Viewer};

use super::{
    alarms::AlarmCondition,
    custom::CustomAnswer,
    error::RenderError,
    frame::grid_height,
    moment,
    theme::Theme,
    variable::{self, Choice},
    widget::{self, Material},
};

const STYLE: &str = include_str!("style.css");
/// Width of a picture of the page: the grid and its margins.
const WIDTH: u32 = 1480;
/// What is above and below the grid, in pixels.
const AROUND: f64 = 112.0;

/// A dashboard to draw.
#[derive(Clone, Debug)]
pub struct Dashboard<'d> {
    /// Its name.
    pub name: &'d str,
    /// Its body.
    pub body: &'d Value,
    /// The range of time to show; the body's own where there is none.
    pub range: Option<TimeSpan>,
    /// The alarms that its widgets may show.
    pub alarms: &'d [AlarmCondition],
    /// Values of its variables by their ids; the defaults where there are none.
    pub chosen: BTreeMap<String, String>,
    /// The theme.
    pub theme: Theme,
    /// What the functions of its custom widgets answered.
    pub custom: &'d [CustomAnswer],
    /// Where its data is from, in a sentence for the page's foot: `Drawn from simulated metrics.`
    pub origin: &'d str,
}

impl Dashboard<'_> {
    /// The dashboard as one HTML page. Its `picture-size` is the size of a picture of it, in pixels.
    ///
    /// # Errors
    /// The body has no widgets, or a time range that can't be read.
    pub fn html(&self, viewer: Viewer<'_>) -> Result<String, RenderError> {
        let (body, choices) = variable::filled_in(self.body, viewer, &self.chosen);
        let widgets = body.get("widgets").and_then(Value::as_array);
        let widgets = widgets.ok_or_else(|| RenderError::Body("it has no array of widgets".to_owned()))?;
        let range = match self.range {
            Some(range) => range,
            None => TimeSpan::of_body(&body, viewer.now)?,
        };
        let drawn = viewer.dashboard(&body, Some(range))?;
        let material = Material { drawn: &drawn, alarms: self.alarms, range, custom: self.custom };
        let page = html! {
            (DOCTYPE)
            html lang="en" data-theme=[self.theme.fixed()] {
                (self.head(widgets))
                body {
                    (self.header(range, &choices))
                    main.grid {
                        @for (number, one) in widgets.iter().enumerate() { (widget::section(number, one, material)) "\n" }
                    }
                    footer { (self.origin) " Colours, fonts and some labels are not CloudWatch's." }
                }
            }
        };
        Ok(without_control_characters(&page))
    }

    fn head(&self, widgets: &[Value]) -> Markup {
        let height = grid_height(widgets) + AROUND;
        html! {
            head {
                meta charset="utf-8";
                // Nothing is loaded and nothing runs, whatever gets into the page.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width";
                meta name="picture-size" content=(format_args!("{WIDTH},{height:.0}"));
                title { (self.name) }
                // Escaped, its quotes would be part of the style.
                style { (PreEscaped(STYLE)) }
            }
        }
    }

    fn header(&self, range: TimeSpan, choices: &[Choice]) -> Markup {
        html! {
            header {
                h1 { (self.name) }
                p { (moment::minute_of(range.start)) " to " (moment::minute_of(range.end)) " UTC" }
                @for Choice { label, value } in choices {
                    span.choice { (label) ": " b { (value) } " ▾" }
                }
            }
        }
    }
}

/// A page with the character that stands for unreadable ones in place of each control character: HTML may hold none but white space
/// (<https://html.spec.whatwg.org/multipage/parsing.html#preprocessing-the-input-stream>).
fn without_control_characters(page: &Markup) -> String {
    page.0.replace(|character: char| character.is_control() && !character.is_whitespace(), "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use metric_math::{
        evaluation::Reading,
        telemetry::{MINUTE, Metric, MetricStore},
    };

    const HOSTILE: &str = "</title><script>alert(1)</script>\"'&\u{0}";

    fn page(name: &str, body: &Value, theme: Theme) -> Result<String, RenderError> {
        let mut store = MetricStore::default();
        for minute in 0..10 {
            store.put(&Metric::new("NS", "M", &[("Model", HOSTILE)]), minute * MINUTE, 1.0);
        }
        let viewer = Viewer { store: &store, reading: Reading::default(), now: 10 * MINUTE };
        let origin = "Drawn from <made up> metrics.";
        Dashboard { name, body, range: None, alarms: &[], chosen: BTreeMap::new(), theme, custom: &[], origin }
            .html(viewer)
    }

    #[test]
    fn no_name_becomes_markup() {
        let rows = json!([
            ["NS", "M", "Model", HOSTILE],
            ["NS", "M", "Model", HOSTILE, {"label": HOSTILE, "color": HOSTILE}],
        ]);
        let properties = |view: &str| {
            json!({"title": HOSTILE, "view": view, "metrics": rows, "sparkline": true,
                "yAxis": {"left": {"label": HOSTILE}},
                "annotations": {"horizontal": [{"label": HOSTILE, "value": 1, "color": HOSTILE}]}})
        };
        let widget = |kind: &str, properties: Value| json!({"type": kind, "properties": properties});
        let body = json!({
            "variables": [{"type": "pattern", "pattern": "MODEL_NAME", "id": HOSTILE, "label": HOSTILE, "defaultValue": HOSTILE}],
            "widgets": [
                widget("metric", properties("timeSeries")),
                widget("metric", properties("singleValue")),
                widget("metric", properties(HOSTILE)),
                widget("metric", json!({"title": HOSTILE, "metrics": [[{"expression": HOSTILE}]]})),
                widget("alarm", json!({"title": HOSTILE, "alarms": [HOSTILE]})),
                widget("text", json!({"markdown": "</title><script>alert(1)</script>"})),
                widget(HOSTILE, json!({"title": HOSTILE})),
            ],
        });
        let html = page(HOSTILE, &body, Theme::Auto).unwrap();
        assert!(!html.contains("<script"), "{html}");
        // In an attribute it would end it.
        assert!(!html.contains("title=\"<") && !html.contains("\"'&"), "{html}");
        assert!(!html.contains('\0'), "{html}");
        assert_eq!(html.matches("</title>").count(), html.matches("<title>").count());
        assert!(html.matches("&lt;script&gt;").count() > 12);
        assert_eq!(html.matches("<section").count(), 7);
        assert!(html.contains("<path class=\"line\""), "{html}");
        assert_every_element_is_closed(&html);
    }

    /// A template closes an element of SVG only where it has a body; what follows one that is left open would be inside it.
    fn assert_every_element_is_closed(html: &str) {
        let mut open = Vec::new();
        for tag in html.split('<').skip(1) {
            let name = tag.split([' ', '>']).next().unwrap_or_default();
            match name.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop(), Some(closed), "<{tag}"),
                None if ["!DOCTYPE", "meta"].contains(&name) => {}
                None => open.push(name),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn a_page_has_its_range_its_size_and_its_theme() {
        let body = json!({"start": "-PT3H", "widgets": [{"type": "text", "y": 0, "height": 2, "properties": {"markdown": "a"}}]});
        let html = page("chat", &body, Theme::Dark).unwrap();
        for expected in ["1969-12-31 21:10 to 1970-01-01 00:10 UTC", "content=\"1480,212\"", "data-theme=\"dark\""] {
            assert!(html.contains(expected), "{expected} in {html}");
        }
    }

    #[test]
    fn the_caller_says_where_the_data_is_from() {
        let html = page("chat", &json!({"widgets": []}), Theme::Light).unwrap();
        assert!(html.contains("<footer>Drawn from &lt;made up&gt; metrics. Colours,"), "{html}");
        assert!(!html.contains("simulated"), "{html}");
    }

    #[test]
    fn what_is_no_body_is_refused() {
        assert!(matches!(page("a", &json!({}), Theme::Light), Err(RenderError::Body(_))));
        assert!(matches!(
            page("a", &json!({"start": "soon", "widgets": []}), Theme::Light),
            Err(RenderError::Range(_))
        ));
    }
}
