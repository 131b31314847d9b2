//! `container-removed`: a container or release is removed.

use super::commands;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "container-removed",
        title: "A container or release is removed",
        severity: Severity::Low,
        why: "Whatever was written into the container and not into a volume goes with it.",
        evidence: "Data without a volume went with its container: <https://github.com/mastodon/mastodon/issues/1080>.",
        bad: "docker rm -f shop-db",
        good: "docker stop shop-db",
        remedy: "Keep data in a named volume; then a container may go.",
        fix: None,
    },
    check: |view| commands::findings(view, &RULE),
};
