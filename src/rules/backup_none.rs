//! A database that nothing in the repository backs up.

use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Confidence, Description, Finding, Kind, Severity};
use crate::presets::Presets;
use crate::presets::model::{Engine, Str};
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
        fix: None,
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
        let ids: Vec<&Str> = known.flat_map(|known| known.backs_up.iter()).collect();
        // A name that could be anybody's tells less than one that is known.
        let any = !ids.is_empty() && ids.iter().all(|id| ***id == *"*");
        any || ids.iter().any(|id| **id == engine.id || Some(*id) == engine.built_on.as_ref())
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

    const ELSEWHERE: &str = "DATABASE_URL=postgres://app@db.shop-hosting.net:5432/shop\n";

    #[test]
    fn what_has_no_backup_to_make() {
        let found = |text: &str| trial::found(&RULE, &[("docker-compose.yml", text)]);
        assert_eq!(found(RULE.about.bad), ["docker-compose.yml:3 medium"]);
        let always = RULE.about.bad.replace("restart: always", "restart: 'no'");
        assert_eq!(found(&always), ["docker-compose.yml:3 info"]);
        for none in [
            "services:\n  cache:\n    image: redis:7\n    restart: always\n    volumes: ['d:/data']\nvolumes:\n  d:\n",
            "services:\n  db:\n    image: postgres:17\n    restart: always\n",
            "services:\n  db:\n    image: postgres:17\n    restart: always\n    tmpfs: [/var/lib/postgresql/data]\n",
        ] {
            assert_eq!(found(none), Vec::<String>::new(), "{none}");
        }
        for path in ["examples/shop/docker-compose.yml", "docker-compose.dev.yml"] {
            let found = trial::found(&RULE, &[(path, RULE.about.bad)]);
            assert!(found.iter().all(|one| one.ends_with("info")), "{found:?}");
        }
        assert!(trial::found(&RULE, &[("examples/docker-compose.yml", RULE.about.bad)]).is_empty());
    }

    #[test]
    fn servers_elsewhere() {
        let found = |text: &str| trial::run(&RULE, &[(".env", text)]);
        let one = found(ELSEWHERE);
        assert_eq!(
            (one.len(), one[0].severity, one[0].confidence),
            (1, Severity::Medium, Confidence::Medium)
        );
        for near in ["localhost", "127.0.0.1", "db"] {
            assert!(found(&ELSEWHERE.replace("db.shop-hosting.net", near)).is_empty(), "{near}");
        }
        let own = trial::run(&RULE, &[("docker-compose.yml", RULE.about.bad)]);
        assert_eq!(own[0].confidence, Confidence::High);
    }

    #[test]
    fn one_finding_an_engine_and_images_that_back_up() {
        let two = "services:\n  a:\n    image: postgres:17\n    restart: always\n    volumes: ['a:/var/lib/postgresql/data']\n  b:\n    image: mysql:8\n    restart: always\n    volumes: ['b:/var/lib/mysql']\n  c:\n    image: mysql:8\n    restart: always\n    volumes: ['c:/var/lib/mysql']\nvolumes:\n  a:\n  b:\n  c:\n";
        let findings = trial::run(&RULE, &[("docker-compose.yml", two)]);
        assert_eq!(findings.iter().map(|one| one.related.len()).collect::<Vec<_>>(), [1, 0]);
        let found = |image: &str| {
            let text =
                two.replace("volumes:\n  a:\n", &format!("  save:\n    image: {image}\nvolumes:\n  a:\n"));
            trial::found(&RULE, &[("docker-compose.yml", &text)])
        };
        assert_eq!(found("offen/docker-volume-backup:v2"), Vec::<String>::new());
        assert_eq!(found("prodrigestivill/postgres-backup-local:17"), ["docker-compose.yml:7 medium"]);
        assert_eq!(found("databack/mysql-backup:1"), ["docker-compose.yml:3 medium"]);
    }

    #[test]
    fn files_in_which_something_runs() {
        let found = |path: &str, text: &str| {
            trial::found(&RULE, &[("docker-compose.yml", RULE.about.bad), (path, text)]).len()
        };
        for path in
            ["Makefile", "Dockerfile.backup", ".github/workflows/backup.yml", "ops/save.py", "bin/save"]
        {
            assert_eq!(found(path, "run pg_dump shop\n"), 0, "{path}");
        }
        for (path, text) in [
            ("README.md", "Use pg_dump now and then.\n"),
            ("package-lock.json", "\"pg_dump\"\n"),
            ("poetry.lock", "pg_dump\n"),
            ("save.go", "// pg_dump some day\n"),
            ("save.js", "/*\n * pg_dump some day\n */\n"),
        ] {
            assert_eq!(found(path, text), 1, "{path}");
        }
    }
}
