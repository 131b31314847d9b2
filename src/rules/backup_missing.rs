//! A guarded database without a backup on this machine.

use super::{Rule, View, local};
use crate::finding::{Description, Finding, Severity};
use crate::survey::local::{Kept, Store};

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
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    local::stores(view).filter_map(|store| finding(view, store)).collect()
}

fn finding(view: &View<'_>, store: &Store) -> Option<Finding> {
    let Store { id, folder, .. } = store;
    let is_empty = store.backups.is_empty() && store.damaged.is_empty();
    // What is there and flawed is told as such; one from the future is there.
    let is_replaced = |kept: &Kept| kept.backup.label == local::REPLACED && local::flaw(kept).is_none();
    let only_replaced = store.damaged.is_empty() && store.backups.iter().all(is_replaced);
    if !is_empty && !only_replaced {
        return None;
    }
    let mut message = format!("There is no backup of `{id}` in {folder}.");
    if !is_empty {
        message = format!(
            "All that is in {folder} is what restores of `{id}` have replaced: none is a backup taken on purpose."
        );
    }
    Some(local::finding(view, &RULE, store, RULE.about.severity, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial::local::{Trial, good};

    #[test]
    fn none_and_none_taken_on_purpose() {
        let message = |store: Store| Trial::of(store).messages(&RULE);
        assert_eq!(message(Trial::store(vec![])), ["high: There is no backup of `main` in backups/main."]);
        let mut replaced = good(0);
        replaced.backup.label = "pre-restore".to_owned();
        let found = message(Trial::store(vec![replaced.clone()]));
        assert!(
            found[0]
                .starts_with("high: All that is in backups/main is what restores of `main` have replaced"),
            "{found:?}"
        );
        assert!(message(Trial::store(vec![replaced, good(3)])).is_empty());
        assert!(message(Trial::store(vec![good(900)])).is_empty(), "an old one is there");
    }

    #[test]
    fn data_that_is_thrown_away_needs_none() {
        let trial = Trial::of(Trial::store(vec![]));
        assert!(trial.clone().environment("test").messages(&RULE).is_empty());
        assert_eq!(trial.environment("production").messages(&RULE).len(), 1);
    }
}
