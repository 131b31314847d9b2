//! Findings as plain lines: place, severity, rule, message, what to do.

use super::screen::{Line, Tone};
use crate::finding::{Finding, Severity};
use crate::source::printable;
use crate::survey::Incomplete;

/// One or two lines a finding, and a summary.
pub fn lines(findings: &[Finding], incomplete: &[Incomplete], verbose: bool) -> Vec<Line> {
    let shown = |one: &&Finding| one.suppressed.is_none() && (verbose || one.severity > Severity::Info);
    let mut lines: Vec<Line> = findings.iter().filter(shown).flat_map(finding).collect();
    let unread = incomplete.iter().filter(|file| verbose || file.matters);
    lines.extend(unread.map(|file| {
        let text = format!("{}: not read: {}", printable(&file.path), printable(&file.message));
        Line::of(Tone::Warning, text)
    }));
    lines.push(summary(findings));
    lines
}

fn finding(one: &Finding) -> Vec<Line> {
    let place = format!("{}:{}", printable(&one.place.path), one.place.line);
    let tone = if one.severity >= Severity::High { Tone::Bad } else { Tone::Warning };
    let head = Line::of(Tone::Strong, place)
        .and(tone, format!(" {}", one.severity.word()))
        .and(Tone::Plain, format!(" {} {}", one.rule, printable(&one.message)));
    let command = one.command.iter().map(|text| Line::of(Tone::Faint, format!("    {}", printable(text))));
    let help = one.help.lines().map(|text| Line::of(Tone::Plain, format!("    {}", printable(text))));
    std::iter::once(head).chain(command).chain(help).collect()
}

fn summary(findings: &[Finding]) -> Line {
    let order = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    let counted = order.into_iter().filter_map(|severity| {
        let count =
            findings.iter().filter(|one| one.severity == severity && one.suppressed.is_none()).count();
        (count > 0).then(|| format!("{count} {}", severity.word()))
    });
    let counted: Vec<String> = counted.collect();
    if counted.is_empty() {
        Line::of(Tone::Good, "No findings.")
    } else {
        Line::of(Tone::Plain, format!("Findings: {}.", counted.join(", ")))
    }
}
