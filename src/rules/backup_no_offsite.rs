//! Backups that lie on one machine only.

use super::{Rule, View, local};
use crate::finding::{Description, Finding, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "backup-no-offsite",
        title: "Backups without a copy on another machine",
        severity: Severity::Info,
        why: "A dead disk, a stolen laptop, `git clean -fdx` or an agent that tidies up takes the database and its backups together. Looked at \
              with `--local` only.",
        evidence: "A volume deleted together with its backups: https://thedeepdive.ca/an-ai-coding-agent-deleted-a-startups-entire-database-in-9-secondsthen-it-explained-exactly-why-it-shouldnt-have/",
        bad: "# dbguard.toml has no [offsite]\n",
        good: "[offsite]\nmethod = \"rclone\"\ntarget = \"store:shop-backups\"\n",
        remedy: "Give dbguard.toml an [offsite] section, run dbguard init, then offsite.sh and schedule.sh install.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    if view.policy.is_none_or(|policy| policy.offsite.method.is_some()) {
        return Vec::new();
    }
    let with_backups = local::stores(view).filter(|store| !store.backups.is_empty());
    let stores: Vec<_> = with_backups.collect();
    let Some(first) = stores.first() else { return Vec::new() };
    let ids: Vec<String> = stores.iter().map(|store| format!("`{}`", store.id)).collect();
    let message = format!(
        "The backups of {} lie on this machine only, beside what they are copies of: dbguard.toml has no [offsite].",
        ids.join(", ")
    );
    vec![local::finding(view, &RULE, first, RULE.about.severity, message)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial::local::{Trial, good};

    #[test]
    fn one_machine_only() {
        let trial = Trial::of(Trial::store(vec![good(1)]));
        let found = trial.messages(&RULE);
        assert!(
            found.len() == 1 && found[0].starts_with("info: The backups of `main` lie on this machine only"),
            "{found:?}"
        );
        let with = trial.policy(RULE.about.good);
        assert!(with.messages(&RULE).is_empty());
        assert!(Trial::of(Trial::store(vec![])).messages(&RULE).is_empty(), "nothing to copy");
    }
}
