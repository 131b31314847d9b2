//! What the rules about backups on this machine share. They find something only where the audit was asked to look at it.

use super::{Rule, View, draft};
use crate::finding::{Finding, Kind, Place, Severity};
use crate::policy::FILE;
use crate::policy::file::DeclaredEnvironment;
use crate::survey::local::{Kept, Store};

/// Rules that find nothing unless this machine is looked at.
const RULES: [&str; 9] = [
    "backup-damaged",
    "backup-missing",
    "backup-no-offsite",
    "backup-run-failed",
    "backup-shrunk",
    "backup-stale",
    "backup-unpruned",
    "backup-untested",
    "drift-schedule",
];

/// The label of the state that a restore has replaced.
pub(super) const REPLACED: &str = "pre-restore";

/// Seconds by which clocks may differ.
pub(super) const SLACK: u64 = 300;

const HOUR: u64 = 3600;
pub(super) const DAY: u64 = 24 * HOUR;

/// Whether the rule called `id` is about this machine alone.
pub(super) fn is_local(id: &str) -> bool {
    RULES.contains(&id)
}

/// The backups of each database whose data is not thrown away.
pub(super) fn stores<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Store> {
    let policy = view.policy;
    let is_test = move |store: &&Store| {
        let entries = policy.into_iter().flat_map(|policy| &policy.databases);
        let mut own = entries.filter(|entry| entry.id.as_str() == store.id);
        let declared = own.next().map(|entry| entry.environment);
        let newest = store.backups.last().and_then(|kept| kept.backup.environment.as_deref());
        let declared = declared.filter(|declared| *declared != DeclaredEnvironment::Auto);
        declared.map_or(newest == Some("test"), |declared| declared == DeclaredEnvironment::Test)
    };
    view.local.into_iter().flat_map(|local| &local.stores).filter(move |store| !is_test(store))
}

/// The backups that can be relied upon, by their own account, the newest first: with those that have rows before those without, as an
/// emptied database must not hide the last good backup. What a restore has replaced does not count.
pub(super) fn reliable(store: &Store, now: u64) -> Vec<&Kept> {
    let is_one = |kept: &&Kept| {
        let past = kept.backup.time().is_some_and(|time| time <= now.saturating_add(SLACK));
        past && flaw(kept).is_none() && kept.backup.label != REPLACED
    };
    let mut all: Vec<&Kept> = store.backups.iter().filter(is_one).collect();
    let key = |kept: &&Kept| (kept.backup.rows.is_some_and(|rows| rows > 0), kept.backup.time());
    all.sort_by_key(|kept| std::cmp::Reverse(key(kept)));
    all
}

/// Why a backup cannot be relied upon.
pub(super) fn flaw(kept: &Kept) -> Option<String> {
    let Kept { backup, on_disk, restored, .. } = kept;
    if !backup.verified {
        return Some("was never verified".to_owned());
    }
    if backup.time().is_none() {
        return Some("does not tell its time".to_owned());
    }
    match (on_disk, backup.bytes) {
        (None, _) => return Some("has lost its dump".to_owned()),
        (Some(found), Some(written)) if *found != written => {
            return Some(format!("has a dump of {found} bytes where {written} were written"));
        }
        (Some(_), _) => {}
    }
    (*restored == Some(false)).then(|| "did not have its rows when a restore was tried".to_owned())
}

/// A finding about the backups of one database, at its entry in the policy.
pub(super) fn finding(
    view: &View<'_>,
    rule: &Rule,
    store: &Store,
    severity: Severity,
    message: impl Into<String>,
) -> Finding {
    draft::finding(&rule.about, Kind::Config, place(view, &store.id), severity, message)
}

/// Where the policy names a database.
pub(super) fn place(view: &View<'_>, id: &str) -> Place {
    let Ok(file) = view.tree.read(FILE) else { return Place::file(FILE) };
    let names = |line: &str| {
        let value =
            line.trim().strip_prefix("id").map(str::trim_start).and_then(|rest| rest.strip_prefix('='));
        value.is_some_and(|value| value.trim().trim_matches(['"', '\'']) == id)
    };
    let line = file.lines().find(|(_, line)| names(line)).map_or(1, |(number, _)| number);
    draft::line_of(&file, line)
}

/// Seconds in words that a tired person takes in.
pub(super) fn age(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / HOUR),
        _ => format!("{} days", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::find;

    #[test]
    fn every_name_is_a_rule_whose_page_says_so() {
        for id in RULES {
            let rule = find(id).expect("a rule");
            assert!(rule.about.why.contains("--local"), "{id}");
        }
    }

    #[test]
    fn ages() {
        assert_eq!([90, 600, 7200, 200_000].map(age), ["90 s", "10 min", "2 h", "2 days"]);
    }
}
