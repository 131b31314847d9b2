//! Volume identity under Compose v2, with a recording stub in place of `docker`: the distribution has Compose v1 only. The
//! stub answers `config` in the form of v2, and its volumes are directories.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its stub has to fail"
)]

mod support;

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use support::project::Project;

const STUB: &str = r#"#!/usr/bin/env bash
case "$1 $2" in
  'version --format') echo 28.0.0 ;;
  'info --format') uname -n ;;
  'compose version') echo 'Docker Compose version v2.40.0' ;;
  'compose -f')
    for word in "$@"; do
      if [ "$word" = config ]; then cat "$STUB_HOME/config"; exit; fi
    done
    printf '%s\x1f' "$@" >>"$STUB_HOME/log"
    printf '\n' >>"$STUB_HOME/log"
    cat >>"$STUB_HOME/stdin"
    exit 42
    ;;
  'volume ls') ls "$STUB_HOME/volumes" ;;
  'volume inspect')
    [ "$3" != --format ] || { format="$4"; set -- 1 2 "$5"; }
    [ -d "$STUB_HOME/volumes/$3" ] || exit 1
    case "${format:-}" in *Mountpoint*) echo "$STUB_HOME/volumes/$3" ;; *) echo / ;; esac
    ;;
  'image inspect')
    case "$*" in *postgres:15) ;; *) exit 1 ;; esac
    case "$*" in
      *Config.Volumes*) printf 'anonymous\037\037/var/lib/postgresql/data\n' ;;
      *Config.Env*) printf 'PG_MAJOR=15\nPGDATA=/var/lib/postgresql/data\n' ;;
    esac
    ;;
  'ps '*) ;;
  *) exit 9 ;;
esac
"#;

const CONFIG: &str = r"name: shop
services:
  db:
    environment:
      POSTGRES_PASSWORD: a 'quoted' one
      TEXT: |
        volumes:
          - fake:/var/lib/postgresql/data
    image: postgres:15
    networks:
      default: null
    volumes:
      - type: bind
        source: /home/x/it's $$HOME
        target: /docker-entrypoint-initdb.d
        read_only: true
        bind:
          create_host_path: true
      - type: volume
        source: data
        target: /var/lib/postgresql/data
        volume: {}
networks:
  default:
    name: shop_default
volumes:
  data:
    name: shop_data
";

fn identity(volume: &str, destination: &str, inside: &str, image: &str) -> String {
    format!(
        "{{\n  \"schema\": \"dbguard.identity/1\",\n  \"id\": \"main\",\n  \"storage_type\": \"volume\",\n  \"storage_volume\": \
         \"{volume}\",\n  \"storage_destination\": \"{destination}\",\n  \"storage_inside\": \"{inside}\",\n  \"storage_image\": \
         \"{image}\",\n  \"storage_major\": \"15\",\n  \"storage_project\": \"shop\",\n  \"storage_new\": \"no\"\n}}\n"
    )
}

/// A project whose data is in the volume `shop_data`, as the last record says.
fn project() -> Project {
    let database =
        json!({ "run": "compose", "compose_files": ["compose.yml"], "service": "db", "volume": "data" });
    let mut project = Project::new("shop", &[database]);
    project.write("bin/docker", STUB);
    let stub = project.root.join("bin/docker");
    std::fs::set_permissions(&stub, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", project.root.join("bin").display(), std::env::var("PATH").unwrap());
    project.set("PATH", &path);
    let here = project.root.to_str().unwrap().to_owned();
    project.set("STUB_HOME", &here);
    project.write("config", CONFIG);
    project.write("volumes/shop_data/PG_VERSION", "15\n");
    project.write("volumes/shop_data/base/1/1", "");
    project.write("volumes/unrelated/notes.txt", "");
    project.write(
        "backups/main/identity.json",
        &identity("shop_data", "/var/lib/postgresql/data", "", "postgres:15"),
    );
    project
}

fn codes(project: &Project, kind: &str) -> Vec<String> {
    let shown = project.run("preflight.sh", &["--json"], "");
    let answer: Value =
        serde_json::from_str(&shown.stdout).unwrap_or_else(|error| panic!("{error}: {}", shown.text()));
    assert_eq!(
        shown.code,
        match answer["verdict"].as_str().unwrap() {
            "go" => 0,
            "refused" => 3,
            _ => 1,
        }
    );
    let findings = answer["findings"].as_array().unwrap().iter().filter(|finding| finding["kind"] == kind);
    findings.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn g1_3_compose_v2_configurations_are_compared_with_the_record_recording_stub() {
    let project = project();
    assert!(codes(&project, "problem").is_empty());
    let mount = "      - type: volume\n        source: data\n        target: /var/lib/postgresql/data\n        volume: {}\n";
    for (from, to, expected) in [
        ("name: shop\n", "name: other\n", ""),
        ("name: shop_data", "name: other_data", "moved"),
        ("name: shop_data", "name: data\n    external: true", "moved"),
        ("target: /var/lib/postgresql/data", "target: /data", "moved"),
        ("target: /var/lib/postgresql/data", "target: /var/lib/postgresql", "moved"),
        (
            "source: data\n        target: /var/lib/postgresql/data",
            "target: /var/lib/postgresql/data",
            "moved",
        ),
        (
            mount,
            "      - type: bind\n        source: /nowhere\n        target: /var/lib/postgresql/data\n",
            "moved",
        ),
        (mount, "    tmpfs:\n      - /var/lib/postgresql/data\n", "moved tmpfs"),
        ("image: postgres:15", "image: postgres:17-alpine", "version"),
        ("image: postgres:15", "image: registry.example:5000/pgvector/pgvector:0.8.0-pg16", "version"),
        ("image: postgres:15", "image: postgres:18", "moved"),
    ] {
        let changed = CONFIG.replace(from, to);
        assert_ne!(changed, CONFIG);
        project.write("config", &changed);
        assert_eq!(codes(&project, "problem").join(" "), expected, "{to}");
    }
    for (from, to, expected) in [
        ("image: postgres:15", "image: postgres", "version"),
        ("  db:\n", "  database:\n", "config"),
        (CONFIG, "", "config"),
        ("        source: data\n", "        source: \"da\\u0074a\"\n", "config"),
    ] {
        project.write("config", &CONFIG.replace(from, to));
        assert_eq!(codes(&project, "doubt"), [expected], "{to}");
    }
}

/// PostgreSQL 18 keeps its data one directory deeper: the right volume at the right place can still look empty to it.
#[test]
fn g1_3_the_right_volume_with_the_data_in_another_directory_is_refused_recording_stub() {
    let project = project();
    project.write(
        "backups/main/identity.json",
        &identity("shop_data", "/var/lib/postgresql", "data", "postgres:15"),
    );
    let config = CONFIG.replace("target: /var/lib/postgresql/data", "target: /var/lib/postgresql");
    project.write("config", &config.replace("image: postgres:15", "image: postgres:18"));
    assert_eq!(codes(&project, "problem"), ["layout"]);
}

#[test]
fn g1_3_a_volume_that_is_gone_is_looked_for_among_the_others_recording_stub() {
    let project = project();
    std::fs::rename(project.root.join("volumes/shop_data"), project.root.join("volumes/old data")).unwrap();
    std::fs::rename(project.root.join("volumes/old data"), project.root.join("volumes/kept")).unwrap();
    let shown = project.run("preflight.sh", &[], "").expect(3);
    assert!(shown.stdout.contains("    kept: postgres 15, "), "{}", shown.text());
    assert!(!shown.stdout.contains("unrelated"), "{}", shown.text());
}

#[test]
fn g1_3_commands_that_delete_volumes_are_refused_in_every_spelling_recording_stub() {
    let project = project();
    for words in [
        "down -v",
        "down --volumes",
        "down --volumes=true",
        "down -vt5",
        "down -t 5 -v",
        "down --vol",
        "down --rmi all --volumes",
        "-p shop down -v",
        "--profile x down -v",
        "--verbose down -v",
        "rm -v",
        "rm -fsv",
        "rm -svf",
        "rm --volumes",
        "up -V",
        "up -dV",
        "up --renew-anon-volumes",
        "up --renew",
        "create -V",
        "volume rm shop_data",
        "volume prune",
        "system prune",
    ] {
        let list: Vec<&str> = words.split(' ').collect();
        let shown = project.run("compose.sh", &list, "").expect(3);
        assert!(shown.stderr.contains("volumes"), "{words}: {}", shown.text());
    }
    for words in ["-H tcp://other down", "--unknown up", "--context other down -v"] {
        project.run("compose.sh", &words.split(' ').collect::<Vec<_>>(), "").expect(2);
    }
    assert!(!project.root.join("log").exists(), "Compose was not started");
    project.write("config", &CONFIG.replace("name: shop_data", "name: shop_data\n    external: true"));
    project.run("compose.sh", &["down", "-v"], "").expect(42);
}

#[test]
fn g1_3_everything_else_reaches_compose_unchanged_recording_stub() {
    let project = project();
    for words in [
        &["up", "-d", "--volume-less"][..],
        &["logs", "-f", "a b"],
        &["exec", "-T", "db", "sh", "-c", "down -v"],
        &["run", "-v", "./a:/b", "web"],
        &["down", "-t5v"],
        &["down", "--volumes=false"],
        &["-p", "x", "--profile", "a b", "ps"],
    ] {
        project.run("compose.sh", words, "typed\n").expect(42);
        let log = std::fs::read_to_string(project.root.join("log")).unwrap();
        let last: Vec<&str> =
            log.trim_end_matches("\x1f\n").rsplit("\x1f\n").next().unwrap().split('\x1f').collect();
        let file = project.root.join("compose.yml");
        assert_eq!(last[..3], ["compose", "-f", file.to_str().unwrap()]);
        let kept: Vec<&str> = words.iter().copied().filter(|word| !["-p", "x"].contains(word)).collect();
        assert_eq!(last[3..], kept, "{words:?}");
    }
    let stdin = std::fs::read_to_string(project.root.join("stdin")).unwrap();
    assert_eq!(stdin.matches("typed\n").count(), 7, "standard input is Compose's, not the guard's");
}
