//! `dbguard completions` and `dbguard man`: for packagers.

use clap::CommandFactory;

use super::terminal::Terminal;
use super::{Cli, Failure, Outcome, exit};

pub(super) fn completions(shell: clap_complete::Shell, terminal: &mut Terminal) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "dbguard", &mut script);
    terminal.answer(&String::from_utf8_lossy(&script))?;
    Ok(exit::DONE)
}

pub(super) fn man(terminal: &mut Terminal) -> Outcome {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|error| Failure::new(exit::REFUSED, format!("cannot render the manual page: {error}")))?;
    terminal.answer(&String::from_utf8_lossy(&page))?;
    Ok(exit::DONE)
}
