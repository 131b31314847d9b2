//! `data-path-removed`: a data directory or database file is removed.

use super::commands;
use super::fixes;
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
        good: "scripts/db/backup.sh --label before-upgrade && scripts/db/verify-backup.sh",
        remedy: "Stop the server and take a verified backup. Keep the old directory under another name until the new one was verified.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
