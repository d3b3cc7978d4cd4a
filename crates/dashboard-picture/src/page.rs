//! The page: a dashboard's name, its range, its drop-downs and all of its widgets, in one file.

use std::{
    collections::BTreeMap,
    fmt::{self, Write},
};

use serde_json::Value;

use metric_math::evaluation::dashboard::{TimeRange, Viewer};

use super::{
    alarms::AlarmCondition,
    custom::CustomAnswer,
    error::RenderError,
    frame::grid_height,
    html::Escaped,
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
    pub range: Option<TimeRange>,
    /// The alarms that its widgets may show.
    pub alarms: &'d [AlarmCondition],
    /// Values of its variables by their ids; the defaults where there are none.
    pub chosen: BTreeMap<String, String>,
    /// The theme.
    pub theme: Theme,
    /// What the functions of its custom widgets answered.
    pub custom: &'d [CustomAnswer],
}

impl Dashboard<'_> {
    /// The dashboard as one HTML page. Its `picture-size` tells how large a picture of it has to be, in pixels.
    ///
    /// # Errors
    /// The body has no widgets, or a time range that can't be read.
    pub fn html(&self, viewer: Viewer<'_>) -> Result<String, RenderError> {
        let (body, choices) = variable::filled_in(self.body, viewer, &self.chosen);
        let widgets = body.get("widgets").and_then(Value::as_array);
        let widgets = widgets.ok_or_else(|| RenderError::Body("it has no array of widgets".to_owned()))?;
        let range = match self.range {
            Some(range) => range,
            None => TimeRange::of_body(&body, viewer.now)?,
        };
        let drawn = viewer.dashboard(&body, Some(range))?;
        let mut out = String::new();
        self.write_head(&mut out, widgets)?;
        self.write_header(&mut out, range, &choices)?;
        out.push_str("<main class=\"grid\">");
        let material = Material { drawn: &drawn, alarms: self.alarms, range, custom: self.custom };
        for (number, one) in widgets.iter().enumerate() {
            widget::write(&mut out, number, one, material)?;
            out.push('\n');
        }
        out.push_str(
            "</main><footer>Drawn from simulated metrics. Colours, fonts and some labels are not \
             CloudWatch's.</footer></body></html>\n",
        );
        Ok(out)
    }

    fn write_head(&self, out: &mut String, widgets: &[Value]) -> fmt::Result {
        let theme = match self.theme {
            Theme::Readers => "",
            Theme::Light => " data-theme=\"light\"",
            Theme::Dark => " data-theme=\"dark\"",
        };
        let height = grid_height(widgets) + AROUND;
        let name = Escaped(self.name);
        // Nothing is loaded and nothing runs, whatever gets into the page.
        write!(
            out,
            "<!doctype html><html lang=\"en\"{theme}><head><meta charset=\"utf-8\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             <meta name=\"viewport\" content=\"width=device-width\">\
             <meta name=\"picture-size\" content=\"{WIDTH},{height:.0}\">\
             <title>{name}</title><style>{STYLE}</style></head>"
        )
    }

    fn write_header(&self, out: &mut String, range: TimeRange, choices: &[Choice]) -> fmt::Result {
        let (from, to) = (moment::minute_of(range.start), moment::minute_of(range.end));
        write!(out, "<body><header><h1>{}</h1><p>{from} to {to} UTC</p>", Escaped(self.name))?;
        for Choice { label, value } in choices {
            write!(out, "<span class=\"choice\">{}: <b>{}</b> ▾</span>", Escaped(label), Escaped(value))?;
        }
        out.push_str("</header>");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use metric_math::{
        evaluation::Reading,
        telemetry::{MINUTE, Metric, MetricStore},
    };

    const HOSTILE: &str = "</title><script>alert(1)</script>\"'&";

    fn page(name: &str, body: &Value, theme: Theme) -> Result<String, RenderError> {
        let mut store = MetricStore::default();
        for minute in 0..10 {
            store.put(&Metric::new("NS", "M", &[("Model", HOSTILE)]), minute * MINUTE, 1.0);
        }
        let viewer = Viewer { store: &store, reading: Reading::default(), now: 10 * MINUTE };
        Dashboard { name, body, range: None, alarms: &[], chosen: BTreeMap::new(), theme, custom: &[] }.html(viewer)
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
        let html = page(HOSTILE, &body, Theme::Readers).unwrap();
        assert!(!html.contains("<script"), "{html}");
        // In an attribute it would end it.
        assert!(!html.contains("title=\"<") && !html.contains("\"'&"), "{html}");
        assert_eq!(html.matches("</title>").count(), html.matches("<title>").count());
        assert!(html.matches("&lt;script&gt;").count() > 12);
        assert_eq!(html.matches("<section").count(), 7);
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
    fn what_is_no_body_is_refused() {
        assert!(matches!(page("a", &json!({}), Theme::Light), Err(RenderError::Body(_))));
        assert!(matches!(
            page("a", &json!({"start": "soon", "widgets": []}), Theme::Light),
            Err(RenderError::Range(_))
        ));
    }
}
