//! Reads a declaration as it was written, and gives CloudFormation's strings their types back.
//!
//! Every member of `CreateEndpointConfig` is read through the SDK's own schema, and whatever can't be read becomes a
//! [`Problem`].
//!
//! Nothing here checks whether the values make sense together; that is [`crate::spec`]'s part. Reading never stops at
//! the first problem, so that one answer can name them all.

mod declaration;
mod entry;
pub mod fleet;
mod limits;
mod member;
mod misplaced;
pub mod named;
mod node;
mod problem;
mod property;
pub mod reference;
mod shape;
mod within_limits;
mod words;

pub use crate::alarm::AlarmKind;
pub use declaration::{
    Declaration, DeclaredActions, DeclaredAlarm, DeclaredAlarmTags, DeclaredComponent, DeclaredDashboard,
    DeclaredVariant,
};
pub use entry::{Cost, Declared};
pub use fleet::{DeclaredFleet, DeclaredInstancePrice};
pub(crate) use member::Member;
pub(crate) use node::{Fields, Node, ROOT};
pub use problem::{Problem, Problems, Severity, is_within, nearest};
pub(crate) use problem::{choice, one_of, quote};
pub use words::{GpuDimensionChoice, ModelMode, PeriodOverride};
