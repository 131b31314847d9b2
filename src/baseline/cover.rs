//! Which findings a baseline covers, and what it should say from now on.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Accepted, Baseline, Subject, context, is_acceptable};
use crate::finding::{Finding, Severity, SilencedBy, Suppressed};
use crate::source::SourceFile;

/// How a baseline is used.
#[allow(missing_debug_implementations, reason = "functions show nothing")]
pub struct Wanted<'a> {
    /// Its name, as reports tell it.
    pub name: &'a str,
    /// The text of a root-relative path.
    pub text: &'a dyn Fn(&str) -> Option<Rc<SourceFile>>,
    /// Whether a finding was asked for. The others are covered first, so that of several alike the new one stays open.
    pub is_asked: &'a dyn Fn(&Finding) -> bool,
    /// Whether a path may be on other machines only: what is said of it stays.
    pub is_elsewhere: &'a dyn Fn(&str) -> bool,
    /// Whether what was asked for and is open becomes accepted.
    pub update: bool,
    /// Whether what answers to no finding goes.
    pub prune: bool,
}

/// What a baseline came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// The baseline from now on.
    pub after: Baseline,
    /// The findings that are accepted from now on, by their number.
    pub added: Vec<usize>,
    /// How many entries accept more findings than there are, or worse ones.
    pub stale: usize,
}

impl Baseline {
    /// Marks the findings that are accepted.
    pub fn cover(&self, findings: &mut [Finding], wanted: &Wanted<'_>) -> Covered {
        let subjects = subjects(findings, wanted);
        let mut slots = Slots::of(self);
        let (mut used, mut added) = (Self::default(), Vec::new());
        for (at, subject) in in_turn(&subjects, findings, wanted) {
            let finding = &mut findings[at];
            if slots.take(subject, finding.severity) {
                used.add(subject, finding.severity, self.hint(subject, finding));
            } else if wanted.update && (wanted.is_asked)(finding) {
                added.push(at);
            } else {
                continue;
            }
            finding.suppressed = Some(suppressed(wanted.name));
        }
        added.sort_unstable();
        let (spare, fit): (Vec<_>, Vec<_>) =
            self.entries.iter().partition(|((subject, _), _)| !(wanted.is_elsewhere)(&subject.path));
        let stale = spare.into_iter().filter(|(key, accepted)| used.count(key) < accepted.count).count();
        let mut after = if wanted.prune { used } else { self.clone() };
        after.entries.extend(fit.into_iter().map(|(key, accepted)| (key.clone(), accepted.clone())));
        for at in &added {
            let finding = &findings[*at];
            after.add(&subjects[at], finding.severity, self.hint(&subjects[at], finding));
        }
        Covered { after, added, stale }
    }

    fn add(&mut self, subject: &Subject, severity: Severity, hint: &str) {
        let new = || Accepted { count: 0, hint: hint.to_owned() };
        self.entries.entry((subject.clone(), severity)).or_insert_with(new).count += 1;
    }

    fn count(&self, key: &(Subject, Severity)) -> usize {
        self.entries.get(key).map_or(0, |accepted| accepted.count)
    }

    /// What the entry already says, else the title of the rule: it holds no text of the repository, and so no secret.
    fn hint<'a>(&'a self, subject: &Subject, finding: &Finding) -> &'a str {
        let known = self.entries.get(&(subject.clone(), finding.severity));
        known.map_or(finding.title, |accepted| accepted.hint.as_str())
    }
}

/// How many more findings may be accepted: by subject, the mildest first.
struct Slots<'a>(BTreeMap<&'a Subject, Vec<(Severity, usize)>>);

impl<'a> Slots<'a> {
    fn of(baseline: &'a Baseline) -> Self {
        let mut slots: BTreeMap<&Subject, Vec<(Severity, usize)>> = BTreeMap::new();
        for ((subject, severity), accepted) in &baseline.entries {
            slots.entry(subject).or_default().push((*severity, accepted.count));
        }
        Self(slots)
    }

    /// Takes the mildest that is enough, so that a worse finding still has its own.
    fn take(&mut self, subject: &Subject, severity: Severity) -> bool {
        let mut slots = self.0.get_mut(subject).into_iter().flatten();
        let slot = slots.find(|(accepted, left)| *accepted >= severity && *left > 0);
        slot.map(|(_, left)| *left -= 1).is_some()
    }
}

/// The subjects of the findings that can be accepted, by their number.
fn subjects(findings: &[Finding], wanted: &Wanted<'_>) -> BTreeMap<usize, Subject> {
    let mut file: Option<(&str, Option<Rc<SourceFile>>)> = None;
    let mut subjects = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate().filter(|(_, finding)| is_acceptable(finding)) {
        let path = finding.place.path.as_str();
        if file.as_ref().is_none_or(|(known, _)| *known != path) {
            file = Some((path, (wanted.text)(path)));
        }
        let text = file.as_ref().and_then(|(_, text)| text.as_deref());
        subjects.insert(at, context::subject(finding, text));
    }
    subjects
}

/// In the order in which they are covered: what was not asked for, then the worst, then by place.
fn in_turn<'a>(
    subjects: &'a BTreeMap<usize, Subject>,
    findings: &[Finding],
    wanted: &Wanted<'_>,
) -> Vec<(usize, &'a Subject)> {
    let mut turns: Vec<_> = subjects.iter().map(|(at, subject)| (*at, subject)).collect();
    turns.sort_by_key(|(at, _)| {
        let finding = &findings[*at];
        ((wanted.is_asked)(finding), Reverse(finding.severity), *at)
    });
    turns
}

fn suppressed(name: &str) -> Suppressed {
    Suppressed { by: SilencedBy::Baseline, reason: format!("accepted in {name}"), expires: None }
}
