//! `backup-removed`: a backup is removed.

use super::commands;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "backup-removed",
        title: "A backup is removed",
        severity: Severity::High,
        why: "A backup that is removed before a newer one was verified may have been the last good one.",
        evidence: "A backup that had just been made was removed: <https://github.com/ingadhoc/odoo-support/issues/7>.",
        bad: "rm -rf backups/*.dump",
        good: "ls backups",
        remedy: "Remove by a retention rule that counts verified backups only; `dbguard init` writes `prune.sh`.",
        fix: None,
    },
    check: |view| commands::findings(view, &RULE),
};
