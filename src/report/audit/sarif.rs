//! SARIF 2.1.0 in GitHub's dialect.

mod regions;
mod rules;
mod text;

use serde_json::{Value, json};

use super::{Report, fingerprint};
use crate::finding::{Finding, Severity, SilencedBy, Suppressed};
use crate::survey::Incomplete;
use regions::{artifact, fix, location};
use text::{linked, message};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// GitHub refuses a file with more results.
const MOST_RESULTS: usize = 25_000;

pub(super) fn render(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let rules: Vec<Value> = report.rules.iter().map(rules::rule).collect();
    let mut results: Vec<(&Finding, String)> = report.findings.iter().zip(fingerprint::all(report)).collect();
    let mut notices: Vec<Value> = report.incomplete.iter().map(notice).collect();
    if let Some(left_out) = results.len().checked_sub(MOST_RESULTS).filter(|number| *number > 0) {
        results.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity));
        results.truncate(MOST_RESULTS);
        let text = format!("{left_out} findings are left out, the least severe ones");
        notices.push(json!({ "level": "warning", "message": message(&text) }));
    }
    let results: Vec<Value> =
        results.iter().map(|(finding, fingerprint)| result(report, finding, fingerprint)).collect();
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
        "message": { "text": linked(finding) },
        "locations": [location(&finding.place, None)],
        "relatedLocations": related,
        "partialFingerprints": { "primaryLocationLineHash": fingerprint },
        "properties": {
            "severity": finding.severity,
            "confidence": finding.confidence,
            "kind": finding.kind,
        },
    });
    let Some(fields) = value.as_object_mut() else { return value };
    if let Some(command) = &finding.command {
        fields["properties"]["command"] = json!(command);
    }
    if let Some(index) = report.rules.iter().position(|rule| rule.id == finding.rule) {
        fields.insert("ruleIndex".to_owned(), json!(index));
    }
    if let Some(silenced) = &finding.suppressed {
        fields.insert("suppressions".to_owned(), json!([suppression(silenced)]));
    }
    if let Some(fix) = finding.fix.as_ref().and_then(|mend| fix(report, mend)) {
        fields.insert("fixes".to_owned(), json!([fix]));
    }
    value
}

fn suppression(silenced: &Suppressed) -> Value {
    let kind = match silenced.by {
        SilencedBy::Comment => "inSource",
        SilencedBy::Policy | SilencedBy::Baseline => "external",
    };
    let expires = json!({ "expires": silenced.expires });
    json!({ "kind": kind, "status": "accepted", "justification": silenced.reason, "properties": expires })
}

fn notice(file: &Incomplete) -> Value {
    let mut physical = json!({ "artifactLocation": artifact(&file.path) });
    if let (Some(line), Some(fields)) = (file.line, physical.as_object_mut()) {
        fields.insert("region".to_owned(), json!({ "startLine": line }));
    }
    json!({
        "level": if file.matters { "error" } else { "warning" },
        "message": message(&file.message),
        "locations": [{ "physicalLocation": physical }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}
