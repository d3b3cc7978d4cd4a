//! Reads templates as CloudFormation does, and works values out as far as a template alone allows.
//!
//! What only a deployment knows becomes a placeholder, visible and valid where names and ARNs are asked for. Nothing is looked up
//! anywhere: no file, no network, no clock.
//!
#![doc = include_str!("../README.md")]

mod dependencies;
mod lines;
mod parameters;
mod placeholder;
mod references;
mod repeated;
mod resolve;
mod scalar;
mod similar;
mod stack;
mod text;

pub use dependencies::{Circle, circles, depends_on};
pub use lines::Lines;
pub use parameters::{RefusedParameter, bad_defaults, refused};
pub use placeholder::{MARK, Open, Placeholders, Unknown};
pub use references::{Branches, Reference, references};
pub use resolve::{Resolved, Resolver, TemplateError};
pub use similar::{did_you_mean, nearest};
pub use stack::Stack;
pub use text::{Document, Remark, TextError, as_sent, read, read_value};
