//! The scripts' way into a container, with a recording stub in place of `docker`: it writes down every command line, and runs
//! what would run in the container against a real PostgreSQL server. It stands in for Compose v2, which the distribution lacks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server has to fail"
)]

mod support;

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use support::postgres::{PASSWORD, USER, binary, server};
use support::project::{Project, credential};

const STUB: &str = r#"#!/usr/bin/env bash
printf '%s\x1f' "$@" >>"$LOG"
printf '\n' >>"$LOG"
case "$1 $2" in
  'version --format') echo 28.0.0 ;;
  'compose version') echo 'Docker Compose version v2.40.0' ;;
  'compose -f') case "$*" in *' ps -q db') echo 0123456789ab ;; *) exit 9 ;; esac ;;
  'inspect --format') echo true ;;
  'exec '*)
    shift
    stdin=no
    while :; do
      case "$1" in
        -i) stdin=yes; shift ;;
        -e) shift 2 ;;
        -*) exit 9 ;;
        *) break ;;
      esac
    done
    [ "$1" = 0123456789ab ] || exit 9
    shift
    export PGHOST=127.0.0.1 PGPORT="$REAL_PORT" POSTGRES_USER="$REAL_USER" POSTGRES_PASSWORD="$REAL_PASSWORD" POSTGRES_DB=stubbed
    if [ "$stdin" = yes ]; then exec "$@"; else exec "$@" </dev/null; fi
    ;;
  *) exit 9 ;;
esac
"#;

#[test]
fn g2_2_compose_v2_command_lines_and_streams_recording_stub() {
    server().create("stubbed");
    server().sql("stubbed", "CREATE TABLE items AS SELECT generate_series(1, 3000) AS i;");
    let database = json!({
        "run": "compose", "compose_files": ["docker compose.yml", "deploy/override.yml"], "service": "db",
        "credentials": [credential("password", "dotenv", ".env", "PW", "")]
    });
    let mut project = Project::new("project", &[database]);
    project.write(".env", "PW=a-wrong-one\n");
    let stub = project.root.join("bin/docker");
    project.write("bin/docker", STUB);
    std::fs::set_permissions(&stub, std::fs::Permissions::from_mode(0o755)).unwrap();
    let log = project.root.join("log");
    let path = format!(
        "{}:{}:{}",
        project.root.join("bin").display(),
        binary("").trim_end_matches('/'),
        std::env::var("PATH").unwrap()
    );
    project.set("PATH", &path);
    project.set("LOG", log.to_str().unwrap());
    project.set("REAL_PORT", &server().port.to_string());
    project.set("REAL_USER", USER);
    project.set("REAL_PASSWORD", PASSWORD);

    project.run("backup.sh", &[], "").expect(0);
    server().sql("stubbed", "DROP TABLE items;");
    project.run("verify-backup.sh", &[], "").expect(0);
    project.run("restore.sh", &[], "stubbed\n").expect(0);
    assert_eq!(server().count("stubbed", "items"), 3000);

    let log = std::fs::read_to_string(log).unwrap();
    let calls: Vec<Vec<&str>> = log.split("\x1f\n").map(|call| call.split('\x1f').collect()).collect();
    let first = project.root.join("docker compose.yml");
    let second = project.root.join("deploy/override.yml");
    let listing =
        ["compose", "-f", first.to_str().unwrap(), "-f", second.to_str().unwrap(), "ps", "-q", "db"];
    assert!(calls.iter().any(|call| *call == listing), "{log}");
    let clients: Vec<_> = calls.iter().filter(|call| call[0] == "exec" && call.contains(&"sh")).collect();
    assert!(clients.len() > 10);
    for call in clients {
        assert_eq!(
            call[..7],
            ["exec", "-i", "-e", "PGPASSWORD", "-e", "PGCLIENTENCODING=UTF8", "0123456789ab"],
            "never -t, and no value"
        );
    }
    assert!(
        calls.iter().any(|call| call.contains(&"pg_dump") && call.contains(&"-Fc") && call.contains(&"-w"))
    );
    assert!(!log.contains(PASSWORD) && !log.contains("a-wrong-one"));
}
