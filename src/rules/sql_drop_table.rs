//! `sql-drop-table`: SQL drops a table.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "sql-drop-table",
        title: "SQL drops a table",
        severity: Severity::High,
        why: "The rows go with it, and with CASCADE what refers to them.",
        evidence: "<https://github.com/anthropics/claude-code/issues/21227>.",
        bad: r#"psql -c "DROP TABLE orders""#,
        good: r#"psql -c "ALTER TABLE orders RENAME TO orders_old""#,
        remedy: "Rename it first, and drop it one release later.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
