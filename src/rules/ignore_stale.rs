//! `ignore-stale`: what was written to silence a finding silences none.

mod comments;

use super::{IGNORE_STALE, View, find, ids, local, silence};
use crate::finding::{Confidence, Description, Finding, Kind, Place, Severity};
use crate::policy::file::audit::Ignore;
use crate::policy::load::nearest;
use crate::policy::{self, Origin, Setting};
use crate::rules::Rule;
use crate::survey::{self, paths};

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: IGNORE_STALE,
        title: "Something that is to silence a finding silences none",
        severity: Severity::Low,
        why: "A comment `dbguard: ignore[…]` or an `[[audit.ignore]]` that no finding answers to was right once. It hides the next \
              accident of its kind, which nobody has judged. One without a reason, with a misspelt rule, or past its day does not \
              silence what its author thinks it does.",
        evidence: "Linters report them for the same reason: \
                   <https://docs.astral.sh/ruff/rules/unused-noqa/>, <https://eslint.org/docs/latest/use/configure/rules#report-unused-eslint-disable-comments>.",
        bad: "# dbguard: ignore[docker-volume-rm] the cache is rebuilt\ndocker compose stop",
        good: "# dbguard: ignore[docker-volume-rm] the cache is rebuilt\ndocker volume rm cache",
        remedy: "Remove it, or mend what it says: the rule as `dbguard rules` lists it, the path, the reason, the day.",
        fix: None,
    },
    // It needs the findings of all the others: see `apply`.
    check: |_| Vec::new(),
};

/// Adds what is stale, judged by the other findings; then what is to silence this very rule and does not.
pub(super) fn apply(findings: &mut Vec<Finding>, view: &View<'_>) {
    let own = |rule: &str| rule == IGNORE_STALE;
    let mut stale = found(findings, view, |rule| !own(rule));
    silence::apply(&mut stale, view);
    findings.extend(stale);
    let stale = found(findings, view, own);
    findings.extend(stale);
}

/// The findings about what names a rule that `is_asked`.
fn found(findings: &[Finding], view: &View<'_>, is_asked: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in view.tree.marked().iter().filter(|file| is_whole(file.path(), view)) {
        for comment in comments::all(file) {
            let line = file.slice(file.line_span(comment.line));
            let here =
                |one: &&Finding| one.place.path == file.path() && silence::reaches(comment.line, line, one);
            let here: Vec<&Finding> = findings.iter().filter(here).collect();
            for rule in comment.says.rules.iter().copied().filter(|rule| is_asked(rule)) {
                let is_used = here.iter().any(|one| one.rule == rule) || is_unasked(rule, view);
                let why = of_comment(rule, comment.says.reason, is_used);
                found.extend(why.map(|why| finding(Place::of(file, comment.span), why)));
            }
        }
    }
    let entries = view.policy.into_iter().flat_map(|policy| &policy.ignores);
    for entry in entries.filter(|entry| is_asked(&entry.value.rule)) {
        found.extend(of_entry(&entry.value, findings, view).map(|why| finding(place(entry, view), why)));
    }
    found
}

/// Whether a rule is about this machine, and nobody has looked at it.
fn is_unasked(rule: &str, view: &View<'_>) -> bool {
    view.local.is_none() && local::is_local(rule)
}

/// Why a comment silences nothing of a rule.
fn of_comment(rule: &str, reason: &str, is_used: bool) -> Option<String> {
    if find(rule).is_none() {
        let meant = nearest(rule, ids()).map(|id| format!(" Did you mean `{id}`?")).unwrap_or_default();
        return Some(format!("There is no rule `{rule}`.{meant}"));
    }
    if reason.is_empty() {
        return Some(format!("The comment gives no reason, so `{rule}` is not silenced."));
    }
    (!is_used).then(|| format!("`{rule}` finds nothing on this line or the one below."))
}

/// Why an entry of the policy silences nothing.
fn of_entry(entry: &Ignore, findings: &[Finding], view: &View<'_>) -> Option<String> {
    if let Some(day) = entry.expires.filter(|day| day.has_come(view.now)) {
        return Some(format!("It counts no more since {day}: what it silenced of `{}` is open.", entry.rule));
    }
    let is_used =
        findings.iter().any(|one| entry.covers(one.rule, &one.place.path)) || is_unasked(&entry.rule, view);
    // What could not be read may be what it is about.
    let may_be = view.survey.incomplete.iter().any(|file| entry.covers(&entry.rule, &file.path));
    let may_be = may_be || is_elsewhere(entry, view);
    let place = if entry.path.is_some() { "in the files of its path" } else { "in this repository" };
    (!is_used && !may_be).then(|| format!("`{}` finds nothing {place}.", entry.rule))
}

/// Whether it is about a dotenv file, which only some checkouts have.
fn is_elsewhere(entry: &Ignore, view: &View<'_>) -> bool {
    let Some(glob) = &entry.path else { return false };
    survey::is_dotenv(paths::name(glob.text())) && !view.tree.paths().any(|path| glob.matches(path))
}

/// Whether all of a file could be read: what a comment silences may stand in the rest.
fn is_whole(path: &str, view: &View<'_>) -> bool {
    view.survey.incomplete.iter().all(|file| file.path != path)
}

fn place(entry: &Setting<Ignore>, view: &View<'_>) -> Place {
    match (&entry.origin, view.tree.read(policy::FILE)) {
        (Origin::File { line }, Ok(file)) => Place::of(&file, file.line_span(*line)),
        _ => Place::file(policy::FILE),
    }
}

fn finding(place: Place, message: String) -> Finding {
    let about = &RULE.about;
    Finding {
        rule: about.id,
        title: about.title,
        severity: about.severity,
        confidence: Confidence::High,
        kind: Kind::Config,
        place,
        message,
        help: about.remedy.to_owned(),
        command: None,
        related: Vec::new(),
        diff: None,
        fix: None,
        suppressed: None,
    }
}

#[cfg(test)]
mod tests;
