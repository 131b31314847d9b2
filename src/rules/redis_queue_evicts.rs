//! A queue on a Redis that throws entries away when its memory is full.

use super::access::options;
use super::{Rule, View, draft, queues};
use crate::finding::{Description, Finding, Kind, Severity};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "redis-queue-evicts",
        title: "Queue on a Redis that evicts",
        severity: Severity::High,
        why: "With any `maxmemory-policy` but `noeviction`, a full Redis deletes entries to make room: jobs, locks and sessions \
              vanish without an error.",
        evidence: "https://github.com/taskforcesh/bullmq/issues/1046, https://github.com/rq/rq/issues/1280",
        bad: "services:\n  redis:\n    image: redis:7\n    command: redis-server --maxmemory 1gb --maxmemory-policy allkeys-lru\n",
        good: "services:\n  redis:\n    image: redis:7\n    command: redis-server --maxmemory 1gb --maxmemory-policy noeviction\n",
        remedy: "Use `noeviction` for the queue, and a second Redis for what may be evicted.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    queues::all(view)
        .iter()
        .filter_map(|queue| {
            let words = queue.server.words();
            let policy = policy(&words).filter(|policy| *policy != "noeviction")?;
            let place = queue.server.service.command_place.as_ref()?;
            let severity = queue.server.weigh(RULE.about.severity)?;
            let message = format!(
                "`{}` evicts by `{policy}` when its memory is full, and {} keeps its jobs there.",
                queue.server.service.name, queue.library
            );
            let finding =
                draft::finding(&RULE.about, Kind::Config, draft::line(view, place), severity, message);
            Some(finding.with(draft::line(view, queue.declared), "the queue"))
        })
        .collect()
}

fn policy(words: &str) -> Option<&str> {
    let mut words = options(words);
    words.find(|word| *word == "maxmemory-policy")?;
    words.next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    const MANIFEST: (&str, &str) = ("package.json", "{\"dependencies\": {\"bullmq\": \"5\"}}");

    #[test]
    fn only_with_a_queue_in_it() {
        let found = |text| trial::found(&RULE, &[("compose.yml", text), MANIFEST]);
        assert_eq!(found(RULE.about.bad), ["compose.yml:4 high"]);
        assert!(found(RULE.about.good).is_empty());
        assert!(trial::found(&RULE, &[("compose.yml", RULE.about.bad)]).is_empty());
        let two = format!("{}  jobs:\n    image: redis:7\n", RULE.about.bad);
        assert!(found(&two).is_empty());
    }

    #[test]
    fn as_others_write_it_and_look_alikes() {
        let found = |command: &str| {
            let text = format!("services:\n  redis:\n    image: redis:7\n    command: {command}\n");
            trial::found(&RULE, &[("compose.yml", &text), MANIFEST]).len()
        };
        for evicts in [
            "[\"redis-server\", \"--maxmemory-policy\", \"volatile-ttl\"]",
            "redis-server --maxmemory-policy \"allkeys-lfu\"",
            "sh -c 'redis-server --maxmemory-policy allkeys-random'",
        ] {
            assert_eq!(found(evicts), 1, "{evicts}");
        }
        for fine in
            ["redis-server --maxmemory 1gb", "redis-server", "redis-server --maxmemory-policy noeviction"]
        {
            assert_eq!(found(fine), 0, "{fine}");
        }
        let development = ("package.json", "{\"devDependencies\": {\"bullmq\": \"5\"}}");
        let other = ("package.json", "{\"dependencies\": {\"ioredis\": \"5\"}}");
        for manifest in [development, other] {
            assert!(
                trial::found(&RULE, &[("compose.yml", RULE.about.bad), manifest]).is_empty(),
                "{manifest:?}"
            );
        }
        let apart = [("ops/compose.yml", RULE.about.bad), ("web/package.json", MANIFEST.1)];
        assert!(trial::found(&RULE, &apart).is_empty());
        let below = [("ops/compose.yml", RULE.about.bad), ("ops/web/package.json", MANIFEST.1)];
        assert_eq!(trial::found(&RULE, &below).len(), 1);
        assert!(trial::found(&RULE, &[("compose.test.yml", RULE.about.bad), MANIFEST]).is_empty());
    }
}
