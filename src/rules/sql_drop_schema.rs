//! `sql-drop-schema`: SQL drops a schema.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "sql-drop-schema",
        title: "SQL drops a schema",
        severity: Severity::Critical,
        why: "Every table in it goes; blockers that list DROP TABLE only are passed by.",
        evidence: "<https://github.com/ImperialAutomation/claude-code-toolkit/issues/67>.",
        bad: r#"psql -c "DROP SCHEMA public CASCADE""#,
        good: r#"psql -c "ALTER SCHEMA public RENAME TO public_old""#,
        remedy: "Rename it first, and drop it one release later.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
