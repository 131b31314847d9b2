//! `restore-clobber`: a restore goes over live data.

use super::commands;
use super::fixes;
use crate::finding::{Description, Severity};
use crate::rules::Rule;

pub(super) static RULE: Rule = Rule {
    about: Description {
        id: "restore-clobber",
        title: "A restore goes over live data",
        severity: Severity::High,
        why: "A restore that drops first and fails halfway leaves neither the old data nor the new.",
        evidence: "A restore script that drops first: <https://github.com/ayunis-core/ayunis-core/pull/118>; fixtures \
                   purge before they load: <https://github.com/symfony/symfony/issues/36276>.",
        bad: "pg_restore --clean -d shop shop.dump",
        good: "createdb shop_new && pg_restore -d shop_new shop.dump",
        remedy: "Restore into a new database, compare the counts, then swap; take a verified backup before.",
        fix: Some(fixes::WARNS),
    },
    check: |view| commands::findings(view, &RULE),
};
