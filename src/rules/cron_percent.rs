//! A percent sign that ends the command of a cron job.

use super::{Rule, View, crontab};
use crate::finding::{Description, Finding, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "cron-percent",
        title: "Percent sign that cuts a cron job short",
        severity: Severity::High,
        why: "Cron takes the first `%` for the end of the command and gives it the rest as input: the backup runs without its name, or not at all.",
        evidence: "https://www.miskatonic.org/2017/03/10/cron/",
        bad: "0 3 * * * pg_dump shop > /backups/$(date +%F).sql\n",
        good: "0 3 * * * pg_dump shop > /backups/$(date +\\%F).sql\n",
        remedy: "Write `\\%`, or put the command into a script.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    crontab::faulty(view, &RULE, "Cron ends the command at the first percent sign.", is_faulty)
}

/// Whether a percent sign stands there without a backslash before it.
fn is_faulty(command: &str) -> bool {
    let bytes = command.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| *byte == b'%' && (at == 0 || bytes.get(at - 1) != Some(&b'\\')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "ops/crontab");
    }

    #[test]
    fn every_kind_of_crontab_and_no_other_file() {
        for path in [
            "crontab",
            "ops/crontab.prod",
            "root.crontab",
            "jobs.cron",
            "etc/cron.d/backup",
            "docker/crontabs/root",
        ] {
            assert_eq!(trial::found(&RULE, &[(path, RULE.about.bad)]), [format!("{path}:1 high")]);
        }
        for path in ["README.md", "notes.txt", "tests/crontab"] {
            assert_eq!(trial::found(&RULE, &[(path, RULE.about.bad)]), Vec::<String>::new(), "{path}");
        }
    }

    #[test]
    fn lines_that_are_jobs_of_backups() {
        let found =
            |line: &str| trial::found(&RULE, &[("crontab", &format!("SHELL=/bin/sh\n\n{line}\n"))]).len();
        for line in [
            "@daily /srv/backup.sh %F",
            "*/5 1-3 * jan,feb mon,wed-fri root mysqldump shop > %F",
            "0 3 * * * /srv/dump-all %F",
            "0 3 * * * mongodump %F",
        ] {
            assert_eq!(found(line), 1, "{line}");
        }
        for line in [
            "# 0 3 * * * /srv/backup.sh %F",
            "MAILTO=ops@example.com,backup 1 2 3 4 %F",
            "0 3 * * * /srv/rotate-logs %F",
            "0 3 backup %F",
            "0 3 * * (never) backup.sh %F",
        ] {
            assert_eq!(found(line), 0, "{line}");
        }
    }
}
