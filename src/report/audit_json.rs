//! `dbguard.audit/1`: the findings as JSON.

use serde::Serialize;
use serde_json::{Value, json};

use crate::finding::{Finding, Fix, Place, Severity};
use crate::source::Edit;
use crate::survey::Incomplete;

/// Name and version of the format.
pub const SCHEMA: &str = "dbguard.audit/1";

#[derive(Serialize)]
struct Audit<'a> {
    schema: &'static str,
    tool: Value,
    root: &'a str,
    summary: Value,
    findings: Vec<Value>,
    incomplete: &'a [Incomplete],
}

/// The findings of `root` as indented JSON with a final newline.
pub fn render(
    root: &str,
    findings: &[Finding],
    incomplete: &[Incomplete],
) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&Audit {
        schema: SCHEMA,
        tool: json!({"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")}),
        root,
        summary: summary(findings),
        findings: findings.iter().map(finding).collect(),
        incomplete,
    })?;
    text.push('\n');
    Ok(text)
}

/// Findings by severity, without those that are suppressed.
fn summary(findings: &[Finding]) -> Value {
    let of = |severity: Severity| {
        findings.iter().filter(|one| one.severity == severity && one.suppressed.is_none()).count()
    };
    json!({
        "critical": of(Severity::Critical),
        "high": of(Severity::High),
        "medium": of(Severity::Medium),
        "low": of(Severity::Low),
        "info": of(Severity::Info),
        "suppressed": findings.iter().filter(|one| one.suppressed.is_some()).count(),
    })
}

fn finding(finding: &Finding) -> Value {
    let Place { path, line, column, end_line, end_column } = &finding.place;
    let mut value = json!({
        "rule": finding.rule,
        "title": finding.title,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "kind": finding.kind,
        "path": path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "message": finding.message,
        "help": finding.help,
    });
    let Some(object) = value.as_object_mut() else { return value };
    if let Some(command) = &finding.command {
        object.insert("command".to_owned(), json!(command));
    }
    let related = finding.related.iter();
    let related: Vec<Value> = related
        .map(|one| json!({"path": one.place.path, "line": one.place.line, "message": one.message}))
        .collect();
    object.insert("related".to_owned(), json!(related));
    if let Some(change) = &finding.fix {
        object.insert("fix".to_owned(), fix(change));
    }
    if let Some(suppressed) = &finding.suppressed {
        let why = json!({"reason": suppressed.reason, "expires": suppressed.expires});
        object.insert("suppressed".to_owned(), why);
    }
    value
}

/// Edits by path; `start` and `end` are bytes of the file.
fn fix(fix: &Fix) -> Value {
    let edit = |path: &String, edit: &Edit| json!({"path": path, "start": edit.span.start, "end": edit.span.end, "replacement": edit.replacement});
    let edits = fix.edits.iter().flat_map(|(path, edits)| edits.iter().map(move |one| edit(path, one)));
    json!({"safe": fix.safe, "summary": fix.summary, "edits": edits.collect::<Vec<_>>()})
}
