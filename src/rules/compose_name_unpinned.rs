//! A database volume whose real name depends on the folder's name.

use std::collections::BTreeSet;

use super::servers::{self, Server};
use super::surroundings::Surroundings;
use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Offer, Severity};
use crate::policy::file::{DatabaseEntry, Run};
use crate::source::Edit;
use crate::survey::VolumeKind;
use crate::survey::compose::Volume;
use crate::yaml::{self, edit::Change};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "compose-name-unpinned",
        title: "Database volume named after the folder",
        severity: Severity::Low,
        why: "Without a `name:`, the volume is called `<project>_<key>`, and the project is called like the folder. A renamed \
              folder, a second clone or another deploy path starts with an empty database beside the full one.",
        evidence: "https://github.com/docker/compose/issues/5406, https://github.com/mailcow/mailcow-dockerized/issues/1277",
        bad: "services:\n  db:\n    image: postgres:17\n    volumes:\n      - pgdata:/var/lib/postgresql/data\nvolumes:\n  pgdata:\n",
        good: "services:\n  db:\n    image: postgres:17\n    volumes:\n      - pgdata:/var/lib/postgresql/data\nvolumes:\n  pgdata:\n    name: shop_pgdata\n",
        remedy: "Find the name that the volume has now (`docker volume ls`) and write exactly that as its `name:`; any other name is \
                 itself an empty database. `dbguard init` asks Docker and does it.",
        fix: Some(Offer::safe(
            "writes the `name:` that dbguard.toml tells as `volume_name`, and nothing where it tells none",
        )),
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let mut projects = BTreeSet::new();
    let mut findings = Vec::new();
    let mut servers = servers::all(view);
    // Of several files, the plainest name is the one that people use.
    servers.sort_by_key(|server| (server.file.path.len(), &server.file.path));
    for server in servers.iter().filter(|server| server.is_record()) {
        let found = unpinned(server).and_then(|volume| finding(view, server, volume));
        findings.extend(found.filter(|_| projects.insert(&*server.file.directory)));
    }
    findings
}

/// The volume, if nothing but the project's name tells what it is really called.
fn unpinned<'a>(server: &'a Server<'_>) -> Option<&'a Volume> {
    let mount = server.data_mount().filter(|mount| mount.kind == VolumeKind::Named)?;
    if server.file.project_name.is_some() || mount.volume_name.is_some() {
        return None;
    }
    let volume = server.file.volume(mount.source.as_deref()?)?;
    (!volume.external && !volume.named && volume.device.is_none()).then_some(volume)
}

fn finding(view: &View<'_>, server: &Server<'_>, volume: &Volume) -> Option<Finding> {
    if Surroundings::of(&server.file.path) == Surroundings::Example {
        return None;
    }
    let severity = server.weigh(RULE.about.severity)?;
    let message = format!(
        "The data of `{}` is on the volume `<folder>_{}`: the same project in a folder of another name starts empty.",
        server.service.name, volume.key
    );
    let finding =
        draft::finding(&RULE.about, Kind::Config, draft::line(view, &volume.place), severity, message);
    let finding = finding.with(server.place(view), "the database that lives on it");
    Some(match known_name(view, server, volume) {
        Some(name) => finding.mended(true, format!("pin it to `{name}`"), pin(view, volume, name)),
        None => finding.advising(advice(&volume.key)),
    })
}

/// The name that the volume really has, as the policy tells it: nothing else in the repository does.
fn known_name<'a>(view: &View<'a>, server: &Server<'_>, volume: &Volume) -> Option<&'a str> {
    let is_meant = |entry: &&DatabaseEntry| {
        entry.run == Run::Compose
            && entry.service.as_deref() == Some(&*server.service.name)
            && entry.volume.as_deref() == Some(&*volume.key)
            && entry.compose_files.iter().any(|path| path.as_str() == &*server.file.path)
    };
    view.policy?.databases.iter().find(is_meant)?.volume_name.as_deref()
}

/// The proven edit; none where the file is written in a way that is left to people.
fn pin(view: &View<'_>, volume: &Volume, name: &str) -> Vec<Edit> {
    let Ok(file) = view.tree.read(&volume.place.path) else { return Vec::new() };
    yaml::edit::edit(&file, &Change::volume_name(&volume.key, name)).ok().flatten().into_iter().collect()
}

fn advice(key: &str) -> String {
    let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    let filter =
        if plain { format!(" --filter label=com.docker.compose.volume={key}") } else { String::new() };
    format!(
        "Find the name that the volume has now: docker volume ls{filter}\n\
         Write exactly that as `volume_name` of its database into dbguard.toml (`dbguard init` does it); `dbguard audit --fix` then \
         pins it. Any other name is itself an empty database."
    )
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
    fn one_a_project_and_none_where_the_name_is_known() {
        let two = "services:\n  a:\n    image: postgres:17\n    volumes: ['a:/var/lib/postgresql/data']\n  b:\n    image: mysql:8\n    volumes: ['b:/var/lib/mysql']\nvolumes:\n  a:\n  b:\n";
        assert_eq!(trial::found(&RULE, &[("compose.yaml", two)]), ["compose.yaml:9 low"]);
        for good in [
            format!("name: shop\n{two}"),
            two.replace("  a:\n  b:\n", "  a: {external: true}\n  b: {external: true}\n"),
            two.replace("a:/var", "./a:/var").replace("b:/var", "./b:/var"),
        ] {
            assert_eq!(trial::found(&RULE, &[("compose.yaml", &good)]), Vec::<String>::new(), "{good}");
        }
        let files = [("compose.yaml", two), (".env", "COMPOSE_PROJECT_NAME=shop\n")];
        assert_eq!(trial::found(&RULE, &files), Vec::<String>::new());
    }

    #[test]
    fn look_alikes() {
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text)]);
        let bad = RULE.about.bad;
        for text in [
            bad.replace("postgres:17", "redis:7").replace("/var/lib/postgresql/data", "/data"),
            bad.replace("      - pgdata:/var/lib/postgresql/data", "      - /var/lib/postgresql/data"),
            bad.replace(
                "  pgdata:\n",
                "  pgdata:\n    driver_opts: {type: none, o: bind, device: /srv/pg}\n",
            ),
        ] {
            assert_eq!(found("compose.yaml", &text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(found("examples/compose.yaml", bad), Vec::<String>::new());
        assert_eq!(found("compose.test.yaml", bad), Vec::<String>::new());
        let own = RULE.about.good.replace("  db:", "  cache:\n    image: redis:7\n  db:");
        assert_eq!(found("compose.yaml", &own), Vec::<String>::new());
    }

    #[test]
    fn the_plainest_file_of_a_project_is_the_one_that_is_told() {
        let files = [("docker-compose.prod.yml", RULE.about.bad), ("docker-compose.yml", RULE.about.bad)];
        assert_eq!(trial::found(&RULE, &files), ["docker-compose.yml:7 low"]);
        let apart = [("a/compose.yaml", RULE.about.bad), ("b/compose.yaml", RULE.about.bad)];
        assert_eq!(trial::found(&RULE, &apart).len(), 2);
    }
}
