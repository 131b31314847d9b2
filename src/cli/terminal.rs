//! Where output goes: standard output, with or without colour, quiet or talkative.

use std::io::{self, IsTerminal, Write};

use super::Color;
use crate::report::screen::Line;

/// Standard output of one run.
pub struct Terminal {
    paint: Paint,
    quiet: bool,
    verbose: bool,
}

/// How a styled line is written.
#[derive(Clone, Copy)]
enum Paint {
    Plain,
    Coloured,
    /// In colour, and leading to files.
    Linked,
}

impl Paint {
    fn chosen(color: Color) -> Self {
        let wanted = || {
            let unset = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            unset && std::env::var_os("TERM").is_none_or(|term| term != "dumb") && io::stdout().is_terminal()
        };
        match color {
            Color::Never => Self::Plain,
            Color::Auto if !wanted() => Self::Plain,
            Color::Auto | Color::Always if follows_links() => Self::Linked,
            Color::Auto | Color::Always => Self::Coloured,
        }
    }

    fn line(self, line: &Line) -> String {
        match self {
            Self::Plain => line.paint(false),
            Self::Coloured => line.paint(true),
            Self::Linked => line.paint_linked(),
        }
    }
}

/// A file here is not a file where a remote terminal is; the console of Linux has no links.
fn follows_links() -> bool {
    let is_near = std::env::var_os("SSH_CONNECTION").is_none();
    let may = std::env::var_os("TERM").is_some_and(|term| term != "linux" && term != "dumb");
    is_near && may && io::stdout().is_terminal()
}

impl Terminal {
    pub(super) fn new(color: Color, quiet: bool, verbose: bool) -> Self {
        Self { paint: Paint::chosen(color), quiet, verbose }
    }

    /// Whether more was asked for.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether a person can be asked something.
    pub fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Prints `text` as it is, even when quiet: it is the answer.
    pub fn answer(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Prints a line of talk, unless quiet.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        self.answer(&format!("{line}\n"))
    }

    /// Prints styled lines as the answer.
    pub fn lines(&mut self, lines: &[Line]) -> io::Result<()> {
        let text: String = lines.iter().map(|line| self.paint.line(line) + "\n").collect();
        self.answer(&text)
    }

    /// Prints styled lines of talk, unless quiet.
    pub fn talk(&mut self, lines: &[Line]) -> io::Result<()> {
        if self.quiet { Ok(()) } else { self.lines(lines) }
    }

    /// Prints styled lines to standard error, even when quiet.
    pub fn complain(&mut self, lines: &[Line]) -> io::Result<()> {
        let mut out = io::stderr().lock();
        for line in lines {
            writeln!(out, "{}", line.paint(false))?;
        }
        Ok(())
    }
}
