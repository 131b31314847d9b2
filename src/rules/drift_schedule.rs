//! A schedule that is not installed on this machine, or not as the policy wants it.

use super::{Rule, View, drift};
use crate::finding::{Description, Finding, Severity};
use crate::plan::drift::Class;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "drift-schedule",
        title: "Schedule that is not installed as the policy wants it",
        severity: Severity::High,
        why: "The policy says how often a backup is taken, and only crontab, systemd or launchd of this machine makes it true. After a move of the \
              folder the old lines fail at every start; on a new machine there are none. Both look as if all were well, until the newest \
              backup is from the day of the move. Looked at with `--local` only.",
        evidence: "Backups that were off, as nothing scheduled them: https://github.com/bookwyrm-social/bookwyrm/issues/1718",
        bad: "$ crontab -l\n# >>> dbguard: /srv/old/shop      # moved to /srv/shop since\n7-59/15 * * * * '/bin/bash' '/srv/old/shop/scripts/db/schedule.sh' run backup --db main\n# <<< dbguard: /srv/old/shop\n",
        good: "$ crontab -l\n# >>> dbguard: /srv/shop\n7-59/15 * * * * '/bin/bash' '/srv/shop/scripts/db/schedule.sh' run backup --db main\n# <<< dbguard: /srv/shop\n",
        remedy: "scripts/db/schedule.sh install\nOn a machine that is to take no backups, silence the rule in dbguard.toml.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    drift::findings(view, &RULE, Class::Unscheduled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::drift::Concern;
    use crate::rules::trial;

    #[test]
    fn it_tells_of_its_own_kind_and_of_no_other() {
        assert_eq!(trial::drifted(&RULE, Class::Unscheduled, Concern::Guard), ["a.sh:2 high"]);
        assert_eq!(trial::drifted(&RULE, Class::Unscheduled, Concern::Rules), ["a.sh:2 medium"]);
        for other in [Class::Edited, Class::Outdated, Class::Missing, Class::Orphan, Class::Malformed] {
            assert_eq!(trial::drifted(&RULE, other, Concern::Guard), Vec::<String>::new());
        }
    }
}
