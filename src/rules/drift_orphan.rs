//! Something generated that the policy asks for no more.

use super::{Rule, View, drift};
use crate::finding::{Description, Finding, Severity};
use crate::plan::drift::Class;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "drift-orphan",
        title: "Generated file that nothing asks for",
        severity: Severity::Low,
        why: "It looks like a guard, and it is never updated again: a backup script for a database that moved, or a rule about one that is gone. \
              Somebody will trust it.",
        evidence: "Old code that was left in place and ran: https://www.sec.gov/newsroom/press-releases/2013-222",
        bad: "# dbguard.toml no longer has a database, and scripts/db/lib/redis.sh is still there\n",
        good: "# dbguard.toml no longer has a database, and its script was deleted\n",
        remedy: "Delete what nobody needs, or ask for it in dbguard.toml and run `dbguard init`.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    drift::findings(view, &RULE, Class::Orphan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::drift::Concern;
    use crate::rules::trial;

    #[test]
    fn it_tells_of_its_own_kind_and_of_no_other() {
        assert_eq!(trial::drifted(&RULE, Class::Orphan, Concern::Text), ["a.sh:2 low"]);
        for other in [Class::Edited, Class::Outdated, Class::Missing, Class::Malformed, Class::NotExecutable]
        {
            assert_eq!(trial::drifted(&RULE, other, Concern::Text), Vec::<String>::new());
        }
    }
}
