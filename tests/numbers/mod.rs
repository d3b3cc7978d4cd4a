//! The proof of the numbers: what the product plans, evaluated by the stand-in over simulated fleets.
//!
//! Used and unused GPUs add up to instances × GPUs, the dollars of models and of unallocated GPUs to instances × price ×
//! time, and alarms fire when they should, at every publish frequency, period and instance size, under every reading of
//! what AWS's pages leave open. Nothing here repeats a formula of the product: the truth is counted from the fleet.

mod alarms;
mod article;
mod dashboards;
mod field;
mod fleets;
mod helper;
mod kinds;
mod planned;
mod published;
mod references;
