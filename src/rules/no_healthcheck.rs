//! A database that others wait for without knowing when it is ready.

use super::surroundings::Surroundings;
use super::{Rule, View, draft, servers};
use crate::finding::{Description, Finding, Kind, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "no-healthcheck",
        title: "Database that others wait for, without a health check",
        severity: Severity::Low,
        why: "`depends_on` alone waits for the container, not for the server. An application that migrates or seeds at its start \
              then meets a database that is still being set up.",
        evidence: "How start-up order works: https://docs.docker.com/compose/how-tos/startup-order/",
        bad: "services:\n  app:\n    image: app\n    depends_on: [db]\n  db:\n    image: postgres:17\n",
        good: "services:\n  app:\n    image: app\n    depends_on:\n      db: {condition: service_healthy}\n  db:\n    image: postgres:17\n    healthcheck:\n      test: [CMD-SHELL, pg_isready -U postgres]\n",
        remedy: "Give the database a `healthcheck:` and wait for it with `condition: service_healthy`.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let servers = servers::all(view);
    let bare = servers.iter().filter(|server| server.is_record() && server.service.healthcheck.is_none());
    bare.filter_map(|server| {
        let name = &server.service.name;
        let waiting = server.file.services.iter().find(|service| service.depends_on.contains(name))?;
        let built = server.service.build.is_some();
        let elsewhere = server.is_described_elsewhere(view, |service| service.healthcheck.is_some());
        let told =
            matches!(Surroundings::of(&server.file.path), Surroundings::Unknown | Surroundings::Production);
        if built || elsewhere || !told {
            return None;
        }
        let severity = server.weigh(RULE.about.severity)?;
        let message =
            format!("`{}` waits for `{name}`, but nothing tells when the database is ready.", waiting.name);
        let finding = draft::finding(&RULE.about, Kind::Config, server.place(view), severity, message);
        Some(finding.with(draft::line(view, &waiting.place), "the service that waits"))
    })
    .collect()
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
    fn nobody_waits_or_somebody_else_checks() {
        let alone = "services:\n  db:\n    image: postgres:17\n";
        assert!(trial::found(&RULE, &[("compose.yaml", alone)]).is_empty());
        let files = [("docker-compose.yml", RULE.about.good), ("docker-compose.prod.yml", RULE.about.bad)];
        assert!(trial::found(&RULE, &files).is_empty());
        assert!(trial::found(&RULE, &[("compose.dev.yaml", RULE.about.bad)]).is_empty());
    }

    #[test]
    fn who_is_asked() {
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text)]);
        assert_eq!(found("docker-compose.prod.yml", RULE.about.bad), ["docker-compose.prod.yml:5 low"]);
        for text in [
            RULE.about.bad.replace("postgres:17", "redis:7"),
            RULE.about.bad.replace("    image: postgres:17", "    image: postgres:17\n    build: ./db"),
            RULE.about.bad.replace("depends_on: [db]", "depends_on: [cache]"),
        ] {
            assert_eq!(found("compose.yaml", &text), Vec::<String>::new(), "{text}");
        }
        for path in ["examples/compose.yaml", "compose.test.yaml"] {
            assert_eq!(found(path, RULE.about.bad), Vec::<String>::new(), "{path}");
        }
        let files = [("docker-compose.yml", RULE.about.bad), ("docker-compose.prod.yml", RULE.about.bad)];
        assert_eq!(trial::found(&RULE, &files).len(), 2);
        let long = RULE
            .about
            .bad
            .replace("depends_on: [db]", "depends_on:\n      db:\n        condition: service_started");
        assert_eq!(found("compose.yaml", &long).len(), 1);
        let anchored = "x-pg: &pg\n  image: postgres:17\nservices:\n  app:\n    image: app\n    depends_on: [db]\n  db:\n    <<: *pg\n";
        assert_eq!(found("compose.yaml", anchored), ["compose.yaml:7 low"]);
    }
}
