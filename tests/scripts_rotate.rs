//! Changing a password on real servers: PostgreSQL, MariaDB and Redis. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use support::Seeded;
use support::postgres::{binary, quoted, server};
use support::project::{Outcome, Project, credential};

const OLD: &str = "old-Secret-of-the-role";

/// A role and a database of its own, named alike, and a project whose files hold its password in three forms.
fn postgres(name: &str) -> Project {
    let role = quoted(name);
    server().sql("postgres", &format!("CREATE ROLE {role} LOGIN PASSWORD '{OLD}'; CREATE DATABASE {role} OWNER {role};"));
    server().sql(name, &format!("CREATE TABLE items AS SELECT generate_series(1, 500) AS id; ALTER TABLE items OWNER TO {role};"));
    let database = json!({
        "host": "127.0.0.1", "port": server().port, "database": name, "user": name,
        "credentials": [
            credential("password", "dotenv", ".env", "PW", ""),
            credential("url", "dotenv", ".env", "DATABASE_URL", ""),
            credential("password", "compose", "compose.yml", "POSTGRES_PASSWORD", "db"),
            credential("password", "file", "secret.txt", "", ""),
        ]
    });
    let project = Project::new("project", &[database]);
    project.write(".env", &format!("# keep\r\nPW={OLD}\r\nDATABASE_URL=postgres://{name}:{OLD}@127.0.0.1/{name}?a=b # note\nLAST='x y'"));
    project.write("compose.yml", &format!("services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: {OLD} # why\n      OTHER: 1\n"));
    project.write("secret.txt", &format!("{OLD}\n"));
    project
}

fn accepts(name: &str, password: &str) -> bool {
    let output = Command::new(binary("psql"))
        .args(["-XqAtw", "-h", "127.0.0.1", "-p", &server().port.to_string(), "-U", name, "-d", name])
        .args(["-c", "SELECT count(*) FROM items"])
        .env("PGPASSWORD", password)
        .output()
        .unwrap();
    output.status.success() && output.stdout == b"500\n"
}

/// The password that a dotenv file holds in plain form.
fn held(project: &Project) -> String {
    let text = fs::read_to_string(project.root.join(".env")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("PW=")).unwrap();
    line.trim().to_owned()
}

/// The texts of all files, with the password as `*`.
fn masked(project: &Project, password: &str) -> Vec<String> {
    ["compose.yml", ".env", "secret.txt"]
        .iter()
        .map(|file| fs::read_to_string(project.root.join(file)).unwrap().replace(password, "*"))
        .collect()
}

fn rotate(project: &Project, arguments: &[&str], input: &str) -> Outcome {
    let arguments: Vec<&str> = ["--yes"].iter().chain(arguments).copied().collect();
    project.run("rotate-password.sh", &arguments, input)
}

#[test]
fn g4_1_postgres_password_is_changed_in_the_server_and_in_every_place_and_nothing_else_changes() {
    let name = "rotate plain";
    let project = postgres(name);
    let before = masked(&project, OLD);
    fs::set_permissions(project.root.join("secret.txt"), fs::Permissions::from_mode(0o640)).unwrap();
    let shown = rotate(&project, &[], "").expect(0);
    let new = held(&project);
    assert!(new.len() == 40 && new.chars().all(|one| one.is_ascii_alphanumeric()), "{new}");
    assert!(accepts(name, &new) && !accepts(name, OLD));
    assert_eq!(masked(&project, &new), before);
    assert_eq!(fs::metadata(project.root.join("secret.txt")).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(!shown.text().contains(&new) && !shown.text().contains(OLD), "{}", shown.text());
    project.run("validate-env.sh", &[], "").expect(0);
    let log = fs::read_to_string(project.root.join("backups/main/../audit.jsonl")).unwrap();
    assert!(log.contains("\"action\": \"rotate\"") && log.contains("\"result\": \"done\"") && !log.contains(&new), "{log}");
    assert!(!project.root.join("backups/main/.rotate").exists());
}
