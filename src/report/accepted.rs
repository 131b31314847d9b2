//! What is told about a baseline besides its findings.

use crate::finding::{Finding, Severity};
use crate::report::screen::{Line, Tone, WIDTH, count};
use crate::report::wrap::wrap;
use crate::source::printable;

/// One paragraph for each finding that is accepted from now on though it is critical: nobody shall do that without seeing it.
pub fn named<'a>(added: impl Iterator<Item = &'a Finding>) -> Vec<Line> {
    let critical = added.filter(|finding| finding.severity == Severity::Critical);
    critical.flat_map(|finding| paragraph(Tone::Warning, &one(finding))).collect()
}

/// What a run has written: how many findings it accepted, and how many entries it pruned, where it was to.
pub fn written(name: &str, added: usize, pruned: Option<usize>) -> Vec<Line> {
    let name = printable(name);
    let added =
        Some(added).filter(|added| *added > 0).map(|added| format!("{} added", count(added, "finding")));
    let pruned = pruned.filter(|pruned| *pruned > 0);
    let pruned = pruned.map(|pruned| format!("{pruned} stale {} pruned", entries(pruned)));
    let changes: Vec<String> = added.into_iter().chain(pruned).collect();
    let changes = if changes.is_empty() { "nothing to change".to_owned() } else { changes.join(", ") };
    paragraph(Tone::Good, &format!("Baseline {name}: {changes}."))
}

/// What those should know who use one: what is stale in it, and that it holds what is critical.
pub fn used<'a>(stale: usize, findings: impl Iterator<Item = &'a Finding>) -> Vec<Line> {
    let is_grave = |one: &&Finding| one.is_accepted() && one.severity == Severity::Critical;
    let grave = findings.filter(is_grave).count();
    let mut lines = Vec::new();
    if grave > 0 {
        let verb = if grave == 1 { "is" } else { "are" };
        let text = format!(
            "The baseline accepts {}; -v shows what {verb} accepted.",
            count(grave, "critical finding")
        );
        lines.extend(paragraph(Tone::Warning, &text));
    }
    if stale > 0 {
        let verb = if stale == 1 { "accepts" } else { "accept" };
        let text = format!(
            "{stale} {} of the baseline {verb} more than is found; --prune-baseline mends that.",
            entries(stale)
        );
        lines.extend(paragraph(Tone::Faint, &text));
    }
    lines
}

fn one(finding: &Finding) -> String {
    let place = &finding.place;
    format!("accepted though critical: {}:{} {}", printable(&place.path), place.line, finding.rule)
}

const fn entries(number: usize) -> &'static str {
    if number == 1 { "entry" } else { "entries" }
}

/// Later rows are indented.
fn paragraph(tone: Tone, text: &str) -> Vec<Line> {
    let rows = wrap(text, WIDTH - 2).into_iter().enumerate();
    rows.map(|(at, row)| Line::of(tone, if at == 0 { row } else { format!("  {row}") })).collect()
}
