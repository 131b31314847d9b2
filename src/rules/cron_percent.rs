//! A percent sign that ends the command of a cron job.

use super::surroundings::Surroundings;
use super::{Rule, View, crontab, draft};
use crate::finding::{Description, Finding, Kind, Severity};

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
                "Cron ends the command at the first percent sign.",
            ))
        })
        .collect()
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
}
