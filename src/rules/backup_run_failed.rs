//! The last attempt to take a backup failed, or broke off.

use super::{Rule, View, local};
use crate::finding::{Description, Finding, Severity};
use crate::survey::local::{Attempt, Store, Unfinished};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-run-failed",
        title: "Last backup failed or broke off",
        severity: Severity::Medium,
        why: "A backup that fails once fails every time until somebody looks: the disk is full, the password was changed, the container has \
              another name. The good ones grow older meanwhile, and nobody is told where mail and notifications were never set up. \
              Looked at with `--local` only.",
        evidence: "Failure mails that were rejected, so that nobody knew: https://about.gitlab.com/blog/2017/02/10/postmortem-of-database-outage-of-january-31/",
        bad: "$ tail -n 1 backups/audit.jsonl\n{\"time\": \"2026-01-02T03:04:05Z\", \"action\": \"backup\", …, \"result\": \"exit 1\", \"detail\": \"\"}\n",
        good: "$ tail -n 1 backups/audit.jsonl\n{\"time\": \"2026-01-02T03:04:05Z\", \"action\": \"backup\", …, \"result\": \"done\", \"detail\": \"20260102T030405Z-scheduled\"}\n",
        remedy: "Run backup.sh by hand: it says what failed. The log of the scheduled run is in the folder log beside the backups; [notify] in \
                 dbguard.toml says who is told.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    local::stores(view).filter_map(|store| finding(view, store)).collect()
}

fn finding(view: &View<'_>, store: &Store) -> Option<Finding> {
    let good = local::reliable(store, view.now).iter().filter_map(|kept| kept.backup.time()).max();
    let attempts = [(&store.last, "backup"), (&store.scheduled, "scheduled backup")];
    let failed =
        attempts.into_iter().find_map(|(attempt, what)| Some((failure(attempt.as_ref(), good)?, what)));
    let message = match (failed, left(store, view.now)) {
        (Some((attempt, what)), _) => {
            let when = attempt.at.map(|at| format!(", {} ago", local::age(view.now.saturating_sub(at))));
            format!(
                "The last {what} of `{}` failed with exit code {}{}.",
                store.id,
                attempt.code,
                when.unwrap_or_default()
            )
        }
        (None, Some(name)) => {
            format!(
                "A backup of `{}` broke off and left {}/{name}: it was killed, or the machine went down.",
                store.id, store.folder
            )
        }
        (None, None) => return None,
    };
    Some(local::finding(view, &RULE, store, RULE.about.severity, message))
}

/// The attempt, if it failed and no backup came after it.
fn failure(attempt: Option<&Attempt>, good: Option<u64>) -> Option<&Attempt> {
    let attempt = attempt.filter(|attempt| attempt.code != 0)?;
    let is_mended = attempt.at.zip(good).is_some_and(|(failed, good)| good > failed);
    (!is_mended).then_some(attempt)
}

/// What a dead run left. The next run sweeps it up, so it is from the last one.
fn left(store: &Store, now: u64) -> Option<&str> {
    let is_dead = |one: &&Unfinished| {
        let old = one.changed.is_none_or(|changed| now.saturating_sub(changed) > local::DAY);
        one.alive.map_or(old, |alive| !alive || old)
    };
    store.unfinished.iter().find(is_dead).map(|one| one.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial::local::{NOW, Trial, good};

    fn messages(change: impl FnOnce(&mut Store)) -> Vec<String> {
        let mut store = Trial::store(vec![good(5)]);
        change(&mut store);
        Trial::of(store).messages(&RULE)
    }

    fn attempt(hours: u64, code: i32) -> Attempt {
        Attempt { at: Some(NOW - hours * 3600), code }
    }

    #[test]
    fn a_failure_counts_until_a_backup_comes_after_it() {
        assert!(messages(|_| ()).is_empty());
        assert!(messages(|store| store.last = Some(attempt(1, 0))).is_empty());
        assert!(messages(|store| store.last = Some(attempt(9, 1))).is_empty());
        assert_eq!(
            messages(|store| store.last = Some(attempt(3, 1))),
            ["medium: The last backup of `main` failed with exit code 1, 3 h ago."]
        );
        assert_eq!(
            messages(|store| store.scheduled = Some(attempt(3, 137))),
            ["medium: The last scheduled backup of `main` failed with exit code 137, 3 h ago."]
        );
        assert_eq!(messages(|store| store.last = Some(Attempt { at: None, code: 1 })).len(), 1);
    }

    #[test]
    fn what_a_dead_run_left() {
        let left = |alive, hours: u64| {
            let one = Unfinished { name: ".work.7.x".to_owned(), alive, changed: Some(NOW - hours * 3600) };
            messages(|store| store.unfinished = vec![one]).len()
        };
        assert_eq!([left(Some(false), 0), left(Some(true), 1), left(Some(true), 30)], [1, 0, 1]);
        assert_eq!([left(None, 1), left(None, 30)], [0, 1]);
    }
}
