//! The audit's formats, read by other programs than ours: schemas, parsers, a renderer, a browser.
//! A program that is not installed is named, and its test ends there; `tests/run` installs all of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
#![allow(clippy::print_stdout, reason = "a test that cannot run says so")]

mod annotations;
mod browser;
mod markdown;
mod nasty;
mod page;
mod programs;
mod sarif;
mod schemas;
mod xml;
