//! A database of a Swarm stack that may start on a machine where its data is not.

use super::servers::{self, Server};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::VolumeKind;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "swarm-unpinned-volume",
        title: "Swarm database that may move away from its data",
        severity: Severity::High,
        why: "A local volume exists on one node. When Swarm starts the service on another, it makes an empty volume of the same \
              name there, and the application goes on with an empty database.",
        evidence: "https://github.com/swarmpit/swarmpit/issues/559, https://github.com/mikeknight85/PriceStalker/pull/66",
        bad: "services:\n  db:\n    image: postgres:17\n    deploy:\n      update_config:\n        order: stop-first\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n",
        good: "services:\n  db:\n    image: postgres:17\n    deploy:\n      placement:\n        constraints: [node.labels.db == true]\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n",
        remedy: "Tie the service to its node with `deploy.placement.constraints`, or use storage that all nodes share.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let servers = servers::all(view);
    servers.iter().filter(|server| !server.is_cache()).filter_map(|server| judge(view, server)).collect()
}

fn judge(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let deploy =
        server.service.deploy.as_ref().filter(|deploy| deploy.clustered && deploy.constraints.is_empty())?;
    let mount =
        server.data_mount().filter(|mount| mount.kind == VolumeKind::Named && deploy.replicas != Some(0))?;
    let volume = server.file.volume(mount.source.as_deref()?);
    let local = volume.is_none_or(|volume| volume.driver.as_deref().is_none_or(|driver| driver == "local"));
    if !local || volume.is_some_and(|volume| volume.device.is_some()) {
        return None;
    }
    let message = format!(
        "Swarm may start `{}` on any node, but its volume `{}` is on one of them.",
        server.service.name,
        mount.source.as_deref().unwrap_or_default()
    );
    let severity = server.weigh(RULE.about.severity)?;
    let finding = draft::finding(&RULE.about, Kind::Config, server.place(view), severity, message);
    Some(finding.with(draft::line(view, &mount.place), "the volume"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "stack.yml");
    }

    #[test]
    fn limits_of_resources_are_no_cluster() {
        let text = "services:\n  db:\n    image: postgres:17\n    deploy: {resources: {limits: {memory: 1g}}}\n    volumes: ['d:/var/lib/postgresql/data']\nvolumes:\n  d:\n";
        assert!(trial::found(&RULE, &[("compose.yml", text)]).is_empty());
        let shared = RULE.about.bad.replace("  data:\n", "  data: {driver: rexray}\n");
        assert!(trial::found(&RULE, &[("compose.yml", &shared)]).is_empty());
    }

    #[test]
    fn look_alikes() {
        let found = |text: &str| trial::found(&RULE, &[("stack.yml", text)]);
        let bad = RULE.about.bad;
        assert_eq!(found(bad), ["stack.yml:2 high"]);
        for text in [
            bad.replace("postgres:17", "redis:7").replace("/var/lib/postgresql/data", "/data"),
            bad.replace("data:/var", "/mnt/shared/pg:/var"),
            bad.replace("    deploy:\n", "    deploy:\n      replicas: 0\n"),
            bad.replace(
                "  data:\n",
                "  data:\n    driver_opts: {type: nfs, o: addr=10.0.0.2, device: ':/pg'}\n",
            ),
        ] {
            assert_eq!(found(&text), Vec::<String>::new(), "{text}");
        }
        let local = bad.replace("  data:\n", "  data: {driver: local}\n");
        assert_eq!(found(&local).len(), 1);
        assert_eq!(trial::found(&RULE, &[("stack.test.yml", bad)]), Vec::<String>::new());
    }
}
