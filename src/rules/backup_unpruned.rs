//! Backups that the policy no longer keeps are still there.

use std::collections::BTreeSet;

use super::{Rule, View, local};
use crate::finding::{Description, Finding, Severity};
use crate::policy::retention::Retention;
use crate::survey::local::{Kept, Store};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-unpruned",
        title: "Retention is not applied",
        severity: Severity::Low,
        why: "Backups pile up until the disk is full, and the next one fails; with it, often, the database. Or somebody makes room by hand, \
              and takes the wrong ones. Looked at with `--local` only.",
        evidence: "A disk that old backups had filled: https://github.com/k0lter/autopostgresqlbackup/issues/15",
        bad: "# dbguard.toml: keep_days = 7, daily_days = 30\n# two backups of one day, both 20 days old, and ten newer ones\n",
        good: "# dbguard.toml: keep_days = 7, daily_days = 30\n# one backup of each day, after seven days\n",
        remedy: "prune.sh --dry-run shows what would go, and why each of the others stays; backup.sh removes it after its next success.",
        fix: None,
    },
    check,
};

/// A gap of more days among the newest makes the scripts wait, since the clock may have jumped.
const GAP: u64 = 8;

fn check(view: &View<'_>) -> Vec<Finding> {
    local::stores(view).filter_map(|store| finding(view, store)).collect()
}

fn finding(view: &View<'_>, store: &Store) -> Option<Finding> {
    let newest = store.backups.iter().rev().find(|kept| kept.backup.verified)?;
    let policy = view.policy?;
    let environment = newest.backup.environment.as_deref();
    let own = |kept: &&Retention| Some(&*kept.environment) == environment;
    let figures = policy.retention.iter().find(own).or(policy.production())?;
    let expired = expired(&store.backups, figures, view.now);
    let (oldest, number) = (expired.first()?, expired.len());
    let message = format!(
        "Of `{}`, {number} of {} backups in {} should have been removed by the policy, {} among them.",
        store.id,
        store.backups.len(),
        store.folder,
        oldest.backup.name
    );
    Some(local::finding(view, &RULE, store, RULE.about.severity, message))
}

/// What no rule of the policy keeps, the oldest first; in doubt nothing. The scripts decide what goes; this is only sure to be no more.
fn expired<'a>(backups: &'a [Kept], figures: &Retention, now: u64) -> Vec<&'a Kept> {
    let counts = |kept: &&Kept| kept.backup.verified && kept.backup.created.is_some_and(|time| time <= now);
    let mut all: Vec<&Kept> = backups.iter().filter(counts).filter(|kept| !is_of_tests(kept)).collect();
    all.sort_by_key(|kept| std::cmp::Reverse((kept.backup.created, &kept.backup.name)));
    let keep_last = usize::try_from(figures.keep_last).unwrap_or(usize::MAX);
    let times: Vec<u64> = all.iter().filter_map(|kept| kept.backup.created).collect();
    let is_steady =
        times.iter().take(keep_last).is_sorted_by(|newer, older| *newer - *older <= GAP * local::DAY);
    let Some(newest) = times.first().filter(|_| is_steady) else { return Vec::new() };
    let mut found = Vec::new();
    // The scripts look at those with rows and those without apart.
    for has_rows in [true, false] {
        let own =
            all.iter().copied().filter(|kept| kept.backup.rows.is_some_and(|rows| rows > 0) == has_rows);
        found.extend(of_kind(own, figures, keep_last, *newest));
    }
    found.sort_by_key(|kept| kept.backup.created);
    found
}

fn of_kind<'a>(
    backups: impl Iterator<Item = &'a Kept>,
    figures: &Retention,
    keep_last: usize,
    newest: u64,
) -> Vec<&'a Kept> {
    let mut taken = BTreeSet::new();
    let mut found = Vec::new();
    for (nth, kept) in backups.enumerate() {
        let Some(time) = kept.backup.created else { continue };
        let lasts = |days: u32| newest - time < u64::from(days) * local::DAY;
        let day = time / local::DAY;
        let periods = [
            (figures.daily_days, day),
            (figures.weekly_days, (day + 3) / 7),
            (figures.monthly_days, month(day)),
        ];
        let mut is_last_of_one = false;
        for (kind, (days, period)) in periods.into_iter().enumerate() {
            is_last_of_one |= taken.insert((kind, period)) && lasts(days);
        }
        if nth >= keep_last && !is_last_of_one && !lasts(figures.keep_days) && !is_kept_for_its_label(kept) {
            found.push(kept);
        }
    }
    found
}

fn is_of_tests(kept: &Kept) -> bool {
    is_labelled(kept, "pre-test")
}

/// Those before a change are kept for a time of their own: nothing is said about them.
fn is_kept_for_its_label(kept: &Kept) -> bool {
    let forever = ["pre-deploy", "production", "pinned", "keep"];
    kept.pinned
        || kept.backup.label.starts_with("pre-")
        || forever.iter().any(|label| is_labelled(kept, label))
}

fn is_labelled(kept: &Kept, label: &str) -> bool {
    kept.backup
        .label
        .strip_prefix(label)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_', '-']))
}

/// A number of the month that a day, counted from 1970, lies in.
fn month(day: u64) -> u64 {
    let seconds = i64::try_from(day * local::DAY).unwrap_or_default();
    let date = time::UtcDateTime::from_unix_timestamp(seconds).unwrap_or(time::UtcDateTime::UNIX_EPOCH);
    u64::from(date.year().unsigned_abs()) * 12 + u64::from(u8::from(date.month()))
}

#[cfg(test)]
mod against_script;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial::local::{Trial, good};

    /// Four backups a day for `days`.
    fn days(days: u64) -> Vec<Kept> {
        (0..days * 4).rev().map(|nth| good(nth * 6)).collect()
    }

    fn number(backups: Vec<Kept>) -> usize {
        Trial::of(Trial::store(backups)).messages(&RULE).len()
    }

    #[test]
    fn what_the_tiers_keep_is_no_finding() {
        assert_eq!(number(days(7)), 0, "keep_days");
        let mut one_a_day = days(7);
        one_a_day.extend((8..29).map(|day| good(day * 24)));
        one_a_day.sort_by_key(|kept| kept.backup.created);
        assert_eq!(number(one_a_day), 0, "daily");
        assert_eq!(number(days(12)), 1);
    }

    #[test]
    fn pins_labels_and_a_jump_of_the_clock_keep() {
        let changed = |change: fn(&mut Kept)| {
            let mut backups = days(12);
            backups.iter_mut().for_each(change);
            number(backups)
        };
        assert_eq!(changed(|_| ()), 1);
        assert_eq!(changed(|kept| kept.pinned = true), 0);
        assert_eq!(changed(|kept| kept.backup.verified = false), 0);
        for label in ["pre-deploy", "keep-v1", "pre-migration", "pre-test"] {
            let mut backups = days(12);
            for kept in &mut backups {
                kept.backup.label = label.to_owned();
            }
            assert_eq!(number(backups), 0, "{label}");
        }
        let mut jumped = days(60);
        jumped.retain(|kept| kept.backup.created < Some(crate::rules::trial::local::NOW - 20 * local::DAY));
        jumped.push(good(1));
        assert_eq!(number(jumped), 0);
    }

    #[test]
    fn the_message_counts() {
        let found = Trial::of(Trial::store(days(10))).messages(&RULE);
        assert!(
            found[0].starts_with("low: Of `main`, ") && found[0].contains(" of 40 backups in backups/main"),
            "{found:?}"
        );
    }
}
