//! Workflow commands of GitHub Actions: each becomes an annotation of the pull request.

use super::{Report, visible};
use crate::finding::{Finding, Severity};
use crate::survey::Incomplete;

/// The worst first: GitHub shows ten of each kind.
pub(super) fn render(report: &Report<'_>) -> String {
    let unread = report.incomplete.iter().map(unreadable);
    unread.chain(report.worst_first().into_iter().map(annotation)).collect()
}

fn unreadable(file: &Incomplete) -> String {
    let level = if file.matters { "error" } else { "notice" };
    let line = file.line.map(|line| format!(",line={line}")).unwrap_or_default();
    let at = property(&file.path) + &line;
    format!("::{level} file={at},title=Not read (incomplete)::{}\n", data(&file.message))
}

fn annotation(finding: &Finding) -> String {
    let place = &finding.place;
    let lines = format!("file={},line={},endLine={}", property(&place.path), place.line, place.end_line);
    // GitHub takes columns only within one line, and its last column is the one that is still meant.
    let columns = if place.line == place.end_line {
        let last = place.end_column.saturating_sub(1).max(place.column);
        format!(",col={},endColumn={last}", place.column)
    } else {
        String::new()
    };
    let title = property(&format!("{} ({})", finding.title, finding.rule));
    let text = data(&format!("{}\n{}", finding.message, finding.help));
    format!("::{} {lines}{columns},title={title}::{text}\n", level(finding.severity))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

/// The value of a property, with GitHub's escapes.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The text of a command, with GitHub's escapes; other control characters are made visible.
fn data(text: &str) -> String {
    let escape = |c: char| match c {
        '%' => "%25".to_owned(),
        '\r' => "%0D".to_owned(),
        '\n' => "%0A".to_owned(),
        c => visible(c.encode_utf8(&mut [0; 4])),
    };
    text.chars().map(escape).collect()
}
