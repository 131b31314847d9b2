//! A database whose version changes by itself.

use super::servers::{self, Server};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "db-image-floating",
        title: "Database image without a fixed major version",
        severity: Severity::Medium,
        why: "The next pull may bring another major version, which does not start on the files of the old one. Deleting the \
              data folder is the answer that people find.",
        evidence: "https://github.com/docker-library/postgres/issues/1293, https://github.com/postgis/docker-postgis/issues/128",
        bad: "services:\n  db:\n    image: mysql:latest\n    volumes:\n      - data:/var/lib/mysql\nvolumes:\n  data:\n",
        good: "services:\n  db:\n    image: mysql:8.4\n    volumes:\n      - data:/var/lib/mysql\nvolumes:\n  data:\n",
        remedy: "Name the major version that wrote the data (ask the running server), and change it only with a dump at hand.",
        fix: None,
    },
    check,
};

/// Words of a tag that name a moving target.
const MOVING: [&str; 12] = [
    "latest", "alpine", "slim", "lts", "stable", "edge", "main", "master", "nightly", "bookworm", "trixie",
    "noble",
];

fn check(view: &View<'_>) -> Vec<Finding> {
    servers::all(view)
        .iter()
        .filter(|server| server.is_record())
        .filter_map(|server| judge(view, server))
        .collect()
}

fn judge(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let image = server.service.image_reference().filter(|_| !server.has_unknown_tag())?;
    let floats = match &image.tag {
        None => image.digest.is_none(),
        Some(tag) => image.digest.is_none() && tag.split(['-', '.']).all(|part| MOVING.contains(&part)),
    };
    if !floats || server.service.build.is_some() {
        return None;
    }
    let severity = server.weigh(RULE.about.severity)?;
    let message = format!(
        "`{image}` is whatever is newest at the next pull; another major version of {} does not start on these files.",
        server.engine()
    );
    Some(draft::finding(&RULE.about, Kind::Config, server.image_place(view), severity, message))
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
    fn tags() {
        for (image, floats) in [
            ("postgres", true),
            ("postgres:alpine", true),
            ("timescale/timescaledb-ha:pg17", false),
            ("postgres:17-alpine", false),
            ("postgres:${V:-latest}", true),
            ("postgres:${V}", false),
            ("postgres@sha256:00", false),
            ("redis", false),
            ("postgres:latest@sha256:00", false),
        ] {
            let text = format!("services:\n  db:\n    image: {image}\n");
            assert_eq!(!trial::found(&RULE, &[("compose.yml", &text)]).is_empty(), floats, "{image}");
        }
    }

    #[test]
    fn who_is_asked_for_a_version() {
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text)]);
        let built = "services:\n  db:\n    build: ./db\n    image: postgres\n";
        assert_eq!(found("compose.yml", built), Vec::<String>::new());
        assert_eq!(found("compose.test.yml", RULE.about.bad), Vec::<String>::new());
        assert_eq!(found("compose.dev.yml", RULE.about.bad), ["compose.dev.yml:3 low"]);
        let store = "services:\n  s3:\n    image: minio/minio\n    volumes: ['d:/data']\nvolumes:\n  d:\n";
        assert_eq!(found("compose.yml", store), Vec::<String>::new());
        let variant = RULE.about.bad.replace("latest", "lts-bookworm");
        assert_eq!(found("compose.yml", &variant), ["compose.yml:3 medium"]);
    }
}
