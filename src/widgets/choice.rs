//! The time range that a panel's viewer has chosen.
//!
//! A click on a button sends the choice at the top of the event, where parameters of an action arrive. When the
//! dashboard refreshes it sends the widget's form instead, in which the panel has left the last choice.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::Value;
use thiserror::Error;

use super::context::WidgetContext;
use crate::usage::{Moment, TimeRange};

/// Names of the form's fields; the first is an action's parameter too.
pub(super) const RANGE: &str = "Range";
pub(super) const FROM: &str = "From";
pub(super) const UNTIL: &str = "Until";

/// What may be chosen with one click: the choice's name, what its button says, and its seconds.
const LAST: [(&str, &str, u32); 4] =
    [("PT5M", "5 min", 300), ("PT10M", "10 min", 600), ("PT30M", "30 min", 1800), ("PT1H", "1 hour", 3600)];
const DASHBOARD: &str = "dashboard";
const CUSTOM: &str = "custom";

/// A choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// The dashboard's own range.
    Dashboard,
    /// One of [`LAST`].
    Last(&'static str),
    /// Between two times, as they were typed in.
    Custom { from: String, until: String },
}

/// A custom range that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum BadChoice {
    #[error("{field} is {value:?}; give a date and a time such as 2026-11-24T08:00")]
    NoTime { field: &'static str, value: String },
}

impl Choice {
    pub(super) fn read(event: &Value) -> Self {
        let form = &event["widgetContext"]["forms"]["all"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let chosen = text(&event[RANGE]).or_else(|| text(&form[RANGE]));
        let field = |name: &str| text(&form[name]).unwrap_or_default();
        match chosen.as_deref() {
            Some(CUSTOM) => Self::Custom { from: field(FROM), until: field(UNTIL) },
            Some(name) => LAST.iter().find(|last| last.0 == name).map_or(Self::Dashboard, |last| Self::Last(last.0)),
            None => Self::Dashboard,
        }
    }

    /// The choices that need one click: name and label.
    pub(super) fn buttons() -> impl Iterator<Item = (&'static str, &'static str)> {
        std::iter::once((DASHBOARD, "Dashboard")).chain(LAST.iter().map(|(name, label, _)| (*name, *label)))
    }

    pub(super) fn custom() -> &'static str {
        CUSTOM
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Dashboard => DASHBOARD,
            Self::Last(name) => name,
            Self::Custom { .. } => CUSTOM,
        }
    }

    pub(super) fn range(&self, context: &WidgetContext) -> Result<TimeRange, BadChoice> {
        match self {
            Self::Dashboard => Ok(context.range),
            Self::Last(name) => {
                Ok(LAST.iter().find(|last| last.0 == *name).map_or(context.range, |last| TimeRange::Last(last.2)))
            }
            Self::Custom { from, until } => Ok(TimeRange::Between {
                from: context.zone.moment(time("the start of the custom range", from)?),
                until: context.zone.moment(time("the end of the custom range", until)?),
            }),
        }
    }
}

/// A browser's `datetime-local` field has no seconds where they are 0, and a person may write a space for the `T`.
fn time(field: &'static str, text: &str) -> Result<Moment, BadChoice> {
    let bad = || BadChoice::NoTime { field, value: text.chars().take(40).collect() };
    let trimmed = text.trim().trim_end_matches('Z').replacen(' ', "T", 1);
    let with_seconds = if trimmed.matches(':').count() == 1 { format!("{trimmed}:00Z") } else { format!("{trimmed}Z") };
    DateTime::from_str(&with_seconds, Format::DateTime).map(|time| Moment(time.secs())).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_click_goes_before_what_the_form_remembers() {
        let event = |range: Option<&str>, form: Option<&str>| {
            let form = form.map_or(json!({}), |form| json!({RANGE: form}));
            json!({RANGE: range, "widgetContext": {"forms": {"all": form}}})
        };
        for (clicked, remembered, name) in [
            (None, None, "dashboard"),
            (None, Some("PT10M"), "PT10M"),
            (Some("PT5M"), Some("PT10M"), "PT5M"),
            (Some("dashboard"), Some("PT1H"), "dashboard"),
            (None, Some("custom"), "custom"),
            (Some("PT9H"), None, "dashboard"),
        ] {
            assert_eq!(Choice::read(&event(clicked, remembered)).name(), name);
        }
    }

    #[test]
    fn custom_times_are_read_on_the_viewer_s_clock_or_refused_with_an_example() {
        let context =
            WidgetContext::read(&json!({"widgetContext": {"timezone": {"label": "Local", "offsetISO": "+02:00"}}}));
        let custom =
            |from: &str, until: &str| Choice::Custom { from: from.to_owned(), until: until.to_owned() }.range(&context);
        let range = TimeRange::Between { from: Moment(1_795_500_000), until: Moment(1_795_503_630) };
        assert_eq!(custom("2026-11-24T08:00", "2026-11-24 09:00:30"), Ok(range));
        for bad in ["", "now", "2026-11-24", "24.11.2026 08:00", "2026-13-01T00:00", "<b>"] {
            let refused = custom(bad, "2026-11-24T09:00").unwrap_err().to_string();
            assert!(refused.starts_with("the start of the custom range is ") && refused.contains("2026-11-24T08:00"));
        }
    }
}
