//! What `audit --fix` did, could not do, and would do.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::fix::{Fixes, Left, Wanted};
use crate::report::screen::{Line, Tone, WIDTH, count};
use crate::report::wrap::wrap;
use crate::source::printable;

/// One line for each finding that is gone, and the figures.
pub fn made(fixes: &Fixes) -> Vec<Line> {
    let mut lines: Vec<Line> = fixes.made.iter().map(one).collect();
    if lines.is_empty() {
        lines.push(Line::of(Tone::Plain, "Nothing to fix: no file was changed."));
        return lines;
    }
    let paths: BTreeSet<&String> = fixes.texts.keys().collect();
    lines.push(Line::of(
        Tone::Good,
        format!(
            "Fixed {} in {}; `dbguard undo` takes it back.",
            count(fixes.made.len(), "finding"),
            count(paths.len(), "file")
        ),
    ));
    lines
}

/// One paragraph for each fix that was not made.
pub fn left(fixes: &Fixes) -> Vec<Line> {
    fixes.left.iter().flat_map(not_made).collect()
}

/// How many findings a run with `--fix`, or with `--unsafe-fix`, would mend; nothing where that is none.
pub fn offered(findings: &[Finding]) -> Vec<Line> {
    let number = |wanted: Wanted| findings.iter().filter(|finding| wanted.takes(finding)).count();
    let (safe, all) = (number(Wanted::Safe), number(Wanted::All));
    let line = match (safe, all - safe) {
        (0, 0) => return Vec::new(),
        (safe, 0) => format!("{safe} can be fixed with --fix."),
        (0, more) => format!("{more} can be fixed with --unsafe-fix."),
        (safe, more) => format!("{safe} can be fixed with --fix, {more} more with --unsafe-fix."),
    };
    vec![Line::of(Tone::Good, line)]
}

fn one(finding: &Finding) -> Line {
    let summary = finding.fix.as_ref().map_or("", |fix| fix.summary.as_str());
    Line::of(Tone::Good, format!("fixed {}", place(finding)))
        .and(Tone::Faint, format!(" {}", finding.rule))
        .and(Tone::Plain, format!(": {}", printable(summary)))
}

fn not_made(left: &Left) -> Vec<Line> {
    let text = format!(
        "not fixed {} {}: {}",
        place(&left.finding),
        left.finding.rule,
        printable(&left.why.to_string())
    );
    wrap(&text, WIDTH).into_iter().map(|row| Line::of(Tone::Warning, row)).collect()
}

fn place(finding: &Finding) -> String {
    format!("{}:{}", printable(&finding.place.path), finding.place.line)
}
