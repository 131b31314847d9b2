//! A volume that is mounted beside the data instead of under it.

use super::servers::{self, Server};
use super::{Rule, View, draft, pg18_mount};
use crate::finding::{Description, Finding, Kind, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "db-wrong-mount",
        title: "Volume mounted where the database does not keep its data",
        severity: Severity::Critical,
        why: "The volume stays empty: the server writes to another directory, and that is a volume without a name or the \
              container itself. Everything looks right until the container is recreated.",
        evidence: "A volume at the parent directory lost data of several projects: https://github.com/entur/tiamat/pull/449, \
                   https://github.com/SonarSource/docker-sonarqube/pull/887",
        bad: "services:\n  db:\n    image: postgres:16\n    volumes:\n      - pgdata:/var/lib/postgresql\nvolumes:\n  pgdata:\n",
        good: "services:\n  db:\n    image: postgres:16\n    volumes:\n      - pgdata:/var/lib/postgresql/data\nvolumes:\n  pgdata:\n",
        remedy: "Copy the data out of the running container first (a dump is best), then mount the volume at the data directory.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    servers::all(view).iter().filter_map(|server| judge(view, server)).collect()
}

fn judge(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let directory = server.data_directory()?;
    if server.is_cache() || pg18_mount::moved_from(server).is_some() {
        return None;
    }
    let mount = server.shadowed_mount().or_else(|| server.misplaced_mount())?;
    let severity = server.weigh(server.by_environment(Severity::Critical, Severity::High))?;
    let message = format!(
        "{} of `{}` keeps its data in {directory}, but the volume is mounted at {}: it stays empty, and the data goes where \
         nothing keeps it.",
        server.engine(),
        server.service.name,
        mount.target
    );
    let help = format!(
        "Before anything is recreated, dump the data out of the running container. Then mount the volume at {directory}."
    );
    Some(
        draft::finding(&RULE.about, Kind::Config, draft::line(view, &mount.place), severity, message)
            .advising(help),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    fn found(image: &str, mount: &str, more: &str) -> Vec<String> {
        let text = format!("services:\n  db:\n    image: {image}\n{more}    volumes: ['{mount}']\n");
        trial::found(&RULE, &[("compose.yaml", &text)])
    }

    #[test]
    fn examples() {
        trial::examples(&RULE, "compose.yaml");
    }

    #[test]
    fn other_directories_are_wrong() {
        for (image, mount) in [
            ("postgres:15", "pg:/var/lib/postgres/data"),
            ("mysql:8", "my:/var/lib/mysql-data"),
            ("mongo:7", "m:/data"),
            ("bitnami/postgresql:16", "pg:/var/lib/postgresql/data"),
        ] {
            assert_eq!(found(image, mount, ""), ["compose.yaml:4 high"], "{image} {mount}");
        }
    }

    #[test]
    fn look_alikes() {
        for (image, mount) in [
            ("postgres:18", "pg:/var/lib/postgresql"),
            ("postgres:16", "./init:/docker-entrypoint-initdb.d"),
            ("postgres:16", "./postgresql.conf:/etc/postgresql/postgresql.conf:ro"),
            ("mysql:8", "./conf:/etc/mysql/conf.d"),
            ("postgres:16", "./backups:/backups"),
            ("redis:7", "r:/var/lib/redis"),
        ] {
            assert!(found(image, mount, "").is_empty(), "{image} {mount}");
        }
        let moved = "    environment: {PGDATA: /pg/data}\n";
        assert!(found("postgres:16", "pg:/pg", moved).is_empty());
        let told = "    command: ['mongod', '--dbpath', '/mongo']\n";
        assert!(found("mongo:7", "m:/mongo", told).is_empty());
        let inside = "    environment: {PGDATA: /var/lib/postgresql/data/pgdata}\n";
        assert!(found("postgres:16", "pg:/var/lib/postgresql/data", inside).is_empty());
    }

    #[test]
    fn what_is_left_to_other_rules() {
        assert!(found("redis:7", "r:/cache", "").is_empty());
        assert!(found("postgres:${V}", "pg:/var/lib/postgresql", "").is_empty());
        assert!(found("postgres@sha256:0000", "pg:/var/lib/postgresql", "").is_empty());
        assert!(found("postgres:16", "pg:/pgstore:ro", "").is_empty());
        assert!(found("postgres:16", "./pg:/pgstore", "").is_empty());
        assert!(found("postgres:18", "pg:/var/lib/postgresql/data", "").is_empty());
        assert_eq!(found("postgres:16", "pg:/pgstore", ""), ["compose.yaml:4 high"]);
        assert!(found("postgres:16", "pg:/pgstore", "    tmpfs: [/var/lib/postgresql/data]\n").is_empty());
        assert_eq!(found("postgres:16", "pg:/var/lib/postgresql/", "").len(), 1);
        for aside in [
            "pg:/etc/postgresql",
            "pg:/var/log/postgresql",
            "pg:/docker-entrypoint-initdb.d",
            "pg:/pg-backups",
        ] {
            assert!(found("postgres:16", aside, "").is_empty(), "{aside}");
        }
    }

    #[test]
    fn a_nearer_mount_and_other_surroundings() {
        let both = "services:\n  db:\n    image: postgres:16\n    volumes: ['pg:/var/lib/postgresql', 'data:/var/lib/postgresql/data']\n";
        assert_eq!(trial::found(&RULE, &[("compose.yaml", both)]), Vec::<String>::new());
        assert_eq!(trial::found(&RULE, &[("compose.test.yaml", RULE.about.bad)]), Vec::<String>::new());
        assert_eq!(
            trial::found(&RULE, &[("docker-compose.prod.yml", RULE.about.bad)]),
            ["docker-compose.prod.yml:5 critical"]
        );
    }
}
