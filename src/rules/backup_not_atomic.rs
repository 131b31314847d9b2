//! A dump that overwrites the last good one before it is known to be good.

use super::backups;
use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Place, Severity};
use crate::source::Span;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-not-atomic",
        title: "Dump written over the last one",
        severity: Severity::High,
        why: "`>` empties the file before the dump begins. A run that fails leaves nothing: neither the new backup nor the last one.",
        evidence: "https://github.com/super-productivity/super-productivity/issues/9836",
        bad: "#!/bin/bash\nset -euo pipefail\npg_dump shop > /backups/latest.sql\n",
        good: "#!/bin/bash\nset -euo pipefail\npg_dump shop > /backups/latest.sql.part\nmv /backups/latest.sql.part /backups/latest.sql\n",
        remedy: "Write to another name, verify it, then rename; keep several.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for script in backups::scripts(view) {
        // What is renamed or moved away afterwards was not the last backup.
        let moves = script.file.text().lines().map(str::trim_start).any(|line| {
            ["mv ", "rename ", "cp ", "aws ", "rclone ", "gsutil ", "rsync ", "scp "]
                .iter()
                .any(|start| line.starts_with(start))
        });
        let named = view.survey.backup_scripts.iter().any(|path| path == script.file.path());
        let Some(severity) =
            Surroundings::of(script.file.path()).weigh(RULE.about.severity).filter(|_| !moves && named)
        else {
            continue;
        };
        for dump in &script.dumps {
            let Some(name) = &dump.fixed_name else { continue };
            let place = Place::of(&script.file, Span::new(dump.span.start, dump.span.end));
            let message = format!(
                "{name} is emptied before the dump begins: when it fails, the last backup is gone as well."
            );
            findings.push(draft::finding(&RULE.about, Kind::Script, place, severity, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "scripts/backup-db.sh");
    }

    #[test]
    fn new_names_and_other_scripts_are_fine() {
        let dated = RULE.about.bad.replace("latest", "$(date +%F)");
        assert!(trial::found(&RULE, &[("scripts/backup-db.sh", &dated)]).is_empty());
        assert!(trial::found(&RULE, &[("scripts/schema.sh", RULE.about.bad)]).is_empty());
    }

    #[test]
    fn what_is_moved_away_and_what_is_no_file() {
        let found = |text: &str| trial::found(&RULE, &[("scripts/backup-db.sh", text)]);
        for text in [
            "pg_dump shop > shop.sql\n  mv shop.sql \"shop-$(date +%F).sql\"\n",
            "pg_dump shop > shop.sql\naws s3 cp shop.sql s3://b/\n",
            "pg_dump shop > /dev/null\n",
            "pg_dump shop -f shop.dump\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
        for text in [
            "pg_dump shop > shop.sql\n",
            "pg_dump shop > \"$DIR/latest.sql\"\n",
            "pg_dump a > a.sql\necho mv it\n",
        ] {
            assert_eq!(found(text), ["scripts/backup-db.sh:1 high"], "{text}");
        }
        assert!(trial::found(&RULE, &[("tests/backup-db.sh", RULE.about.bad)]).is_empty());
    }
}
