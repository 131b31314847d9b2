//! A backup in cron of which nobody hears.

use super::surroundings::Surroundings;
use super::{Rule, View, crontab, draft};
use crate::finding::{Description, Finding, Kind, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "cron-silent",
        title: "Backup in cron whose failure nobody hears of",
        severity: Severity::Medium,
        why: "What cron would mail to somebody is thrown away, and success is not told to anybody either: failures are found when the backup is needed.",
        evidence: "Months of failed backups, with their mail rejected: https://about.gitlab.com/blog/2017/02/10/postmortem-of-database-outage-of-january-31/",
        bad: "0 3 * * * /srv/backup.sh >/dev/null 2>&1\n",
        good: "0 3 * * * /srv/backup.sh && curl -fsS https://hc.example.com/backup\n",
        remedy: "Let errors through, and tell a monitor of every success, so that silence is noticed.",
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let jobs = crontab::jobs(view);
    let faulty = jobs.iter().filter(|job| is_faulty(&job.command));
    faulty
        .filter_map(|job| {
            let severity = Surroundings::of(job.file.path()).weigh(RULE.about.severity)?;
            let place = draft::line_of(&job.file, job.line);
            Some(draft::finding(
                &RULE.about,
                Kind::Script,
                place,
                severity,
                "The output goes nowhere, and nothing tells of success: a failed backup is not noticed.",
            ))
        })
        .collect()
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
}
