//! `JUnit` XML: a finding is a failed test, a rule without findings a passed one, an unread file that matters an error.

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::xml::escape;
use crate::finding::{Finding, Severity};
use crate::survey::Incomplete;

pub(super) fn render(report: &Report<'_>) -> String {
    let found: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule).collect();
    let passed = report.rules.iter().filter(|rule| !found.contains(rule.id));
    let mut cases: Vec<String> = passed.map(|rule| case(rule.id, rule.title, "")).collect();
    let mut seen = BTreeMap::new();
    cases.extend(report.findings.iter().map(|one| finding(one, &mut seen)));
    let unread: Vec<&Incomplete> = report.incomplete.iter().filter(|file| file.matters).collect();
    cases.extend(unread.iter().map(|file| unreadable(file)));
    let figures = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        cases.len(),
        report.open().filter(|finding| finding.severity > Severity::Info).count(),
        unread.len(),
        report.suppressed(),
    );
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let cases = cases.concat();
    format!(
        "{head}<testsuites name=\"dbguard\">\n  <testsuite name=\"dbguard audit\" {figures}>\n{cases}  \
         </testsuite>\n</testsuites>\n"
    )
}

fn finding<'a>(finding: &'a Finding, seen: &mut BTreeMap<(&'a str, &'a str, usize), usize>) -> String {
    let place = &finding.place;
    let number = seen.entry((finding.rule, &place.path, place.line)).or_default();
    *number += 1;
    // Readers take two cases of one name for one.
    let number = if *number > 1 { format!(" ({number})") } else { String::new() };
    let name = format!("{}:{} {}{number}", place.path, place.line, finding.title);
    let outcome = if let Some(silenced) = &finding.suppressed {
        format!("<skipped message=\"{}\"/>", escape(&silenced.reason))
    } else if finding.severity == Severity::Info {
        format!("<system-out>{}</system-out>", escape(&finding.message))
    } else {
        let (kind, message) = (finding.severity.word(), escape(&finding.message));
        format!("<failure type=\"{kind}\" message=\"{message}\">{}</failure>", escape(&finding.help))
    };
    case(finding.rule, &name, &outcome)
}

fn unreadable(file: &Incomplete) -> String {
    let outcome = format!("<error type=\"incomplete\" message=\"{}\"/>", escape(&file.message));
    case("incomplete", &file.path, &outcome)
}

fn case(class: &str, name: &str, outcome: &str) -> String {
    let head = format!("    <testcase classname=\"dbguard.{}\" name=\"{}\"", escape(class), escape(name));
    if outcome.is_empty() { head + "/>\n" } else { format!("{head}>{outcome}</testcase>\n") }
}
