//! The newest backup that can be relied upon is too old.

use super::{Rule, View, local};
use crate::finding::{Description, Finding, Severity};
use crate::survey::local::Store;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-stale",
        title: "Newest verified backup is too old",
        severity: Severity::High,
        why: "Everything written since then has no copy. A schedule that stopped says nothing: the machine was set up anew, the folder was \
              moved, a password was changed, and the files of last month still lie there. Looked at with `--local` only.",
        evidence: "Backups that had failed unnoticed, and six hours of data gone: https://about.gitlab.com/blog/2017/02/10/postmortem-of-database-outage-of-january-31/",
        bad: "# dbguard.toml: stale_hours = 12\n$ scripts/db/list-backups.sh    # the newest is 23 days old\n",
        good: "# dbguard.toml: stale_hours = 12\n$ scripts/db/list-backups.sh    # the newest is 4 h old\n",
        remedy: "Run backup.sh and read what it says; then schedule.sh status tells how each job ended last.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    local::stores(view).filter_map(|store| finding(view, store)).collect()
}

fn finding(view: &View<'_>, store: &Store) -> Option<Finding> {
    let limit = u64::from(view.policy?.stale_hours.value);
    let id = &store.id;
    let Some(newest) = local::reliable(store, view.now).first().copied() else {
        return future(view, store);
    };
    // As the scripts count: from when it began, which is the state that it holds.
    let age = view.now.saturating_sub(newest.backup.created.or(newest.backup.finished)?);
    let message = format!(
        "The newest verified backup of `{id}`, {}, is {} old; the policy allows {limit} h. What was written since has no copy.",
        newest.backup.name,
        local::age(age)
    );
    (age > limit * 3600).then(|| local::finding(view, &RULE, store, RULE.about.severity, message))
}

/// Only backups from a time that is still to come: nobody can say how old they are.
fn future(view: &View<'_>, store: &Store) -> Option<Finding> {
    let newest = local::reliable(store, u64::MAX - local::SLACK).first().copied()?;
    let message = format!(
        "The newest verified backup of `{}`, {}, is dated in the future: how old it is cannot be told.",
        store.id, newest.backup.name
    );
    let help = "Look at this machine's clock, then run backup.sh.";
    Some(local::finding(view, &RULE, store, RULE.about.severity, message).advising(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial::local::{NOW, Trial, good};

    fn messages(hours: &[u64]) -> Vec<String> {
        let backups = hours.iter().map(|hours| good(*hours)).collect();
        Trial::of(Trial::store(backups)).messages(&RULE)
    }

    #[test]
    fn older_than_the_policy_allows() {
        assert!(messages(&[100, 12]).is_empty());
        let found = messages(&[100, 13]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("high: ") && found[0].contains(" is 13 h old; the policy allows 12 h."),
            "{found:?}"
        );
        assert!(messages(&[]).is_empty(), "that is another rule's");
    }

    #[test]
    fn an_unverified_one_does_not_make_it_fresh_and_an_empty_one_neither() {
        let found = |change: fn(&mut crate::survey::local::Kept)| {
            let mut newest = good(1);
            change(&mut newest);
            Trial::of(Trial::store(vec![good(50), newest])).messages(&RULE).len()
        };
        assert_eq!(found(|_| ()), 0);
        assert_eq!(found(|newest| newest.backup.verified = false), 1);
        assert_eq!(found(|newest| newest.on_disk = Some(3)), 1);
        assert_eq!(found(|newest| newest.restored = Some(false)), 1);
        assert_eq!(found(|newest| newest.backup.rows = Some(0)), 1);
        assert_eq!(found(|newest| newest.backup.label = "pre-restore".to_owned()), 1);
    }

    #[test]
    fn a_backup_from_the_future() {
        let mut late = good(1);
        late.backup.created = Some(NOW + 7200);
        late.backup.finished = Some(NOW + 7200);
        let found = Trial::of(Trial::store(vec![late.clone()])).messages(&RULE);
        assert!(found[0].contains("dated in the future"), "{found:?}");
        assert!(Trial::of(Trial::store(vec![good(2), late])).messages(&RULE).is_empty());
    }
}
