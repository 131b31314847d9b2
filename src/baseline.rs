//! The findings that a team has accepted for now: a file of them, what they cover, and how the file follows the repository.
//!
//! Pure. An entry holds for as many findings of one rule in one file whose lines read alike as were accepted, and for none that is
//! worse than they were. It knows no line number, so that it survives whatever happens around them.

mod context;
mod cover;
mod file;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::finding::{Finding, Kind, Severity};
use crate::rules;

pub use cover::{Covered, Wanted};
pub use file::{ParseError, SCHEMA};

/// What accepted findings have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The file, root-relative.
    pub path: String,
    /// Id of the rule.
    pub rule: String,
    /// A hash of the lines, in 32 hexadecimal digits; secrets are no part of it.
    pub context: String,
}

/// How many findings are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// So many; at least 1.
    pub count: usize,
    /// What it is about, for those who read the file.
    pub hint: String,
}

/// Accepted findings by what they have in common and by how bad they were when they were accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<(Subject, Severity), Accepted>,
}

impl Baseline {
    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is accepted.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Whether a finding can be accepted: it counts, and it is neither about dbguard's own files and ignores, which are mended by running
/// `init` or taking a line out, nor about one machine, of which a repository knows nothing.
pub fn is_acceptable(finding: &Finding) -> bool {
    finding.counts(Severity::Low)
        && finding.kind != Kind::Drift
        && finding.rule != rules::IGNORE_STALE
        && !rules::is_local(finding.rule)
}
