//! Lines that a client understands by itself: psql's backslash, SQLite's dot, `SOURCE`, `@file`.

use std::ops::Range;

use super::{Directive, Script};

/// Takes one line.
pub(super) fn line(line: &str, span: &Range<usize>, script: &mut Script) {
    let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let first = unquoted(rest.split_whitespace().next().unwrap_or_default());
    let span = span.clone();
    let directive = match command.to_ascii_lowercase().as_str() {
        "\\i" | "\\ir" | "\\include" | "\\include_relative" | ".read" | "source" | "\\." => {
            Directive::Include(first, span)
        }
        "\\!" | "system" | ".shell" | ".system" => Directive::Shell(rest.to_owned(), span),
        "\\c" | "\\connect" | "\\u" => Directive::Connect(first, span),
        ".open" => {
            Directive::Connect(unquoted(rest.split_whitespace().next_back().unwrap_or_default()), span)
        }
        ".restore" => {
            Directive::Restore(unquoted(rest.split_whitespace().next_back().unwrap_or_default()), span)
        }
        "\\gexec" => {
            script.understood = false;
            return;
        }
        "\\copy" | "\\o" | "\\g" | "\\gx" | "\\w" => match program(rest) {
            Some(text) => Directive::Shell(text, span),
            None => return,
        },
        other => match (other.strip_prefix('@'), other.strip_prefix("\\!")) {
            (Some(file), _) => Directive::Include(file.trim_start_matches('@').to_owned(), span),
            (_, Some(text)) => Directive::Shell(format!("{text} {rest}"), span),
            _ => return,
        },
    };
    script.directives.push(directive);
}

/// The shell text of `\copy … to program 'x'` and `\o | x`.
fn program(rest: &str) -> Option<String> {
    if let Some(text) = rest.strip_prefix('|') {
        return Some(text.trim().to_owned());
    }
    let at = rest.to_ascii_lowercase().find("program ")?;
    Some(unquoted(rest.get(at + "program ".len()..)?.trim()))
}

fn unquoted(text: &str) -> String {
    text.trim_matches(['\'', '"']).to_owned()
}
