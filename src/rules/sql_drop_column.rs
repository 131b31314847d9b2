//! `sql-drop-column`: SQL drops a column.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "sql-drop-column",
        title: "SQL drops a column",
        severity: Severity::Medium,
        why: "Its values go, and the old version of the program still asks for them.",
        evidence: "A switch that refuses data loss was asked for: <https://github.com/prisma/orm/issues/8550>.",
        bad: r#"psql -c "ALTER TABLE orders DROP COLUMN note""#,
        good: r#"psql -c "ALTER TABLE orders RENAME COLUMN note TO note_old""#,
        remedy: "Stop using it first, and drop it one release later.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
