//! `migrations-reset`: migrations are taken back.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "migrations-reset",
        title: "Migrations are taken back",
        severity: Severity::Medium,
        why: "Taking a migration back runs its `down` part, which drops what the migration had added, with the \
              values in it.",
        evidence: "No public incident is known to us; what `down` drops is written in each migration \
                   (https://guides.rubyonrails.org/active_record_migrations.html).",
        bad: "alembic downgrade -1",
        good: "alembic upgrade head",
        remedy: "Write a new migration that goes forward; take a backup before a step back.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
