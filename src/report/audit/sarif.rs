//! SARIF 2.1.0 in GitHub's dialect.

use serde_json::{Map, Value, json};

use super::{Report, address, fingerprint, page};
use crate::finding::{Description, Finding, Fix, Place, Severity};
use crate::source::{Edit, SourceFile};
use crate::survey::Incomplete;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn render(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let rules: Vec<Value> = report.rules.iter().map(rule).collect();
    let results: Vec<Value> = report
        .findings
        .iter()
        .zip(fingerprint::all(report))
        .map(|(finding, fingerprint)| result(report, finding, &fingerprint))
        .collect();
    let notices: Vec<Value> = report.incomplete.iter().map(notice).collect();
    let complete = !report.incomplete.iter().any(|file| file.matters);
    let value = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "dbguard",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "automationDetails": { "id": "dbguard/" },
            "invocations": [{ "executionSuccessful": complete, "toolExecutionNotifications": notices }],
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "The root of the repository." } } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

fn rule(rule: &Description) -> Value {
    let mut properties = Map::new();
    properties.insert("tags".to_owned(), json!(["security", "database", "data-loss"]));
    if let Some(score) = score(rule.severity) {
        properties.insert("security-severity".to_owned(), json!(score));
    }
    let mut value = json!({
        "id": rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.why },
        "help": { "text": rule.remedy, "markdown": page(rule) },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": properties,
    });
    if let (Some(address), Some(fields)) = (address(rule.id), value.as_object_mut()) {
        fields.insert("helpUri".to_owned(), json!(address));
    }
    value
}

fn result(report: &Report<'_>, finding: &Finding, fingerprint: &str) -> Value {
    let related: Vec<Value> = finding
        .related
        .iter()
        .zip(1..)
        .map(|(one, id)| location(&one.place, Some((id, &one.message))))
        .collect();
    let mut value = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": { "text": format!("{}\n\n{}", finding.message, finding.help) },
        "locations": [location(&finding.place, None)],
        "relatedLocations": related,
        "partialFingerprints": { "primaryLocationLineHash": fingerprint },
        "properties": {
            "severity": finding.severity,
            "confidence": finding.confidence,
            "kind": finding.kind,
            "command": finding.command,
        },
    });
    let Some(fields) = value.as_object_mut() else { return value };
    if let Some(index) = report.rules.iter().position(|rule| rule.id == finding.rule) {
        fields.insert("ruleIndex".to_owned(), json!(index));
    }
    if let Some(silenced) = &finding.suppressed {
        let expires = json!({ "expires": silenced.expires });
        let one = json!({ "kind": "external", "status": "accepted", "justification": silenced.reason, "properties": expires });
        fields.insert("suppressions".to_owned(), json!([one]));
    }
    if let Some(fix) = finding.fix.as_ref().and_then(|mend| fix(report, mend)) {
        fields.insert("fixes".to_owned(), json!([fix]));
    }
    value
}

fn location(place: &Place, related: Option<(usize, &str)>) -> Value {
    let physical = json!({ "artifactLocation": artifact(&place.path), "region": region(place) });
    match related {
        None => json!({ "physicalLocation": physical }),
        Some((id, text)) => json!({ "id": id, "message": { "text": text }, "physicalLocation": physical }),
    }
}

fn region(place: &Place) -> Value {
    json!({
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    })
}

/// The fix, if every file that it edits can be read.
fn fix(report: &Report<'_>, fix: &Fix) -> Option<Value> {
    let change = |(path, edits): (&String, &Vec<Edit>)| {
        let file = (report.sources)(path)?;
        let replacements: Vec<Value> = edits.iter().map(|edit| replacement(&file, edit)).collect();
        Some(json!({ "artifactLocation": artifact(path), "replacements": replacements }))
    };
    let changes = fix.edits.iter().map(change).collect::<Option<Vec<Value>>>()?;
    // The schema asks for at least one change.
    (!changes.is_empty())
        .then(|| json!({ "description": { "text": fix.summary }, "artifactChanges": changes }))
}

fn replacement(file: &SourceFile, edit: &Edit) -> Value {
    json!({
        "deletedRegion": region(&Place::of(file, edit.span)),
        "insertedContent": { "text": edit.replacement },
    })
}

fn notice(file: &Incomplete) -> Value {
    let mut physical = json!({ "artifactLocation": artifact(&file.path) });
    if let (Some(line), Some(fields)) = (file.line, physical.as_object_mut()) {
        fields.insert("region".to_owned(), json!({ "startLine": line }));
    }
    json!({
        "level": if file.matters { "error" } else { "warning" },
        "message": { "text": file.message },
        "locations": [{ "physicalLocation": physical }],
    })
}

fn artifact(path: &str) -> Value {
    json!({ "uri": encoded(path), "uriBaseId": "%SRCROOT%" })
}

/// `path` as a relative URI reference.
fn encoded(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend([format!("%{byte:02X}")]);
        }
        out
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// GitHub's scale: above 9.0 critical, from 7.0 high, from 4.0 medium, above 0 low.
fn score(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    }
}
