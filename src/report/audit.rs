//! What an audit found as text, one file a format; all of them pure.

mod checkstyle;
mod choice;
mod excerpt;
mod fingerprint;
mod github;
mod gitlab;
mod html;
mod human;
mod json;
mod junit;
mod map;
mod markdown;
mod rule_page;
mod sarif;
mod silenced;
mod uri;
mod xml;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use crate::finding::{Description, Finding, Severity};
use crate::report::screen::Line;
use crate::source::SourceFile;
use crate::survey::{Incomplete, Survey};
use crate::template::TemplateError;

pub use choice::{Format, FormatChoice, FormatError};
pub use json::schema;
pub use rule_page::page;

/// Everything that a format may tell. Findings are expected in the order of [`crate::finding::sort`].
pub struct Report<'a> {
    /// The repository's root, as it is to be shown.
    pub root: &'a str,
    /// What was found, suppressed findings included.
    pub findings: &'a [Finding],
    /// How many open findings are left out since their lines did not change; none where all were asked for.
    pub unchanged: Option<usize>,
    /// Every rule that was asked, by id.
    pub rules: &'a [Description],
    /// The text of a root-relative path as it may be shown, for excerpts; none where it is gone or not text.
    pub sources: &'a dyn Fn(&str) -> Option<Rc<SourceFile>>,
    /// The same file as it was read, secrets included: for the places of edits, never shown.
    pub originals: &'a dyn Fn(&str) -> Option<Rc<SourceFile>>,
    /// The facts, for the map of the page.
    pub survey: &'a Survey,
    /// What could not be read.
    pub incomplete: &'a [Incomplete],
}

/// Why a report could not be written; always a defect of the program.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The page's template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A value that JSON cannot hold.
    #[error("the report is not JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The report in `format`, with a final newline; `human` without colour (see [`screen`]).
pub fn render(format: Format, report: &Report<'_>) -> Result<String, ReportError> {
    Ok(match format {
        Format::Human => human::lines(report).iter().map(|line| line.plain() + "\n").collect(),
        Format::Json => json::render(report)?,
        Format::Sarif => sarif::render(report)?,
        Format::Github => github::render(report),
        Format::Gitlab => gitlab::render(report)?,
        Format::Junit => junit::render(report),
        Format::Checkstyle => checkstyle::render(report),
        Format::Markdown => markdown::render(report),
        Format::Html => html::render(report)?,
    })
}

/// The report for a terminal of 80 columns; the caller decides about colour.
pub fn screen(report: &Report<'_>) -> Vec<Line> {
    human::lines(report)
}

/// The findings that do not count, with their reasons, for a terminal of 80 columns.
pub fn silenced(report: &Report<'_>) -> Vec<Line> {
    silenced::lines(report)
}

/// Severities, the worst first.
const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

impl Report<'_> {
    /// The findings that nobody has silenced.
    fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }

    /// The same, the worst first.
    fn worst_first(&self) -> Vec<&Finding> {
        let mut open: Vec<&Finding> = self.open().collect();
        open.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        open
    }

    /// How many open findings are of `severity`.
    fn number_of(&self, severity: Severity) -> usize {
        self.open().filter(|finding| finding.severity == severity).count()
    }

    /// How many findings are silenced.
    fn suppressed(&self) -> usize {
        self.findings.iter().filter(|finding| finding.suppressed.is_some()).count()
    }

    /// How many of them by the baseline.
    fn accepted(&self) -> usize {
        self.findings.iter().filter(|finding| finding.is_accepted()).count()
    }
}

/// Where the documentation of rule `id` is on the web; none while the package names no repository.
fn address(id: &str) -> Option<String> {
    let repository = env!("CARGO_PKG_REPOSITORY");
    (!repository.is_empty()).then(|| format!("{repository}/blob/main/docs/rules/{id}.md"))
}

/// `text` with control characters and those that change the reading direction made visible.
fn visible(text: &str) -> String {
    text.chars().map(visible_char).collect()
}

/// The same for a text of several lines.
fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

fn visible_char(c: char) -> String {
    let hidden =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    if hidden || c.is_control() { c.escape_default().to_string() } else { c.to_string() }
}
