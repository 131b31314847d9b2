//! `ci-deploy-volume-removal`: a deployment removes volumes.

use super::commands;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "ci-deploy-volume-removal",
        title: "A deployment removes volumes",
        severity: Severity::Critical,
        why: "A deployment runs again and again, on the machine that holds the data. A volume that it removes \
              takes the database with it.",
        evidence: "A workflow input that removed them: <https://github.com/spaceshelter/orbitar/pull/193>.",
        bad: "docker compose down -v && docker compose up -d",
        good: "docker compose up -d --build",
        remedy: "Deploy with `up -d --build`; never remove volumes in a deployment. Take a verified backup before it.",
        fix: None,
    },
    check: |view| commands::findings(view, &RULE),
};
