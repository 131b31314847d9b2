//! `safety-override`: a safety switch is turned off.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "safety-override",
        title: "A safety switch is turned off",
        severity: Severity::Critical,
        why: "The switch is the last question before the destruction, for people and for agents. Turned off in a \
              tracked file it is off for everyone.",
        evidence: "<https://github.com/rails/rails/pull/22967>, <https://github.com/prisma/orm/pull/27948>.",
        bad: "export DISABLE_DATABASE_ENVIRONMENT_CHECK=1\nbin/rails db:drop",
        good: "bin/rails db:migrate",
        remedy: "Set it in the one test process that needs it, with a literal test database beside it.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
