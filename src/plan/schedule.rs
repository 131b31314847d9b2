//! What `schedule.sh install` would put on this machine today: the same jobs, times and bytes, so that what is installed can be
//! compared without running anything. A test holds it against the script.

mod cron;
mod units;

use crate::policy::Policy;
use crate::policy::file::{DatabaseEntry, DeclaredEnvironment};

pub use cron::{crontab, crontab_begin, crontab_end, crontab_word};
pub use units::{Files, launchd, prefix, systemd, systemd_word, xml_text};

/// One regular job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// What is done: `backup`, `verify`.
    pub name: &'static str,
    /// The database, where it is about one.
    pub database: Option<String>,
    /// Minute, hour, day, month and weekday, as a crontab has them.
    pub fields: String,
}

impl Job {
    /// Its name in logs and in the names of units.
    pub fn title(&self) -> String {
        self.database.as_ref().map_or_else(|| self.name.to_owned(), |id| format!("{}-{id}", self.name))
    }

    /// What follows the name of the script.
    pub fn words(&self) -> String {
        let database = self.database.as_ref().map(|id| format!(" --db {id}")).unwrap_or_default();
        format!("run {}{database}", self.name)
    }
}

/// Where the jobs are to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Real path of the repository.
    pub root: String,
    /// Real path of the schedule script.
    pub script: String,
    /// The bash that runs it.
    pub bash: String,
}

/// What the times depend on besides the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub u32);

/// All jobs, in their order; `environment` says which life a database leads.
pub fn jobs(policy: &Policy, seed: Seed, environment: impl Fn(&DatabaseEntry) -> String) -> Vec<Job> {
    let entries = policy.databases.iter().filter(|entry| super::context::has_scripts(&entry.engine));
    let backups = entries.filter_map(|entry| backup(policy, entry, seed, &environment(entry)));
    backups.chain(others(seed, policy.offsite.method.is_some())).collect()
}

/// The backup job of a database in an environment; None where there is no fixed time.
pub fn backup(policy: &Policy, entry: &DatabaseEntry, seed: Seed, environment: &str) -> Option<Job> {
    let every = &policy.cadence(environment)?.every;
    let fields = times(every, seed.0)?;
    Some(Job { name: "backup", database: Some(entry.id.as_str().to_owned()), fields })
}

/// The environments that a database may be found to be in when its backup runs, the likeliest first; `recorded` is the one of its
/// newest backup.
pub fn environments(entry: &DatabaseEntry, recorded: Option<&str>) -> Vec<String> {
    if entry.environment != DeclaredEnvironment::Auto {
        return vec![entry.environment.id().to_owned()];
    }
    let lasting = ["development", "staging", "production"];
    recorded.into_iter().chain(lasting).map(str::to_owned).collect()
}

/// `6h` as the fields of a crontab.
fn times(every: &str, seed: u32) -> Option<String> {
    let minute = seed % 60;
    let (number, unit) = every.split_at_checked(every.len().checked_sub(1)?)?;
    let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
    match unit {
        "m" => Some(format!("{}-59/{number} * * * *", minute % number)),
        "h" if number == 1 => Some(format!("{minute} * * * *")),
        "h" if number < 24 => Some(format!("{minute} {}-23/{number} * * *", seed % number)),
        "h" | "d" => Some(format!("{minute} 2 * * *")),
        _ => None,
    }
}

fn others(Seed(seed): Seed, has_offsite: bool) -> impl Iterator<Item = Job> {
    let minute = seed % 60;
    let at = |later: u32| (minute + later) % 60;
    let offsite = has_offsite.then(|| ("offsite", format!("{} 2 * * *", at(17))));
    let before = [
        ("health", format!("{}-59/15 * * * *", seed % 15)),
        ("backup-health", format!("{} * * * *", at(5))),
        ("prune", format!("{} 1 * * *", at(11))),
    ];
    let after = [
        ("full", format!("{} 2 * * 6", at(23))),
        ("verify", format!("{} 3 * * 0", at(31))),
        ("restore-test", format!("{} 4 1 * *", at(41))),
    ];
    let all = before.into_iter().chain(offsite).chain(after);
    all.map(|(name, fields)| Job { name, database: None, fields })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_cadence() {
        for (every, fields) in [
            ("15m", Some("2-59/15 * * * *")),
            ("1h", Some("17 * * * *")),
            ("6h", Some("17 5-23/6 * * *")),
            ("24h", Some("17 2 * * *")),
            ("1d", Some("17 2 * * *")),
            ("before-each-run", None),
            ("0h", None),
            ("", None),
        ] {
            assert_eq!(times(every, 77).as_deref(), fields, "{every}");
        }
    }
}
