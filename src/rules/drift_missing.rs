//! Something generated that is gone.

use super::{Rule, View, drift};
use crate::finding::{Description, Finding, Severity};
use crate::plan::drift::Class;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "drift-missing",
        title: "Generated guard that is gone",
        severity: Severity::High,
        why: "Everybody believes that the backup script, the hook or the ignore rule is there, because it was. The first to notice that it is not is \
              the one who needs it.",
        evidence: "Backups that nobody knew were missing: https://about.gitlab.com/blog/2017/02/10/postmortem-of-database-outage-of-january-31/",
        bad: "git rm scripts/db/backup.sh\n",
        good: "# dbguard.toml: what is not wanted is taken out here, then dbguard init\nagents = []\n",
        remedy: "Run `dbguard init`: it writes what is missing. What is not wanted is taken out of dbguard.toml.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    drift::findings(view, &RULE, Class::Missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::drift::Concern;
    use crate::rules::trial;

    #[test]
    fn it_tells_of_its_own_kind_and_of_no_other() {
        assert_eq!(trial::drifted(&RULE, Class::Missing, Concern::Guard), ["a.sh:2 high"]);
        for other in [Class::Edited, Class::Outdated, Class::Orphan, Class::Malformed, Class::NotExecutable] {
            assert_eq!(trial::drifted(&RULE, other, Concern::Guard), Vec::<String>::new());
        }
    }
}
