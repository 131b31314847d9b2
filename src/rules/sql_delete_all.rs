//! `sql-delete-all`: SQL deletes without a condition.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "sql-delete-all",
        title: "SQL deletes without a condition",
        severity: Severity::High,
        why: "Without WHERE every row goes.",
        evidence: "<https://github.com/anthropics/claude-code/issues/54477>.",
        bad: r#"psql -c "DELETE FROM orders""#,
        good: r#"psql -c "DELETE FROM orders WHERE id = 7""#,
        remedy: "Add a condition, count what it hits, and run it in a transaction.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
