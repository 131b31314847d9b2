//! `docs-destructive`: a document recommends to reset the database.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "docs-destructive",
        title: "A document recommends to reset the database",
        severity: Severity::Critical,
        why: "People and agents copy commands from documents, mostly in a hurry and not always in the terminal \
              that was meant.",
        evidence: "Advice that destroys data spreads from one issue to the next reader: \
                   <https://github.com/ujeenet/rustango/issues/1309>.",
        bad: "```sh\nnpx prisma migrate reset\n```",
        good: "```sh\nnpx prisma migrate dev\n```",
        remedy: "Put the safe command first; above the other one say what it deletes and how to take a backup.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
