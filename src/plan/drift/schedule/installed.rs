//! What of this repository is installed on a machine, under one manager.

use std::collections::BTreeSet;

use crate::plan::schedule::{self, Files, Job, Place};
use crate::survey::local::{Machine, Manager};

/// What is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Installed {
    /// A block of the crontab, with its marks.
    Cron(String),
    /// Services and timers, and the names of the timers that are not enabled.
    Systemd(Files, Vec<String>),
    /// Agents of launchd.
    Launchd(Files),
}

impl Installed {
    /// Everything of this repository, one a manager.
    pub(super) fn of(machine: &Machine) -> Vec<Self> {
        let block = machine.crontab.text().and_then(|text| block(text, &machine.root)).map(Self::Cron);
        let files = |manager, is_systemd| -> Files {
            let prefix = schedule::prefix(&machine.root, is_systemd);
            let units =
                machine.units.iter().filter(|unit| unit.manager == manager && unit.name.starts_with(&prefix));
            units.map(|unit| (unit.name.clone(), unit.text.clone())).collect()
        };
        let (units, agents) = (files(Manager::User, true), files(Manager::Launchd, false));
        let idle =
            machine.units.iter().filter(|unit| units.contains_key(&unit.name) && unit.enabled == Some(false));
        let idle = idle.map(|unit| unit.name.clone()).collect();
        let units = (!units.is_empty()).then_some(Self::Systemd(units, idle));
        let agents = (!agents.is_empty()).then_some(Self::Launchd(agents));
        block.into_iter().chain(units).chain(agents).collect()
    }

    /// Where it is, for a sentence.
    pub(super) const fn title(&self) -> &'static str {
        match self {
            Self::Cron(_) => "the crontab",
            Self::Systemd(..) => "systemd",
            Self::Launchd(_) => "launchd",
        }
    }

    /// Timers that nothing starts.
    pub(super) fn idle(&self) -> Vec<&str> {
        match self {
            Self::Systemd(_, idle) => idle.iter().map(String::as_str).collect(),
            Self::Cron(_) | Self::Launchd(_) => Vec::new(),
        }
    }

    /// The bash that runs `script`, where that is one of its own.
    pub(super) fn bash(&self, script: &str) -> Option<String> {
        let (text, word, lead) = match self {
            Self::Cron(text) => (text.as_str(), schedule::crontab_word(script), "* "),
            Self::Systemd(files, _) => {
                (files.values().next()?.as_str(), schedule::systemd_word(script), "ExecStart=")
            }
            Self::Launchd(_) => return None,
        };
        let before = text.lines().find_map(|line| line.split_once(&format!(" {word} ")))?.0;
        Some(before.rsplit_once(lead)?.1.trim_matches('\'').to_owned())
    }

    /// What would be installed in its stead.
    pub(super) fn wanted(&self, jobs: &[Job], place: &Place) -> Files {
        match self {
            Self::Cron(_) => Files::from([("crontab".to_owned(), schedule::crontab(jobs, place))]),
            Self::Systemd(..) => schedule::systemd(jobs, place),
            Self::Launchd(_) => schedule::launchd(jobs, place),
        }
    }

    /// Name, wanted and found text of all that differs; what is not there is empty.
    pub(super) fn paired(&self, wanted: &Files) -> Vec<(String, String, String)> {
        let found = match self {
            Self::Cron(text) => Files::from([("crontab".to_owned(), text.clone())]),
            Self::Systemd(files, _) | Self::Launchd(files) => files.clone(),
        };
        let names: BTreeSet<&String> = wanted.keys().chain(found.keys()).collect();
        let text = |files: &Files, name: &String| files.get(name).cloned().unwrap_or_default();
        let all = names.into_iter().map(|name| (name.clone(), text(wanted, name), text(&found, name)));
        all.filter(|(_, wanted, found)| wanted != found).collect()
    }

    /// Whether the job is installed at its times.
    pub(super) fn has(&self, job: &Job) -> bool {
        let jobs = std::slice::from_ref(job);
        let nowhere = Place { root: String::new(), script: String::new(), bash: String::new() };
        match self {
            Self::Cron(text) => text.lines().any(|line| {
                line.starts_with(&format!("{} ", job.fields)) && line.ends_with(&format!(" {}", job.words()))
            }),
            Self::Systemd(files, _) => {
                let wanted = schedule::systemd(jobs, &nowhere);
                let ending = format!("-{}.timer", job.title());
                of_ending(&wanted, &ending)
                    .zip(of_ending(files, &ending))
                    .is_some_and(|(one, other)| one == other)
            }
            Self::Launchd(files) => {
                let wanted = schedule::launchd(jobs, &nowhere);
                let ending = format!(".{}.plist", job.title());
                let both = of_ending(&wanted, &ending).zip(of_ending(files, &ending));
                both.is_some_and(|(one, other)| intervals(one) == intervals(other))
            }
        }
    }

    /// Whether something starts the job, at whatever time.
    pub(super) fn starts(&self, job: &Job, script: &str) -> bool {
        match self {
            Self::Cron(text) => {
                let (script, words) = (schedule::crontab_word(script), job.words());
                let jobs = text.lines().filter(|line| !line.trim_start().starts_with('#'));
                jobs.filter_map(|line| line.split_once(&script)).any(|(_, rest)| rest.trim() == words)
            }
            Self::Systemd(files, idle) => {
                let timer = format!("-{}.timer", job.title());
                let words = format!("{} {}\n", schedule::systemd_word(script), job.words());
                files.keys().any(|name| name.ends_with(&timer) && !idle.contains(name))
                    && files.values().any(|text| text.contains(&words))
            }
            Self::Launchd(files) => {
                let word = format!("<string>{}</string>", schedule::xml_text(script));
                let ending = format!(".{}.plist", job.title());
                files.iter().any(|(name, text)| name.ends_with(&ending) && text.contains(&word))
            }
        }
    }
}

fn of_ending<'a>(files: &'a Files, ending: &str) -> Option<&'a str> {
    files.iter().find(|(name, _)| name.ends_with(ending)).map(|(_, text)| text.as_str())
}

/// When an agent of launchd starts.
fn intervals(text: &str) -> Option<&str> {
    text.split_once("StartCalendarInterval").map(|(_, intervals)| intervals)
}

/// The block of the repository at `root`, to its end or to that of the text.
fn block(crontab: &str, root: &str) -> Option<String> {
    let (begin, end) = (schedule::crontab_begin(root), schedule::crontab_end(root));
    let from = crontab.lines().skip_while(|line| *line != begin);
    let mut lines = Vec::new();
    for line in from {
        lines.push(format!("{line}\n"));
        if line == end {
            break;
        }
    }
    (!lines.is_empty()).then(|| lines.concat())
}

/// Whether somebody has written a job for the backups of this repository by hand: in a crontab, or a timer of another name.
pub(super) fn by_hand(machine: &Machine) -> bool {
    let crontabs =
        machine.crontab.text().into_iter().chain(machine.system_crontabs.iter().map(String::as_str));
    let mut lines = crontabs.flat_map(str::lines).filter(|line| !line.trim_start().starts_with('#'));
    let is_timed = |name: &str| {
        let timer = name.strip_suffix(".service").map(|stem| format!("{stem}.timer"));
        let is_timer = |timer: &String| {
            machine.units.iter().any(|unit| unit.name == *timer && unit.enabled == Some(true))
        };
        is_agent(name) || timer.as_ref().is_some_and(is_timer)
    };
    let mut units = machine.units.iter().filter(|unit| is_timed(&unit.name));
    lines.any(|line| backs_up(line, &machine.root)) || units.any(|unit| backs_up(&unit.text, &machine.root))
}

fn is_agent(name: &str) -> bool {
    name.strip_suffix(".plist").is_some()
}

/// Whether a text names the folder at `root` and a script of backups.
fn backs_up(text: &str, root: &str) -> bool {
    (text.contains("backup.sh") || text.contains("schedule.sh")) && renamed(text, root, "") != text
}

/// `text` with another name for the folder `path`; not for one that only begins so.
pub(super) fn renamed(text: &str, path: &str, name: &str) -> String {
    if path.len() < 2 {
        return text.to_owned();
    }
    let goes_on = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    let mut parts = text.split(path);
    let mut renamed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        renamed.push_str(if part.starts_with(goes_on) { path } else { name });
        renamed.push_str(part);
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_by_hand_name_the_folder_itself() {
        assert!(backs_up("0 2 * * * cd /srv/app && scripts/db/backup.sh", "/srv/app"));
        assert!(backs_up("0 2 * * * '/srv/app/scripts/db/backup.sh'", "/srv/app"));
        assert!(!backs_up("0 2 * * * /srv/app2/scripts/db/backup.sh", "/srv/app"));
        assert!(!backs_up("0 2 * * * /srv/app/clean.sh", "/srv/app"));
    }

    #[test]
    fn folders_are_renamed_whole() {
        let text = "/home/ann/x /home/anna/x '/home/ann' /home/ann";
        assert_eq!(renamed(text, "/home/ann", "~"), "~/x /home/anna/x '~' ~");
        assert_eq!(renamed("/a/b", "/", "."), "/a/b");
    }

    #[test]
    fn a_block_ends_at_its_mark() {
        let text = "x\n# >>> dbguard: /a\n1 1 * * * y\n# <<< dbguard: /a\nz\n";
        assert_eq!(block(text, "/a").as_deref(), Some("# >>> dbguard: /a\n1 1 * * * y\n# <<< dbguard: /a\n"));
        assert_eq!(block(text, "/b"), None);
    }
}
