//! Dashboards as pictures: a body and the data it is about, drawn as one HTML page.
//!
//! For looking at: what the console would show, near enough to review a dashboard. It needs no server, no script and
//! nothing from elsewhere, follows the reader's light or dark theme, and escapes every word it is given. It
//! validates nothing and computes nothing: numbers are `metric-math`'s.
//!
//! Pages are maud templates, and so are charts: a handful of SVG elements. A plotting library would bring its own fonts and colours as fixed
//! attributes; these take theirs from the page's style sheet, which is how one file serves both themes.
//!
#![doc = include_str!("../README.md")]

mod alarms;
mod chart;
mod color;
mod custom;
mod error;
mod frame;
mod legend;
mod markdown;
mod metric;
mod moment;
mod note;
mod numbers;
mod page;
mod plot;
mod scale;
pub mod simulated;
mod sway;
mod theme;
mod variable;
mod widget;

pub use alarms::AlarmCondition;
pub use custom::{CustomAnswer, CustomCall, calls};
pub use error::RenderError;
pub use page::Dashboard;
pub use theme::{Theme, ThemeError};
pub use variable::at_defaults;
