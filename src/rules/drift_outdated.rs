//! Something generated that would be written otherwise today.

use super::{Rule, View, drift};
use crate::finding::{Description, Finding, Severity};
use crate::plan::drift::Class;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "drift-outdated",
        title: "Generated guard older than its policy",
        severity: Severity::Medium,
        why: "dbguard.toml says one thing and the scripts do another: a database that no backup covers yet, a retention that was changed on paper \
              only, or a mistake that a newer dbguard has mended.",
        evidence: "A backup script that was older than the database it saved: https://about.gitlab.com/blog/2017/02/10/postmortem-of-database-outage-of-january-31/",
        bad: "# dbguard.toml was changed, and dbguard init was not run\n[retention]\ndaily = 30\n",
        good: "# dbguard.toml was changed, then: dbguard init\n[retention]\ndaily = 30\n",
        remedy: "Run `dbguard init` and commit what it writes; `dbguard init --dry-run` shows it first.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    drift::findings(view, &RULE, Class::Outdated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::drift::Concern;
    use crate::rules::trial;

    #[test]
    fn it_tells_of_its_own_kind_and_of_no_other() {
        assert_eq!(trial::drifted(&RULE, Class::Outdated, Concern::Guard), ["a.sh:2 medium"]);
        for other in [Class::Edited, Class::Missing, Class::Orphan, Class::Malformed, Class::NotExecutable] {
            assert_eq!(trial::drifted(&RULE, other, Concern::Guard), Vec::<String>::new());
        }
    }
}
