//! One page that works offline: the map of services, databases and volumes, and the findings by file with a filter.

mod card;

use std::collections::BTreeSet;

use serde::Serialize;

use super::map::{self, Map, Territories};
use super::{Report, SEVERITIES, visible};
use crate::finding::{Finding, Kind};
use crate::report::screen::count;
use crate::template::{self, TemplateError};
use card::Card;

const KINDS: [Kind; 7] =
    [Kind::Doc, Kind::Script, Kind::Ci, Kind::Config, Kind::Code, Kind::Git, Kind::Drift];

#[derive(Serialize)]
struct Page {
    root: String,
    version: &'static str,
    /// Such as `2 open findings`.
    total: String,
    number: usize,
    severities: Vec<Count>,
    kinds: Vec<&'static str>,
    map: Map,
    databases: Vec<String>,
    files: Vec<File>,
    suppressed: Vec<Silenced>,
    unread: Vec<String>,
}

#[derive(Serialize)]
struct Count {
    word: &'static str,
    number: usize,
}

#[derive(Serialize)]
struct File {
    path: String,
    findings: Vec<Card>,
}

#[derive(Serialize)]
struct Silenced {
    place: String,
    rule: &'static str,
    reason: String,
    expires: String,
}

pub(super) fn render(report: &Report<'_>) -> Result<String, TemplateError> {
    let counts =
        SEVERITIES.map(|severity| Count { word: severity.word(), number: report.number_of(severity) });
    let present: BTreeSet<&str> = report.open().map(|finding| finding.kind.word()).collect();
    let territories = Territories::of_report(report);
    let number = report.open().count();
    let page = Page {
        root: visible(report.root),
        version: env!("CARGO_PKG_VERSION"),
        total: count(number, "open finding"),
        number,
        severities: counts.into_iter().filter(|count| count.number > 0).collect(),
        kinds: KINDS.map(Kind::word).into_iter().filter(|word| present.contains(word)).collect(),
        map: map::draw(report, &territories),
        databases: report.survey.databases.iter().map(|database| database.id.clone()).collect(),
        files: files(report, &territories),
        suppressed: report.findings.iter().filter_map(silenced).collect(),
        unread: unread(report),
    };
    template::render("report/audit.html", page)
}

fn files(report: &Report<'_>, territories: &Territories) -> Vec<File> {
    let open: Vec<&Finding> = report.open().collect();
    let file = |findings: &[&Finding]| File {
        path: findings.first().map(|finding| visible(&finding.place.path)).unwrap_or_default(),
        findings: findings.iter().map(|finding| card::card(report, territories, finding)).collect(),
    };
    open.chunk_by(|a, b| a.place.path == b.place.path).map(file).collect()
}

fn silenced(finding: &Finding) -> Option<Silenced> {
    let suppressed = finding.suppressed.as_ref()?;
    Some(Silenced {
        place: visible(&format!("{}:{}", finding.place.path, finding.place.line)),
        rule: finding.rule,
        reason: visible(&suppressed.reason),
        expires: suppressed.expires.as_deref().map(visible).unwrap_or_default(),
    })
}

fn unread(report: &Report<'_>) -> Vec<String> {
    let one = |file: &crate::survey::Incomplete| {
        let line = file.line.map(|line| format!(":{line}")).unwrap_or_default();
        visible(&format!("{}{line}: {}", file.path, file.message))
    };
    report.incomplete.iter().map(one).collect()
}
