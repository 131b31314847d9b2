//! A generated file, block or key that somebody changed.

use super::{Rule, View, drift};
use crate::finding::{Description, Finding, Severity};
use crate::plan::drift::Class;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "drift-edited",
        title: "Generated guard changed by hand",
        severity: Severity::High,
        why: "A check that was taken out of a guard script or a hook is missed by nobody until the day it would have stopped something. An edited file is \
              also no longer simply updated: dbguard merges, and where both sides changed the same lines it stops.",
        evidence: "How edits are merged, and when they conflict: https://git-scm.com/docs/git-merge-file",
        bad: "# scripts/db/backup.sh, after somebody was in a hurry\n# verify_archive \"$file\"   <- taken out by hand\n",
        good: "# scripts/db/backup.sh, as dbguard wrote it\nverify_archive \"$file\"\n",
        remedy: "Put the wish into dbguard.toml and run `dbguard init`; to have a generated file back, remove it first. A managed block is set right by \
                 `dbguard init` alone.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    drift::findings(view, &RULE, Class::Edited)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::drift::Concern;
    use crate::rules::trial;

    #[test]
    fn it_tells_of_its_own_kind_and_of_no_other() {
        assert_eq!(trial::drifted(&RULE, Class::Edited, Concern::Guard), ["a.sh:2 high"]);
        for other in [Class::Outdated, Class::Missing, Class::Orphan, Class::Malformed, Class::NotExecutable]
        {
            assert_eq!(trial::drifted(&RULE, other, Concern::Guard), Vec::<String>::new());
        }
    }
}
