//! `dbguard audit` as it is run: exit codes, the JSON, and a small repository.

#![allow(clippy::expect_used, reason = "a test may panic with a message")]

mod baseline;
mod drift;
mod fix;
mod ignores;
mod local;
mod related;
mod since;

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
    let commands: Vec<&Value> = findings.iter().filter(|one| one.get("command").is_some()).collect();
    assert_eq!(commands.len(), 1);
    let finding = commands[0];
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
    for part in [
        "scripts/clean.sh\n  high  compose-down-volumes\n",
        "      1 │ docker compose down -v\n        │ ^^^^^^^^^^^^^^^^^^^^^^\n",
        "help: Instead: docker compose down\n",
        "2 findings: 1 high, 1 low\n",
        "About a rule: dbguard explain ",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("info"), "what is only worth knowing is for -v: {text}");
}

#[test]
fn links_are_for_a_terminal_and_colour_is_as_asked() {
    let root = repository(&[("compose.yml", COMPOSE), SCRIPT]);
    let text = |options: &[&str]| String::from_utf8(audit(root.path(), options).stdout).expect("text");
    assert!(!text(&[]).contains('\u{1b}'));
    let coloured = text(&["--color", "always"]);
    assert!(coloured.contains("\u{1b}[") && !coloured.contains("\u{1b}]"), "{coloured:?}");
    let on_a_terminal = |variables: &[(&str, &str)]| {
        let command = format!("'{}' audit", env!("CARGO_BIN_EXE_dbguard"));
        let mut script = Command::new("script");
        script.args(["-qec", &command, "/dev/null"]).current_dir(root.path()).env_remove("SSH_CONNECTION");
        script.env_remove("NO_COLOR").env("TERM", "xterm-256color").envs(variables.iter().copied());
        String::from_utf8(script.output().expect("script, of bsdutils").stdout).expect("text")
    };
    let path = root.path().canonicalize().expect("path");
    let link = format!("\u{1b}]8;;file://{}/scripts/clean.sh\u{1b}\\", path.display());
    assert!(on_a_terminal(&[]).contains(&link));
    assert!(!on_a_terminal(&[("SSH_CONNECTION", "a")]).contains("\u{1b}]"));
    assert!(!on_a_terminal(&[("NO_COLOR", "1")]).contains('\u{1b}'));
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
    // What is in the Compose file was there before.
    let of_init = |one: &&Value| one["severity"] != "info" && one["path"] != "compose.yml";
    let counted: Vec<&Value> = findings.iter().filter(of_init).collect();
    assert!(counted.is_empty(), "{counted:#?}");
}

#[test]
fn several_formats_at_once_and_into_files() {
    let root = repository(&[("compose.yml", COMPOSE), SCRIPT]);
    let output = audit(
        root.path(),
        &["--format", "github", "--format", "sarif=report.sarif", "--format", "html=page.html"],
    );
    let annotations = String::from_utf8(output.stdout).expect("text");
    assert!(annotations.contains("::error file=scripts/clean.sh,line=1,"), "{annotations}");
    let sarif: Value =
        serde_json::from_slice(&fs::read(root.path().join("report.sarif")).expect("file")).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let page = fs::read_to_string(root.path().join("page.html")).expect("page");
    assert!(page.starts_with("<!DOCTYPE html>") || page.starts_with("<!doctype html>"), "{}", &page[..60]);
    assert_eq!(code(&[], &["--format", "sarif=no/such/folder"]), Some(2));
}

#[test]
fn no_format_shows_a_password_of_the_file() {
    let compose = format!("{COMPOSE}# the next line\n").replace(
        "    volumes:",
        "    environment:\n      POSTGRES_PASSWORD: hunter2opensesame\n      DATABASE_URL: postgres://u:opensesame@db/x\n    ports: ['5432:5432']\n    volumes:",
    );
    let script = ("a.sh", "PGPASSWORD=opensesame psql postgres://u:opensesame@h/x -c 'DROP TABLE a'\n");
    let root = repository(&[("compose.yml", &compose), script, (".env", "DB_PASSWORD=opensesame\n")]);
    for format in ["human", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "markdown", "html"] {
        let output = audit(root.path(), &["-v", "--format", format]);
        assert!(!String::from_utf8_lossy(&output.stdout).contains("opensesame"), "{format}");
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let run =
        |words: &[&str]| Command::new(env!("CARGO_BIN_EXE_dbguard")).args(words).output().expect("dbguard");
    let list = String::from_utf8(run(&["rules"]).stdout).expect("text");
    assert!(list.lines().count() > 70 && list.contains("pg18-mount"), "{list}");
    for line in list.lines() {
        let id = line.split_whitespace().next().expect("id");
        let page = run(&["explain", id]);
        assert_eq!(page.status.code(), Some(0), "{id}");
        assert!(String::from_utf8_lossy(&page.stdout).contains(id), "{id}");
    }
    let unknown = run(&["explain", "pg18-mounts"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("did you mean `pg18-mount`?"));
}
