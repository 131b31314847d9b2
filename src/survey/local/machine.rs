//! The crontab of this user, the crontabs of the system, and what the schedule script has noted.

use std::fs;
use std::path::Path;

use super::Wanted;
use super::units::{self, Unit};
use crate::effects::facts::{Facts, OnDisk};
use crate::survey::ask::ask;

/// Crontabs of the system that everybody may read.
const SYSTEM_CRONTABS: [&str; 2] = ["/etc/crontab", "/etc/anacrontab"];

/// The folder of the others.
const CRON_FOLDER: &str = "/etc/cron.d";

/// The crontab of this user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Crontab {
    /// There is no program that would show it.
    #[default]
    NoProgram,
    /// It was not shown, with what the program said.
    Closed(String),
    /// Its text; empty where there is none.
    Text(String),
}

impl Crontab {
    /// Its text, where it is known.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::NoProgram | Self::Closed(_) => None,
        }
    }
}

/// What is scheduled on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Machine {
    /// The repository's real path.
    pub root: String,
    /// The home of this user.
    pub home: Option<String>,
    /// Whether there is a `/bin/bash`.
    pub has_bin_bash: bool,
    /// What the minutes are made of, as the schedule script noted it when it installed.
    pub seed: Option<u32>,
    /// The crontab of this user.
    pub crontab: Crontab,
    /// The text of each crontab of the system that can be read.
    pub system_crontabs: Vec<String>,
    /// Timers and agents, by folder and name.
    pub units: Vec<Unit>,
    /// Folders for which the crontab has jobs of dbguard, and that are not there.
    pub gone: Vec<String>,
}

/// Reads it for the repository at `root`.
pub(super) fn read(root: &Path, wanted: &Wanted<'_>) -> Machine {
    let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let home = std::env::var("HOME").ok().filter(|home| home.starts_with('/') && home.len() > 1);
    let crontab = crontab();
    let roots = crontab.text().into_iter().flat_map(roots);
    Machine {
        root: real.display().to_string(),
        has_bin_bash: Path::new("/bin/bash").exists(),
        seed: seed(&OnDisk::at(&real), wanted.backups),
        system_crontabs: system_crontabs(),
        units: units::read(home.as_deref()),
        gone: roots.filter(|root| !Path::new(root).is_dir()).map(str::to_owned).collect(),
        crontab,
        home,
    }
}

/// The folders whose jobs a crontab has.
fn roots(crontab: &str) -> impl Iterator<Item = &str> {
    crontab.lines().filter_map(|line| line.strip_prefix("# >>> dbguard: "))
}

fn crontab() -> Crontab {
    let Some(answer) = ask("crontab", &["-l"]) else {
        return if is_on_path("crontab") {
            Crontab::Closed("it did not answer".to_owned())
        } else {
            Crontab::NoProgram
        };
    };
    if answer.success {
        return Crontab::Text(answer.text);
    }
    let complaint = answer.complaint.lines().next().unwrap_or_default().trim().to_owned();
    let lower = complaint.to_ascii_lowercase();
    // That there is none is an answer.
    if lower.contains("no crontab") || lower.contains("no such file") {
        return Crontab::Text(String::new());
    }
    Crontab::Closed(complaint)
}

pub(super) fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn system_crontabs() -> Vec<String> {
    let mut paths: Vec<_> = SYSTEM_CRONTABS.iter().map(Into::into).collect();
    let others = fs::read_dir(CRON_FOLDER).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut others: Vec<std::path::PathBuf> = others.collect();
    others.sort();
    paths.extend(others);
    paths.into_iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
}

fn seed(facts: &OnDisk, backups: &str) -> Option<u32> {
    let text = facts.read(&format!("{backups}/log/schedule.conf"))?;
    text.lines().find_map(|line| line.strip_prefix("SEED=")?.parse().ok())
}
