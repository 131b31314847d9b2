//! Settings and calls in a repository's own files that presets know as hazardous.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::View;
use super::surroundings::{Surroundings, lower};
use super::{Rule, draft};
use crate::finding::{Finding, Kind as Where, Severity};
use crate::presets::dangers::Hazard;
use crate::presets::model::{Stack, Str};
use crate::source::SourceFile;
use crate::survey::config::shape;
use crate::survey::glob::Globs;
use crate::survey::script::{self, Entry, Expr, Kind, Language};

/// The findings of `rule`: everything in the files of the stacks that are present which their presets report by it.
pub(super) fn find(view: &View<'_>, rule: &Rule) -> Vec<Finding> {
    let present = view.presets.stacks.iter().filter(|stack| is_present(view, stack));
    let hazards: Vec<&Hazard> = present
        .flat_map(|stack| stack.hazards.iter())
        .filter(|hazard| *hazard.rule == *rule.about.id)
        .collect();
    let mut findings: Vec<Finding> = Vec::new();
    for (path, numbers) in candidates(view, &hazards) {
        let Ok(file) = view.tree.read(path) else { continue };
        let wanted: Vec<&Hazard> = numbers
            .iter()
            .filter_map(|number| hazards.get(*number).copied())
            .filter(|one| may_hold(&file, one))
            .collect();
        let Some(entries) = entries_of(&file).filter(|_| !wanted.is_empty()) else { continue };
        for hazard in wanted {
            let hits = hits(hazard, &entries);
            findings.extend(hits.into_iter().filter_map(|hit| finding(rule, hazard, &file, &hit)));
        }
    }
    findings.sort_by(|one, two| one.place.cmp(&two.place));
    findings.dedup_by(|later, earlier| later.place == earlier.place);
    findings
}

fn entries_of(file: &Rc<SourceFile>) -> Option<Vec<Entry>> {
    shape::entries(file).ok()
}

fn is_present(view: &View<'_>, stack: &Stack) -> bool {
    let known = |ids: &[Str], found: &[String]| ids.iter().any(|id| found.iter().any(|one| **one == **id));
    known(&stack.orms, &view.survey.orms) || known(&stack.frameworks, &view.survey.frameworks)
}

/// Files of throw-away data left out, with the numbers of the hazards that are looked for in them.
fn candidates<'a>(view: &View<'a>, hazards: &[&Hazard]) -> BTreeMap<&'a str, Vec<usize>> {
    let mut patterns: Vec<(&str, usize)> = Vec::new();
    for (number, hazard) in hazards.iter().enumerate() {
        patterns.extend(hazard.files.iter().map(|glob| (&**glob, number)));
    }
    let Ok(globs) = Globs::new(patterns.iter().map(|(glob, _)| *glob)) else { return BTreeMap::new() };
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for path in view.tree.paths().filter(|path| Surroundings::of(path) != Surroundings::ThrowAway) {
        for glob in globs.matches(path) {
            found.entry(path).or_default().extend(patterns.get(glob).map(|(_, number)| *number));
        }
    }
    found
}

/// A quick look, before a file is read in earnest.
fn may_hold(file: &SourceFile, hazard: &Hazard) -> bool {
    let text = file.text();
    let needed = hazard.needs.is_empty() || hazard.needs.iter().any(|word| text.contains(&**word));
    let key = hazard.key.rsplit('.').next().unwrap_or_default();
    let named = if hazard.call.is_empty() {
        hazard.missing || text.contains(key)
    } else {
        text.contains(&*hazard.call)
    };
    needed && named && !in_memory(text)
}

fn in_memory(text: &str) -> bool {
    ["h2:mem", "hsqldb:mem", ":memory:", "UseInMemoryDatabase"].iter().any(|sign| text.contains(sign))
}

struct Hit {
    start: usize,
    /// Whether it holds outside production only, as far as a comparison with that word can tell.
    conditional: bool,
}

fn hits(hazard: &Hazard, entries: &[Entry]) -> Vec<Hit> {
    let mut hits = Vec::new();
    if !hazard.call.is_empty() {
        script::each_call(entries, &mut |name, arguments, start| {
            let last = name.rsplit(['.', ':', '>']).next().unwrap_or(name);
            if last == &*hazard.call {
                hits.extend(argument(hazard, arguments, start));
            }
        });
    } else if hazard.missing {
        let mut there = false;
        each(entries, "", &mut |path, entry, _| {
            there |= is_key(path, hazard) && value(hazard, &entry.value).is_some();
        });
        hits.extend((!there).then_some(Hit { start: 0, conditional: false }));
    } else {
        each(entries, "", &mut |path, entry, siblings| {
            if is_key(path, hazard) && stands_beside(hazard, siblings) {
                hits.extend(
                    value(hazard, &entry.value).map(|conditional| Hit { start: entry.start, conditional }),
                );
            }
        });
    }
    hits
}

/// The hazardous argument of a call, or the lack of the harmless one.
fn argument(hazard: &Hazard, arguments: &[Entry], start: usize) -> Option<Hit> {
    if hazard.key.is_empty() {
        return Some(Hit { start, conditional: false });
    }
    let groups = arguments
        .iter()
        .filter(|argument| argument.key.is_none())
        .flat_map(|argument| argument.value.entries());
    let mut named = arguments.iter().chain(groups).filter(|entry| entry.key.as_deref() == Some(&*hazard.key));
    if hazard.missing {
        return (!named.any(|entry| value(hazard, &entry.value).is_some()))
            .then_some(Hit { start, conditional: false });
    }
    let entry = named.next()?;
    value(hazard, &entry.value).map(|conditional| Hit { start: entry.start, conditional })
}

/// Whether a value is a hazardous one, and then whether only under a condition.
fn value(hazard: &Hazard, expr: &Expr) -> Option<bool> {
    let wanted = |text: &str| {
        hazard.values.is_empty() || hazard.values.iter().any(|known| known.eq_ignore_ascii_case(text))
    };
    match &expr.kind {
        Kind::Text(text) | Kind::Name(text) => wanted(text.trim()).then_some(false),
        Kind::Group(entries) if entries.len() == 2 && compares(entries) => wanted("true").then_some(true),
        Kind::Group(_) | Kind::Call(..) | Kind::Choice(_) | Kind::Join(_) | Kind::Nothing => None,
    }
}

/// `NODE_ENV !== 'production'`, and its kin.
fn compares(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| matches!(&entry.value.kind, Kind::Text(text) if text.starts_with("prod") || text.starts_with("dev")))
}

fn is_key(path: &str, hazard: &Hazard) -> bool {
    path.strip_suffix(&*hazard.key).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn stands_beside(hazard: &Hazard, siblings: &[Entry]) -> bool {
    let known = |entry: &Entry| {
        entry.key.as_deref().is_some_and(|key| hazard.beside.iter().any(|name| **name == *key))
    };
    hazard.beside.is_empty() || siblings.iter().any(known)
}

/// Calls `visit` with every entry that has a key, its path and the entries beside it.
fn each<'a>(entries: &'a [Entry], path: &str, visit: &mut dyn FnMut(&str, &'a Entry, &'a [Entry])) {
    for entry in entries {
        let inner = match &entry.key {
            Some(key) if path.is_empty() => key.clone(),
            Some(key) => format!("{path}.{key}"),
            None => path.to_owned(),
        };
        if entry.key.is_some() {
            visit(&inner, entry, entries);
        }
        below(&entry.value, &inner, visit);
    }
}

fn below<'a>(expr: &'a Expr, path: &str, visit: &mut dyn FnMut(&str, &'a Entry, &'a [Entry])) {
    match &expr.kind {
        Kind::Group(entries) => each(entries, path, visit),
        Kind::Call(_, on, entries) => {
            if let Some(on) = on {
                below(on, path, visit);
            }
            each(entries, path, visit);
        }
        Kind::Choice(parts) | Kind::Join(parts) => parts.iter().for_each(|part| below(part, path, visit)),
        Kind::Text(_) | Kind::Name(_) | Kind::Nothing => {}
    }
}

fn finding(rule: &Rule, hazard: &Hazard, file: &SourceFile, hit: &Hit) -> Option<Finding> {
    let line = file.line_of(hit.start);
    let guarded = is_guarded(file, line);
    let base = severity(&hazard.severity);
    let base = if hit.conditional || guarded { lower(base) } else { base };
    let severity = Surroundings::of(file.path()).weigh(base)?;
    let name = if hazard.call.is_empty() || hazard.missing { &hazard.key } else { &hazard.call };
    let mut message = format!("`{name}` {}.", hazard.does);
    if hit.conditional {
        message.push_str(" The condition holds wherever the variable is not set.");
    }
    let kind = if Language::of(file.path()).is_some() { Where::Code } else { Where::Config };
    let found = draft::finding(&rule.about, kind, draft::line_of(file, line), severity, message);
    Some(found.advising(&*hazard.instead))
}

/// Whether one of the lines before asks for the environment.
fn is_guarded(file: &SourceFile, line: usize) -> bool {
    const SIGNS: [&str; 6] = ["IsDevelopment", "NODE_ENV", "isDev", "is_development", "IS_DEV", "APP_ENV"];
    let near = file.lines().skip(line.saturating_sub(6)).take(5);
    near.filter(|(number, _)| *number < line).any(|(_, text)| {
        let asks = text.trim_start().starts_with("if") || text.contains("else if");
        asks && SIGNS.iter().any(|sign| text.contains(sign))
    })
}

fn severity(word: &str) -> Severity {
    let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
    all.into_iter().find(|severity| severity.word() == word).unwrap_or(Severity::Medium)
}
