//! The `dbguard` binary as a person uses it: on good and on bad repositories, what it says, writes, refuses, takes back.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up its repository has to fail")]

mod bad_input;
mod compose;
mod demo;
mod detect;
mod documents;
mod ignore;
mod life;
mod ownership;
mod policy;
mod screens;
mod secrets;
mod support;
mod writes;
