//! The database servers of Compose files, as rules look at them.

use super::View;
use super::draft;
use super::surroundings::Surroundings;
use crate::finding::{Place, Severity};
use crate::presets::images::KnownImage;
pub(super) use crate::survey::compose::covers;
use crate::survey::compose::{ComposeFile, Mount, Service};
use crate::survey::environment::words;
use crate::survey::hidden::Hidden;
use crate::survey::{Database, Environment, Role, VolumeKind, paths, servers as survey};

/// A Compose service that runs a database.
#[derive(Clone, Copy)]
pub(super) struct Server<'a> {
    pub(super) file: &'a ComposeFile,
    pub(super) service: &'a Service,
    pub(super) database: &'a Database,
    pub(super) known: KnownImage<'a>,
}

/// Every one of them, in the order of the files; containers of the same image that only run a client are none.
pub(super) fn all<'a>(view: &View<'a>) -> Vec<Server<'a>> {
    let (facts, presets) = (view.survey, view.presets);
    let server = |(file, service): (&'a ComposeFile, &'a Service)| {
        let known = survey::known(service, presets)?;
        let database = facts.databases.iter().find(|database| {
            database.compose_file.as_deref() == Some(&*file.path)
                && database.compose_service.as_deref() == Some(&*service.name)
        })?;
        Some(Server { file, service, database, known })
            .filter(|server| !server.runs_a_client() && !is_companion(&service.name))
    };
    facts.compose.servers().filter_map(server).collect()
}

impl Server<'_> {
    /// The engine's name for people.
    pub(super) fn engine(&self) -> &str {
        &self.known.engine.title
    }

    /// Where the engine keeps its data in this container.
    pub(super) fn data_directory(&self) -> Option<String> {
        let moved = self.known.variables().data.iter().find_map(|name| {
            let value = self.service.variable(name)?.value.as_ref()?.reveal();
            Some(value.to_owned()).filter(|value| value.starts_with('/'))
        });
        moved.or_else(|| self.known.data_directory().map(str::to_owned))
    }

    /// The mount that holds the data directory, or that the command names (`server /export`, `--dbpath=/db`).
    pub(super) fn data_mount(&self) -> Option<&Mount> {
        let directory = self.data_directory()?;
        let words = self.words();
        let named = |mount: &&Mount| {
            let target = mount.target.trim_end_matches('/');
            let mut values = words.split([' ', '=', '"', '\'', ',']).map(|word| word.trim_end_matches('/'));
            target.len() > 1 && values.any(|value| value == target)
        };
        let mounts = || self.service.mounts.iter();
        mounts().find(|mount| covers(&mount.target, &directory)).or_else(|| mounts().find(named))
    }

    /// Whether it is a system of record: what its name or version is matters for years.
    pub(super) fn is_record(&self) -> bool {
        !self.is_cache() && self.known.engine.role != Role::Queue && !self.known.engine.holds_files
    }

    /// Whether losing the data costs time only.
    pub(super) fn is_cache(&self) -> bool {
        matches!(self.database.role, Role::Cache | Role::Test)
    }

    /// Whether what it holds outlives the container.
    pub(super) fn is_kept(&self) -> bool {
        matches!(self.database.volume_kind, VolumeKind::Named | VolumeKind::External | VolumeKind::Bind)
    }

    /// A volume mounted so high above the data that the one which the image declares there takes its place.
    pub(super) fn shadowed_mount(&self) -> Option<&Mount> {
        let declared = self.known.data_directory().filter(|_| self.known.declares_volume())?;
        let directory = self.data_directory().filter(|directory| covers(declared, directory))?;
        let above = |mount: &&Mount| covers(&mount.target, &directory) && !covers(declared, &mount.target);
        let mount = self.data_mount().filter(above)?;
        let nearer = self
            .service
            .mounts
            .iter()
            .any(|other| covers(declared, &other.target) && covers(&other.target, &directory));
        (!nearer && !self.has_unknown_tag()).then_some(mount)
    }

    /// Where no mount covers the data: one that seems to be meant for it.
    pub(super) fn misplaced_mount(&self) -> Option<&Mount> {
        if self.database.volume_kind == VolumeKind::Tmpfs
            || self.data_mount().is_some()
            || self.has_unknown_tag()
        {
            return None;
        }
        self.service.mounts.iter().find(|mount| {
            let keeps = matches!(mount.kind, VolumeKind::Named | VolumeKind::External);
            keeps && !mount.read_only && !is_aside(&mount.target)
        })
    }

    /// Whether the tag that decides about the version cannot be told from the text.
    pub(super) fn has_unknown_tag(&self) -> bool {
        let Some(image) = self.service.image_reference() else { return true };
        let text =
            self.service.build.as_ref().and_then(|build| build.base.as_ref()).or(self.service.image.as_ref());
        let broken =
            text.is_none_or(|text| text.text.contains('$') || text.text.trim().ends_with([':', '-']));
        broken || (image.tag.is_none() && image.digest.is_some())
    }

    /// `production` where the service or file says so, else `other`.
    pub(super) fn by_environment(&self, production: Severity, other: Severity) -> Severity {
        let says = self.database.environment == Environment::Production;
        if says || Surroundings::of(&self.file.path) == Surroundings::Production { production } else { other }
    }

    /// What is left of `severity` in this file.
    pub(super) fn weigh(&self, severity: Severity) -> Option<Severity> {
        let name = Surroundings::of(&self.service.name);
        if name == Surroundings::ThrowAway {
            return None;
        }
        Surroundings::of(&self.file.path).weigh(severity)
    }

    /// Where the service is declared in its file.
    pub(super) fn place(&self, view: &View<'_>) -> Place {
        draft::line(view, &self.service.place)
    }

    /// Where its image is named.
    pub(super) fn image_place(&self, view: &View<'_>) -> Place {
        let image = self.service.image.as_ref().map_or(&self.service.place, |image| &image.place);
        draft::line(view, image)
    }

    /// Whether another Compose file beside this one describes the same service, so that the two may be meant to be merged.
    pub(super) fn is_described_elsewhere(&self, view: &View<'_>, accept: impl Fn(&Service) -> bool) -> bool {
        let folder = paths::folder(&self.file.path);
        let others = view.survey.compose.files.iter();
        others
            .filter(|other| other.path != self.file.path && paths::folder(&other.path) == folder)
            .filter_map(|other| other.service(&self.service.name))
            .any(accept)
    }

    /// The text of command and entrypoint, which may hold a password.
    pub(super) fn words(&self) -> String {
        let texts = [self.service.entrypoint.as_ref(), self.service.command.as_ref()];
        texts.into_iter().flatten().map(Hidden::reveal).collect::<Vec<_>>().join(" ")
    }

    /// Whether the container is told to run something other than the server.
    fn runs_a_client(&self) -> bool {
        let words = self.words();
        let first = words.split_whitespace().next();
        let programs = &self.known.engine.server_programs;
        if programs.is_empty() || first.is_none_or(|word| word.starts_with('-')) {
            return false;
        }
        let named = |word: &str| programs.iter().any(|program| paths::name(word) == &**program);
        let entry = |word: &str| paths::name(word).contains("entrypoint");
        !words
            .split(|letter: char| letter.is_whitespace() || "\"'();&|".contains(letter))
            .any(|word| named(word) || entry(word))
    }
}

/// Words of a mount point that say that something other than the data belongs there.
const ASIDE: [&str; 26] = [
    "initdb",
    "init",
    "conf",
    "config",
    "etc",
    "log",
    "logs",
    "backup",
    "backups",
    "script",
    "scripts",
    "cert",
    "certs",
    "ssl",
    "tls",
    "run",
    "tmp",
    "plugins",
    "import",
    "imports",
    "dump",
    "dumps",
    "share",
    "opt",
    "migrations",
    "snapshots",
];

fn is_aside(target: &str) -> bool {
    words([target]).iter().any(|word| ASIDE.contains(&word.as_str()))
}

/// Words of a service's name that say that it works on a server's data from outside.
const COMPANIONS: [&str; 14] = [
    "backup",
    "backups",
    "dump",
    "restore",
    "migrate",
    "migration",
    "migrations",
    "client",
    "job",
    "upgrade",
    "exporter",
    "cron",
    "setup",
    "cli",
];

fn is_companion(name: &str) -> bool {
    words([name]).iter().any(|word| COMPANIONS.contains(&word.as_str()))
}
