//! Checkstyle XML.

use super::Report;
use super::xml::escape;
use crate::finding::{Finding, Severity};
use crate::survey::Incomplete;

pub(super) fn render(report: &Report<'_>) -> String {
    let open: Vec<&Finding> = report.open().collect();
    let unread = report.incomplete.iter().filter(|file| file.matters).map(unreadable);
    let files: String = unread.chain(open.chunk_by(|a, b| a.place.path == b.place.path).map(file)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"8.0\">\n{files}</checkstyle>\n"
    )
}

fn file(findings: &[&Finding]) -> String {
    let path = findings.first().map_or("", |finding| &finding.place.path);
    let errors: String = findings.iter().map(|finding| error(finding)).collect();
    format!("  <file name=\"{}\">\n{errors}  </file>\n", escape(path))
}

fn unreadable(unread: &Incomplete) -> String {
    let message = escape(&format!("Not read: {}", unread.message));
    let line = unread.line.unwrap_or(1);
    format!(
        "  <file name=\"{}\">\n    <error line=\"{line}\" severity=\"error\" message=\"{message}\" \
         source=\"dbguard.incomplete\"/>\n  </file>\n",
        escape(&unread.path),
    )
}

fn error(finding: &Finding) -> String {
    format!(
        "    <error line=\"{}\" column=\"{}\" severity=\"{}\" message=\"{}\" source=\"dbguard.{}\"/>\n",
        finding.place.line,
        finding.place.column,
        word(finding.severity),
        escape(&format!("{}: {}", finding.title, finding.message)),
        escape(finding.rule),
    )
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "info",
    }
}
