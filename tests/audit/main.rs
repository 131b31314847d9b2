//! `dbguard audit` as it is run: exit codes, the JSON, and a small repository.

#![allow(clippy::expect_used, reason = "a test may panic with a message")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const COMPOSE: &str = "services:\n  db:\n    image: postgres:16\n    volumes: ['pg:/var/lib/postgresql/data']\nvolumes:\n  pg: {}\n";

fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("temporary directory");
    for (path, text) in files {
        let full = root.path().join(path);
        fs::create_dir_all(full.parent().expect("parent")).expect("folder");
        fs::write(full, text).expect("file");
    }
    root
}

fn audit(root: &Path, options: &[&str]) -> Output {
    let binary = env!("CARGO_BIN_EXE_dbguard");
    Command::new(binary).arg("audit").args(options).current_dir(root).output().expect("dbguard")
}

fn code(files: &[(&str, &str)], options: &[&str]) -> Option<i32> {
    audit(repository(files).path(), options).status.code()
}

const SCRIPT: (&str, &str) = ("scripts/clean.sh", "docker compose down -v\n");

#[test]
fn exit_codes_in_their_order() {
    let compose = ("compose.yml", COMPOSE);
    assert_eq!(code(&[compose], &[]), Some(0));
    assert_eq!(code(&[compose, SCRIPT], &[]), Some(1));
    assert_eq!(code(&[compose, SCRIPT], &["--fail-on", "critical"]), Some(0));
    assert_eq!(code(&[compose, ("dbguard.toml", "nonsense = [")], &[]), Some(2));
    assert_eq!(code(&[("README.md", "# x\n")], &[]), Some(3));
    assert_eq!(code(&[("compose.yml", "services: [\n")], &[]), Some(4));
    assert_eq!(code(&[("compose.yml", "services: [\n"), ("a.sh", "dropdb shop\n")], &[]), Some(1));
    assert_eq!(code(&[compose], &["--format", "nonsense"]), Some(2));
    assert_eq!(code(&[compose], &["nowhere"]), Some(2));
}

#[test]
fn json_as_the_design_says() {
    let readme = ("README.md", "# Shop\n\nStart over:\n\n```sh\ndocker compose \\\n  down -v\n```\n");
    let root = repository(&[("compose.yml", COMPOSE), readme]);
    let output = audit(root.path(), &["--format", "json", "."]);
    let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(value["schema"], "dbguard.audit/1");
    assert_eq!(value["summary"]["medium"], 1);
    assert_eq!(value["incomplete"], serde_json::json!([]));
    let findings = value["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1);
    let finding = &findings[0];
    for (key, expected) in
        [("rule", "compose-down-volumes"), ("severity", "medium"), ("kind", "doc"), ("path", "README.md")]
    {
        assert_eq!(finding[key], expected, "{key}");
    }
    assert_eq!((&finding["line"], &finding["column"]), (&6.into(), &1.into()));
    assert_eq!((&finding["end_line"], &finding["end_column"]), (&7.into(), &10.into()));
    assert_eq!(finding["command"], "docker compose down -v");
    assert!(finding["message"].as_str().expect("message").contains("volume pg"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let root = repository(&[("compose.yml", COMPOSE), SCRIPT, ("Makefile", "x:\n\tdropdb shop\n")]);
    let first = audit(root.path(), &["--format", "json"]);
    assert_eq!(first.stdout, audit(root.path(), &["--format", "json"]).stdout);
}

#[test]
fn people_see_place_severity_and_what_to_do() {
    let root = repository(&[("compose.yml", COMPOSE), SCRIPT]);
    let output = audit(root.path(), &[]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.starts_with("scripts/clean.sh:1 high compose-down-volumes "), "{text}");
    assert!(text.contains("docker compose down\n"), "{text}");
    assert!(text.ends_with("Findings: 1 high.\n"), "{text}");
}

#[test]
fn what_init_wrote_is_not_found() {
    let root = repository(&[("compose.yml", COMPOSE)]);
    let binary = env!("CARGO_BIN_EXE_dbguard");
    let name = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let commit = [&name[..], &["commit", "-qm", "x"]].concat();
    for words in [&["init", "-q"][..], &["add", "-A"], &commit] {
        let git = Command::new("git").args(words).current_dir(root.path()).status().expect("git");
        assert!(git.success());
    }
    let init =
        Command::new(binary).args(["init", "--yes"]).current_dir(root.path()).output().expect("dbguard init");
    assert_eq!(init.status.code(), Some(0), "{}", String::from_utf8_lossy(&init.stderr));
    let output = audit(root.path(), &["--format", "json"]);
    let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = value["findings"].as_array().expect("findings");
    let counted: Vec<&Value> = findings.iter().filter(|one| one["severity"] != "info").collect();
    assert!(counted.is_empty(), "{counted:#?}");
}
