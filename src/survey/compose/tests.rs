//! Whole small repositories.

use proptest::prelude::*;

use super::{ComposeFacts, read};
use crate::survey::Place;
use crate::survey::VolumeKind::{External, Named};
use crate::survey::tree::Tree;

fn facts(files: &[(&str, &str)]) -> ComposeFacts {
    read(&Tree::in_memory(files.iter().copied()))
}

fn paths(facts: &ComposeFacts) -> Vec<&str> {
    facts.files.iter().map(|file| file.path.as_str()).collect()
}

/// `file service image source:target` for every server and mount.
fn summary(facts: &ComposeFacts) -> Vec<String> {
    let mut lines = Vec::new();
    for (file, service) in facts.servers() {
        let image = service.image_reference().map(|image| image.to_string()).unwrap_or_default();
        let mounts = service
            .mounts
            .iter()
            .map(|mount| format!("{}:{}", mount.source.as_deref().unwrap_or_default(), mount.target));
        let mounts: Vec<String> = mounts.collect();
        lines.push(
            format!("{} {} {image} {}", file.path, service.name, mounts.join(" ")).trim_end().to_owned(),
        );
    }
    lines
}

#[test]
fn files_are_known_by_name_or_by_content() {
    let server = "services:\n  db:\n    image: postgres\n";
    let found = facts(&[
        ("docker-compose.yml", server),
        ("docker/prod.yml", server),
        ("old/compose.yml", "db:\n  image: redis\n"),
        ("empty/compose.yml", ""),
        (".github/workflows/docker-compose.yml", "on: push\njobs: {a: {services: {db: {image: x}}}}\n"),
        (".woodpecker.yml", "steps: []\nservices:\n  db:\n    image: postgres\n"),
        ("config/services.yaml", "services:\n  App\\Image: {class: x}\n#image: build:\n"),
        ("k8s.yaml", "kind: List\nservices:\n  db:\n    image: x\n"),
    ]);
    assert_eq!(
        paths(&found),
        ["docker-compose.yml", "docker/prod.yml", "empty/compose.yml", "old/compose.yml"]
    );
    assert_eq!(found.servers().count(), 3);
    assert!(found.incomplete.is_empty());
}

#[test]
fn an_example_counts_where_the_real_file_is_not_there() {
    let server = "services:\n  db:\n    image: postgres\n";
    let found = facts(&[
        ("a/compose.yml", server),
        ("a/compose.yml.example", server),
        ("b/docker-compose.yml.dist", server),
        ("c/compose.yml.sample", "services: [\n"),
    ]);
    assert_eq!(paths(&found), ["a/compose.yml", "b/docker-compose.yml.dist"]);
    assert_eq!(found.incomplete.iter().map(|note| note.matters).collect::<Vec<_>>(), [false]);
}

#[test]
fn broken_files_are_reported_and_matter_by_their_name() {
    let broken = "services:\n  db: [\n";
    let found = facts(&[
        ("docker-compose.yml", broken),
        ("tests/compose.yml", broken),
        ("stack.yml", "services:\n  db:\n    image: a: b\n"),
        ("chart/templates/x.yaml", "{{ if }}\n"),
    ]);
    let notes: Vec<(&str, bool)> =
        found.incomplete.iter().map(|note| (note.path.as_str(), note.matters)).collect();
    assert_eq!(notes, [("docker-compose.yml", true), ("stack.yml", false), ("tests/compose.yml", false)]);
    assert!(found.incomplete.iter().all(|note| note.line.is_some() && note.column.is_some()));
}

#[test]
fn variables_come_from_dotenv_then_examples_then_defaults() {
    let text = "services:\n  db:\n    image: postgres:${TAG:-14}\n    volumes: ['${DATA}:/data', '${LOGS:-./logs}:/logs']\n";
    let found = facts(&[
        ("a/compose.yml", text),
        ("a/.env", "TAG=16\n"),
        ("a/env.example", "TAG=15\nDATA=./pg\n"),
        ("b/compose.yml", text),
        ("b/.env.testing.example", "TAG=1\n"),
    ]);
    assert_eq!(
        summary(&found),
        [
            "a/compose.yml db postgres:16 ./pg:/data ./logs:/logs",
            "b/compose.yml db postgres:14 :/data ./logs:/logs"
        ]
    );
}

#[test]
fn overrides_are_merged_onto_their_base() {
    let found = facts(&[
        (
            "compose.yml",
            "services:\n  db:\n    image: postgres:16\n    volumes: ['db:/data']\n    ports: ['5432:5432']\nvolumes:\n  db:\n",
        ),
        (
            "compose.override.yml",
            "services:\n  db:\n    volumes: ['./db:/data/', './x:/x']\n    ports: !reset []\n",
        ),
        ("compose.prod.yml", "services:\n  db:\n    restart: always\n"),
        ("compose.ci.yml", "services:\n  db:\n    image: postgres:15\n  web:\n    ports: ['1:1']\n"),
    ]);
    assert_eq!(
        summary(&found),
        ["compose.ci.yml db postgres:15", "compose.yml db postgres:16 ./db:/data/ ./x:/x"]
    );
    let db = found.file("compose.yml").and_then(|file| file.service("db")).unwrap();
    assert_eq!(
        db.sources,
        [("compose.yml", 2), ("compose.override.yml", 2), ("compose.prod.yml", 2)]
            .map(|(p, l)| Place::new(p, l))
    );
    assert!(db.ports.is_empty());
    assert_eq!(found.file("compose.override.yml").and_then(|file| file.base.as_deref()), Some("compose.yml"));
}

#[test]
fn an_override_with_an_image_is_its_own_entry_and_inherits_the_volume() {
    let found = facts(&[
        (
            "docker-compose.yml",
            "services:\n  db:\n    image: postgres:16\n    volumes: ['db:/data']\n  web:\n    build: .\nvolumes:\n  db:\n    name: real\n",
        ),
        ("docker-compose-dev.yml", "services:\n  db:\n    image: postgres:17\n  web:\n    command: x\n"),
    ]);
    assert_eq!(
        summary(&found),
        [
            "docker-compose-dev.yml db postgres:17 db:/data",
            "docker-compose.yml db postgres:16 db:/data",
            "docker-compose.yml web"
        ]
    );
    let dev = found.file("docker-compose-dev.yml").and_then(|file| file.service("db")).unwrap();
    assert_eq!(dev.mounts[0].volume_name.as_deref(), Some("real"));
    assert_eq!(dev.sources, [Place::new("docker-compose-dev.yml", 2), Place::new("docker-compose.yml", 2)]);
}

#[test]
fn lists_in_dotenv_name_files_and_their_order() {
    let found = facts(&[
        (".env", "COMPOSE_FILE=base.yml:ops/more.yml\nCOMPOSE_PROJECT_NAME=shop\n"),
        ("base.yml", "services:\n  db:\n    image: mysql:8\n    volumes: ['db:/data']\nvolumes: {db: {}}\n"),
        ("ops/more.yml", "services:\n  db:\n    volumes: ['./backups:/backups']\n"),
    ]);
    assert_eq!(summary(&found), ["base.yml db mysql:8 db:/data ./backups:/backups"]);
    let file = found.file("base.yml").unwrap();
    assert_eq!(
        file.project_name.as_ref().map(|name| (name.text.as_str(), name.place.line)),
        Some(("shop", 2))
    );
    let mounts = &file.service("db").unwrap().mounts;
    assert_eq!(mounts[0].volume_name.as_deref(), Some("shop_db"));
    assert_eq!(mounts[1].host_path.as_deref(), Some("backups"));
}

#[test]
fn includes_are_followed_in_both_forms() {
    let found = facts(&[
        (
            "compose.yml",
            "name: shop\ninclude:\n- infra/db.yml\n- path: [other/a.yml, other/b.yml]\n  env_file: other/my.env\n  project_directory: other\n- gone.yml\n",
        ),
        (
            "infra/db.yml",
            "include: ../compose.yml\nservices:\n  db:\n    image: postgres:${V:-1}\n    volumes: ['db:/data']\nvolumes: {db: }\n",
        ),
        ("infra/.env", "V=16\n"),
        ("other/a.yml", "services:\n  cache:\n    image: redis:${V}\n"),
        ("other/b.yml", "services:\n  cache:\n    volumes: ['./c:/data']\n"),
        ("other/my.env", "V=7\n"),
    ]);
    assert_eq!(
        summary(&found),
        ["infra/db.yml db postgres:16 db:/data", "other/a.yml cache redis:7 ./c:/data"]
    );
    let db = found.file("infra/db.yml").and_then(|file| file.service("db")).unwrap();
    assert_eq!(db.mounts[0].volume_name.as_deref(), Some("shop_db"));
    assert_eq!(found.incomplete.len(), 1);
    assert_eq!((found.incomplete[0].line, found.incomplete[0].matters), (Some(7), false));
}

#[test]
fn extends_and_merge_keys_give_what_a_service_lacks() {
    let found = facts(&[
        (
            "compose.yml",
            "x-db: &db\n  image: postgres:16\n  environment: &env {POSTGRES_USER: u}\nservices:\n  a:\n    <<: *db\n    volumes: ['a:/data']\n  b:\n    extends: a\n    environment:\n      <<: *env\n      POSTGRES_DB: d\n  c:\n    extends: {file: common/base.yml, service: db}\n  loop:\n    extends: loop\n",
        ),
        (
            "common/base.yml",
            "services:\n  db:\n    extends: {service: root}\n    volumes: ['./d:/data']\n  root:\n    image: mysql:8\n",
        ),
    ]);
    let file = found.file("compose.yml").unwrap();
    let of = |name: &str| file.service(name).unwrap();
    assert_eq!(of("b").image_reference().map(|image| image.to_string()).as_deref(), Some("postgres:16"));
    assert_eq!(
        of("b").environment.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(),
        ["POSTGRES_DB", "POSTGRES_USER"]
    );
    assert_eq!(of("b").mounts[0].source.as_deref(), Some("a"));
    assert_eq!(of("c").mounts[0].host_path.as_deref(), Some("common/d"));
    assert_eq!(of("c").declared.as_ref().map(|place| place.path.as_str()), Some("common/base.yml"));
    assert!(of("loop").declared.is_none());
}

#[test]
fn volumes_know_whether_and_how_they_are_named() {
    let text = "services:\n  db:\n    image: x\n    volumes: ['a:/a', 'b:/b', 'c:/c', 'd:/d', 'e:/e', 'f:/f']\nvolumes:\n  a:\n  b: {name: real_b}\n  c: {external: true}\n  d:\n    external:\n      name: real_d\n  e: {name: '${UNSET}_e'}\n";
    let found = facts(&[("compose.yml", text)]);
    let mounts = &found.files[0].services[0].mounts;
    let names: Vec<_> = mounts.iter().map(|mount| (mount.kind, mount.volume_name.as_deref())).collect();
    assert_eq!(
        names,
        [
            (Named, None),
            (Named, Some("real_b")),
            (External, Some("c")),
            (External, Some("real_d")),
            (Named, None),
            (Named, None)
        ]
    );
    assert_eq!(found.files[0].volume("d").unwrap().place.line, 9);
}

#[test]
fn builds_are_resolved_through_their_dockerfile() {
    let found = facts(&[
        (
            "compose.yml",
            "services:\n  db:\n    image: shop/db\n    build:\n      context: ./db\n      args: {V: '${V:-15}'}\n  inline:\n    build:\n      dockerfile_inline: |\n        FROM redis:7\n  gone:\n    build: ./gone\n    healthcheck: {disable: true}\n",
        ),
        ("db/Dockerfile", "ARG V=1\nFROM postgres:$V-alpine\n"),
    ]);
    let db = found.files[0].service("db").unwrap();
    let images: Vec<String> = db.image_references().iter().map(ToString::to_string).collect();
    assert_eq!(images, ["postgres:15-alpine", "shop/db"]);
    assert_eq!(db.build.as_ref().and_then(|build| build.dockerfile.as_deref()), Some("db/Dockerfile"));
    assert_eq!(found.files[0].service("inline").unwrap().image_reference().unwrap().to_string(), "redis:7");
    let gone = found.files[0].service("gone").unwrap();
    assert!(gone.declared.is_some() && gone.image_reference().is_none() && gone.healthcheck.is_none());
}

#[test]
fn the_rest_of_a_service_is_read() {
    let text = "services:\n  db:\n    image: x\n    container_name: ${N:-pg}\n    hostname: h\n    profiles: [tools]\n    depends_on: {a: {condition: x}}\n    networks: {n: {aliases: [pg.local]}}\n    command: [redis-server, --requirepass, hunter2]\n    healthcheck:\n      test: [CMD, x]\nsecrets:\n  pw: {file: ./pw.txt}\n";
    let found = facts(&[("d/compose.yml", text)]);
    let db = found.files[0].service("db").unwrap();
    assert_eq!((db.container_name.as_deref(), db.hostname.as_deref()), (Some("pg"), Some("h")));
    assert_eq!(
        (db.profiles.as_slice(), db.depends_on.as_slice()),
        (&["tools".to_owned()][..], &["a".to_owned()][..])
    );
    assert_eq!(db.aliases, ["pg.local"]);
    assert_eq!(db.healthcheck, Some(Place::new("d/compose.yml", 10)));
    assert_eq!(found.files[0].secrets[0].file.as_deref(), Some("d/pw.txt"));
    assert!(!format!("{found:?}").contains("hunter2"));
}

#[test]
fn a_base_may_be_called_so() {
    let found = facts(&[
        ("docker-compose.base.yml", "services:\n  db:\n    image: postgres\n"),
        ("docker-compose.prod.yml", "services:\n  db:\n    restart: always\n"),
    ]);
    let db = found.file("docker-compose.base.yml").and_then(|file| file.service("db")).unwrap();
    assert_eq!(
        db.sources,
        [Place::new("docker-compose.base.yml", 2), Place::new("docker-compose.prod.yml", 2)]
    );
}

#[test]
fn project_names_that_compose_would_change_are_not_certain() {
    let text = "services:\n  db:\n    image: x\n    volumes: ['db:/d']\nvolumes: {db: }\n";
    for (env, expected) in [("shop-1", Some("shop-1_db")), ("My Shop", None), ("", None), ("${UNSET}", None)]
    {
        let env = format!("COMPOSE_PROJECT_NAME={env}\n");
        let found = facts(&[("compose.yml", text), (".env", env.as_str())]);
        assert_eq!(found.files[0].services[0].mounts[0].volume_name.as_deref(), expected, "{env}");
    }
    let example = facts(&[("compose.yml", text), (".env.example", "COMPOSE_PROJECT_NAME=shop\n")]);
    assert_eq!(example.files[0].project_name, None);
}

#[test]
fn repeated_keys_are_noted() {
    let found = facts(&[("compose.yml", "services:\n  db:\n    image: a\n    image: b\n")]);
    assert_eq!((found.incomplete[0].line, found.incomplete[0].matters), (Some(4), false));
    assert_eq!(summary(&found), ["compose.yml db b"]);
}

proptest! {
    #[test]
    fn never_panics_whatever_files_say(
        main in "(services:|volumes:|include: |name: |extends: |\n|\n  |\n    |db:|image: |build: \\.|env_file: |ports: |[a-z./:$&*{}\\[\\]-]|<<: \\*a|é| ){0,60}",
        env in "(COMPOSE_FILE=|A=|[a-z.:$/{}-]|\n){0,20}",
    ) {
        let tree = [("compose.yml", main.as_str()), ("compose.override.yml", &main), ("a.yml", &main), (".env", &env)];
        let found = facts(&tree);
        prop_assert!(found.files.iter().all(|file| !file.path.is_empty()));
    }
}
