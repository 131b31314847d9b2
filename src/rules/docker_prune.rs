//! `docker-prune`: unused volumes are pruned.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "docker-prune",
        title: "Unused volumes are pruned",
        severity: Severity::High,
        why: "A volume counts as unused as soon as its containers are removed, as after `compose down`. Before \
              Docker 23, named ones go too.",
        evidence: "<https://github.com/moby/moby/pull/44259>, <https://github.com/docker/cli/issues/4028>.",
        bad: "docker system prune -af --volumes",
        good: "docker image prune -f",
        remedy: "Prune images and build cache only; label volumes that hold data and filter by the label.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
