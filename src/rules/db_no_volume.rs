//! A database server without any volume for its data.

use super::servers::{self, Server};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::VolumeKind;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "db-no-volume",
        title: "Database without a volume for its data",
        severity: Severity::Critical,
        why: "No mount covers the directory where the server keeps its data. An image that declares a volume there puts the \
              data into one without a name, which nothing finds again after `down` and `up`; other images keep it in the \
              container itself, which ends with the container.",
        evidence: "Reported by people who lost their data that way: https://github.com/mastodon/mastodon/issues/1080, \
                   https://github.com/PostHog/posthog/issues/2079",
        bad: "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n",
        good: "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n    volumes:\n      - pgdata:/var/lib/postgresql/data\nvolumes:\n  pgdata:\n",
        remedy: "Dump what is in there now, then mount a named volume at the data directory.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    servers::all(view).iter().filter_map(|server| judge(view, server)).collect()
}

fn judge(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let directory = server.data_directory()?;
    let mounted = |service: &crate::survey::compose::Service| {
        service.mounts.iter().any(|mount| servers::covers(&mount.target, &directory))
    };
    let other = server.database.volume_kind != VolumeKind::None
        || server.data_mount().is_some()
        || server.misplaced_mount().is_some();
    if server.is_cache() || other || server.is_described_elsewhere(view, mounted) {
        return None;
    }
    let severity = server.weigh(server.by_environment(Severity::Critical, Severity::High))?;
    let fate = if server.known.declares_volume() {
        "in a volume without a name, which is left behind by the next `down`"
    } else {
        "in the container itself, and ends with it"
    };
    let message = format!(
        "Nothing is mounted at {directory}: what {} stores for `{}` is {fate}.",
        server.engine(),
        server.service.name
    );
    let help = format!(
        "Dump the data first, then mount a named volume, such as `{}_data:{directory}`, and declare it under `volumes:`.",
        server.service.name
    );
    Some(draft::finding(&RULE.about, Kind::Config, server.place(view), severity, message).advising(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    fn found(text: &str) -> Vec<String> {
        trial::found(&RULE, &[("compose.yaml", text)])
    }

    #[test]
    fn examples() {
        trial::examples(&RULE, "compose.yaml");
    }

    #[test]
    fn production_weighs_more_and_tests_nothing() {
        for (path, expected) in [
            ("docker-compose.prod.yml", Some("critical")),
            ("docker-compose.yml", Some("high")),
            ("docker-compose.dev.yml", Some("medium")),
            ("docker-compose.test.yml", None),
        ] {
            let found = trial::found(&RULE, &[(path, RULE.about.bad)]);
            let expected: Vec<String> =
                expected.into_iter().map(|severity| format!("{path}:2 {severity}")).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn look_alikes() {
        assert!(found("services:\n  cache:\n    image: redis:7\n").is_empty());
        assert!(found("services:\n  admin:\n    image: dpage/pgadmin4\n").is_empty());
        let sidecar = "services:\n  save:\n    image: postgres:17\n    command: sh -c 'pg_dump app > /b/x'\n";
        assert!(found(sidecar).is_empty());
        let job = "services:\n  db-backup-job:\n    image: postgres:17\n";
        assert!(found(job).is_empty());
        let told = "services:\n  s3:\n    image: minio/minio\n    command: server /export\n    volumes: ['up:/export']\nvolumes:\n  up:\n";
        assert!(found(told).is_empty());
        let options = sidecar.replace("sh -c 'pg_dump app > /b/x'", "-c max_connections=9");
        assert_eq!(found(&options), ["compose.yaml:2 high"]);
    }

    #[test]
    fn a_file_that_only_changes_another_is_not_judged_alone() {
        let patch = "services:\n  db:\n    image: postgres:17\n    restart: always\n";
        let files = [("docker-compose.yml", RULE.about.good), ("docker-compose.prod.yml", patch)];
        assert_eq!(trial::found(&RULE, &files), Vec::<String>::new());
    }

    #[test]
    fn what_happens_to_the_data_is_told() {
        let told = |image: &str| {
            let text = format!("services:\n  db:\n    image: {image}\n");
            trial::run(&RULE, &[("compose.yaml", &text)])[0].message.clone()
        };
        assert!(told("postgres:17").contains("in a volume without a name"));
        assert!(told("mcr.microsoft.com/mssql/server:2022-latest").contains("in the container itself"));
    }

    #[test]
    fn other_mounts_and_other_files() {
        let with = |mount: &str| {
            found(&format!("services:\n  db:\n    image: postgres:17\n    volumes: ['{mount}']\n"))
        };
        assert_eq!(with("./init.sql:/docker-entrypoint-initdb.d/init.sql"), ["compose.yaml:2 high"]);
        assert!(with("/var/lib/postgresql/data").is_empty());
        assert!(with("./pg:/var/lib/postgresql/data").is_empty());
        // That is for the rule about wrong mounts.
        assert!(with("pg:/data/pg").is_empty());
        let tmpfs = "services:\n  db:\n    image: postgres:17\n    tmpfs: /var/lib/postgresql/data\n";
        assert!(found(tmpfs).is_empty());
        let other = "services:\n  db:\n    image: postgres:17\n    volumes: ['./x:/x']\n";
        let files = [("docker-compose.yml", other), ("docker-compose.local.yml", RULE.about.bad)];
        assert_eq!(trial::found(&RULE, &files).len(), 2);
    }

    #[test]
    fn as_others_write_it() {
        let text = "x-db: &db\r\n  image: \"postgres:17\" # pinned\r\n  environment:\r\n    - POSTGRES_DB=shop\r\nservices:\r\n  db:\r\n    <<: *db\r\n    restart: always\r\n";
        assert_eq!(found(text), ["compose.yaml:6 high"]);
    }
}
