//! A database that nothing in the repository backs up.

use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Confidence, Description, Finding, Kind, Severity};
use crate::presets::Presets;
use crate::presets::model::Engine;
use crate::survey::image::ImageRef;
use crate::survey::managed::{self, Managed};
use crate::survey::{Environment, Role, VolumeKind, environment, paths};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-none",
        title: "Database that nothing here backs up",
        severity: Severity::High,
        why: "No script, workflow, image or schedule of this repository makes a copy of the data. Whatever else is found here is then \
              final.",
        evidence: "A wiped database without any backup: https://github.com/anthropics/claude-code/issues/27063",
        bad: "services:\n  db:\n    image: postgres:17\n    restart: always\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n",
        good: "services:\n  db:\n    image: postgres:17\n    restart: always\n    volumes:\n      - data:/var/lib/postgresql/data\n  backup:\n    image: prodrigestivill/postgres-backup-local:17\nvolumes:\n  data:\n",
        remedy: "`dbguard init` adds scripts that dump, verify and restore, with a schedule; where another repository does that, say so in \
                 the policy.",
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let managed = managed::merge_for_init(&view.survey.databases);
    let mut bare: Vec<(Severity, &Managed, &Engine)> =
        managed.iter().filter_map(|one| judge(view, one)).collect();
    // The worst first; what lacks is the backup of an engine, however many databases of it there are.
    bare.sort_by_key(|(severity, _, engine)| (&*engine.id, std::cmp::Reverse(*severity)));
    let groups = bare.chunk_by(|(_, _, one), (_, _, two)| one.id == two.id);
    groups.filter_map(|group| finding(view, group)).collect()
}

fn judge<'a>(view: &View<'a>, managed: &'a Managed) -> Option<(Severity, &'a Managed, &'a Engine)> {
    let database = &managed.database;
    let engine = view.presets.engine(&database.engine)?;
    let path = &database.sources.first()?.path;
    let surroundings = Surroundings::of(path);
    let aside = matches!(surroundings, Surroundings::ThrowAway | Surroundings::Example);
    if database.role != Role::Primary || engine.dumps.programs.is_empty() || aside || !is_kept(managed) {
        return None;
    }
    if is_backed_up(view, engine) {
        return None;
    }
    let production =
        database.environment == Environment::Production || surroundings == Surroundings::Production;
    let elsewhere = matches!(database.environment, Environment::Unknown | Environment::Staging);
    let up = stays_up(view, managed) && surroundings != Surroundings::Development;
    let severity = if production {
        Severity::High
    } else if elsewhere || up {
        Severity::Medium
    } else {
        Severity::Info
    };
    Some((severity, managed, engine))
}

/// A container with a lasting volume, or a server elsewhere whose address is known: not a choice that a program offers, nor what a
/// developer has on the own machine.
fn is_kept(managed: &Managed) -> bool {
    let database = &managed.database;
    if database.compose_service.is_some() {
        return !matches!(database.volume_kind, VolumeKind::None | VolumeKind::Tmpfs);
    }
    let elsewhere = |host: &str| !environment::is_loopback(host) && host.contains('.');
    database.environment != Environment::Development && database.host.as_deref().is_some_and(elsewhere)
}

fn finding(view: &View<'_>, group: &[(Severity, &Managed, &Engine)]) -> Option<Finding> {
    let ((severity, worst, engine), others) = group.split_first()?;
    let source = worst.database.sources.first()?;
    let message =
        format!("Nothing in this repository backs up the {} database that this declares.", engine.title);
    let sure = if worst.database.compose_service.is_some() { Confidence::High } else { Confidence::Medium };
    let finding =
        draft::finding(&RULE.about, Kind::Config, draft::line(view, source), *severity, message).sure(sure);
    let others = others.iter().filter_map(|(_, other, _)| other.database.sources.first()).take(SHOWN);
    Some(others.fold(finding, |finding, place| {
        finding.with(draft::line(view, place), "another one that is not backed up")
    }))
}

/// Further databases that are shown with the first.
const SHOWN: usize = 5;

/// Whether its container is started again after a restart of the machine: more than a developer's toy.
fn stays_up(view: &View<'_>, managed: &Managed) -> bool {
    let database = &managed.database;
    let service = database
        .compose_file
        .as_deref()
        .and_then(|path| view.survey.compose.file(path)?.service(database.compose_service.as_deref()?));
    service
        .and_then(|service| service.restart.as_deref())
        .is_some_and(|restart| matches!(restart, "always" | "unless-stopped"))
}

fn is_backed_up(view: &View<'_>, engine: &Engine) -> bool {
    let images = view
        .survey
        .compose
        .servers()
        .filter_map(|(_, service)| ImageRef::parse(&service.image.as_ref()?.text));
    let by_image = |image: ImageRef| {
        let known = Presets::embedded_containers().iter().filter(|known| known.is(&image));
        known
            .flat_map(|known| known.backs_up.iter())
            .any(|id| **id == *"*" || *id == engine.id || Some(id) == engine.built_on.as_ref())
    };
    images.into_iter().any(by_image)
        || view.tree.paths().filter(|path| runs(path)).any(|path| mentions(view, path, engine))
}

/// Files in which something runs: scripts, programs, workflows, manifests.
fn runs(path: &str) -> bool {
    let name = paths::name(path);
    let known = matches!(
        name,
        "Makefile"
            | "makefile"
            | "justfile"
            | "Justfile"
            | "crontab"
            | "package.json"
            | "composer.json"
            | "Procfile"
    );
    let program = [
        "sh", "bash", "zsh", "yml", "yaml", "py", "rb", "rake", "ts", "js", "mjs", "php", "go", "ps1", "bat",
        "cron", "mk", "tf", "service", "toml", "",
    ];
    known
        || name.starts_with("Dockerfile")
        || program.contains(&paths::ending(path)) && !name.contains("lock")
}

fn mentions(view: &View<'_>, path: &str, engine: &Engine) -> bool {
    let Ok(file) = view.tree.read(path) else { return false };
    let programs = &engine.dumps.programs;
    let found = |line: &str| programs.iter().any(|program| line.contains(&**program));
    let code =
        |line: &&str| !line.trim_start().starts_with(['#', '*']) && !line.trim_start().starts_with("//");
    programs.iter().any(|program| file.text().contains(&**program))
        && file.text().lines().filter(code).any(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "docker-compose.yml");
    }

    #[test]
    fn environments() {
        assert_eq!(
            trial::found(&RULE, &[("docker-compose.prod.yml", RULE.about.bad)]),
            ["docker-compose.prod.yml:3 high"]
        );
        let toy = RULE.about.bad.replace("    restart: always\n", "");
        assert_eq!(trial::found(&RULE, &[("docker-compose.yml", &toy)]), ["docker-compose.yml:3 info"]);
        assert!(trial::found(&RULE, &[("docker-compose.test.yml", RULE.about.bad)]).is_empty());
    }

    #[test]
    fn anything_that_dumps_counts_but_comments_do_not() {
        let found = |script: &str| {
            trial::found(&RULE, &[("docker-compose.yml", RULE.about.bad), ("ops/nightly.sh", script)])
        };
        assert!(found("docker exec db pg_dump -U a a > x\n").is_empty());
        assert_eq!(found("# pg_dump some day\n").len(), 1);
        assert_eq!(found("mysqldump a > x\n").len(), 1);
    }
}
