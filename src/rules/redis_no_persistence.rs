//! A queue on a Redis that forgets.

use super::access::options;
use super::servers::Server;
use super::{Rule, View, draft, queues};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::Place;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "redis-no-persistence",
        title: "Queue on a Redis that forgets",
        severity: Severity::Medium,
        why: "Jobs that were accepted and not yet done are gone after a restart when Redis writes nothing to disk, or writes to a \
              volume that the next container does not have.",
        evidence: "What Redis keeps: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/",
        bad: "services:\n  redis:\n    image: redis:7\n",
        good: "services:\n  redis:\n    image: redis:7\n    command: redis-server --appendonly yes\n    volumes:\n      - redis:/data\nvolumes:\n  redis:\n",
        remedy: "Switch on the append-only file (`--appendonly yes`) and mount a named volume at the data directory.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    queues::all(view)
        .iter()
        .filter_map(|queue| {
            let server = &queue.server;
            let (reason, place) = forgets(server)?;
            let mounted = |service: &crate::survey::compose::Service| !service.mounts.is_empty();
            if server.is_described_elsewhere(view, mounted) {
                return None;
            }
            let severity = server.weigh(server.by_environment(Severity::Medium, Severity::Low))?;
            let message =
                format!("`{}` {reason}, and {} keeps its jobs there.", server.service.name, queue.library);
            let finding =
                draft::finding(&RULE.about, Kind::Config, draft::line(view, place), severity, message);
            Some(finding.with(draft::line(view, queue.declared), "the queue"))
        })
        .collect()
}

fn forgets<'a>(server: &'a Server<'_>) -> Option<(&'static str, &'a Place)> {
    if !server.is_kept() {
        return Some(("has no volume for its data", &server.service.place));
    }
    let words = server.words();
    let words: Vec<&str> = options(&words).collect();
    let says = |first: &str, second: &str| words.windows(2).any(|pair| pair == [first, second]);
    let saves_nothing = server.words().contains("--save \"\"") || server.words().contains("--save ''");
    let place = server.service.command_place.as_ref()?;
    (saves_nothing && !says("appendonly", "yes")).then_some(("writes nothing to disk", place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn only_with_a_queue_in_it() {
        let manifest = ("requirements.txt", "celery==5\n");
        let found = |text: &str| trial::found(&RULE, &[("compose.yml", text), manifest]);
        assert_eq!(found(RULE.about.bad), ["compose.yml:2 low"]);
        assert!(found(RULE.about.good).is_empty());
        assert!(trial::found(&RULE, &[("compose.yml", RULE.about.bad)]).is_empty());
        let nothing = RULE.about.good.replace("--appendonly yes", "--save \"\"");
        assert_eq!(found(&nothing), ["compose.yml:4 low"]);
    }

    #[test]
    fn look_alikes() {
        let manifest = ("requirements.txt", "celery==5\n");
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text), manifest]);
        assert_eq!(found("docker-compose.prod.yml", RULE.about.bad), ["docker-compose.prod.yml:2 medium"]);
        assert!(found("compose.test.yml", RULE.about.bad).is_empty());
        let words = |words: &str| RULE.about.good.replace("redis-server --appendonly yes", words);
        for kept in ["redis-server --save 60 1", "redis-server --save '' --appendonly yes", "redis-server"] {
            assert!(found("compose.yml", &words(kept)).is_empty(), "{kept}");
        }
        assert_eq!(found("compose.yml", &words("redis-server --save '' --appendonly no")).len(), 1);
        let base =
            [("docker-compose.yml", RULE.about.good), ("docker-compose.prod.yml", RULE.about.bad), manifest];
        assert!(trial::found(&RULE, &base).is_empty());
        let tmpfs = RULE.about.bad.replace("redis:7\n", "redis:7\n    tmpfs: [/data]\n");
        assert_eq!(found("compose.yml", &tmpfs), ["compose.yml:2 low"]);
    }
}
