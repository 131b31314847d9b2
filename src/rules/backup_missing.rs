//! A guarded database without a backup on this machine.

use super::{Rule, View, local};
use crate::finding::{Description, Finding, Severity};
use crate::survey::local::Store;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-missing",
        title: "Guarded database without a backup here",
        severity: Severity::High,
        why: "The scripts are there, and no backup is: nobody has run them, or all that they made is gone. Whoever reads the repository \
              believes the contrary. Looked at with `--local` only.",
        evidence: "Backups that everybody believed in, and an empty bucket: https://about.gitlab.com/blog/2017/02/10/postmortem-of-database-outage-of-january-31/",
        bad: "$ ls backups/main\nls: cannot access 'backups/main': No such file or directory\n",
        good: "$ ls backups/main\n20260102T030405Z-scheduled  latest\n",
        remedy: "Take one with backup.sh, see it restored with verify-backup.sh, and let schedule.sh install do the rest.",
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    local::stores(view).filter_map(|store| finding(view, store)).collect()
}

fn finding(view: &View<'_>, store: &Store) -> Option<Finding> {
    let Store { id, folder, .. } = store;
    // One from the future counts, as far as it is there at all.
    if !local::reliable(store, u64::MAX - local::SLACK).is_empty() {
        return None;
    }
    let message = match store.backups.len() + store.damaged.len() {
        0 => format!("There is no backup of `{id}` in {folder}."),
        1 => format!("There is one backup of `{id}` in {folder}, and it cannot be relied upon."),
        number => format!("There are {number} backups of `{id}` in {folder}, and none can be relied upon."),
    };
    Some(local::finding(view, &RULE, store, RULE.about.severity, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial::local::{Trial, good};

    #[test]
    fn none_and_none_that_can_be_relied_upon() {
        let message = |store: Store| Trial::of(store).messages(&RULE);
        assert_eq!(message(Trial::store(vec![])), ["high: There is no backup of `main` in backups/main."]);
        let mut lost = good(0);
        lost.on_disk = None;
        assert_eq!(
            message(Trial::store(vec![lost])),
            ["high: There is one backup of `main` in backups/main, and it cannot be relied upon."]
        );
        let damaged = Store { damaged: vec!["20260102T000000Z-a".to_owned()], ..Trial::store(vec![]) };
        assert_eq!(message(damaged).len(), 1);
        assert!(message(Trial::store(vec![good(900)])).is_empty(), "an old one is there");
    }

    #[test]
    fn data_that_is_thrown_away_needs_none() {
        let trial = Trial::of(Trial::store(vec![]));
        assert!(trial.clone().environment("test").messages(&RULE).is_empty());
        assert_eq!(trial.environment("production").messages(&RULE).len(), 1);
    }
}
