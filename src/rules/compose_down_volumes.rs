//! `compose-down-volumes`: compose removes the project's volumes.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "compose-down-volumes",
        title: "Compose removes the project's volumes",
        severity: Severity::Critical,
        why: "`down -v` removes every volume that the Compose file declares, the database's among them, without a \
              question. Volumes that are `external` stay.",
        evidence: "Documented in <https://docs.docker.com/compose/reference/down>; a workflow input that did it: \
              <https://github.com/spaceshelter/orbitar/pull/193>.",
        bad: "docker compose down -v",
        good: "docker compose down",
        remedy: "Use `docker compose down` or `stop`. Make the database's volume `external` with a fixed `name`, and \
              take a verified backup before any removal.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
