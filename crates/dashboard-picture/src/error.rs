//! Why a dashboard can't be drawn.

use metric_math::evaluation::dashboard::RangeError;

/// Why a dashboard can't be drawn. What is wrong with one widget is shown in its place instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A time that can't be read.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// The body isn't what a dashboard's body is.
    #[error("the body is no dashboard's: {0}")]
    Body(String),
}
