//! `deploy-sync-delete`: a synchronisation deletes data at its target.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "deploy-sync-delete",
        title: "A synchronisation deletes data at its target",
        severity: Severity::High,
        why: "Files that are at the target only are deleted: uploads, database files, backups.",
        evidence: "A database file that was missing from the list of exceptions: \
                   <https://github.com/LycheeOrg/LycheeOrg.github.io/pull/305>.",
        bad: "rsync -a --delete ./build/ /var/lib/postgresql/data/",
        good: "rsync -a ./build/ /srv/app/releases/new/",
        remedy: "Leave `--delete` out, exclude the data, or synchronise into a new release folder.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
