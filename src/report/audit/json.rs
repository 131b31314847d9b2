//! `dbguard.audit/1`.

mod model;

use super::{Report, SEVERITIES};
use crate::finding::Finding;
use model::{AuditReport, FindingEntry, Summary, Tool};

pub(super) fn render(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let value = AuditReport {
        schema: model::SCHEMA,
        tool: Tool { name: "dbguard", version: env!("CARGO_PKG_VERSION") },
        root: report.root,
        summary: summary(report),
        findings: report.findings.iter().map(FindingEntry::from).collect(),
        incomplete: report.incomplete,
    };
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// The JSON Schema of the format, as published in `docs/audit.schema.json`.
pub fn schema() -> String {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<AuditReport<'_>>();
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

fn summary(report: &Report<'_>) -> Summary {
    let [critical, high, medium, low, info] = SEVERITIES.map(|severity| report.number_of(severity));
    let total = report.open().count();
    Summary {
        total,
        critical,
        high,
        medium,
        low,
        info,
        suppressed: report.suppressed(),
        baseline: Some(report.accepted()).filter(|number| *number > 0),
        unchanged: report.unchanged,
    }
}

impl<'a> From<&'a Finding> for FindingEntry<'a> {
    fn from(finding: &'a Finding) -> Self {
        let place = &finding.place;
        Self {
            rule: finding.rule,
            title: finding.title,
            severity: finding.severity,
            confidence: finding.confidence,
            kind: finding.kind,
            path: &place.path,
            line: place.line,
            column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
            message: &finding.message,
            help: &finding.help,
            related: finding.related.iter().map(Into::into).collect(),
            command: finding.command.as_deref(),
            diff: finding.diff.as_deref(),
            fix: finding.fix.as_ref().map(Into::into),
            suppressed: finding.suppressed.as_ref().map(Into::into),
        }
    }
}
