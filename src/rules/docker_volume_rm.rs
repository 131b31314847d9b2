//! `docker-volume-rm`: a volume is removed by name.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "docker-volume-rm",
        title: "A volume is removed by name",
        severity: Severity::Critical,
        why: "A removed volume cannot be brought back. It is often given as the cure for a changed password, which \
              is stored in the volume and can be changed in place.",
        evidence: "Given as the cure in <https://github.com/laradock/laradock/issues/830> and \
              <https://github.com/laradock/laradock/issues/1028>.",
        bad: "docker volume rm shop_pgdata",
        good: "docker volume ls",
        remedy: "Change the role's password inside the server, or copy the volume and keep the old one until a \
              restore was tried.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
