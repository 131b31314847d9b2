//! First-start variables that come too late.

use super::servers::{self, Server};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::VolumeKind;
use crate::survey::compose::Variable;
use crate::survey::hidden::Hidden;
use crate::survey::paths;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "init-only-env",
        title: "Two files set up one volume differently",
        severity: Severity::Medium,
        why: "Variables such as `POSTGRES_PASSWORD` are read only while the volume is empty. Where two Compose files of one project \
              share the volume and differ in them, whichever starts second cannot log in, and the repair that people find is to \
              delete the volume.",
        evidence: "The image's own words: https://github.com/docker-library/docs/blob/master/postgres/content.md, and what people do: \
                   https://github.com/docker-library/postgres/issues/487",
        bad: "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_DB: shop_dev\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n",
        good: "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_DB: shop\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n",
        remedy: "Give each environment a volume of its own, or the same values; change what exists inside the database (`ALTER ROLE`).",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let servers = servers::all(view);
    let mut findings = Vec::new();
    for (at, server) in servers.iter().enumerate() {
        let earlier = servers.iter().take(at).find(|other| shares(server, other));
        findings.extend(earlier.and_then(|other| judge(view, server, other)));
    }
    findings
}

/// Whether the two, in different files, are started on one volume: same project, same key.
fn shares(server: &Server<'_>, other: &Server<'_>) -> bool {
    let volume = |server: &Server<'_>| {
        let mount = server.data_mount().filter(|mount| mount.kind == VolumeKind::Named)?;
        mount.volume_name.clone().or_else(|| mount.source.clone())
    };
    let project = |server: &Server<'_>| server.file.project_name.as_ref().map(|name| name.text.clone());
    server.file.path != other.file.path
        && paths::folder(&server.file.path) == paths::folder(&other.file.path)
        && project(server) == project(other)
        && server.service.name == other.service.name
        && volume(server).is_some()
        && volume(server) == volume(other)
}

fn judge(view: &View<'_>, server: &Server<'_>, other: &Server<'_>) -> Option<Finding> {
    let severity = server.weigh(RULE.about.severity)?;
    let names = &server.known.variables().first_init;
    let (mine, theirs) = names.iter().find_map(|name| {
        let (mine, theirs) = (server.service.variable(name)?, other.service.variable(name)?);
        let (one, two) = (written(view, mine)?, written(view, theirs)?);
        (one != two).then_some((mine, theirs))
    })?;
    let message = format!(
        "{} differs between two files that start `{}` on one volume: only the first to start counts.",
        mine.name, server.service.name
    );
    let finding =
        draft::finding(&RULE.about, Kind::Config, draft::line(view, &mine.place), severity, message);
    Some(finding.with(draft::line(view, &theirs.place), "the other value"))
}

/// The value, where the line spells it out: what a variable brings in may be the same in life.
fn written<'a>(view: &View<'_>, variable: &'a Variable) -> Option<&'a str> {
    let value = variable.value.as_ref().map(Hidden::reveal).filter(|value| !value.is_empty())?;
    let file = view.tree.read(&variable.place.path).ok()?;
    let line = file.slice(file.line_span(variable.place.line)).to_owned();
    (line.contains(value) && !line.contains("${")).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn files_of_one_project_on_one_volume() {
        let found = |other: &str| {
            trial::found(
                &RULE,
                &[("docker-compose.yml", RULE.about.good), ("docker-compose.local.yml", other)],
            )
        };
        assert_eq!(found(RULE.about.bad).len(), 1);
        assert!(found(RULE.about.good).is_empty());
        assert!(
            found(&RULE.about.bad.replace("data:/var", "dev:/var").replace("  data:", "  dev:")).is_empty()
        );
        assert!(found(&RULE.about.bad.replace("shop_dev", "${DB:-shop_dev}")).is_empty());
        assert!(found(&format!("name: other\n{}", RULE.about.bad)).is_empty());
    }

    #[test]
    fn look_alikes() {
        let found = |path: &str, other: &str| {
            trial::found(&RULE, &[("docker-compose.yml", RULE.about.good), (path, other)])
        };
        let bad = RULE.about.bad;
        assert_eq!(found("docker-compose.prod.yml", bad), ["docker-compose.yml:5 medium"]);
        // Tests on the volume of the application are no reason to be quiet.
        assert_eq!(found("docker-compose.test.yml", bad).len(), 1);
        for (path, other) in [
            ("other/docker-compose.prod.yml", bad.to_owned()),
            ("docker-compose.prod.yml", bad.replace("  db:", "  store:")),
            (
                "docker-compose.prod.yml",
                bad.replace("data:/var", "./data:/var").replace("volumes:\n  data:\n", ""),
            ),
            ("docker-compose.prod.yml", bad.replace("shop_dev", "''")),
            (
                "docker-compose.prod.yml",
                bad.replace("    volumes:\n      - data:/var/lib/postgresql/data\n", ""),
            ),
            ("docker-compose.prod.yml", bad.replace("POSTGRES_DB: shop_dev", "TZ: UTC")),
        ] {
            let found = found(path, &other);
            assert!(found.is_empty(), "{path} {other} {found:?}");
        }
        let binds = |text: &str| text.replace("data:/var", "./data:/var").replace("volumes:\n  data:\n", "");
        let files = [("docker-compose.yml", binds(RULE.about.good)), ("docker-compose.prod.yml", binds(bad))];
        assert!(trial::found(&RULE, &files.each_ref().map(|(path, text)| (*path, text.as_str()))).is_empty());
    }
}
