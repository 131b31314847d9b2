//! The `dbguard` binary: parse, run, print what went wrong, exit.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use dbguard::cli::{self, Cli};

fn main() -> ExitCode {
    match cli::run(&Cli::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            if !failure.message.is_empty() {
                let _ = writeln!(std::io::stderr(), "dbguard: {}", failure.message);
            }
            ExitCode::from(failure.code)
        }
    }
}
