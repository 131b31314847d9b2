//! The proof of a fix: its file parses as before, its finding is gone, and no other has come.

use std::collections::BTreeMap;

use super::{Key, Why, key, touches};
use crate::finding::{Finding, Severity};
use crate::source::SourceFile;
use crate::survey::paths;
use crate::yaml;

/// Whether a file that could be parsed still can, with as many documents.
pub(super) fn still_parses(path: &str, before: &str, after: &str) -> bool {
    match paths::ending(path) {
        "yml" | "yaml" => {
            let documents = |text: &str| yaml::parse(&SourceFile::new(path, text)).map(|all| all.len()).ok();
            documents(before).is_none_or(|number| documents(after) == Some(number))
        }
        "json" => {
            let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
            !is_json(before) || is_json(after)
        }
        _ => true,
    }
}

/// The fixes among `taken` that fail, with the reason: `before` and `after` are the findings of the whole tree.
pub(super) fn compare(before: &[Finding], after: &[Finding], taken: &[Finding]) -> BTreeMap<Key, Why> {
    let (was, is) = (counted(before), counted(after));
    let mut wrong = BTreeMap::new();
    for (key, fixed) in counted(taken) {
        if number(&is, &key) + fixed > number(&was, &key) {
            wrong.insert(key, Why::Stays);
        }
    }
    for (rule, path, severity) in come(&was, after) {
        let here: Vec<&Finding> = taken.iter().filter(|one| touches(one, path)).collect();
        let blamed = if here.is_empty() { taken.iter().collect() } else { here };
        // What a worse finding has hidden so far is progress.
        for finding in blamed.into_iter().filter(|finding| finding.severity <= severity) {
            wrong.entry(key(finding)).or_insert(Why::Replaced { rule });
        }
    }
    wrong
}

/// Rule, path and severity of the findings that were not there before.
fn come<'a>(was: &BTreeMap<Key, usize>, after: &'a [Finding]) -> Vec<(&'static str, &'a str, Severity)> {
    let is = counted(after);
    let of_rule = |counts: &BTreeMap<Key, usize>, one: &Finding| -> usize {
        let same = counts.iter().filter(|(key, _)| key.0 == one.rule && key.1 == one.place.path);
        same.map(|(_, count)| count).sum()
    };
    let new = after.iter().filter(|finding| finding.counts(Severity::Low)).filter(|finding| {
        let key = key(finding);
        // A rule that tells of one at a time goes on to the next.
        number(&is, &key) > number(was, &key) && of_rule(&is, finding) > of_rule(was, finding)
    });
    new.map(|finding| (finding.rule, finding.place.path.as_str(), finding.severity)).collect()
}

fn number(counts: &BTreeMap<Key, usize>, key: &Key) -> usize {
    counts.get(key).copied().unwrap_or_default()
}

fn counted(findings: &[Finding]) -> BTreeMap<Key, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.counts(Severity::Low)) {
        *counts.entry(key(finding)).or_default() += 1;
    }
    counts
}
