//! A mount at the place where older versions of the image kept their data.

use super::servers::{self, Server};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Offer, Severity};
use crate::source::{Edit, Span};
use crate::survey::compose::Mount;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "pg18-mount",
        title: "Mount at the data directory of PostgreSQL 17 and older",
        severity: Severity::Critical,
        why: "The images of PostgreSQL 18 keep their data below `/var/lib/postgresql`, no longer in `/var/lib/postgresql/data`. \
              With the old mount the official image refuses to start, and derived ones write beside the volume. The usual \
              \"repair\" is `down -v`, which destroys the data of the older version.",
        evidence: "The change and what came of it: https://github.com/docker-library/postgres/issues/1400, \
                   https://github.com/theexperiencecompany/gaia/pull/681",
        bad: "services:\n  db:\n    image: postgres:18\n    volumes:\n      - pgdata:/var/lib/postgresql/data\nvolumes:\n  pgdata:\n",
        good: "services:\n  db:\n    image: postgres:18\n    volumes:\n      - pgdata:/var/lib/postgresql\nvolumes:\n  pgdata:\n",
        remedy: "Pin the major version that wrote the data. To go to 18: dump with the old version, mount the parent directory, restore.",
        fix: Some(Offer::asked(
            "mounts the volume where the new version looks; data of an older version has to be dumped before",
        )),
    },
    check,
};

/// The mount that an older layout of the image wants, and the directory that this version uses.
pub(super) fn moved_from<'a>(server: &'a Server<'_>) -> Option<(&'a Mount, &'a str)> {
    let moved = server.known.variables().data.iter().any(|name| server.service.variable(name).is_some());
    if moved || server.has_unknown_tag() {
        return None;
    }
    let current = server.known.data_directory()?;
    let older =
        server.known.data_directories().find(|older| *older != current && servers::covers(current, older))?;
    Some((server.service.mount_at(older)?, current))
}

fn check(view: &View<'_>) -> Vec<Finding> {
    servers::all(view).iter().filter_map(|server| judge(view, server)).collect()
}

fn judge(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let (mount, current) = moved_from(server)?;
    let severity = server.weigh(server.by_environment(Severity::Critical, Severity::High))?;
    let version = match server.known.major() {
        Some(major) => format!("{} {major}", server.engine()),
        None => format!("The newest {}, which this tag means,", server.engine()),
    };
    let message = format!(
        "{version} keeps its data below {current}, and {} is where older versions had it: the server does not start, or \
         writes beside the volume.",
        mount.target
    );
    let finding =
        draft::finding(&RULE.about, Kind::Config, draft::line(view, &mount.place), severity, message)
            .with(server.image_place(view), "the image that decides it");
    Some(finding.mended(false, format!("mount the volume at {current}"), edits(view, mount, current)))
}

/// The old directory, where the line spells it out, replaced by the new one.
fn edits(view: &View<'_>, mount: &Mount, current: &str) -> Vec<Edit> {
    let Ok(file) = view.tree.read(&mount.place.path) else { return Vec::new() };
    let old = mount.target.trim_end_matches('/');
    let line = file.line_span(mount.place.line);
    let found = file.slice(line).match_indices(old).map(|(at, _)| line.start + at).collect::<Vec<_>>();
    match found.as_slice() {
        [at] => vec![Edit { span: Span::new(*at, at + old.len()), replacement: current.to_owned() }],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples_and_the_fix() {
        trial::examples(&RULE, "compose.yaml");
        assert_eq!(trial::fixed(&RULE, "compose.yaml", RULE.about.bad), RULE.about.good);
    }

    #[test]
    fn floating_and_derived_images() {
        for (image, wrong) in [
            ("postgres", true),
            ("postgres:latest", true),
            ("postgres:alpine", true),
            ("pgvector/pgvector:pg18", true),
            ("postgis/postgis:18-3.6", true),
            ("postgres:17", false),
            ("pgvector/pgvector:0.8.0-pg17", false),
            ("postgres:${PG_VERSION}", false),
            ("postgres@sha256:0000", false),
            ("supabase/postgres:latest", false),
        ] {
            let text = RULE.about.bad.replace("postgres:18", image);
            let found = trial::found(&RULE, &[("compose.yaml", &text)]);
            assert_eq!(found.is_empty(), !wrong, "{image}: {found:?}");
        }
    }

    #[test]
    fn a_directory_that_somebody_chose_is_left_alone() {
        let text = RULE.about.bad.replace(
            "    volumes:\n",
            "    environment:\n      PGDATA: /var/lib/postgresql/data/pg\n    volumes:\n",
        );
        assert_eq!(trial::found(&RULE, &[("compose.yaml", &text)]), Vec::<String>::new());
    }

    #[test]
    fn severities_and_lines_that_the_fix_leaves_alone() {
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text)]);
        assert_eq!(found("docker-compose.prod.yml", RULE.about.bad), ["docker-compose.prod.yml:5 critical"]);
        assert_eq!(found("compose.dev.yml", RULE.about.bad), ["compose.dev.yml:5 medium"]);
        assert_eq!(found("compose.test.yml", RULE.about.bad), Vec::<String>::new());
        let told = |image: &str| {
            let text = RULE.about.bad.replace("postgres:18", image);
            trial::run(&RULE, &[("compose.yml", &text)])[0].message.clone()
        };
        assert!(told("postgres:18").contains("18 keeps its data") && told("postgres").contains("The newest"));
        let long = RULE.about.bad.replace(
            "      - pgdata:/var/lib/postgresql/data\n",
            "      - type: volume\n        source: pgdata\n        target: /var/lib/postgresql/data/\n",
        );
        assert_eq!(trial::run(&RULE, &[("compose.yml", &long)]).len(), 1);
        let same = RULE.about.bad.replace("pgdata:/var", "/srv/var/lib/postgresql/data:/var");
        let findings = trial::run(&RULE, &[("compose.yml", &same)]);
        assert!(findings.len() == 1 && findings[0].fix.is_none(), "{findings:?}");
    }
}
