//! Two servers on one data directory.

use super::servers::{self, Server};
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Severity};
use crate::survey::compose::Mount;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "shared-pgdata",
        title: "Two servers on one data directory",
        severity: Severity::Critical,
        why: "A data directory belongs to one running server. Two of them, be it two services, replicas, or the old container \
              beside the new one during an update, overwrite each other's pages.",
        evidence: "https://github.com/docker-library/postgres/issues/171, https://github.com/baserow/baserow/issues/1618",
        bad: "services:\n  db:\n    image: postgres:17\n    deploy:\n      replicas: 2\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n",
        good: "services:\n  db:\n    image: postgres:17\n    deploy:\n      replicas: 1\n    volumes:\n      - data:/var/lib/postgresql/data\nvolumes:\n  data:\n",
        remedy: "One server for each volume: `replicas: 1`, `order: stop-first`, and a volume of its own for every other server.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let servers = servers::all(view);
    let writers: Vec<(&Server<'_>, &Mount)> = servers
        .iter()
        .filter_map(|server| Some((server, server.data_mount().filter(|mount| !mount.read_only)?)))
        .filter(|(server, _)| server.is_kept())
        .collect();
    let mut findings: Vec<Finding> =
        writers.iter().filter_map(|(server, mount)| copies(view, server, mount)).collect();
    for (at, (server, mount)) in writers.iter().enumerate() {
        let earlier = writers.iter().take(at).find(|(other, theirs)| is_same(server, mount, other, theirs));
        findings.extend(earlier.and_then(|(other, _)| pair(view, server, mount, other)));
    }
    findings
}

/// One service whose containers share its volume.
fn copies(view: &View<'_>, server: &Server<'_>, mount: &Mount) -> Option<Finding> {
    let deploy = server.service.deploy.as_ref()?;
    let replicas = deploy.replicas.filter(|count| *count > 1);
    if replicas.is_none() && !deploy.start_first {
        return None;
    }
    let source = mount.source.as_deref().unwrap_or("one directory");
    if source.contains("{{") {
        return None;
    }
    let what = match replicas {
        Some(count) => format!("{count} containers"),
        None => "the old and the new container".to_owned(),
    };
    let message = format!("During its life {what} of `{}` write to `{source}` at once.", server.service.name);
    let place =
        deploy.replicas_place.as_ref().filter(|_| replicas.is_some()).unwrap_or(&server.service.place);
    let severity = server.weigh(RULE.about.severity)?;
    let finding = draft::finding(&RULE.about, Kind::Config, draft::line(view, place), severity, message);
    Some(finding.with(draft::line(view, &mount.place), "the data that they share"))
}

fn is_same(server: &Server<'_>, mount: &Mount, other: &Server<'_>, theirs: &Mount) -> bool {
    let together = server.service.profiles.is_empty()
        || other.service.profiles.is_empty()
        || server.service.profiles.iter().any(|profile| other.service.profiles.contains(profile));
    server.file.path == other.file.path
        && together
        && mount.kind == theirs.kind
        && mount.source.is_some()
        && mount.source == theirs.source
        && mount.subpath == theirs.subpath
        && server.known.engine.id == other.known.engine.id
        && server.data_directory() == other.data_directory()
}

fn pair(view: &View<'_>, server: &Server<'_>, mount: &Mount, other: &Server<'_>) -> Option<Finding> {
    let severity = server.weigh(RULE.about.severity)?;
    let message = format!(
        "`{}` and `{}` both run {} on `{}`.",
        other.service.name,
        server.service.name,
        server.engine(),
        mount.source.as_deref().unwrap_or_default()
    );
    let finding =
        draft::finding(&RULE.about, Kind::Config, draft::line(view, &mount.place), severity, message);
    Some(finding.with(other.place(view), "the other server"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "compose.yaml");
    }

    #[test]
    fn two_services_and_the_sidecars_that_are_fine() {
        let two = |second: &str| {
            format!(
                "services:\n  a:\n    image: postgres:17\n    volumes: ['d:/var/lib/postgresql/data']\n  b:\n{second}volumes:\n  d:\n"
            )
        };
        let found = |second: &str| trial::found(&RULE, &[("compose.yaml", &two(second))]);
        let same = "    image: postgres:17\n    volumes: ['d:/var/lib/postgresql/data']\n";
        assert_eq!(found(same), ["compose.yaml:7 critical"]);
        assert!(found(&same.replace("data']", "data:ro']")).is_empty());
        assert!(found(&format!("{same}    command: pg_basebackup -D /x\n")).is_empty());
        assert!(found("    image: alpine\n    volumes: ['d:/var/lib/postgresql/data']\n").is_empty());
        let first = "    image: postgres:17\n    deploy: {update_config: {order: start-first}}\n    volumes: ['e:/var/lib/postgresql/data']\n";
        assert_eq!(found(first), ["compose.yaml:5 critical"]);
    }

    #[test]
    fn look_alikes_of_two_servers() {
        let text = |a: &str, b: &str| {
            format!(
                "services:\n  a:\n    image: postgres:17\n{a}  b:\n    image: postgres:17\n{b}volumes:\n  d:\n  e:\n"
            )
        };
        let found = |a: &str, b: &str| trial::found(&RULE, &[("compose.yaml", &text(a, b))]).len();
        let on = "    volumes: ['d:/var/lib/postgresql/data']\n";
        let apart = |name: &str| format!("{on}    profiles: [{name}]\n");
        assert_eq!(found(on, on), 1);
        assert_eq!(found(&apart("one"), &apart("two")), 0);
        assert_eq!(found(&apart("one"), on), 1);
        assert_eq!(found(&apart("one"), &apart("one")), 1);
        assert_eq!(found(on, "    volumes: ['e:/var/lib/postgresql/data']\n"), 0);
        assert_eq!(found(on, "    volumes: ['d:/pg']\n    environment: {PGDATA: /pg}\n"), 0);
        let anonymous = "    volumes: ['/var/lib/postgresql/data']\n";
        assert_eq!(found(anonymous, anonymous), 0);
        let sub = |path: &str| {
            format!(
                "    volumes:\n      - {{type: volume, source: d, target: /var/lib/postgresql/data, volume: {{subpath: {path}}}}}\n"
            )
        };
        assert_eq!(found(&sub("x"), &sub("y")), 0);
        let mixed = text(on, on).replacen("  b:\n    image: postgres:17", "  b:\n    image: mysql:8", 1);
        assert_eq!(trial::found(&RULE, &[("compose.yaml", &mixed)]).len(), 0);
        assert_eq!(trial::found(&RULE, &[("compose.test.yaml", &text(on, on))]).len(), 0);
        let one = format!("services:\n  a:\n    image: postgres:17\n{on}volumes:\n  d:\n");
        let files = [("compose.yaml", one.as_str()), ("compose.prod.yaml", &one)];
        assert_eq!(trial::found(&RULE, &files).len(), 0);
    }

    #[test]
    fn look_alikes_of_copies() {
        let found = |text: &str| trial::found(&RULE, &[("compose.yaml", text)]);
        assert_eq!(found(RULE.about.bad), ["compose.yaml:5 critical"]);
        for text in [
            RULE.about.bad.replace("replicas: 2", "replicas: 0"),
            RULE.about.bad.replace("replicas: 2", "update_config: {order: stop-first}"),
            RULE.about
                .bad
                .replace("data:/var", "data_{{.Task.Slot}}:/var")
                .replace("  data:\n", "  data_{{.Task.Slot}}:\n"),
            RULE.about.bad.replace("    volumes:\n      - data:/var/lib/postgresql/data\n", ""),
            RULE.about.bad.replace("/data\nvolumes", "/data:ro\nvolumes"),
        ] {
            assert_eq!(found(&text), Vec::<String>::new(), "{text}");
        }
    }
}
