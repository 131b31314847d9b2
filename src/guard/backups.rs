//! The newest backups, from the metadata that the backup scripts write.

use serde::Serialize;

use super::house::House;
use crate::effects::facts::Facts;
use crate::survey::store;

/// Hours after which a backup is no longer fresh, where no policy says otherwise.
const FRESH_HOURS: u64 = 12;

/// How old the newest verified backups are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Backups {
    /// Whether every database that has backups has a verified one that is fresh.
    pub fresh: bool,
    /// The oldest of the newest verified backups, `DATABASE/NAME`.
    pub newest: Option<String>,
    /// Its age.
    pub age_seconds: Option<u64>,
}

impl Backups {
    /// Reads the metadata below the folder of backups that the policy names; `now` is in seconds since 1970. Under a broken
    /// policy no backup counts, since it may name another folder.
    pub(super) fn read(facts: &dyn Facts, house: &House, now: u64) -> Self {
        if house.fault.is_some() {
            return Self::default();
        }
        let policy = house.policy.clone().unwrap_or_default();
        let folder = format!("{}{}", house.above, policy.paths.backups.as_str());
        let hours = policy.backup.stale_hours.map_or(FRESH_HOURS, u64::from);
        let newest: Vec<_> = facts
            .names(&folder)
            .into_iter()
            .filter(|id| !id.starts_with('.'))
            .filter_map(|id| newest_verified(facts, &folder, &id))
            .collect();
        let Some((name, finished)) = newest.into_iter().min_by_key(|(_, finished)| *finished) else {
            return Self::default();
        };
        let age = now.saturating_sub(finished);
        let fresh = age <= hours * 3600 && finished <= now + 300;
        Self { fresh, newest: Some(name), age_seconds: Some(age) }
    }
}

/// The newest verified backup of a database, with the time at which it was finished.
fn newest_verified(facts: &dyn Facts, folder: &str, id: &str) -> Option<(String, u64)> {
    let names = facts.names(&format!("{folder}/{id}"));
    names.iter().rev().filter(|name| store::is_name(name)).find_map(|name| {
        let backup = store::backup(facts, folder, id, name).filter(|backup| backup.verified)?;
        Some((format!("{id}/{name}"), backup.time()?))
    })
}
