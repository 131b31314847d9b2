//! Valkey in Compose, with recording stubs in place of `docker` and of Valkey's programs, neither of which the distribution
//! has in the needed form: they write down how they are called, and run Redis' own programs against a real server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server has to fail"
)]

mod support;

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use support::project::{Project, credential};
use support::redis::{PASSWORD, Redis};

const DOCKER: &str = r#"printf '%s\037' "$@" >>"$LOG"
printf '\n' >>"$LOG"
case "$1 $2" in
  'version --format') echo 28.0.0 ;;
  'compose version') echo 'Docker Compose version v2.40.0' ;;
  'compose -f') echo 0123456789ab ;;
  'inspect --format') echo true ;;
  'exec -i')
    shift 2
    [ "$1" != -e ] || shift 2
    [ "$1" = 0123456789ab ] || exit 9
    shift
    PATH="$INSIDE:$PATH" exec "$@"
    ;;
  *) exit 9 ;;
esac
"#;

fn write_program(project: &Project, path: &str, text: &str) {
    project.write(path, &format!("#!/bin/sh\n{text}"));
    std::fs::set_permissions(project.root.join(path), std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn g2_2_valkey_in_compose_is_handled_by_its_own_programs_recording_stub() {
    let server = Redis::start(&[]);
    server.fill(0, 3000);
    server.fill(5, 20);
    let database = json!({
        "engine": "valkey", "run": "compose", "compose_files": ["docker compose.yml"], "service": "cache", "port": 16379,
        "credentials": [credential("password", "dotenv", ".env", "REDIS_PASSWORD", "")]
    });
    let mut project = Project::new("project", &[database]);
    project.write(".env", &support::redis::dotenv("REDIS_PASSWORD", PASSWORD));
    write_program(&project, "bin/docker", DOCKER);
    for program in ["cli", "server", "check-rdb"] {
        let at = if program == "cli" { "[ \"$1\" = -s ] || set -- -p \"$REAL_PORT\" \"$@\"\n" } else { "" };
        let text = format!("{at}echo valkey-{program} >>\"$LOG\"\nexec redis-{program} \"$@\"\n");
        write_program(&project, &format!("inside/valkey-{program}"), &text);
    }
    let log = project.root.join("log");
    let path = format!("{}:{}", project.root.join("bin").display(), std::env::var("PATH").unwrap());
    project.set("PATH", &path);
    project.set("INSIDE", project.root.join("inside").to_str().unwrap());
    project.set("LOG", log.to_str().unwrap());
    project.set("REAL_PORT", &server.port.to_string());
    let before = server.digest();
    project.run("backup.sh", &[], "").expect(0);
    server.ask(0, &["FLUSHALL"]);
    project.run("verify-backup.sh", &[], "").expect(0);
    project.run("restore.sh", &[], "all\n").expect(0);
    assert_eq!(server.digest(), before);
    let log = std::fs::read_to_string(log).unwrap();
    for program in ["valkey-cli", "valkey-server", "valkey-check-rdb"] {
        assert!(log.lines().any(|line| line == program), "{program}: {log}");
    }
    assert!(
        log.contains("exec\u{1f}-i\u{1f}-e\u{1f}REDISCLI_AUTH\u{1f}0123456789ab"),
        "the password goes by name"
    );
    assert!(!log.contains(PASSWORD) && !log.contains("\u{1f}-t\u{1f}"));
}
