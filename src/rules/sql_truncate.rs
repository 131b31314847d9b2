//! `sql-truncate`: SQL empties a table.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "sql-truncate",
        title: "SQL empties a table",
        severity: Severity::High,
        why: "TRUNCATE takes all rows, fires no row triggers, and with CASCADE empties the tables that refer to \
              it.",
        evidence: "<https://github.com/Appsilon/mediforce/pull/764>.",
        bad: r#"psql -c "TRUNCATE TABLE orders CASCADE""#,
        good: r#"psql -c "DELETE FROM orders WHERE created < '2020-01-01'""#,
        remedy: "Delete with a condition and a count first; take a backup.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
