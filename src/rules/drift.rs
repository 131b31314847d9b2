//! What has drifted, as findings. The differences are worked out beforehand; here they get a severity and words.

use super::{Rule, View, draft};
use crate::finding::{Finding, Kind, Place, Severity};
use crate::plan::diff;
use crate::plan::drift::{Class, Concern, Drift};

/// The findings of `rule` for what drifted as `class` says.
pub(super) fn findings(view: &View<'_>, rule: &Rule, class: Class) -> Vec<Finding> {
    let drifted = view.drift.iter().filter(|drift| drift.class == class);
    drifted.map(|drift| finding(view, rule, drift)).collect()
}

fn finding(view: &View<'_>, rule: &Rule, drift: &Drift) -> Finding {
    let severity = severity(drift.class, drift.concern);
    let place = place(view, drift);
    let finding = draft::finding(&rule.about, Kind::Drift, place, severity, &*drift.message);
    let diff = (!drift.diff.is_empty()).then(|| diff::to_text(&drift.diff));
    let help = drift.help.clone().unwrap_or_else(|| finding.help.clone());
    Finding { help, diff, ..finding }
}

/// A guard that does not run is as good as none; rules that nobody reads make the accident likelier; text is hygiene. What is
/// merely older than the policy still guards.
fn severity(class: Class, concern: Concern) -> Severity {
    match (class, concern) {
        (Class::Orphan, _) | (Class::Outdated, Concern::Rules) | (_, Concern::Text) => Severity::Low,
        (Class::Outdated, Concern::Guard) | (_, Concern::Rules) => Severity::Medium,
        (_, Concern::Guard) => Severity::High,
    }
}

fn place(view: &View<'_>, drift: &Drift) -> Place {
    match view.tree.read(&drift.path) {
        Ok(file) => draft::line_of(&file, drift.line),
        Err(_) => Place { line: drift.line, end_line: drift.line, ..Place::file(&drift.path) },
    }
}
