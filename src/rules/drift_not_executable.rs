//! A generated program that cannot be started.

use super::{Rule, View, drift};
use crate::finding::{Description, Finding, Severity};
use crate::plan::drift::Class;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "drift-not-executable",
        title: "Guard script or hook that cannot be started",
        severity: Severity::High,
        why: "A script without its permission does not run: the scheduled backup fails, and a hook is passed over or answers with an error that stops \
              nothing. Git carries the permission, so that one commit from a file system without it breaks every checkout.",
        evidence: "Hooks that are not executable are ignored: https://git-scm.com/docs/githooks",
        bad: "-rw-r--r-- scripts/db/backup.sh\n",
        good: "-rwxr-xr-x scripts/db/backup.sh\n",
        remedy: "`chmod +x FILE`, and `git update-index --chmod=+x FILE` where git does not see the change.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    drift::findings(view, &RULE, Class::NotExecutable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::drift::Concern;
    use crate::rules::trial;

    #[test]
    fn it_tells_of_its_own_kind_and_of_no_other() {
        assert_eq!(trial::drifted(&RULE, Class::NotExecutable, Concern::Guard), ["a.sh:2 high"]);
        for other in [Class::Edited, Class::Outdated, Class::Missing, Class::Orphan, Class::Malformed] {
            assert_eq!(trial::drifted(&RULE, other, Concern::Guard), Vec::<String>::new());
        }
    }
}
