//! Nobody has tried for too long to restore a backup.

use super::{Rule, View, local};
use crate::finding::{Description, Finding, Severity};
use crate::survey::local::Store;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-untested",
        title: "Restore test is overdue",
        severity: Severity::Medium,
        why: "A backup is as good as the last restore of one. A dump that reads to its end may still lack a table, an extension or a key, \
              which only a restore with its rows counted shows. Looked at with `--local` only, by the audit log that verify-backup.sh writes.",
        evidence: "Five ways to back up, and none that worked when it was needed: https://about.gitlab.com/blog/2017/02/10/postmortem-of-database-outage-of-january-31/",
        bad: "# dbguard.toml: restore_test_days = 31\n$ grep '\"verify\"' backups/audit.jsonl    # nothing since March\n",
        good: "$ scripts/db/verify-backup.sh    # or monthly, by scripts/db/schedule.sh install\n",
        remedy: "Run verify-backup.sh: it restores into a scratch database, compares each table's rows, and cleans up. The schedule does it every \
                 week.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    local::stores(view).filter_map(|store| finding(view, store)).collect()
}

fn finding(view: &View<'_>, store: &Store) -> Option<Finding> {
    let days = u64::from(view.policy?.restore_test_days.value);
    // What was never done is overdue from the first backup on. A time that is still to come is not believed.
    let past = |time: &u64| *time <= view.now.saturating_add(local::SLACK);
    let first = store.backups.iter().filter_map(|kept| kept.backup.created).filter(past).min();
    let tested = store.tested.filter(past);
    let age = view.now.saturating_sub(tested.or(first)?);
    let what = match tested {
        Some(_) => format!("was restored and compared {} ago", local::age(age)),
        None => format!("was never restored and compared, and the oldest is {} old", local::age(age)),
    };
    let message = format!("A backup of `{}` {what}; the policy wants that every {days} days.", store.id);
    (age > days * local::DAY).then(|| local::finding(view, &RULE, store, RULE.about.severity, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial::local::{NOW, Trial, good};

    fn messages(oldest: u64, tested: Option<u64>) -> Vec<String> {
        let backups = vec![good(oldest * 24), good(1)];
        let tested = tested.map(|days| NOW - days * local::DAY);
        Trial::of(Store { tested, ..Trial::store(backups) }).messages(&RULE)
    }

    #[test]
    fn never_long_ago_and_in_time() {
        assert_eq!(
            messages(40, None),
            [
                "medium: A backup of `main` was never restored and compared, and the oldest is 40 days old; the policy wants that every 31 days."
            ]
        );
        assert_eq!(
            messages(90, Some(32)),
            [
                "medium: A backup of `main` was restored and compared 32 days ago; the policy wants that every 31 days."
            ]
        );
        assert!(messages(90, Some(31)).is_empty() && messages(31, None).is_empty());
        assert!(Trial::of(Trial::store(vec![])).messages(&RULE).is_empty(), "that is another rule's");
    }

    #[test]
    fn the_policy_says_how_often() {
        let store = Store { tested: Some(NOW - 8 * local::DAY), ..Trial::store(vec![good(1)]) };
        let trial = Trial::of(store);
        assert!(trial.messages(&RULE).is_empty());
        assert_eq!(trial.policy("[notify]\nrestore_test_days = 7\n").messages(&RULE).len(), 1);
    }
}
