//! `script-destructive`: a script or recipe resets the database.

use super::commands;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "script-destructive",
        title: "A script or recipe resets the database",
        severity: Severity::Critical,
        why: "One word on the command line, in the wrong terminal or with the wrong environment, and the database \
              is empty.",
        evidence: "Twice in one session: <https://github.com/anthropics/claude-code/issues/46252>; a staging database: \
                   <https://hackernoon.com/how-i-destroyed-the-staging-database-b435f98569ab>.",
        bad: r#"{"scripts": {"db:reset": "prisma migrate reset --force"}}"#,
        good: r#"{"scripts": {"db:migrate": "prisma migrate deploy"}}"#,
        remedy: "Let the script check its target, ask for the database's name, and take a backup first; `dbguard \
              init` writes such a wrapper.",
        fix: None,
    },
    check: |view| commands::findings(view, &RULE),
};
