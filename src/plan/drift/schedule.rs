//! The schedule of this machine, compared with what the policy asks for. Only for who asks about this machine.

mod installed;

use std::collections::BTreeMap;

use self::installed::Installed;
use super::{Class, Concern, Drift, text};
use crate::plan::diff::DiffLine;
use crate::plan::schedule::{self, Job, Place, Seed};
use crate::policy::file::DatabaseEntry;
use crate::policy::{FILE, Policy};
use crate::survey::Incomplete;
use crate::survey::local::{Crontab, Machine, unread};

/// What a machine's schedule is compared with.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The environment of the newest backup, by database.
    pub recorded: BTreeMap<&'a str, &'a str>,
    /// Line of the policy, from 1, that findings point at.
    pub line: usize,
    /// How long ago a scheduled backup ended, in words, where one ended lately.
    pub lately: Option<String>,
}

/// How the schedule of `machine` differs, and what could not be looked at.
pub fn differences(wish: &Wish<'_>, machine: &Machine) -> (Vec<Drift>, Vec<Incomplete>) {
    let compared = Compared { wish, machine, script: wish.script(machine) };
    let installed = Installed::of(machine);
    let mut found: Vec<Drift> = installed.iter().filter_map(|one| compared.kind(one)).collect();
    found.extend(compared.twice(&installed));
    if !installed.is_empty() || installed::by_hand(machine) {
        found.extend(compared.left_behind());
        return (found, Vec::new());
    }
    // Where the likeliest place is closed, nothing can be said about it.
    if !matches!(machine.crontab, Crontab::Closed(_)) {
        found.push(compared.missing());
    }
    (found, machine.unseen())
}

impl Wish<'_> {
    fn script(&self, machine: &Machine) -> String {
        format!("{}/{}/schedule.sh", machine.root, self.policy.paths.scripts)
    }
}

impl Machine {
    /// What could not be looked at.
    fn unseen(&self) -> Vec<Incomplete> {
        let told = match &self.crontab {
            Crontab::Text(_) => None,
            Crontab::NoProgram => {
                Some(unread("crontab", "not looked at: there is no such program here", false))
            }
            Crontab::Closed(problem) => {
                let message = format!(
                    "`crontab -l` failed ({problem}): whether the schedule is installed cannot be told"
                );
                Some(unread("crontab", self.shown(&message), true))
            }
        };
        told.into_iter().collect()
    }

    /// `text` without the names of the home and of the repository's folder, which are nobody's business.
    fn shown(&self, text: &str) -> String {
        let root = schedule::crontab_word(&self.root);
        let text = installed::renamed(text, &self.root, ".");
        self.without_home(&installed::renamed(&text, root.trim_matches('\''), "."))
    }

    fn without_home(&self, text: &str) -> String {
        self.home.as_ref().map_or_else(|| text.to_owned(), |home| installed::renamed(text, home, "~"))
    }
}

struct Compared<'a> {
    wish: &'a Wish<'a>,
    machine: &'a Machine,
    script: String,
}

impl Compared<'_> {
    /// What is installed under one manager, against what would be.
    fn kind(&self, installed: &Installed) -> Option<Drift> {
        let Some(seed) = self.machine.seed else { return Some(self.without_record()) };
        let bash = if self.machine.has_bin_bash { None } else { installed.bash(&self.script) };
        let place = Place {
            root: self.machine.root.clone(),
            script: self.script.clone(),
            bash: bash.unwrap_or_else(|| "/bin/bash".to_owned()),
        };
        let environment = |entry: &DatabaseEntry| self.environment(entry, Seed(seed), installed);
        let jobs = schedule::jobs(self.wish.policy, Seed(seed), environment);
        let idle = installed.idle();
        let wanted = installed.wanted(&jobs, &place);
        let diff: Vec<DiffLine> = installed
            .paired(&wanted)
            .into_iter()
            .flat_map(|(name, wanted, found)| {
                text::edits(
                    &name,
                    self.machine.shown(&wanted).as_bytes(),
                    self.machine.shown(&found).as_bytes(),
                )
            })
            .collect();
        if diff.is_empty() && idle.is_empty() {
            return None;
        }
        Some(self.different(installed, &jobs, &idle, diff))
    }

    fn different(&self, installed: &Installed, jobs: &[Job], idle: &[&str], diff: Vec<DiffLine>) -> Drift {
        let lacking: Vec<String> =
            jobs.iter().filter(|job| !installed.starts(job, &self.script)).map(Job::title).collect();
        let kind = installed.title();
        let message = if !idle.is_empty() {
            format!(
                "Timers of this repository are installed and not enabled, so that nothing starts them: {}.",
                idle.join(", ")
            )
        } else if lacking.is_empty() {
            format!(
                "What is installed in {kind} is not what the policy and the scripts want now: other times, or jobs that are asked for no more."
            )
        } else {
            format!(
                "The schedule in {kind} does not start all that the policy wants. It lacks: {}.",
                lacking.join(", ")
            )
        };
        let concern = if lacking.is_empty() && idle.is_empty() { Concern::Rules } else { Concern::Guard };
        Drift { diff, ..self.drift(concern, message) }
    }

    /// The environment whose times are installed; else the likeliest.
    fn environment(&self, entry: &DatabaseEntry, seed: Seed, installed: &Installed) -> String {
        let recorded = self.wish.recorded.get(entry.id.as_str()).copied();
        let all = schedule::environments(entry, recorded);
        let fits = |environment: &&String| {
            let job = schedule::backup(self.wish.policy, entry, seed, environment);
            job.is_some_and(|job| installed.has(&job))
        };
        all.iter().find(fits).or_else(|| all.first()).cloned().unwrap_or_default()
    }

    fn without_record(&self) -> Drift {
        let message = format!(
            "The schedule is installed, and {}/log/schedule.conf, which the installation wrote, is gone: the jobs run without the PATH \
             that finds their programs.",
            self.wish.policy.paths.backups
        );
        self.drift(Concern::Rules, message)
    }

    fn missing(&self) -> Drift {
        let scripts = &self.wish.policy.paths.scripts;
        let install = format!(
            "{scripts}/schedule.sh install\nOn a machine that is to take no backups, silence the rule in {FILE}."
        );
        // One that has the name of this one, if any: the likeliest to be what it was before.
        let gone = self.gone().or(self.machine.gone.first());
        let (message, help) = if let Some(root) = gone.map(|root| self.machine.without_home(root)) {
            let message = format!(
                "Nothing on this machine starts the jobs of this repository. The crontab has those of {root}, which is not there: all of \
                 them fail. If this repository was moved from there, its backups stopped then."
            );
            (message, format!("Take the block of {root} out by crontab -e, then: {install}"))
        } else {
            let lately = self.wish.lately.as_ref();
            let lately =
                lately.map(|age| format!(" A scheduled backup ended {age} ago: another user may have it."));
            let message = format!(
                "Nothing on this machine starts the jobs of this repository: neither this user's crontab, nor the system's, nor a timer. A \
                 backup is taken only when somebody thinks of it.{}",
                lately.unwrap_or_default()
            );
            (message, install)
        };
        Drift { help: Some(help), ..self.drift(Concern::Guard, message) }
    }

    fn twice(&self, installed: &[Installed]) -> Option<Drift> {
        let titles: Vec<&str> = installed.iter().map(Installed::title).collect();
        let (first, others) = titles.split_first().filter(|(_, others)| !others.is_empty())?;
        let message = format!(
            "The schedule is installed twice, in {first} and in {}: each job runs twice.",
            others.join(" and in ")
        );
        let help = format!(
            "{}/schedule.sh remove --kind KIND, for the one that is not wanted",
            self.wish.policy.paths.scripts
        );
        Some(Drift { help: Some(help), ..self.drift(Concern::Rules, message) })
    }

    /// A folder of this one's name that the crontab has jobs of, and that is not there.
    fn gone(&self) -> Option<&String> {
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let own = name(&self.machine.root);
        self.machine.gone.iter().find(|root| name(root) == own)
    }

    /// The jobs of such a folder, where this one has its own.
    fn left_behind(&self) -> Option<Drift> {
        let root = self.machine.without_home(self.gone()?);
        let message =
            format!("The crontab still has the jobs of {root}, which is not there: all of them fail.");
        let help = format!("Take the block of {root} out by crontab -e.");
        Some(Drift { help: Some(help), ..self.drift(Concern::Text, message) })
    }

    fn drift(&self, concern: Concern, message: String) -> Drift {
        let help = format!("{}/schedule.sh install", self.wish.policy.paths.scripts);
        Drift {
            line: self.wish.line,
            message,
            help: Some(help),
            ..Drift::at(Class::Unscheduled, concern, FILE)
        }
    }
}
