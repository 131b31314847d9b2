//! `dbguard.audit/1`.

use serde_json::{Map, Value, json};

use super::{Report, SEVERITIES};
use crate::finding::{Finding, Fix};

/// Name and version of the format.
const SCHEMA: &str = "dbguard.audit/1";

pub(super) fn render(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let findings: Vec<Value> = report.findings.iter().map(finding).collect();
    let value = json!({
        "schema": SCHEMA,
        "tool": { "name": "dbguard", "version": env!("CARGO_PKG_VERSION") },
        "root": report.root,
        "summary": summary(report),
        "findings": findings,
        "incomplete": report.incomplete,
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

fn summary(report: &Report<'_>) -> Value {
    let mut counts = Map::new();
    counts.insert("total".to_owned(), json!(report.open().count()));
    for severity in SEVERITIES {
        counts.insert(severity.word().to_owned(), json!(report.number_of(severity)));
    }
    counts.insert("suppressed".to_owned(), json!(report.suppressed()));
    Value::Object(counts)
}

fn finding(finding: &Finding) -> Value {
    let related: Vec<Value> = finding
        .related
        .iter()
        .map(|one| json!({ "path": one.place.path, "line": one.place.line, "message": one.message }))
        .collect();
    let mut value = json!({
        "rule": finding.rule,
        "title": finding.title,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "kind": finding.kind,
        "path": finding.place.path,
        "line": finding.place.line,
        "column": finding.place.column,
        "end_line": finding.place.end_line,
        "end_column": finding.place.end_column,
        "message": finding.message,
        "help": finding.help,
        "related": related,
    });
    let Some(fields) = value.as_object_mut() else { return value };
    if let Some(command) = &finding.command {
        fields.insert("command".to_owned(), json!(command));
    }
    if let Some(mend) = &finding.fix {
        fields.insert("fix".to_owned(), fix(mend));
    }
    if let Some(silenced) = &finding.suppressed {
        let silenced = json!({ "reason": silenced.reason, "expires": silenced.expires });
        fields.insert("suppressed".to_owned(), silenced);
    }
    value
}

/// Spans are bytes of the file as it was read.
fn fix(fix: &Fix) -> Value {
    let edits: Vec<Value> = fix
        .edits
        .iter()
        .flat_map(|(path, edits)| edits.iter().map(move |edit| (path, edit)))
        .map(|(path, edit)| {
            json!({ "path": path, "span": [edit.span.start, edit.span.end], "replacement": edit.replacement })
        })
        .collect();
    json!({ "safe": fix.safe, "summary": fix.summary, "edits": edits })
}
