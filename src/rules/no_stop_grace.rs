//! A production database that is killed ten seconds after it was asked to stop.

use super::servers::Server;
use super::surroundings::Surroundings;
use super::{Rule, View, draft, servers};
use crate::finding::{Description, Finding, Kind, Offer, Severity};
use crate::source::Edit;
use crate::yaml::edit::{Change, Value, edit};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "no-stop-grace",
        title: "Production database with ten seconds to stop",
        severity: Severity::Low,
        why: "Docker kills a container ten seconds after it asked it to stop. A busy server needs longer for its last checkpoint, \
              and has to recover from its log at the next start.",
        evidence: "The official image's own advice is a minute and more: https://github.com/docker-library/postgres",
        bad: "services:\n  db:\n    image: postgres:17\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n",
        good: "services:\n  db:\n    image: postgres:17\n    stop_grace_period: 1m\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n",
        remedy: "Add `stop_grace_period: 1m` to the service.",
        fix: Some(Offer::asked(
            "adds `stop_grace_period: 1m`; Compose replaces the container at the next `up`",
        )),
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let servers = servers::all(view);
    let short = servers.iter().filter(|server| {
        let production = Surroundings::of(&server.file.path) == Surroundings::Production;
        production && server.is_kept() && !server.is_cache() && server.service.stop_grace.is_none()
    });
    short
        .filter_map(|server| {
            if server.is_described_elsewhere(view, |service| service.stop_grace.is_some()) {
                return None;
            }
            let severity = server.weigh(RULE.about.severity)?;
            let message = format!(
                "{} in `{}` is killed ten seconds after a stop.",
                server.engine(),
                server.service.name
            );
            let finding = draft::finding(&RULE.about, Kind::Config, server.place(view), severity, message);
            Some(finding.mended(false, "give it a minute to stop", minute(view, server)))
        })
        .collect()
}

/// The proven edit; the service is restarted with it at the next `up`.
fn minute(view: &View<'_>, server: &Server<'_>) -> Vec<Edit> {
    let Ok(file) = view.tree.read(&server.file.path) else { return Vec::new() };
    let change =
        Change::service_key(&server.service.name, "stop_grace_period", Value::Plain("1m".to_owned()));
    edit(&file, &change).ok().flatten().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "docker-compose.prod.yml");
    }

    #[test]
    fn only_production_is_asked_for_it() {
        assert!(trial::found(&RULE, &[("compose.yaml", RULE.about.bad)]).is_empty());
    }

    #[test]
    fn data_that_is_not_kept_and_files_that_say_it_elsewhere() {
        let path = "docker-compose.prod.yml";
        for text in [
            RULE.about.bad.replace("    volumes:\n      - data:/var/lib/postgresql/data\n", ""),
            RULE.about.bad.replace("postgres:17", "redis:7").replace("/var/lib/postgresql/data", "/data"),
        ] {
            assert_eq!(trial::found(&RULE, &[(path, &text)]), Vec::<String>::new(), "{text}");
        }
        let base = |text| [("docker-compose.yml", text), (path, RULE.about.bad)];
        assert_eq!(trial::found(&RULE, &base(RULE.about.good)), Vec::<String>::new());
        assert_eq!(trial::found(&RULE, &base(RULE.about.bad)), ["docker-compose.prod.yml:2 low"]);
        let job = RULE.about.bad.replace("  db:", "  test-db:");
        assert_eq!(trial::found(&RULE, &[(path, &job)]), Vec::<String>::new());
    }
}
