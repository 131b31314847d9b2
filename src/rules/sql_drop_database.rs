//! `sql-drop-database`: SQL drops a database.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "sql-drop-database",
        title: "SQL drops a database",
        severity: Severity::Critical,
        why: "All tables go, and a transaction does not bring them back.",
        evidence: "<https://github.com/anthropics/claude-code/issues/21227>.",
        bad: r#"psql -c "DROP DATABASE shop""#,
        good: r#"psql -c "ALTER DATABASE shop RENAME TO shop_old""#,
        remedy: "Rename it first, and drop it one release later.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
