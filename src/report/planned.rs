//! What `init` is about to do, and what it did, for people.

use std::collections::BTreeMap;

use crate::apply::Undone;
use crate::plan::artifacts::Note;
use crate::plan::diff::{DiffLine, diff};
use crate::plan::{Outcome, Refusal, Resolved, ResolvedStep, Step};
use crate::policy::Policy;
use crate::report::screen::{Line, Tone, count, printable};

/// What will change: new files by folder, the full diff of everything that a person wrote.
pub fn summary(resolved: &Resolved, in_full: bool) -> Vec<Line> {
    let changes: Vec<&ResolvedStep> = resolved.changes().collect();
    let mut lines = vec![Line::default(), Line::of(Tone::Strong, "To write:"), Line::default()];
    lines.extend(new_files(&changes));
    for step in changes.iter().filter(|step| step.outcome != Outcome::Create) {
        let verb = if step.outcome == Outcome::Replace { "update" } else { "edit" };
        lines.push(entry(verb, &step.step));
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
        lines.push(described("create", &name, reason));
    }
    lines
}

fn entry(verb: &str, step: &Step) -> Line {
    described(verb, step.path.as_str(), &step.reason)
}

fn described(verb: &str, name: &str, reason: &str) -> Line {
    Line::of(Tone::Good, format!("  {verb:8}"))
        .and(Tone::Plain, format!("{:34} ", printable(name)))
        .and(Tone::Faint, reason)
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
        lines.push(Line::of(Tone::Warning, "! ").and(Tone::Plain, &note.message));
        lines.extend(note.action.lines().map(|line| Line::of(Tone::Plain, format!("    {line}"))));
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
    let line = |(step, why): &(&Step, &Refusal)| {
        Line::of(Tone::Bad, "  refused ")
            .and(Tone::Strong, printable(step.path.as_str()))
            .and(Tone::Plain, format!(": {why}"))
    };
    refused.iter().map(line).collect()
}

/// What an interrupted run had left behind.
pub fn recovered(undone: Option<&Undone>) -> Vec<Line> {
    let Some(undone) = undone else { return Vec::new() };
    let mut lines =
        vec![Line::of(Tone::Warning, "An earlier run was interrupted; its changes were taken back:")];
    lines.extend(undone.files.iter().map(|path| Line::of(Tone::Plain, format!("  {path}"))));
    lines.extend(
        undone
            .left
            .iter()
            .map(|path| Line::of(Tone::Warning, format!("  {path}: changed since, left as it is"))),
    );
    lines
}

/// What was written, and the three commands that come next.
pub fn done(resolved: &Resolved, policy: &Policy) -> Vec<Line> {
    let scripts = policy.paths.scripts.as_str();
    let next = [
        (format!("{scripts}/backup.sh"), "take the first backup"),
        (format!("{scripts}/verify-backup.sh"), "prove that it can be restored"),
        ("git add -A && git commit".to_owned(), "so that the whole team is guarded"),
    ];
    let mut lines = vec![
        Line::default(),
        Line::of(
            Tone::Good,
            format!("Wrote {}; `dbguard undo` takes it back.", count(resolved.changes().count(), "file")),
        ),
        Line::default(),
        Line::of(Tone::Strong, "Next:"),
    ];
    for (command, why) in next {
        lines.push(Line::of(Tone::Plain, format!("  {command:34} ")).and(Tone::Faint, why));
    }
    lines
}

/// What `undo` put back.
pub fn undone(undone: &Undone) -> Vec<Line> {
    if undone.files.is_empty() {
        return vec![Line::of(Tone::Plain, "There is nothing to undo.")];
    }
    let mut lines = vec![Line::of(Tone::Good, format!("{} as before:", count(undone.files.len(), "file")))];
    lines.extend(undone.files.iter().map(|path| Line::of(Tone::Plain, format!("  {path}"))));
    lines
}
