//! `code-destructive`: a program drops or empties the database.

use super::commands;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "code-destructive",
        title: "A program drops or empties the database",
        severity: Severity::High,
        why: "The call does the same wherever the program runs: there is no question and no look at the target.",
        evidence: "<https://github.com/dotnet/efcore/issues/6214>, \
              <https://github.com/sequelize/sequelize/issues/2670>.",
        bad: "await sequelize.sync({ force: true });",
        good: "await sequelize.sync();",
        remedy: "Use versioned migrations; keep destroying calls in test helpers that refuse every host but a test \
              server.",
        fix: None,
    },
    check: |view| commands::findings(view, &RULE),
};
