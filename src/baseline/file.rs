//! `dbguard.baseline/1`: a line of JSON that names the format, then one for each entry, sorted. Without brackets or commas
//! between them, the lines of two branches can be put together by git's `merge=union`, in any order.

use serde::{Deserialize, Serialize};

use super::{Accepted, Baseline, Subject};
use crate::finding::Severity;

/// Name and version of the format.
pub const SCHEMA: &str = "dbguard.baseline/1";

/// What git leaves of two branches that it could not merge.
const CONFLICT: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// A text that is no baseline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {problem}")]
pub struct ParseError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong, and what to do.
    pub problem: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    schema: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    path: String,
    rule: String,
    context: String,
    severity: Severity,
    count: usize,
    hint: String,
}

impl Baseline {
    /// Reads the text of a baseline, whatever its line ends. Of entries about the same, which a merge may bring, the largest number
    /// holds: nobody has accepted their sum.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
        let mut lines = lines.filter(|(_, line)| !line.is_empty());
        let (number, first) = lines.next().unwrap_or((1, ""));
        header(number, first)?;
        let mut baseline = Self::default();
        for (number, line) in lines {
            // Both sides of a merge may have brought one.
            if serde_json::from_str::<Header>(line).is_ok() {
                header(number, line)?;
                continue;
            }
            baseline.take(row(number, line)?);
        }
        Ok(baseline)
    }

    /// The text of the file, with `\n` line ends.
    pub fn render(&self) -> Result<String, serde_json::Error> {
        let mut lines = vec![serde_json::to_string(&Header { schema: SCHEMA.to_owned() })?];
        for ((subject, severity), accepted) in &self.entries {
            let Subject { path, rule, context } = subject.clone();
            let Accepted { count, hint } = accepted.clone();
            let row = Row { path, rule, context, severity: *severity, count, hint };
            lines.push(serde_json::to_string(&row)?);
        }
        Ok(lines.join("\n") + "\n")
    }

    fn take(&mut self, row: Row) {
        let Row { path, rule, context, severity, count, hint } = row;
        let subject = Subject { path, rule, context };
        let known = self.entries.entry((subject, severity)).or_insert(Accepted { count, hint });
        known.count = known.count.max(count);
    }
}

fn header(number: usize, line: &str) -> Result<(), ParseError> {
    let error = |problem| Err(ParseError { line: number, column: 1, problem });
    match serde_json::from_str::<Header>(line) {
        Ok(header) if header.schema == SCHEMA => Ok(()),
        Ok(header) => {
            let shown = header.schema.escape_debug();
            error(format!("`{shown}` is not known to this dbguard; it reads `{SCHEMA}`"))
        }
        Err(_) if is_conflict(line) => Err(conflict(number)),
        Err(_) => error(format!("this is no baseline: the first line must be {{\"schema\":\"{SCHEMA}\"}}")),
    }
}

fn row(number: usize, line: &str) -> Result<Row, ParseError> {
    if is_conflict(line) {
        return Err(conflict(number));
    }
    let row = serde_json::from_str::<Row>(line).map_err(|error| ParseError {
        line: number,
        column: error.column().max(1),
        problem: without_place(&error.to_string()),
    })?;
    match mistake(&row) {
        Some(problem) => Err(ParseError { line: number, column: 1, problem: problem.to_owned() }),
        None => Ok(row),
    }
}

/// What types cannot say.
fn mistake(row: &Row) -> Option<&'static str> {
    let is_hash = row.context.len() == 32 && row.context.bytes().all(|byte| byte.is_ascii_hexdigit());
    match row {
        _ if !is_hash => Some("`context` is not 32 hexadecimal digits"),
        Row { count: 0, .. } => Some("`count` must be at least 1"),
        Row { path, rule, .. } if path.is_empty() || rule.is_empty() => {
            Some("`path` and `rule` must not be empty")
        }
        _ => None,
    }
}

fn is_conflict(line: &str) -> bool {
    CONFLICT.iter().any(|mark| line.starts_with(mark))
}

fn conflict(line: usize) -> ParseError {
    let problem = "a merge conflict is not resolved: keep the entries of both sides, and take the marks out";
    ParseError { line, column: 1, problem: problem.to_owned() }
}

/// The parser counts lines in what it was given, which is one.
fn without_place(message: &str) -> String {
    message.split(" at line 1 column").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
