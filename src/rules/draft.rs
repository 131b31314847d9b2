//! Findings in the making: places from facts, severities from where they stand.

use std::collections::BTreeMap;

use super::View;
use crate::finding::{Confidence, Description, Finding, Fix, Kind, Place, Related, Severity};
use crate::source::{Edit, SourceFile};
use crate::survey;

/// A finding of the rule `about`, with its own severity and remedy.
pub(super) fn finding(
    about: &Description,
    kind: Kind,
    place: Place,
    severity: Severity,
    message: impl Into<String>,
) -> Finding {
    Finding {
        rule: about.id,
        title: about.title,
        severity,
        confidence: Confidence::High,
        kind,
        place,
        message: message.into(),
        help: about.remedy.to_owned(),
        command: None,
        diff: None,
        related: Vec::new(),
        fix: None,
        suppressed: None,
    }
}

impl Finding {
    /// Points at another place that explains this one.
    pub(super) fn with(mut self, place: Place, message: impl Into<String>) -> Self {
        self.related.push(Related { place, message: message.into() });
        self
    }

    /// The same with less certainty.
    pub(super) fn sure(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// The same with advice of its own.
    pub(super) fn advising(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The same with a change to its own file that mends it.
    pub(super) fn mended(self, safe: bool, summary: impl Into<String>, edits: Vec<Edit>) -> Self {
        let path = self.place.path.clone();
        self.mended_in(&path, safe, summary, edits)
    }

    /// The same with a change to another file that mends it.
    pub(super) fn mended_in(
        mut self,
        path: &str,
        safe: bool,
        summary: impl Into<String>,
        edits: Vec<Edit>,
    ) -> Self {
        if !edits.is_empty() {
            let edits = BTreeMap::from([(path.to_owned(), edits)]);
            self.fix = Some(Fix { safe, summary: summary.into(), edits });
        }
        self
    }
}

/// The line that a fact was read from.
pub(super) fn line(view: &View<'_>, fact: &survey::Place) -> Place {
    match view.tree.read(&fact.path) {
        Ok(file) => line_of(&file, fact.line),
        Err(_) => Place { line: fact.line, end_line: fact.line, ..Place::file(&fact.path) },
    }
}

/// Line `number` of `file`.
pub(super) fn line_of(file: &SourceFile, number: usize) -> Place {
    Place::of(file, file.line_span(number))
}
