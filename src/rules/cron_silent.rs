//! A backup in cron of which nobody hears.

use super::{Rule, View, backups, crontab};
use crate::finding::{Description, Finding, Severity};
use crate::source::SourceFile;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "cron-silent",
        title: "Backup whose failure nobody hears of",
        severity: Severity::Medium,
        why: "What cron would mail to somebody is thrown away, and success is not told to anybody either: failures are found when the backup is needed.",
        evidence: "Months of failed backups, with their mail rejected: https://about.gitlab.com/blog/2017/02/10/postmortem-of-database-outage-of-january-31/",
        bad: "0 3 * * * /srv/backup.sh >/dev/null 2>&1\n",
        good: "0 3 * * * /srv/backup.sh && curl -fsS https://hc.example.com/backup\n",
        remedy: "Let errors through, and tell a monitor of every success, so that silence is noticed.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let message = "The output goes nowhere, and nothing tells of success: a failed backup is not noticed.";
    let mut findings = crontab::faulty(view, &RULE, message, is_faulty);
    for script in backups::scripts(view) {
        for dump in script.dumps.iter().filter(|dump| dump.kept && is_forgiven(&script.file, dump.span.end)) {
            let message =
                "Whatever this dump ends with is taken for success: the script goes on without a backup.";
            let line = script.file.line_of(dump.span.start);
            findings.extend(crontab::finding(&RULE, &script.file, line, message));
        }
    }
    findings
}

/// Whether the line goes on with `|| true` behind byte `end`.
fn is_forgiven(file: &SourceFile, end: usize) -> bool {
    let rest = file.text().get(end..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let rest = rest.split(" #").next().unwrap_or_default().trim_end();
    rest.ends_with("|| true") || rest.ends_with("|| :")
}

/// Whether errors are thrown away and success is told to nobody.
fn is_faulty(command: &str) -> bool {
    let plain = command.replace(' ', "");
    let thrown =
        ["&>/dev/null", ">/dev/null2>&1", "2>/dev/null", "||true"].iter().any(|end| plain.contains(end));
    thrown && !["curl", "wget", "healthchecks", "cronitor"].iter().any(|tells| command.contains(tells))
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
    fn dumps_that_are_forgiven() {
        let found = |end: &str| {
            let text = format!("#!/bin/bash\nset -e\npg_dump shop > \"$file\" 2>/dev/null{end}\n./migrate\n");
            trial::found(&RULE, &[("deploy.sh", &text)])
        };
        assert_eq!(found(" || true"), ["deploy.sh:3 medium"]);
        assert!(found("").is_empty());
        assert!(found(" || exit 1").is_empty());
    }

    #[test]
    fn jobs_that_tell_and_jobs_that_do_not() {
        let found = |job: &str| trial::found(&RULE, &[("crontab", &format!("0 3 * * * {job}\n"))]).len();
        for silent in [
            "/srv/backup.sh &> /dev/null",
            "/srv/backup.sh 2>/dev/null",
            "/srv/backup.sh > /dev/null 2>&1",
            "/srv/backup.sh || true",
        ] {
            assert_eq!(found(silent), 1, "{silent}");
        }
        for heard in [
            "/srv/backup.sh > /dev/null",
            "/srv/backup.sh >> /var/log/backup.log 2>&1",
            "/srv/backup.sh >/dev/null 2>&1 && curl -fsS https://hc.example.com/x",
            "/srv/backup.sh >/dev/null 2>&1 && wget -q https://hc.example.com/x",
            "cronitor exec x /srv/backup.sh >/dev/null 2>&1",
        ] {
            assert_eq!(found(heard), 0, "{heard}");
        }
        assert!(trial::found(&RULE, &[("tests/crontab", RULE.about.bad)]).is_empty());
    }

    #[test]
    fn only_the_line_of_the_dump_counts_and_only_a_dump_that_is_kept() {
        let found = |text: &str| trial::found(&RULE, &[("deploy.sh", text)]).len();
        assert_eq!(found("pg_dump shop > x || :\n"), 1);
        assert_eq!(found("pg_dump shop > x || true # as always\n"), 1);
        assert_eq!(found("pg_dump shop > x # || true\n"), 0);
        assert_eq!(found("pg_dump shop > x\nrm y || true\n"), 0);
        assert_eq!(found("pg_dump --schema-only shop || true\n"), 0);
    }
}
