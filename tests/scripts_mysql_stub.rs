//! MySQL's own programs are not in the distribution: recording stubs stand in for them and for `docker`. They write down every
//! command line, and pass the work on to MariaDB's programs and a real MariaDB server, without what only MySQL knows.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server has to fail"
)]

mod support;

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use support::mariadb::{PASSWORD, USER, server};
use support::project::{Project, credential};

const MYSQL: &str = r#"#!/usr/bin/env bash
printf '%s\x1f' mysql "$@" >>"$LOG"; printf '\x1e' >>"$LOG"
exec /usr/bin/mariadb "$@"
"#;

/// Knows the two options of MySQL's dump, which MariaDB's does not.
const MYSQLDUMP: &str = r#"#!/usr/bin/env bash
printf '%s\x1f' mysqldump "$@" >>"$LOG"; printf '\x1e' >>"$LOG"
case "$*" in *--help*) printf '  --set-gtid-purged[=name]\n  --column-statistics\n'; exit 0 ;; esac
rest=()
for word in "$@"; do
  case "$word" in --set-gtid-purged=*|--column-statistics=*) ;; *) rest+=("$word") ;; esac
done
exec /usr/bin/mariadb-dump "${rest[@]}"
"#;

/// `docker` for one running container of Compose v2, whose environment holds a password for root that no longer counts.
const DOCKER: &str = r#"#!/usr/bin/env bash
printf '%s\x1f' docker "$@" >>"$LOG"; printf '\x1e' >>"$LOG"
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
        -e) passed="$2"; shift 2 ;;
        -*) exit 9 ;;
        *) break ;;
      esac
    done
    [ "$1" = 0123456789ab ] || exit 9
    shift
    [ -n "${passed:-}" ] || unset MYSQL_PWD
    export HOME="$CONTAINER_HOME" MYSQL_ROOT_PASSWORD=stale-secret MYSQL_USER="$REAL_USER" \
      MYSQL_PASSWORD_FILE="$PASSWORD_FILE" MYSQL_DATABASE=stubbed
    if [ "$stdin" = yes ]; then exec "$@"; else exec "$@" </dev/null; fi
    ;;
  *) exit 9 ;;
esac
"#;

/// A project with the given programs before all others on its PATH.
fn project(database: &Value, programs: &[(&str, &str)]) -> Project {
    let mut project = Project::new("project", std::slice::from_ref(database));
    for (name, text) in programs {
        let path = project.root.join("bin").join(name);
        project.write(&format!("bin/{name}"), text);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", project.root.join("bin").display(), std::env::var("PATH").unwrap());
    project.set("PATH", &path);
    project.set("LOG", &project.root.join("log").display().to_string());
    project
}

fn calls(project: &Project) -> Vec<Vec<String>> {
    let log = std::fs::read_to_string(project.root.join("log")).unwrap();
    assert!(!log.contains(PASSWORD) && !log.contains("stale-secret"), "{log}");
    log.split("\x1f\x1e").map(|call| call.split('\x1f').map(str::to_owned).collect()).collect()
}

fn back_up_damage_and_restore(project: &Project) {
    server()
        .sql("stubbed", "DROP TABLE IF EXISTS items; CREATE TABLE items AS SELECT seq FROM seq_1_to_3000;");
    project.run("backup.sh", &[], "").expect(0);
    server().sql("stubbed", "DROP TABLE items;");
    project.run("verify-backup.sh", &[], "").expect(0);
    project.run("restore.sh", &[], "stubbed\n").expect(0);
    assert_eq!(server().count("stubbed", "items"), 3000);
}

#[test]
fn g2_2_mysql_programs_get_their_own_options_recording_stub() {
    server().sql("", "CREATE DATABASE IF NOT EXISTS stubbed;");
    let database = json!({
        "engine": "mysql", "host": "127.0.0.1", "port": server().port, "database": "stubbed", "user": USER,
        "credentials": [credential("password", "file", "secret", "", "")]
    });
    let direct = project(&database, &[("mysql", MYSQL), ("mysqldump", MYSQLDUMP)]);
    direct.write("secret", PASSWORD);
    back_up_damage_and_restore(&direct);

    let calls = calls(&direct);
    for call in calls.iter().filter(|call| call.len() > 1) {
        assert!(call[1].starts_with("--defaults-extra-file=") && call[1].ends_with("/my.cnf"), "{call:?}");
    }
    let dump =
        calls.iter().find(|call| call[0] == "mysqldump" && !call.contains(&"--help".to_owned())).unwrap();
    assert_eq!(
        dump[2..],
        [
            "--single-transaction",
            "--quick",
            "--opt",
            "--comments",
            "--skip-force",
            "--hex-blob",
            "--no-tablespaces",
            "--default-character-set=utf8mb4",
            "--max-allowed-packet=1G",
            "--set-gtid-purged=OFF",
            "--column-statistics=0",
            "--routines",
            "--triggers",
            "--skip-events",
            "--",
            "stubbed"
        ]
    );
    let query = calls.iter().find(|call| call[0] == "mysql").unwrap();
    assert_eq!(
        query[2..],
        [
            "--batch",
            "--raw",
            "--skip-column-names",
            "--no-auto-rehash",
            "--binary-mode",
            "--connect-timeout=10",
            "--max-allowed-packet=1G",
            "--default-character-set=utf8mb4"
        ]
    );
}

#[test]
fn g2_2_compose_uses_the_containers_own_account_recording_stub() {
    server().sql("", "CREATE DATABASE IF NOT EXISTS stubbed_compose;");
    let database = json!({
        "engine": "mysql", "run": "compose", "compose_files": ["docker compose.yml"], "service": "db",
        "database": "stubbed_compose"
    });
    let mut project = project(&database, &[("mysql", MYSQL), ("mysqldump", MYSQLDUMP), ("docker", DOCKER)]);
    project
        .write("home/.my.cnf", &format!("[client]\nprotocol=tcp\nhost=127.0.0.1\nport={}\n", server().port));
    project.write("secret", PASSWORD);
    project.set("CONTAINER_HOME", &project.root.join("home").display().to_string());
    project.set("PASSWORD_FILE", &project.root.join("secret").display().to_string());
    project.set("REAL_USER", USER);
    server().sql("stubbed_compose", "CREATE TABLE items AS SELECT seq FROM seq_1_to_3000;");
    project.run("backup.sh", &[], "").expect(0);
    server().sql("stubbed_compose", "DROP TABLE items;");
    project.run("verify-backup.sh", &[], "").expect(0);
    project.run("restore.sh", &[], "stubbed_compose\n").expect(0);
    assert_eq!(server().count("stubbed_compose", "items"), 3000);

    let calls = calls(&project);
    let inside: Vec<_> = calls.iter().filter(|call| call.get(1).is_some_and(|word| word == "exec")).collect();
    assert!(inside.iter().all(|call| !call.contains(&"-t".to_owned()) && !call.contains(&"-it".to_owned())));
    let dump = inside.iter().find(|call| call.contains(&"--single-transaction".to_owned())).unwrap();
    let words: Vec<_> = dump.iter().filter(|word| !word.contains('\n')).collect();
    assert!(dump.contains(&"mysqldump".to_owned()) && dump.contains(&format!("--user={USER}")), "{words:?}");
}
