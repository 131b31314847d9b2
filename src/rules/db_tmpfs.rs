//! A database in memory, or in a folder that the system cleans.

use super::servers::{self, Server};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::compose::Mount;
use crate::survey::{Role, VolumeKind};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "db-tmpfs",
        title: "Database in memory or in a temporary folder",
        severity: Severity::Critical,
        why: "What lies in memory ends with the container, and `/tmp`, `/dev/shm` and `/run` of the host are emptied at the \
              latest when it starts again.",
        evidence: "What a tmpfs mount keeps: https://docs.docker.com/engine/storage/tmpfs/",
        bad: "services:\n  db:\n    image: postgres:17\n    volumes:\n      - /tmp/pgdata:/var/lib/postgresql/data\n",
        good: "services:\n  db:\n    image: postgres:17\n    volumes:\n      - pgdata:/var/lib/postgresql/data\nvolumes:\n  pgdata:\n",
        remedy: "Use a named volume, or say with the file's name that these data are for tests (`docker-compose.test.yml`).",
        fix: None,
    },
    check,
};

/// Folders of a host that do not outlive a restart.
const TEMPORARY: [&str; 5] = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/var/run"];

fn check(view: &View<'_>) -> Vec<Finding> {
    servers::all(view).iter().filter_map(|server| judge(view, server)).collect()
}

fn judge(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let mount = server.data_mount()?;
    let unknown = match (mount.kind, is_temporary(mount)) {
        (VolumeKind::Tmpfs, _) => Severity::Medium,
        (VolumeKind::Bind, true) => Severity::High,
        _ => return None,
    };
    let cache = server.known.engine.role == Role::Cache;
    let severity = server.weigh(server.by_environment(Severity::Critical, unknown)).filter(|_| !cache)?;
    let source = mount.source.as_deref().unwrap_or("memory");
    let message = format!(
        "The data of {} in `{}` is kept in {source}, which is empty again after a restart.",
        server.engine(),
        server.service.name
    );
    Some(draft::finding(&RULE.about, Kind::Config, draft::line(view, &mount.place), severity, message))
}

fn is_temporary(mount: &Mount) -> bool {
    mount
        .source
        .as_deref()
        .is_some_and(|source| TEMPORARY.iter().any(|folder| servers::covers(folder, source)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "compose.yaml");
    }

    #[test]
    fn memory_is_right_in_tests_and_wrong_in_production() {
        let text = "services:\n  db:\n    image: postgres:17\n    tmpfs: [/var/lib/postgresql/data]\n";
        for (path, expected) in [
            ("docker-compose.prod.yml", vec!["docker-compose.prod.yml:4 critical"]),
            ("compose.yml", vec!["compose.yml:4 medium"]),
            ("compose.test.yml", vec![]),
        ] {
            assert_eq!(trial::found(&RULE, &[(path, text)]), expected);
        }
        let for_tests = text.replace("  db:", "  test-db:");
        assert_eq!(trial::found(&RULE, &[("compose.yml", &for_tests)]), Vec::<String>::new());
        let sockets = "services:\n  db:\n    image: postgres:17\n    tmpfs: [/run/postgresql]\n";
        assert_eq!(trial::found(&RULE, &[("compose.yml", sockets)]), Vec::<String>::new());
    }

    #[test]
    fn folders_that_are_emptied() {
        let found = |source: &str| {
            let text = RULE.about.good.replace("pgdata:/", &format!("{source}:/"));
            assert_ne!(text, RULE.about.good);
            trial::found(&RULE, &[("compose.yml", &text)]).len()
        };
        for source in ["/tmp/pg", "/var/tmp/pg", "/dev/shm/pg", "/run/pg", "/var/run/pg"] {
            assert_eq!(found(source), 1, "{source}");
        }
        for source in ["/tmpfiles/pg", "./tmp/pg", "/srv/run/pg"] {
            assert_eq!(found(source), 0, "{source}");
        }
        let cache = "services:\n  cache:\n    image: redis:7\n    tmpfs: [/data]\n";
        assert_eq!(trial::found(&RULE, &[("compose.prod.yml", cache)]), Vec::<String>::new());
        let long = "services:\n  db:\n    image: postgres:17\n    volumes:\n      - type: tmpfs\n        target: /var/lib/postgresql/data\n";
        assert_eq!(trial::found(&RULE, &[("compose.yml", long)]), ["compose.yml:5 medium"]);
    }
}
