//! The proof of a fix: its file parses as before, its finding is gone, and no other has come.

use std::collections::{BTreeMap, BTreeSet};

use super::shift::Shifts;
use super::{Key, Why, touches};
use crate::finding::{Finding, Severity};
use crate::rules::IGNORE_STALE;
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

/// The fixes among `taken` that fail, with the reason: `before` and `after` are the findings of the whole tree, `shifts` tells where
/// lines have gone.
pub(super) fn compare(
    before: &[Finding],
    after: &[Finding],
    taken: &[Finding],
    shifts: &Shifts,
) -> BTreeMap<Key, Why> {
    let there: BTreeSet<Key> = open(after).map(Key::of).collect();
    let mut wrong = BTreeMap::new();
    for finding in taken {
        if there.contains(&Key::of(finding).moved(shifts)) {
            wrong.insert(Key::of(finding), Why::Stays);
        }
    }
    for new in come(before, after, shifts) {
        // What a worse finding has hidden so far is progress.
        for finding in blamed(taken, new, shifts).into_iter().filter(|one| one.severity <= new.severity) {
            wrong.entry(Key::of(finding)).or_insert(Why::Replaced { rule: new.rule });
        }
    }
    wrong
}

/// The fixes that a new finding may come from: in its file those nearest to it, which may be one edit for several findings; else all.
fn blamed<'a>(taken: &'a [Finding], new: &Finding, shifts: &Shifts) -> Vec<&'a Finding> {
    let path = new.place.path.as_str();
    let distance = |one: &&&Finding| shifts.line(path, one.place.line).abs_diff(new.place.line);
    let here: Vec<&Finding> = taken.iter().filter(|one| touches(one, path)).collect();
    let Some(nearest) = here.iter().min_by_key(distance).copied() else { return taken.iter().collect() };
    here.into_iter().filter(|one| one.fix == nearest.fix).collect()
}

/// The findings that were not there before. A rule that tells of one at a time goes on to the next: that is none.
fn come<'a>(before: &[Finding], after: &'a [Finding], shifts: &Shifts) -> Vec<&'a Finding> {
    let was: BTreeSet<Key> = open(before).map(|finding| Key::of(finding).moved(shifts)).collect();
    let of_rule = |findings: &[Finding], one: &Finding| {
        open(findings).filter(|other| other.rule == one.rule && other.place.path == one.place.path).count()
    };
    let new = open(after).filter(|finding| !was.contains(&Key::of(finding)));
    let goes_on = |one: &Finding| one.command.is_none() && of_rule(after, one) <= of_rule(before, one);
    // That an ignore has nothing left to silence is no harm that a fix does; the report tells of it.
    new.filter(|finding| finding.rule != IGNORE_STALE && !goes_on(finding)).collect()
}

fn open(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.counts(Severity::Low))
}
