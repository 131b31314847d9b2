//! What is wrong with a repository: one rule a file, one line in [`RULES`].
//!
//! Rules are pure: they read the survey, what commands would do, and the policy, and give findings. Documentation, `explain`,
//! `rules`, SARIF metadata and tests all derive from the list.

use crate::finding::{self, Description, Finding};
use crate::policy::Policy;
use crate::presets::Presets;
use crate::survey::Survey;
use crate::survey::tree::Tree;

/// What rules may look at.
#[derive(Debug)]
pub struct View<'a> {
    /// Every file that the audit sees.
    pub tree: &'a Tree,
    /// The facts.
    pub survey: &'a Survey,
    /// What is known about the world.
    pub presets: &'a Presets,
    /// The repository's policy, where it has one.
    pub policy: Option<&'a Policy>,
}

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What it is.
    pub about: Description,
    /// Finds what it is about.
    pub check: fn(&View<'_>) -> Vec<Finding>,
}

/// Every rule, by id.
pub const RULES: &[&Rule] = &[];

/// The findings of all rules, in the order in which they are shown.
pub fn judge(view: &View<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| (rule.check)(view)).collect();
    finding::sort(&mut findings);
    findings
}

/// The rule called `id`.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.about.id == id)
}
