//! `prototype-push-in-deploy`: a deployment changes the schema without migrations.

use super::commands;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "prototype-push-in-deploy",
        title: "A deployment changes the schema without migrations",
        severity: Severity::Medium,
        why: "The difference is computed against the live database at deployment: no SQL that was read before, and \
              a rename becomes drop and add.",
        evidence: "<https://github.com/calcom/cal.diy/pull/911>, <https://github.com/calcom/docker/issues/16>.",
        bad: "CMD npx prisma db push && node server.js",
        good: "CMD npx prisma migrate deploy && node server.js",
        remedy: "Write migrations (`prisma migrate dev`, `drizzle-kit generate`), review them, and apply these in the \
              deployment.",
        fix: None,
    },
    check: |view| commands::findings(view, &RULE),
};
