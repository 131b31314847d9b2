//! The newest backup is much smaller than those before.

use super::{Rule, View, local};
use crate::finding::{Confidence, Description, Finding, Severity};
use crate::survey::local::{Kept, Store};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-shrunk",
        title: "Newest backup is much smaller than those before",
        severity: Severity::High,
        why: "Either the data is gone, or the dump no longer reaches it: another database of the same name, a fresh volume, a user that sees \
              less. Each further backup is as small, and rotation removes the last good one. Looked at with `--local` only: less than half of \
              the rows or bytes of what the last month's days had (their median).",
        evidence: "Seven bad nights that pushed out every good file: https://github.com/Security-Onion-Solutions/securityonion/pull/15896",
        bad: "20260101T030405Z-scheduled    81,920 bytes    330 rows\n20260102T030405Z-scheduled     8,192 bytes      0 rows\n",
        good: "20260101T030405Z-scheduled    81,920 bytes    330 rows\n20260102T030405Z-scheduled    82,432 bytes    334 rows\n",
        remedy: "Pin the last large one before rotation takes it: prune.sh --pin NAME. Then look whether the database that is running is the one \
                 that you mean, and has its rows: status.sh.",
        fix: None,
    },
    check,
};

/// Days of which backups are compared.
const DAYS: u64 = 30;

/// Rows and bytes below which nothing is said: a handful halves easily.
const LEAST: (u64, u64) = (20, 16 * 1024);

fn check(view: &View<'_>) -> Vec<Finding> {
    local::stores(view).filter_map(|store| finding(view, store)).collect()
}

fn finding(view: &View<'_>, store: &Store) -> Option<Finding> {
    let in_time =
        |kept: &&Kept| kept.backup.time().is_some_and(|time| time <= view.now.saturating_add(local::SLACK));
    let counts =
        |kept: &&Kept| kept.backup.verified && !kept.backup.label.starts_with("pre-") && in_time(kept);
    let mut backups: Vec<&Kept> = store.backups.iter().filter(counts).collect();
    backups.sort_by_key(|kept| kept.backup.time());
    let (newest, before) = backups.split_last()?;
    let since = newest.backup.time()?.saturating_sub(DAYS * local::DAY);
    let before: Vec<&Kept> =
        before.iter().copied().filter(|kept| kept.backup.time() >= Some(since)).collect();
    let rows = fall(newest, &before, LEAST.0, |kept| kept.backup.rows);
    let bytes = fall(newest, &before, LEAST.1, |kept| kept.backup.bytes);
    let (what, (now, usual)) = rows.map(|fall| ("rows", fall)).or(bytes.map(|fall| ("bytes", fall)))?;
    let message = format!(
        "The newest backup of `{}`, {}, has {now} {what}; those of the days before had about {usual}.",
        store.id, newest.backup.name
    );
    // Somebody may have cleared up.
    let sure = if now == 0 { Confidence::High } else { Confidence::Medium };
    let severity = if now == 0 { Severity::High } else { Severity::Medium };
    Some(local::finding(view, &RULE, store, severity, message).sure(sure))
}

/// What the newest has and what is usual, where that is less than half of it.
fn fall(
    newest: &Kept,
    before: &[&Kept],
    least: u64,
    of: impl Fn(&Kept) -> Option<u64>,
) -> Option<(u64, u64)> {
    let now = of(newest)?;
    let usual = usual(before, of)?;
    (usual >= least && now < usual / 2).then_some((now, usual))
}

/// The median of the last value of each day; `before` is in the order of time.
fn usual(before: &[&Kept], of: impl Fn(&Kept) -> Option<u64>) -> Option<u64> {
    let day = |kept: &Kept| kept.backup.time().map(|time| time / local::DAY);
    let days = before.chunk_by(|one, next| day(one) == day(next));
    let mut values: Vec<u64> = days.filter_map(|day| day.last().and_then(|kept| of(kept))).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial::local::{Trial, good};

    fn backup(hours: u64, rows: u64, bytes: u64) -> Kept {
        let mut kept = good(hours);
        (kept.backup.rows, kept.backup.bytes, kept.on_disk) = (Some(rows), Some(bytes), Some(bytes));
        kept
    }

    fn messages(backups: Vec<Kept>) -> Vec<String> {
        Trial::of(Trial::store(backups)).messages(&RULE)
    }

    #[test]
    fn rows_or_bytes_collapse() {
        assert!(messages(vec![backup(30, 330, 81_920), backup(1, 334, 82_432)]).is_empty());
        assert!(
            messages(vec![backup(30, 330, 81_920), backup(1, 165, 40_960)]).is_empty(),
            "half is not less than half"
        );
        let found = messages(vec![backup(30, 330, 81_920), backup(1, 0, 81_920)]);
        assert!(
            found[0].starts_with("high: ")
                && found[0].ends_with("has 0 rows; those of the days before had about 330."),
            "{found:?}"
        );
        let found = messages(vec![backup(30, 330, 81_920), backup(1, 330, 20_000)]);
        assert!(found[0].starts_with("medium: ") && found[0].contains("has 20000 bytes"), "{found:?}");
        assert!(messages(vec![backup(30, 12, 9000), backup(1, 2, 1000)]).is_empty(), "a handful");
        assert!(messages(vec![backup(1, 0, 9000)]).is_empty(), "the first");
    }

    #[test]
    fn one_small_backup_does_not_become_usual_at_once() {
        let days =
            |days: std::ops::Range<u64>, rows| days.rev().map(move |day| backup(24 * day, rows, 50_000));
        let after = |small: u64| {
            let old = days(small..29, 330);
            messages(old.chain(days(0..small, 5)).collect()).len()
        };
        assert_eq!([after(1), after(5), after(14), after(20)], [1, 1, 1, 0]);
        assert!(messages(vec![backup(24 * 60, 330, 81_920), backup(1, 5, 50_000)]).is_empty(), "long ago");
    }

    #[test]
    fn what_is_taken_before_a_change_is_another_matter() {
        let mut before = backup(1, 0, 50_000);
        before.backup.label = "pre-test".to_owned();
        assert!(messages(vec![backup(30, 330, 50_000), before]).is_empty());
    }
}
