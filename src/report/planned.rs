//! What `init` is about to do, and what it did, for people.

use std::collections::BTreeMap;

use console::measure_text_width;

use crate::apply::Undone;
use crate::plan::artifacts::Note;
use crate::plan::diff::{DiffLine, diff};
use crate::plan::{Outcome, Refusal, Resolved, ResolvedStep, Step};
use crate::policy::Policy;
use crate::report::screen::{Line, Tone, WIDTH, count};
use crate::report::wrap::wrap;
use crate::source::printable;

/// What will change: new files by folder, the full diff of everything that a person wrote.
pub fn summary(resolved: &Resolved, in_full: bool) -> Vec<Line> {
    let changes: Vec<&ResolvedStep> = resolved.changes().collect();
    let mut lines = vec![Line::default(), Line::of(Tone::Strong, "To write:"), Line::default()];
    lines.extend(new_files(&changes));
    for step in changes.iter().filter(|step| step.outcome != Outcome::Create) {
        let verb = if step.outcome == Outcome::Replace { "update" } else { "edit" };
        lines.extend(described(verb, step.step.path.as_str(), &step.step.reason));
    }
    for step in changes.iter().filter(|step| in_full || step.outcome == Outcome::Edit) {
        lines.push(Line::default());
        lines.extend(
            diff(step.step.path.as_str(), step.before.as_deref(), step.after.as_deref())
                .iter()
                .map(diff_line),
        );
    }
    lines
}

/// Restored files; those of one folder, and dbguard's own records, by their number.
fn by_folder(undone: &Undone) -> Vec<Line> {
    const OWN: &str = ".dbguard";
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in &undone.files {
        let (folder, name) = path.as_str().rsplit_once('/').unwrap_or(("", path.as_str()));
        let own = folder.split('/').next() == Some(OWN);
        folders.entry(if own { OWN } else { folder }).or_default().push(name);
    }
    let mut lines = Vec::new();
    for (folder, names) in folders {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let texts = match names.as_slice() {
            [name] => vec![format!("{prefix}{name}")],
            names if folder.is_empty() => names.iter().map(|name| (*name).to_owned()).collect(),
            names => vec![format!("{prefix} ({})", count(names.len(), "file"))],
        };
        lines.extend(texts.iter().map(|text| Line::of(Tone::Plain, format!("  {}", printable(text)))));
    }
    lines
}

fn new_files(changes: &[&ResolvedStep]) -> Vec<Line> {
    let mut folders: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for step in changes.iter().filter(|step| step.outcome == Outcome::Create) {
        let (folder, file) =
            step.step.path.as_str().rsplit_once('/').unwrap_or(("", step.step.path.as_str()));
        folders.entry((folder, &step.step.reason)).or_default().push(file);
    }
    let mut lines = Vec::new();
    for ((folder, reason), files) in folders {
        let place = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let name = match files.as_slice() {
            [file] => format!("{place}{file}"),
            many => format!("{place} ({})", count(many.len(), "file")),
        };
        lines.extend(described("create", &name, reason));
    }
    lines
}

/// What happens to a file, its name, and why: in a column of its own where that fits, else below.
fn described(verb: &str, name: &str, reason: &str) -> Vec<Line> {
    const NAMES: usize = 34;
    const REASONS: usize = 45;
    let name = printable(name);
    let head = Line::of(Tone::Good, format!("  {verb:8}"));
    let mut reasons = wrap(reason, WIDTH - REASONS).into_iter();
    let first = if measure_text_width(&name) > NAMES {
        head.and(Tone::Plain, name)
    } else {
        let gap = " ".repeat(NAMES + 1 - measure_text_width(&name));
        head.and(Tone::Plain, name + &gap).and(Tone::Faint, reasons.next().unwrap_or_default())
    };
    let below = reasons.map(|more| Line::of(Tone::Faint, format!("{:REASONS$}{more}", "")));
    std::iter::once(first).chain(below).collect()
}

fn diff_line(line: &DiffLine) -> Line {
    match line {
        DiffLine::Header(text) => Line::of(Tone::Strong, text),
        DiffLine::Hunk(text) => Line::of(Tone::Faint, text),
        DiffLine::Context(text) => Line::of(Tone::Plain, format!(" {text}")),
        DiffLine::Added(text) => Line::of(Tone::Good, format!("+{text}")),
        DiffLine::Removed(text) => Line::of(Tone::Bad, format!("-{text}")),
        DiffLine::Note(text) => Line::of(Tone::Faint, format!("\\ {text}")),
    }
}

/// What dbguard left for a person to do.
pub fn notes(notes: &[Note]) -> Vec<Line> {
    let mut lines = Vec::new();
    for note in notes {
        lines.push(Line::default());
        for (at, text) in wrap(&printable(&note.message), WIDTH - 2).into_iter().enumerate() {
            let mark = if at == 0 { "! " } else { "  " };
            lines.push(Line::of(Tone::Warning, mark).and(Tone::Plain, text));
        }
        let action = note.action.lines().map(printable);
        lines.extend(action.map(|line| Line::of(Tone::Plain, format!("    {line}"))));
    }
    lines
}

/// The second run.
pub fn nothing_to_do(resolved: &Resolved, open: &[Note]) -> Vec<Line> {
    let kept = resolved.steps.iter().filter(|step| step.outcome == Outcome::KeptUserEdits).count();
    let mut lines = vec![Line::default(), Line::of(Tone::Good, "Everything is in place; nothing to write.")];
    if kept > 0 {
        lines.push(Line::of(Tone::Plain, format!("{} edited by you, kept as it is.", count(kept, "file"))));
    }
    lines.extend(notes(open));
    lines
}

/// Each refused step and why.
pub fn refused(refused: &[(&Step, &Refusal)]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (step, why) in refused {
        let path = printable(step.path.as_str());
        lines.push(Line::of(Tone::Bad, "  refused ").and(Tone::Strong, path).and(Tone::Plain, ":"));
        let why = wrap(&why.to_string(), WIDTH - 10);
        lines.extend(why.into_iter().map(|text| Line::of(Tone::Plain, format!("{:10}{text}", ""))));
    }
    lines
}

/// What an interrupted run had left behind.
pub fn recovered(undone: Option<&Undone>) -> Vec<Line> {
    let Some(undone) = undone else { return Vec::new() };
    let mut lines =
        vec![Line::of(Tone::Warning, "An earlier run was interrupted; its changes were taken back:")];
    lines.extend(by_folder(undone));
    lines.extend(
        undone
            .left
            .iter()
            .map(|path| Line::of(Tone::Warning, format!("  {path}: changed since, left as it is"))),
    );
    lines
}

/// What was written, and the commands that come next.
pub fn done(resolved: &Resolved, policy: &Policy) -> Vec<Line> {
    let mut lines = vec![
        Line::default(),
        Line::of(
            Tone::Good,
            format!("Wrote {}; `dbguard undo` takes it back.", count(resolved.changes().count(), "file")),
        ),
        Line::default(),
        Line::of(Tone::Strong, "Next:"),
    ];
    for (command, why) in next(resolved, policy) {
        lines.push(Line::of(Tone::Plain, format!("  {command:34} ")).and(Tone::Faint, why));
    }
    lines
}

fn next(resolved: &Resolved, policy: &Policy) -> Vec<(String, &'static str)> {
    let planned = |path: &str| resolved.steps.iter().any(|step| step.step.path.as_str() == path);
    let backup = format!("{}/backup.sh", policy.paths.scripts.as_str());
    let guide = policy.paths.guide.as_str();
    let mut next = Vec::new();
    if planned(&backup) {
        next.push((backup, "take the first backup"));
        let verify = format!("{}/verify-backup.sh", policy.paths.scripts.as_str());
        next.push((verify, "prove that it can be restored"));
    } else if planned(guide) {
        next.push((format!("less {guide}"), "there are no backup scripts for it yet"));
    }
    next.push(("git status".to_owned(), "look, then commit for the whole team"));
    next
}

/// What `undo` put back.
pub fn undone(undone: &Undone) -> Vec<Line> {
    if undone.files.is_empty() {
        return vec![Line::of(Tone::Plain, "There is nothing to undo.")];
    }
    let mut lines = vec![Line::of(Tone::Good, format!("{} as before:", count(undone.files.len(), "file")))];
    lines.extend(by_folder(undone));
    lines
}
