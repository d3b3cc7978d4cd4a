//! `verify` on endpoints that the stand-in plays: those that publish what the table lists, and those with a deviation.

mod deviations;
mod document;
mod good;
mod world;
