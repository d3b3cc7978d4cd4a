//! What the dashboard says about itself: its time range, its theme, its clock, and how much room the widget has.
//!
//! Read leniently: a panel with the wrong colours still says more than none.

use serde_json::Value;

use crate::usage::{Moment, TimeRange};

/// Seconds that are shown where the event names no time range, as in a test in the Lambda console.
const DEFAULT_RANGE: u32 = 1800;
/// Pixels, where the event doesn't say. A quarter of a dashboard's width, six rows high, is about that.
const DEFAULT_SIZE: (u32, u32) = (600, 360);
/// A dashboard's widget is never larger.
const LARGEST: u64 = 10_000;

/// The `widgetContext` of an event.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct WidgetContext {
    pub(super) theme: Theme,
    /// Pixels.
    pub(super) width: u32,
    /// Pixels.
    pub(super) height: u32,
    pub(super) zone: Zone,
    /// What the dashboard shows: the part that its viewer has zoomed into, or all of it.
    pub(super) range: TimeRange,
    pub(super) is_zoomed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl WidgetContext {
    pub(super) fn read(event: &Value) -> Self {
        let context = &event["widgetContext"];
        let size = |name: &str, default: u32| {
            let pixels = context[name].as_f64().filter(|pixels| *pixels >= 1.0);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
            pixels.map_or(default, |pixels| (pixels as u64).min(LARGEST) as u32)
        };
        let range = &context["timeRange"];
        let zoom = between(&range["zoom"]);
        Self {
            theme: if context["theme"] == "dark" { Theme::Dark } else { Theme::Light },
            width: size("width", DEFAULT_SIZE.0),
            height: size("height", DEFAULT_SIZE.1),
            zone: Zone::read(&context["timezone"]),
            range: zoom.or_else(|| between(range)).unwrap_or(TimeRange::Last(DEFAULT_RANGE)),
            is_zoomed: zoom.is_some(),
        }
    }
}

/// A range in milliseconds since 1970.
fn between(range: &Value) -> Option<TimeRange> {
    let moment = |name: &str| {
        #[allow(clippy::cast_possible_truncation)] // saturates
        let milliseconds = range[name].as_i64().or_else(|| range[name].as_f64().map(|number| number as i64));
        milliseconds.map(|milliseconds| Moment(milliseconds.div_euclid(1000)))
    };
    Some(TimeRange::Between { from: moment("start")?, until: moment("end")? })
}

/// The clock that the dashboard's viewer reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zone {
    label: String,
    /// Seconds ahead of UTC.
    offset: i64,
}

impl Zone {
    /// `offsetISO` is read, `+05:30`: the sign of `offsetInMinutes` is not documented.
    fn read(zone: &Value) -> Self {
        let offset = zone["offsetISO"].as_str().and_then(offset).unwrap_or(0);
        let label = zone["label"].as_str().filter(|label| !label.is_empty()).unwrap_or("UTC");
        let label = if offset == 0 || label != "UTC" { label.to_owned() } else { "local time".to_owned() };
        Self { label, offset }
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// The moment at which this clock shows what `moment` shows in UTC.
    pub(super) fn moment(&self, local: Moment) -> Moment {
        Moment(local.0.saturating_sub(self.offset))
    }

    /// `2026-11-24T08:00:00` on this clock.
    pub(super) fn local(&self, moment: Moment) -> String {
        Moment(moment.0.saturating_add(self.offset)).to_string().trim_end_matches('Z').to_owned()
    }
}

fn offset(text: &str) -> Option<i64> {
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_viewer_zoomed_into_goes_before_the_dashboard_s_range() {
        let range = json!({"start": 1_000_000, "end": 9_000_999});
        let event = |range: &Value| json!({"widgetContext": {"timeRange": range}});
        let all = TimeRange::Between { from: Moment(1000), until: Moment(9000) };
        assert_eq!(WidgetContext::read(&event(&range)).range, all);
        let mut zoomed = range;
        zoomed["zoom"] = json!({"start": 2_000_000, "end": 3_000_000});
        let context = WidgetContext::read(&event(&zoomed));
        assert_eq!(context.range, TimeRange::Between { from: Moment(2000), until: Moment(3000) });
        assert!(context.is_zoomed);
    }

    #[test]
    fn an_event_without_a_context_is_read_with_defaults() {
        for event in [json!({}), json!(null), json!([1]), json!({"widgetContext": {"width": "wide", "theme": 3}})] {
            let context = WidgetContext::read(&event);
            assert_eq!((context.theme, context.width, context.range), (Theme::Light, 600, TimeRange::Last(1800)));
        }
    }

    #[test]
    fn times_are_shown_and_read_on_the_viewer_s_clock() {
        let zone = Zone::read(&json!({"label": "Local", "offsetISO": "+05:30", "offsetInMinutes": -330}));
        assert_eq!(zone.local(Moment(0)), "1970-01-01T05:30:00");
        assert_eq!(zone.moment(Moment(19_800)), Moment(0));
        for bad in ["", "5", "+", "+99:00", "+aa:bb", "+é"] {
            assert_eq!(Zone::read(&json!({"offsetISO": bad})).offset, 0);
        }
    }
}
