//! Too few GPUs left to scale a model or to place another.
//!
//! The opposite need of `unused_gpu`, and the same count: without an instance there is nothing to have a buffer on, and
//! no datapoint.

use super::Scope;
use super::description::{compared, for_how_long};
use crate::spec::AlarmSpec;

pub(super) fn sentence(alarm: &AlarmSpec, scope: &Scope<'_>) -> String {
    format!(
        "GPUs of {} left to scale a model or to place another: {}, {}. Let the endpoint scale out, or take copies away.",
        scope.in_words(),
        compared(alarm),
        for_how_long(alarm),
    )
}
