//! For people who want to know: the findings that do not count, each with its reason.

use super::{Report, visible};
use crate::finding::{Finding, SilencedBy, Suppressed};
use crate::report::screen::{Line, Tone, WIDTH};
use crate::report::wrap::wrap;

/// Two rows or more a finding: where and what, then why.
pub(super) fn lines(report: &Report<'_>) -> Vec<Line> {
    let silenced = report.findings.iter().filter_map(|one| Some((one, one.suppressed.as_ref()?)));
    silenced.flat_map(|(finding, by)| one(finding, by)).collect()
}

fn one(finding: &Finding, by: &Suppressed) -> Vec<Line> {
    let place = &finding.place;
    let head = format!("  suppressed: {}:{} {}", visible(&place.path), place.line, finding.rule);
    let source = match by.by {
        SilencedBy::Comment => "by a comment",
        SilencedBy::Policy => "by dbguard.toml",
        SilencedBy::Baseline => "by the baseline",
    };
    let until = by.expires.as_deref().map(|day| format!(" until {day}")).unwrap_or_default();
    let why = wrap(&visible(&format!("{source}{until}: {}", by.reason)), WIDTH - 4);
    let rows = wrap(&head, WIDTH).into_iter().chain(why.into_iter().map(|row| format!("    {row}")));
    rows.map(|row| Line::of(Tone::Faint, row)).collect()
}
