//! `unset-var-rm`: a removal reaches too far when a variable is empty.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "unset-var-rm",
        title: "A removal reaches too far when a variable is empty",
        severity: Severity::Critical,
        why: "With the variable empty the path becomes `/*` or the folder above it.",
        evidence: "No public incident is known to us; the mechanism and its cure are documented in \
                   <https://www.gnu.org/software/bash/manual/html_node/Shell-Parameter-Expansion.html>.",
        bad: r#"rm -rf "$PGROOT"/pgdata"#,
        good: r#"rm -rf "${BUILD_DIR:?}/cache""#,
        remedy: "Write `${NAME:?}`, which stops the script when the variable is empty, and keep data out of the path.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
