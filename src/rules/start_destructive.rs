//! `start-destructive`: something that runs by itself resets the database.

use super::commands;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "start-destructive",
        title: "Something that runs by itself resets the database",
        severity: Severity::Critical,
        why: "A start command, a build step or a schedule runs on every restart and every deployment. What it \
              drops is dropped each time.",
        evidence: "The removal of a data-loss flag from a start command: \
                   <https://github.com/BerriAI/litellm/pull/10774>.",
        bad: "npx prisma migrate reset --force && node server.js",
        good: "npx prisma migrate deploy && node server.js",
        remedy: "Run forward migrations only (`migrate deploy`, `upgrade head`, `db:migrate`), and reset by hand.",
        fix: None,
    },
    check: |view| commands::findings(view, &RULE),
};
