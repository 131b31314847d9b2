//! `sql-update-all`: SQL changes every row of a table.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "sql-update-all",
        title: "SQL changes every row of a table",
        severity: Severity::Medium,
        why: "Without WHERE every row gets the value; what was there is gone.",
        evidence: "<https://github.com/anthropics/claude-code/issues/54477>.",
        bad: r#"psql -c "UPDATE orders SET note = NULL""#,
        good: r#"psql -c "UPDATE orders SET note = NULL WHERE id = 7""#,
        remedy: "Add a condition, count what it hits, and run it in a transaction.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
