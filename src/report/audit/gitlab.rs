//! A code quality report of GitLab.

use serde_json::{Value, json};

use super::{Report, fingerprint};
use crate::finding::{Finding, Severity};

pub(super) fn render(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let issues: Vec<Value> = report
        .findings
        .iter()
        .zip(fingerprint::all(report))
        .filter(|(finding, _)| finding.suppressed.is_none())
        .map(|(finding, fingerprint)| issue(finding, &fingerprint))
        .collect();
    Ok(serde_json::to_string_pretty(&issues)? + "\n")
}

fn issue(finding: &Finding, fingerprint: &str) -> Value {
    json!({
        "description": format!("{}: {}", finding.title, finding.message),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": word(finding.severity),
        "location": {
            "path": finding.place.path,
            "lines": { "begin": finding.place.line, "end": finding.place.end_line },
        },
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
