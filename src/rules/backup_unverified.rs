//! A backup that nobody looks at.

use super::backups::{self, Script};
use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Confidence, Description, Finding, Kind, Place, Severity};
use crate::source::Span;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-unverified",
        title: "Backup that nothing verifies",
        severity: Severity::Medium,
        why: "A dump may be empty, cut off or of the wrong database. It is found out on the day that it is needed.",
        evidence: "https://about.gitlab.com/blog/2017/02/10/postmortem-of-database-outage-of-january-31/",
        bad: "#!/bin/bash\nset -euo pipefail\npg_dump shop | gzip > \"/backups/$(date +%F).sql.gz\"\n",
        good: "#!/bin/bash\nset -euo pipefail\nfile=\"/backups/$(date +%F).sql.gz\"\npg_dump shop | gzip > \"$file\"\ngzip -t \"$file\"\n",
        remedy: "Check size and content at once (`gzip -t`, `pg_restore --list`), and restore into a scratch database regularly.",
        fix: None,
    },
    check,
};

/// Text that looks at a result.
const CHECKS: [&str; 22] = [
    "gzip -t",
    "zstd -t",
    "--test",
    "pg_restore -l",
    "pg_restore --list",
    "integrity_check",
    "sha256sum",
    "md5sum",
    "wc -c",
    "stat -",
    "stat ",
    "du -",
    "[ -s ",
    "[[ -s ",
    "! -s ",
    "-size ",
    "Dump completed",
    "dump complete",
    "pg_verifybackup",
    "restic check",
    "ls -lh",
    "verify",
];

fn check(view: &View<'_>) -> Vec<Finding> {
    let named = |script: &Script| view.survey.backup_scripts.iter().any(|path| path == script.file.path());
    backups::scripts(view).iter().filter(|script| named(script)).filter_map(judge).collect()
}

fn judge(script: &Script) -> Option<Finding> {
    let dump = script.dumps.iter().find(|dump| dump.kept)?;
    let code = || script.file.text().lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    if script.sources || code().any(|line| CHECKS.iter().any(|check| line.contains(check))) {
        return None;
    }
    let severity = Surroundings::of(script.file.path()).weigh(RULE.about.severity)?;
    let place = Place::of(&script.file, Span::new(dump.span.start, dump.span.end));
    let message = "Nothing looks at this dump afterwards: an empty or broken one is kept like a good one.";
    Some(draft::finding(&RULE.about, Kind::Script, place, severity, message).sure(Confidence::Medium))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "scripts/backup-db.sh");
        assert!(trial::found(&RULE, &[("scripts/copy-schema.sh", RULE.about.bad)]).is_empty());
    }

    #[test]
    fn a_comment_verifies_nothing() {
        let text = format!("{}# then verify with gzip -t\n", RULE.about.bad);
        assert_eq!(trial::found(&RULE, &[("backup.sh", &text)]), ["backup.sh:3 medium"]);
    }

    #[test]
    fn what_looks_at_it() {
        let found = |more: &str| trial::found(&RULE, &[("backup.sh", &format!("{}{more}", RULE.about.bad))]);
        for more in [
            "[ -s \"$file\" ] || exit 1\n",
            "  sha256sum \"$file\" > \"$file.sha256\"\n",
            "source ./lib.sh\n",
        ] {
            assert!(found(more).is_empty(), "{more}");
        }
        assert_eq!(found("echo done\n"), ["backup.sh:3 medium"]);
        assert!(trial::found(&RULE, &[("tests/backup.sh", RULE.about.bad)]).is_empty());
        assert!(trial::found(&RULE, &[("backup.sh", "pg_dump -Fc shop\n")]).is_empty());
    }
}
