//! One page that works offline: the map of databases, services and volumes, and the findings with a filter.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Report, SEVERITIES, excerpt, visible};
use crate::finding::{Finding, Kind};
use crate::survey::Database;
use crate::template::{self, TemplateError};

/// Pixels of a row of the map.
const ROW: usize = 56;
/// Columns of an excerpt.
const COLUMNS: usize = 110;
const KINDS: [Kind; 7] =
    [Kind::Doc, Kind::Script, Kind::Ci, Kind::Config, Kind::Code, Kind::Git, Kind::Drift];

#[derive(Serialize)]
struct Page {
    root: String,
    version: &'static str,
    total: usize,
    suppressed: usize,
    severities: Vec<Count>,
    kinds: Vec<&'static str>,
    height: usize,
    rows: Vec<Row>,
    findings: Vec<Card>,
    unread: Vec<String>,
}

#[derive(Serialize)]
struct Count {
    word: &'static str,
    number: usize,
}

/// A database with its service and volume, one row of the map.
#[derive(Serialize)]
struct Row {
    y: usize,
    database: String,
    engine: String,
    service: String,
    volume: String,
    findings: usize,
}

#[derive(Serialize)]
struct Card {
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
}

pub(super) fn render(report: &Report<'_>) -> Result<String, TemplateError> {
    let databases = &report.survey.databases;
    let counts =
        SEVERITIES.map(|severity| Count { word: severity.word(), number: report.number_of(severity) });
    let present: BTreeSet<&str> = report.open().map(|finding| finding.kind.word()).collect();
    let page = Page {
        root: visible(report.root),
        version: env!("CARGO_PKG_VERSION"),
        total: report.open().count(),
        suppressed: report.suppressed(),
        severities: counts.into_iter().filter(|count| count.number > 0).collect(),
        kinds: KINDS.map(Kind::word).into_iter().filter(|word| present.contains(word)).collect(),
        height: databases.len() * ROW + 28,
        rows: databases.iter().enumerate().map(|(at, database)| row(report, at, database)).collect(),
        findings: report.open().map(|finding| card(report, finding)).collect(),
        unread: report
            .incomplete
            .iter()
            .map(|file| visible(&format!("{}: {}", file.path, file.message)))
            .collect(),
    };
    template::render("report/audit.html", page)
}

fn row(report: &Report<'_>, at: usize, database: &Database) -> Row {
    let version = database.version.as_deref().unwrap_or_default();
    let host = database.compose_service.as_ref().or(database.host.as_ref());
    Row {
        y: at * ROW + 28,
        database: short(&database.id),
        engine: short(format!("{} {version}", database.engine).trim_end()),
        service: host.map(|name| short(name)).unwrap_or_default(),
        volume: database.volume.as_deref().map(short).unwrap_or_default(),
        findings: report.open().filter(|finding| concerns(finding, database)).count(),
    }
}

/// Whether one of the finding's places is one that told of the database.
fn concerns(finding: &Finding, database: &Database) -> bool {
    let places = std::iter::once(&finding.place).chain(finding.related.iter().map(|one| &one.place));
    let told = |path: &str, line: usize| {
        database.sources.iter().any(|source| source.path == path && source.line == line)
    };
    places.into_iter().any(|place| told(&place.path, place.line))
}

/// What fits into a box of the map.
fn short(text: &str) -> String {
    console::truncate_str(&visible(text), 26, "…").into_owned()
}

fn card(report: &Report<'_>, finding: &Finding) -> Card {
    let place = &finding.place;
    let shown = (report.sources)(&place.path).and_then(|file| excerpt::excerpt(&file, place, COLUMNS));
    let (source, marks) = shown.map(|shown| (shown.text, shown.marks)).unwrap_or_default();
    let related = |one: &crate::finding::Related| {
        visible(&format!("{}:{} {}", one.place.path, one.place.line, one.message))
    };
    Card {
        severity: finding.severity.word(),
        kind: finding.kind.word(),
        rule: finding.rule,
        title: finding.title,
        confidence: finding.confidence.word(),
        place: visible(&format!("{}:{}", place.path, place.line)),
        source,
        marks,
        message: visible(&finding.message),
        help: finding.help.lines().map(visible).collect::<Vec<_>>().join("\n"),
        related: finding.related.iter().map(related).collect(),
    }
}
