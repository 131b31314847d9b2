//! `--local`: what this machine tells about the schedule and the backups of a repository.

use std::collections::BTreeMap;

use super::super::AuditArgs;
use crate::plan::context::has_scripts;
use crate::plan::drift::Drift;
use crate::plan::drift::schedule::{self, Wish};
use crate::policy::{FILE, Policy};
use crate::rules;
use crate::survey::Survey;
use crate::survey::local::{Local, Store, Wanted, unread};
use crate::survey::tree::Tree;

/// Looks at this machine, where that was asked for. What cannot be looked at is told in the survey.
pub(super) fn read(
    args: &AuditArgs,
    tree: &Tree,
    survey: &mut Survey,
    policy: Option<&Policy>,
) -> Option<Local> {
    if !args.local {
        return None;
    }
    let Some(policy) = policy else {
        if !tree.has(FILE) {
            let message = "--local compares this machine with the policy, and there is none: dbguard init";
            survey.incomplete.push(unread(FILE, message, true));
        }
        return None;
    };
    let guarded = policy.databases.iter().filter(|entry| has_scripts(&entry.engine));
    let ids = guarded.map(|entry| entry.id.as_str()).collect();
    let local = Local::read(&args.path, &Wanted { backups: policy.paths.backups.as_str(), ids });
    survey.incomplete.extend(local.incomplete.iter().cloned());
    Some(local)
}

/// How the schedule differs from the policy. Without the script that installs it there is nothing to compare: that it is gone is
/// told as such.
pub(super) fn drift(
    tree: &Tree,
    survey: &mut Survey,
    policy: Option<&Policy>,
    local: Option<&Local>,
    now: u64,
) -> Vec<Drift> {
    let (Some(policy), Some(local)) = (policy, local) else { return Vec::new() };
    if local.stores.is_empty() || !tree.has(&format!("{}/schedule.sh", policy.paths.scripts)) {
        return Vec::new();
    }
    let wish = Wish {
        policy,
        recorded: recorded(&local.stores),
        line: line(tree),
        lately: lately(policy, local, now),
    };
    let (drift, unseen) = schedule::differences(&wish, &local.machine);
    survey.incomplete.extend(unseen);
    drift
}

fn recorded(stores: &[Store]) -> BTreeMap<&str, &str> {
    let newest = stores.iter().filter_map(|store| Some((&*store.id, store.backups.last()?)));
    newest.filter_map(|(id, kept)| Some((id, kept.backup.environment.as_deref()?))).collect()
}

/// Line of the first database of the policy.
fn line(tree: &Tree) -> usize {
    let file = tree.read(FILE).ok();
    let is_entry = |line: &str| line.trim_start().starts_with("[[database]]");
    file.and_then(|file| file.lines().find(|(_, line)| is_entry(line)).map(|(number, _)| number)).unwrap_or(1)
}

/// How long ago a scheduled backup ended, as long as none is stale.
fn lately(policy: &Policy, local: &Local, now: u64) -> Option<String> {
    let last = local.stores.iter().filter_map(|store| store.scheduled.as_ref()?.at).max()?;
    let age = now.checked_sub(last)?;
    (age < u64::from(policy.stale_hours.value) * 3600).then(|| rules::age(age))
}
