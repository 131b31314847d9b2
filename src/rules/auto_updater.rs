//! A program that replaces the database's image unasked.

use super::servers::{self, Server};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::presets::Presets;
use crate::presets::containers::Container;
use crate::survey::compose::{ComposeFile, Service};
use crate::survey::hidden::Hidden;
use crate::survey::{image::ImageRef, paths};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "auto-updater",
        title: "Databases updated without anybody watching",
        severity: Severity::Medium,
        why: "An updater pulls new images and recreates containers by itself. A database that gets a new major version, or whose \
              data was in the container, does not come back.",
        evidence: "https://github.com/docker-library/postgres/issues/1293, \
                   https://github.com/ReinerNippes/nextcloud_on_docker/issues/104",
        bad: "services:\n  db:\n    image: postgres:17\n  watchtower:\n    image: containrrr/watchtower\n",
        good: "services:\n  db:\n    image: postgres:17\n    labels:\n      - com.centurylinklabs.watchtower.enable=false\n  watchtower:\n    image: containrrr/watchtower\n",
        remedy: "Keep the updater away from every database by its label, and update databases by hand after a dump.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let servers = servers::all(view);
    let updaters =
        view.survey.compose.servers().filter_map(|(file, service)| Some((file, service, updater(service)?)));
    updaters.filter_map(|(file, service, updater)| judge(view, file, service, updater, &servers)).collect()
}

/// What is known about the image, if it is that of an updater which takes every container for its own.
fn updater(service: &Service) -> Option<&'static Container> {
    let reference = service.image.as_ref().and_then(|image| ImageRef::parse(&image.text))?;
    let known = Presets::embedded_containers().iter().find(|known| known.updates && known.is(&reference))?;
    let command = service.command.as_ref().map(Hidden::reveal).unwrap_or_default();
    let only_labelled = command.contains("label-enable")
        || service.environment.iter().any(|variable| variable.name.ends_with("LABEL_ENABLE"));
    let monitors = command.contains("monitor-only");
    (!only_labelled && !monitors).then_some(known)
}

fn judge(
    view: &View<'_>,
    file: &ComposeFile,
    service: &Service,
    updater: &Container,
    servers: &[Server<'_>],
) -> Option<Finding> {
    let folder = paths::folder(&file.path);
    let command = service.command.as_ref().map(Hidden::reveal).unwrap_or_default();
    let reached = |server: &&Server<'_>| {
        let spared =
            updater.spared_by.iter().any(|label| server.service.labels.iter().any(|own| **own == **label));
        let mut names =
            command.split_whitespace().filter(|word| word.starts_with(|letter: char| letter.is_alphabetic()));
        let chosen = names.clone().next().is_none() || names.any(|word| word == server.service.name);
        paths::folder(&server.file.path) == folder && !server.is_cache() && !spared && chosen
    };
    let reached: Vec<_> = servers.iter().filter(reached).collect();
    let first = reached.first()?;
    let severity = super::surroundings::Surroundings::of(&file.path).weigh(RULE.about.severity)?;
    let message = format!(
        "{} replaces the image of `{}` whenever there is a newer one.",
        updater.title, first.service.name
    );
    let place = service.image.as_ref().map_or(&service.place, |image| &image.place);
    let finding = draft::finding(&RULE.about, Kind::Config, draft::line(view, place), severity, message);
    Some(
        reached
            .iter()
            .fold(finding, |finding, server| finding.with(server.place(view), "a database that it reaches")),
    )
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
    fn updaters_that_keep_away() {
        for more in ["    command: --label-enable --interval 60\n", "    command: --interval 60 app\n"] {
            let text = format!("{}{more}", RULE.about.bad);
            assert_eq!(trial::found(&RULE, &[("compose.yaml", &text)]), Vec::<String>::new(), "{more}");
        }
        let named = format!("{}    command: --interval 60 db\n", RULE.about.bad);
        assert_eq!(trial::found(&RULE, &[("compose.yaml", &named)]), ["compose.yaml:5 medium"]);
    }

    #[test]
    fn who_is_reached() {
        let found = |text: &str| trial::found(&RULE, &[("compose.yaml", text)]);
        for more in ["    environment: {WATCHTOWER_LABEL_ENABLE: 'true'}\n", "    command: --monitor-only\n"]
        {
            assert_eq!(found(&format!("{}{more}", RULE.about.bad)), Vec::<String>::new(), "{more}");
        }
        for more in ["    environment: {TZ: UTC}\n", "    command: --interval 60\n"] {
            assert_eq!(found(&format!("{}{more}", RULE.about.bad)), ["compose.yaml:5 medium"], "{more}");
        }
        let cache = RULE.about.bad.replace("postgres:17", "redis:7");
        assert_eq!(found(&cache), Vec::<String>::new());
        let label = RULE.about.good.replace("watchtower.enable=false", "watchtower.scope=db");
        assert_eq!(found(&label), ["compose.yaml:7 medium"]);
        let other = RULE.about.bad.replace("containrrr/watchtower", "grafana/grafana:11");
        assert_eq!(found(&other), Vec::<String>::new());
    }

    #[test]
    fn databases_of_other_projects_are_not_reached() {
        let updater = "services:\n  watchtower:\n    image: containrrr/watchtower\n";
        let database = "services:\n  db:\n    image: postgres:17\n";
        let found = |path: &str| trial::found(&RULE, &[("ops/compose.yaml", updater), (path, database)]);
        assert_eq!(found("shop/compose.yaml"), Vec::<String>::new());
        assert_eq!(found("ops/compose.db.yaml"), ["ops/compose.yaml:3 medium"]);
    }
}
