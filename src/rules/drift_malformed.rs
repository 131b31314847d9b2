//! Markers or a manifest that cannot be understood.

use super::{Rule, View, drift};
use crate::finding::{Description, Finding, Severity};
use crate::plan::drift::Class;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "drift-malformed",
        title: "Markers or manifest that cannot be understood",
        severity: Severity::Medium,
        why: "dbguard owns the lines between its two markers and nothing else. With one marker gone or doubled, as after a merge that went wrong, it \
              cannot tell its lines from a person's: it stops updating, and the rules in the block grow old.",
        evidence: "How a merge leaves its marks in a file: https://git-scm.com/docs/git-merge#_how_conflicts_are_presented",
        bad: "# >>> dbguard:backups >>> managed by dbguard; edits here are overwritten\n/backups/\n",
        good: "# >>> dbguard:backups >>> managed by dbguard; edits here are overwritten\n/backups/\n# <<< dbguard:backups <<<\n",
        remedy: "Repair or delete the lines that are named, or take the file from git, and run `dbguard init`.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    drift::findings(view, &RULE, Class::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::drift::Concern;
    use crate::rules::trial;

    #[test]
    fn it_tells_of_its_own_kind_and_of_no_other() {
        assert_eq!(trial::drifted(&RULE, Class::Malformed, Concern::Rules), ["a.sh:2 medium"]);
        for other in [Class::Edited, Class::Outdated, Class::Missing, Class::Orphan, Class::NotExecutable] {
            assert_eq!(trial::drifted(&RULE, other, Concern::Rules), Vec::<String>::new());
        }
    }
}
