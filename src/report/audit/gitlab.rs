//! A code quality report of GitLab.

use serde_json::{Value, json};

use super::{Report, fingerprint, visible_lines};
use crate::finding::{Finding, Severity};
use crate::survey::Incomplete;

pub(super) fn render(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let unread = report.incomplete.iter().filter(|file| file.matters).map(unreadable);
    let found = report
        .findings
        .iter()
        .zip(fingerprint::all(report))
        .filter(|(finding, _)| finding.suppressed.is_none())
        .map(|(finding, fingerprint)| issue(finding, &fingerprint));
    let issues: Vec<Value> = unread.chain(found).collect();
    Ok(serde_json::to_string_pretty(&issues)? + "\n")
}

fn issue(finding: &Finding, fingerprint: &str) -> Value {
    json!({
        "description": visible_lines(&format!("{}: {}", finding.title, finding.message)),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": word(finding.severity),
        "location": {
            "path": finding.place.path,
            "lines": { "begin": finding.place.line, "end": finding.place.end_line },
        },
    })
}

fn unreadable(file: &Incomplete) -> Value {
    let line = file.line.unwrap_or(1);
    json!({
        "description": visible_lines(&format!("Not read: {}", file.message)),
        "check_name": "incomplete",
        "fingerprint": fingerprint::of(&["incomplete", &file.path, &line.to_string(), &file.message]),
        "severity": "critical",
        "location": { "path": file.path, "lines": { "begin": line, "end": line } },
    })
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}
