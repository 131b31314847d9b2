//! The scripts' ways into containers of podman and pods of Kubernetes, with recording stubs in place of those tools: they write
//! down every command line and run what would run inside against a real PostgreSQL server, with nothing of our environment but
//! what the tool would pass on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server has to fail"
)]

mod support;

use serde_json::{Value, json};
use support::postgres::{PASSWORD, USER, binary, server};
use support::programs::{all_but, program};
use support::project::{Project, credential};

/// What runs inside sees only the variables of the container and those that are handed in.
const INSIDE: &str = r#"
inside() { env -i PATH="$PATH" PGHOST=127.0.0.1 PGPORT="$REAL_PORT" POSTGRES_USER="$REAL_USER" POSTGRES_DB="$REAL_DB" "${given[@]}" "$@"; }
printf '%s\x1f' "$@" >>"$LOG"
printf '\n' >>"$LOG"
given=()
"#;

const PODMAN: &str = r#"
case "$1 $2" in
  'ps -q') case "$*" in *'label=org.example.role=db') echo 0123456789ab ;; *) exit 9 ;; esac ;;
  'inspect --format') [ "$4" = 0123456789ab ] && echo true ;;
  'exec -i')
    shift 2
    while [ "$1" = -e ]; do
      case "$2" in *=*) given+=("$2") ;; *) given+=("$2=${!2}") ;; esac
      shift 2
    done
    [ "$1" = 0123456789ab ] || exit 9
    shift
    inside "$@"
    ;;
  *) exit 9 ;;
esac
"#;

const KUBECTL: &str = r#"
[ "$1" = --context=lab ] || exit 9
[ "$2" = '--namespace=team a' ] || { [ "$2 $3" = 'config current-context' ] || exit 9; }
shift 2
case "$1 $2" in
  'get pods') echo pod/db-0 ;;
  'exec -i')
    [ "$3 $4 $5" = 'pod/db-0 --container=postgres --' ] || exit 9
    shift 5
    inside "$@"
    ;;
  *) exit 9 ;;
esac
"#;

fn project(name: &str, tool: &str, stub: &str, database: &Value) -> Project {
    server().create(name);
    server().sql(name, "CREATE TABLE items AS SELECT generate_series(1, 3000) AS i;");
    let mut database = database.clone();
    database["credentials"] = json!([credential("password", "dotenv", ".env", "PW", "")]);
    let mut project = Project::new("project", &[database]);
    let quoted = PASSWORD.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    project.write(".env", &format!("PW=\"{quoted}\"\n"));
    program(&project, &format!("bin/{tool}"), &format!("#!/usr/bin/env bash\n{INSIDE}{stub}"));
    let rest = all_but(&project, &["docker", "docker-compose", "podman", "podman-compose", "kubectl"]);
    let clients = binary("").trim_end_matches('/').to_owned();
    project.set("PATH", &format!("{}:{clients}:{rest}", project.root.join("bin").display()));
    let log = project.root.join("log");
    project.set("LOG", log.to_str().unwrap());
    project.set("REAL_PORT", &server().port.to_string());
    project.set("REAL_USER", USER);
    project.set("REAL_DB", name);
    project
}

fn lose_and_restore(project: &Project, name: &str) -> Vec<Vec<String>> {
    project.run("backup.sh", &[], "").expect(0);
    server().sql(name, "DROP TABLE items;");
    project.run("restore.sh", &[], &format!("{name}\n")).expect(0);
    assert_eq!(server().count(name, "items"), 3000);
    calls(project)
}

fn calls(project: &Project) -> Vec<Vec<String>> {
    let log = std::fs::read_to_string(project.root.join("log")).unwrap();
    assert!(!log.contains(PASSWORD), "the password is an argument: {log}");
    log.split("\x1f\n").map(|call| call.split('\x1f').map(str::to_owned).collect()).collect()
}

#[test]
fn g2_2_podman_command_lines_and_streams_recording_stub() {
    let database = json!({ "run": "container", "container": "org.example.role=db" });
    let project = project("by_podman", "podman", PODMAN, &database);
    project.run("backup.sh", &[], "").expect(0);
    let calls = calls(&project);
    assert!(calls.contains(
        &["ps", "-q", "--no-trunc", "--filter", "label=org.example.role=db"].map(str::to_owned).to_vec()
    ));
    let clients: Vec<_> =
        calls.iter().filter(|call| call[0] == "exec" && call.contains(&"sh".to_owned())).collect();
    assert!(clients.len() > 10);
    for call in clients {
        assert_eq!(
            call[..7],
            ["exec", "-i", "-e", "PGPASSWORD", "-e", "PGCLIENTENCODING=UTF8", "0123456789ab"],
            "never -t, and no value"
        );
    }
}

#[test]
fn g2_2_podman_compose_finds_the_service_recording_stub() {
    let stub = PODMAN.replace("'ps -q')", "'compose version') echo 1 ;;\n  'compose -f') [ \"$4 $5 $6\" = 'ps -q db' ] && echo 0123456789ab ;;\n  'ps -q')");
    let database = json!({ "run": "compose", "compose_files": ["compose.yml"], "service": "db" });
    let project = project("by_podman_compose", "podman", &stub, &database);
    let shown = project.run("backup.sh", &[], "").expect(0);
    assert!(shown.stdout.contains("host:        service db, socket in the container"), "{}", shown.text());
}

#[test]
fn g2_2_kubectl_gets_the_password_on_standard_input_recording_stub() {
    let database = json!({
        "run": "kubernetes", "selector": "app=db,role=primary", "namespace": "team a", "context": "lab",
        "container": "postgres", "environment": "development"
    });
    let project = project("by_kubectl", "kubectl", KUBECTL, &database);
    let calls = lose_and_restore(&project, "by_kubectl");
    let listing = [
        "--context=lab",
        "--namespace=team a",
        "get",
        "pods",
        "--selector=app=db,role=primary",
        "--field-selector=status.phase=Running",
        "--output=name",
    ];
    assert!(calls.contains(&listing.map(str::to_owned).to_vec()));
    assert!(!calls.iter().flatten().any(|word| word == "-t" || word == "-it" || word == "--tty"));
    let auto = json!({
        "run": "kubernetes", "selector": "app=db,role=primary", "namespace": "team a", "context": "lab", "container": "postgres",
        "credentials": [credential("password", "dotenv", ".env", "PW", "")]
    });
    project.configure(&[auto], &json!({}));
    let shown = project.run("restore.sh", &[], "by_kubectl\n").expect(3);
    assert!(shown.stderr.contains("a cluster, and nothing tells which"), "{}", shown.text());
}

#[test]
fn g2_2_kubectl_without_exactly_one_pod_is_refused_recording_stub() {
    let stub = KUBECTL.replace("echo pod/db-0", "printf '%s\\n' pod/db-0 pod/db-1");
    let database = json!({
        "run": "kubernetes", "selector": "app=db", "namespace": "team a", "context": "lab", "container": "postgres"
    });
    let project = project("by_pods", "kubectl", &stub, &database);
    let shown = project.run("backup.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("several fit: pod/db-0 pod/db-1"), "{}", shown.text());
}
