//! The backups that lie here, and what was noted about the attempts to take them.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::Deserialize;

use super::{Wanted, unread};
use crate::effects::facts::{Facts, OnDisk};
use crate::survey::Incomplete;
use crate::survey::store::{self, Backup};

/// How much of the end of the audit log is read.
const TAIL: u64 = 4 * 1024 * 1024;

/// The backups of one database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Store {
    /// Id of the database.
    pub id: String,
    /// Its folder, root-relative.
    pub folder: String,
    /// The backups whose metadata can be read, the oldest first.
    pub backups: Vec<Kept>,
    /// Names of those whose metadata is damaged.
    pub damaged: Vec<String>,
    /// What interrupted runs left behind.
    pub unfinished: Vec<Unfinished>,
    /// How the last attempt to take a backup ended, by the audit log.
    pub last: Option<Attempt>,
    /// How the last scheduled one ended.
    pub scheduled: Option<Attempt>,
    /// When a restore last had the rows that it should have, in seconds since 1970, by the audit log.
    pub tested: Option<u64>,
}

/// A backup and what lies beside its metadata.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// What it says about itself.
    pub backup: Backup,
    /// Bytes of its dump on the disk; None where it is not there.
    pub on_disk: Option<u64>,
    /// Whether somebody pinned it.
    pub pinned: bool,
    /// Whether a restore of it had the rows that it should have; None where nobody tried.
    pub restored: Option<bool>,
}

/// A run that did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Name of its folder.
    pub name: String,
    /// Whether its process is still there; None where that cannot be told.
    pub alive: Option<bool>,
    /// When its folder was last changed, in seconds since 1970.
    pub changed: Option<u64>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When, in seconds since 1970.
    pub at: Option<u64>,
    /// Its exit code.
    pub code: i32,
}

/// The backups of all databases; and what could not be looked at.
pub(super) fn read(root: &Path, wanted: &Wanted<'_>) -> (Vec<Store>, Vec<Incomplete>) {
    let facts = OnDisk::at(root);
    let log = tail(&facts, &format!("{}/audit.jsonl", wanted.backups));
    let (mut stores, mut closed) = (Vec::new(), Vec::new());
    for id in &wanted.ids {
        let folder = format!("{}/{id}", wanted.backups);
        match obstacle(&facts, &folder) {
            Some(problem) => closed.push(unread(&folder, problem, true)),
            None => stores.push(store(&facts, wanted.backups, id, &log)),
        }
    }
    (stores, closed)
}

/// Why a folder that is there cannot be looked into.
fn obstacle(facts: &OnDisk, folder: &str) -> Option<String> {
    let path = facts.folder().join(folder);
    fs::symlink_metadata(&path).ok()?;
    if !facts.exists(folder) {
        return Some("it leads out of the repository, and dbguard does not follow it".to_owned());
    }
    fs::read_dir(&path).err().map(|error| error.to_string())
}

fn store(facts: &OnDisk, backups: &str, id: &str, log: &str) -> Store {
    let folder = format!("{backups}/{id}");
    let names = names(&facts.folder().join(&folder));
    let mut store = Store { id: id.to_owned(), folder: folder.clone(), ..Store::default() };
    for name in names.iter().filter(|name| store::is_name(name)) {
        match store::backup(facts, backups, id, name) {
            Some(backup) => store.backups.push(kept(facts, &folder, backup)),
            None => store.damaged.push(name.clone()),
        }
    }
    let left = names.into_iter().filter(|name| name.starts_with(".work."));
    store.unfinished = left.map(|name| unfinished(facts, &folder, name)).collect();
    let lines: Vec<Line> = log.lines().filter_map(|line| Line::about(line, id)).collect();
    store.last = lines.iter().rev().find_map(Line::attempt);
    store.tested = lines.iter().rev().find_map(Line::tested);
    store.scheduled =
        facts.read(&format!("{backups}/log/backup-{id}.last")).and_then(|text| scheduled(&text));
    store
}

/// All names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

fn kept(facts: &OnDisk, folder: &str, backup: Backup) -> Kept {
    let here = format!("{folder}/{}", backup.name);
    let plain = backup.file.as_deref().filter(|file| !file.contains('/') && !file.starts_with('.'));
    let dump = plain.and_then(|file| fs::symlink_metadata(facts.folder().join(&here).join(file)).ok());
    Kept {
        on_disk: dump.filter(fs::Metadata::is_file).map(|dump| dump.len()),
        pinned: facts.exists(&format!("{here}/pinned.json")),
        restored: facts.read(&format!("{here}/verified.json")).and_then(|text| restored(&text)),
        backup,
    }
}

fn restored(text: &str) -> Option<bool> {
    #[derive(Deserialize)]
    struct Verified {
        result: String,
    }
    serde_json::from_str::<Verified>(text).ok().map(|verified| verified.result == "equal")
}

fn unfinished(facts: &OnDisk, folder: &str, name: String) -> Unfinished {
    let metadata = fs::symlink_metadata(facts.folder().join(folder).join(&name)).ok();
    let changed = metadata.and_then(|found| found.modified().ok());
    let changed = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map(|time| time.as_secs());
    let pid = name.split('.').nth(2).and_then(|pid| pid.parse::<u32>().ok());
    let alive = pid.filter(|_| Path::new("/proc/self").exists());
    let alive = alive.map(|pid| Path::new(&format!("/proc/{pid}")).exists());
    Unfinished { name, alive, changed }
}

/// A line of the audit log.
#[derive(Deserialize)]
struct Line {
    time: String,
    action: String,
    database: String,
    result: String,
}

impl Line {
    fn about(line: &str, id: &str) -> Option<Self> {
        // Most lines are about something else.
        let is_meant = line.contains("\"backup\"") || line.contains("\"verify\"");
        let line: Self = is_meant.then(|| serde_json::from_str(line).ok()).flatten()?;
        (line.database == id).then_some(line)
    }

    /// How a backup ended, where it tells of one. Another run that held the lock is no failure.
    fn attempt(&self) -> Option<Attempt> {
        let code = match (self.action.as_str(), self.result.as_str()) {
            ("backup", "done") => 0,
            ("backup", other) => other.strip_prefix("exit ")?.parse().ok()?,
            _ => return None,
        };
        (code != LOCKED).then(|| Attempt { at: seconds(&self.time), code })
    }

    /// When a restore had the rows that it should have, where it tells of that.
    fn tested(&self) -> Option<u64> {
        (self.action == "verify" && self.result == "equal").then(|| seconds(&self.time)).flatten()
    }
}

/// The exit code of a script that another run kept out.
const LOCKED: i32 = 5;

fn scheduled(text: &str) -> Option<Attempt> {
    let (at, code) = text.lines().next()?.split_once(' ')?;
    let code = code.trim().parse().ok()?;
    (code != LOCKED).then(|| Attempt { at: at.parse().ok(), code })
}

/// `2026-01-02T03:04:05Z` in seconds since 1970.
fn seconds(text: &str) -> Option<u64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u16>().ok();
    let small = |from, to| number(from, to).and_then(|number| u8::try_from(number).ok());
    let month = time::Month::try_from(small(5, 7)?).ok()?;
    let date = time::Date::from_calendar_date(i32::from(number(0, 4)?), month, small(8, 10)?).ok()?;
    let time = time::Time::from_hms(small(11, 13)?, small(14, 16)?, small(17, 19)?).ok()?;
    let seconds = time::UtcDateTime::new(date, time).unix_timestamp();
    text.ends_with('Z').then_some(seconds).and_then(|seconds| u64::try_from(seconds).ok())
}

/// The last lines of a file; empty where it cannot be read.
fn tail(facts: &OnDisk, path: &str) -> String {
    if !facts.exists(path) {
        return String::new();
    }
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(facts.folder().join(path))?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut bytes = Vec::new();
        file.take(TAIL).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_audit_log() {
        let line = |action: &str, result: &str| {
            let text = format!(
                "{{\"time\": \"2026-01-02T03:04:05Z\", \"action\": \"{action}\", \"database\": \"main\", \"result\": \"{result}\"}}"
            );
            (Line::about(&text, "main"), Line::about(&text, "other").is_some())
        };
        let attempt = |result: &str| line("backup", result).0.and_then(|line| line.attempt());
        let at = Some(1_767_323_045);
        assert_eq!(attempt("done"), Some(Attempt { at, code: 0 }));
        assert_eq!(attempt("exit 1"), Some(Attempt { at, code: 1 }));
        assert_eq!(attempt("exit 5"), None, "another run held the lock");
        assert!(!line("backup", "done").1 && Line::about("{\"time\": \"backup\"", "main").is_none());
        let tested = |action: &str, result: &str| line(action, result).0.and_then(|line| line.tested());
        assert_eq!(
            [tested("verify", "equal"), tested("verify", "exit 4"), tested("backup", "equal")],
            [at, None, None]
        );
    }

    #[test]
    fn how_scheduled_runs_ended_and_times() {
        assert_eq!(scheduled("17 1\n"), Some(Attempt { at: Some(17), code: 1 }));
        assert_eq!(scheduled("17 5\n"), None);
        assert_eq!(seconds("2026-13-02T03:04:05Z"), None);
    }
}
