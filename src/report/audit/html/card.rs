//! A finding on the page.

use serde::Serialize;

use super::map::Territories;
use crate::finding::{Finding, Place, Related};
use crate::report::audit::excerpt::Excerpt;
use crate::report::audit::{Report, excerpt, visible, visible_lines};

/// Columns of an excerpt.
const COLUMNS: usize = 110;

#[derive(Serialize)]
pub(super) struct Card {
    severity: &'static str,
    kind: &'static str,
    rule: &'static str,
    title: &'static str,
    confidence: &'static str,
    place: String,
    source: String,
    marks: String,
    message: String,
    help: String,
    related: Vec<String>,
    /// What a fix does and the option that makes it; empty if there is none.
    fix: String,
    /// Ids of the databases that it concerns.
    databases: Vec<String>,
}

pub(super) fn card(report: &Report<'_>, territories: &Territories, finding: &Finding) -> Card {
    let place = &finding.place;
    let shown = (report.sources)(&place.path).and_then(|file| excerpt::excerpt(&file, place, COLUMNS));
    let (source, marks) = shown.as_ref().map(unindented).unwrap_or_default();
    let databases = territories.of(finding).into_iter().filter_map(|at| report.survey.databases.get(at));
    let option = |safe| if safe { "--fix" } else { "--unsafe-fix" };
    let fix = finding.fix.as_ref().map(|fix| format!("{}: {}", option(fix.safe), visible(&fix.summary)));
    Card {
        severity: finding.severity.word(),
        kind: finding.kind.word(),
        rule: finding.rule,
        title: finding.title,
        confidence: finding.confidence.word(),
        place: lines(place),
        source,
        marks,
        message: visible_lines(&finding.message),
        help: visible_lines(&finding.help),
        related: finding.related.iter().map(related).collect(),
        fix: fix.unwrap_or_default(),
        databases: databases.map(|database| database.id.clone()).collect(),
    }
}

/// An excerpt without the blanks before both of its lines: a narrow window shows the text.
fn unindented(shown: &Excerpt) -> (String, String) {
    let blanks = |text: &str| text.len() - text.trim_start_matches(' ').len();
    let indent = blanks(&shown.text).min(blanks(&shown.marks));
    (shown.text[indent..].to_owned(), shown.marks[indent..].to_owned())
}

fn lines(place: &Place) -> String {
    if place.end_line > place.line {
        format!("lines {}–{}", place.line, place.end_line)
    } else {
        format!("line {}", place.line)
    }
}

fn related(one: &Related) -> String {
    visible(&format!("{}:{} {}", one.place.path, one.place.line, one.message))
}
