//! `data-path-removed`: a data directory or database file is removed.

use super::commands;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "data-path-removed",
        title: "A data directory or database file is removed",
        severity: Severity::Critical,
        why: "The path holds a server's data or a database file. There is no way back but a backup.",
        evidence: "The posted solution removes the data folder: <https://github.com/postgis/docker-postgis/issues/128>.",
        bad: "rm -rf /var/lib/postgresql/data",
        good: "mv /var/lib/postgresql/data /var/lib/postgresql/data.old",
        remedy: "Rename it, and remove the old one after the new one was verified.",
    },
    check: |view| commands::findings(view, &RULE),
};
