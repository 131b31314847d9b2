//! A summary of a job, as GitHub and GitLab show Markdown.

use super::{Report, SEVERITIES, visible};
use crate::finding::{Finding, Severity};
use crate::report::screen::count;

/// Bytes of rows; GitHub shows a summary of up to 1 MiB and nothing of a longer one.
const LIMIT: usize = 900 * 1024;

pub(super) fn render(report: &Report<'_>) -> String {
    let mut text = format!("## dbguard audit: {}\n", count(report.open().count(), "finding"));
    let heads = SEVERITIES.map(Severity::word).join(" | ");
    let numbers = SEVERITIES.map(|severity| report.number_of(severity).to_string()).join(" | ");
    text.extend([format!("\n| {heads} | suppressed |\n|---|---|---|---|---|---|\n")]);
    text.extend([format!("| {numbers} | {} |\n", report.suppressed())]);
    text.push_str(&table(&report.worst_first()));
    let mut unread = String::new();
    for (at, file) in report.incomplete.iter().enumerate() {
        if unread.len() > LIMIT / 16 {
            unread.extend([format!("\n{} more not read.\n", count(report.incomplete.len() - at, "file"))]);
            break;
        }
        let line = file.line.map(|line| format!(":{line}")).unwrap_or_default();
        unread.extend([format!("\nNot read: {}{line}: {}\n", escape(&file.path), escape(&file.message))]);
    }
    text + &unread
}

fn table(open: &[&Finding]) -> String {
    if open.is_empty() {
        return String::new();
    }
    let mut text = "\n| severity | rule | where | what |\n|---|---|---|---|\n".to_owned();
    for (at, finding) in open.iter().enumerate() {
        let row = row(finding);
        if text.len() + row.len() > LIMIT {
            text.extend([format!("\n{} more left out.\n", count(open.len() - at, "finding"))]);
            break;
        }
        text.push_str(&row);
    }
    text
}

fn row(finding: &Finding) -> String {
    let what = format!("{}: {}", finding.title, finding.message);
    format!(
        "| {} | {} | {}:{} | {} |\n",
        finding.severity.word(),
        escape(finding.rule),
        escape(&finding.place.path),
        finding.place.line,
        escape(&what),
    )
}

/// One line of Markdown that shows `text` as it is.
fn escape(text: &str) -> String {
    let text = visible(&text.replace(['\n', '\r', '\t'], " "));
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    // An address in a repository's text is no link of ours.
    out.replace("://", "&#58;//")
}
