//! Backups that lie here and cannot be relied upon.

use super::{Rule, View, local};
use crate::finding::{Description, Finding, Severity};
use crate::survey::local::Store;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-damaged",
        title: "Backup that cannot be relied upon",
        severity: Severity::High,
        why: "It looks like a backup in every listing: a folder with a date. Its dump is gone or cut short, its metadata cannot be read, \
              or a restore of it came out with other rows. The day on which that is found out is the day on which it is needed. Looked at \
              with `--local` only, by sizes and by what was written down; verify-backup.sh restores one.",
        evidence: "Seven bad nights that pushed out every good file: https://github.com/Security-Onion-Solutions/securityonion/pull/15896",
        bad: "backups/main/20260102T030405Z-scheduled/metadata.json    # \"bytes_database\": 81920\nbackups/main/20260102T030405Z-scheduled/app.db           # 4096 bytes\n",
        good: "backups/main/20260102T030405Z-scheduled/metadata.json    # \"bytes_database\": 81920\nbackups/main/20260102T030405Z-scheduled/app.db           # 81920 bytes\n",
        remedy: "Take a new backup with backup.sh and restore it with verify-backup.sh; then find out what touched the old one: a full disk, a \
                 copy that broke off, a cleaning job.",
        fix: None,
    },
    check,
};

/// How many are named.
const SHOWN: usize = 3;

fn check(view: &View<'_>) -> Vec<Finding> {
    local::stores(view).filter_map(|store| finding(view, store)).collect()
}

fn finding(view: &View<'_>, store: &Store) -> Option<Finding> {
    let flawed = store.backups.iter().filter_map(|kept| Some((&kept.backup.name, local::flaw(kept)?)));
    let damaged = store.damaged.iter().map(|name| (name, "has metadata that cannot be read".to_owned()));
    let mut all: Vec<(&String, String)> = flawed.chain(damaged).collect();
    all.sort();
    let (newest, why) = all.last()?;
    let sound = store.backups.iter().filter(|kept| local::flaw(kept).is_none());
    let is_newest = sound.map(|kept| &kept.backup.name).max().is_none_or(|sound| sound < *newest);
    let severity = if is_newest { Severity::High } else { Severity::Medium };
    let none = if local::reliable(store, u64::MAX - local::SLACK).is_empty() {
        " No other is there to rely upon."
    } else {
        ""
    };
    let which = if is_newest { "The newest backup" } else { "A backup" };
    let mut message = format!("{which} of `{}`, {newest}, {why}.{none}", store.id);
    let others: Vec<&str> = all.iter().rev().skip(1).map(|(name, _)| name.as_str()).collect();
    if !others.is_empty() {
        let more = others.len().checked_sub(SHOWN).filter(|more| *more > 0);
        let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
        let shown: Vec<&str> = others.into_iter().take(SHOWN).collect();
        message = format!("{message} Nor can these be relied upon: {}{more}.", shown.join(", "));
    }
    Some(local::finding(view, &RULE, store, severity, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial::local::{Trial, good};
    use crate::survey::local::Kept;

    fn messages(backups: Vec<Kept>) -> Vec<String> {
        Trial::of(Trial::store(backups)).messages(&RULE)
    }

    #[test]
    fn sizes_verification_and_restores() {
        type Change = fn(&mut Kept);
        assert!(messages(vec![good(3), good(1)]).is_empty());
        let cases: [(Change, &str); 5] = [
            (|kept| kept.on_disk = None, "has lost its dump"),
            (|kept| kept.on_disk = Some(7), "has a dump of 7 bytes where 50000 were written"),
            (|kept| kept.backup.verified = false, "was never verified"),
            (|kept| kept.restored = Some(false), "did not have its rows"),
            (|kept| (kept.backup.created, kept.backup.finished) = (None, None), "does not tell its time"),
        ];
        for (change, why) in cases {
            let mut newest = good(1);
            change(&mut newest);
            let found = messages(vec![good(3), newest.clone()]);
            assert!(
                found[0].starts_with("high: The newest backup of `main`, ") && found[0].contains(why),
                "{found:?}"
            );
            let found = messages(vec![
                Kept {
                    backup: crate::survey::store::Backup {
                        name: "1000-old".to_owned(),
                        ..newest.backup.clone()
                    },
                    ..newest
                },
                good(1),
            ]);
            assert!(found[0].starts_with("medium: A backup of "), "{found:?}");
        }
    }

    #[test]
    fn damaged_metadata_is_counted() {
        let damaged = ["2099-a", "2098-b", "2097-c", "2096-d", "2095-e"].map(str::to_owned).to_vec();
        let found = Trial::of(Store { damaged, ..Trial::store(vec![good(1)]) }).messages(&RULE);
        assert_eq!(
            found,
            [
                "high: The newest backup of `main`, 2099-a, has metadata that cannot be read. Nor can these be relied upon: 2098-b, 2097-c, 2096-d and 1 more."
            ]
        );
    }
}
