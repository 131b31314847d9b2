//! Drift: what `init` wrote is provoked to differ in every way, in a repository of its own, and found.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::{COMPOSE, audit, repository};

const PLAIN: &str = "# x\n";
const SQLITE: &str =
    "import os\n\nSQLALCHEMY_DATABASE_URI = os.environ.get(\"DATABASE_URL\", \"sqlite:///data/app.db\")\n";

fn run(root: &Path, program: &str, words: &[&str]) {
    let mut command = Command::new(program);
    let done = command.args(words).current_dir(root).env("DOCKER_HOST", "unix:///nowhere").output();
    let done = done.expect("program");
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn commit(root: &Path) {
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    run(root, "git", &["add", "-A"]);
    run(root, "git", &[&who[..], &["commit", "-qm", "x"]].concat());
}

fn init(root: &Path) {
    run(root, env!("CARGO_BIN_EXE_dbguard"), &["init", "--yes", "."]);
}

/// A repository of `files` in which `init` ran, all of it committed.
fn guarded(files: &[(&str, &str)]) -> TempDir {
    let root = repository(files);
    run(root.path(), "git", &["init", "-q"]);
    commit(root.path());
    init(root.path());
    commit(root.path());
    root
}

/// One with PostgreSQL in Compose, and settings of an agent.
fn shop() -> TempDir {
    guarded(&[("compose.yml", COMPOSE), (".claude/settings.json", "{}\n"), ("README.md", PLAIN)])
}

fn all(root: &Path) -> Value {
    let output = audit(root, &["--format", "json"]);
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The findings about drift.
fn findings(root: &Path) -> Vec<Value> {
    let all = all(root);
    let findings = all["findings"].as_array().expect("findings").iter();
    findings.filter(|one| one["kind"] == "drift").cloned().collect()
}

/// The same as `rule path:line severity`; each fails the audit by itself.
fn drift(root: &Path) -> Vec<String> {
    let findings = findings(root);
    let code = audit(root, &["--fail-on", "critical"]).status.code();
    assert_eq!(code, Some(i32::from(!findings.is_empty())), "{findings:?}");
    let word = |one: &Value, key: &str| one[key].as_str().expect("text").to_owned();
    let line = |one: &Value| {
        format!("{} {}:{} {}", word(one, "rule"), word(one, "path"), one["line"], word(one, "severity"))
    };
    findings.iter().map(line).collect()
}

fn change(root: &Path, path: &str, from: &str, to: &str) {
    let text = fs::read_to_string(root.join(path)).expect("file");
    assert!(text.contains(from), "{path} lacks {from:?}:\n{text}");
    fs::write(root.join(path), text.replacen(from, to, 1)).expect("written");
}

fn append(root: &Path, path: &str, text: &str) {
    let mut file = OpenOptions::new().append(true).open(root.join(path)).expect("file");
    file.write_all(text.as_bytes()).expect("written");
}

fn line_of(root: &Path, path: &str, mark: &str) -> usize {
    let text = fs::read_to_string(root.join(path)).expect("file");
    1 + text.lines().position(|line| line.contains(mark)).expect("the line")
}

#[test]
fn after_init_nothing_has_drifted() {
    let none: Vec<String> = Vec::new();
    for files in [
        &[("compose.yml", COMPOSE), (".claude/settings.json", "{}\n")][..],
        &[
            ("config.py", SQLITE),
            ("requirements.txt", "flask-sqlalchemy\n"),
            ("AGENTS.md", "# Rules\n"),
            ("CLAUDE.md", "Be kind.\n"),
        ],
        &[
            ("package.json", "{\"dependencies\": {\"pg\": \"8\"}}"),
            (".env.example", "DATABASE_URL=postgresql://u@localhost/shop\n"),
            (".env", "DATABASE_URL=postgresql://u@db.example.org/shop\n"),
            (".gitignore", ".env\n"),
        ],
        &[
            ("deploy/compose.yml", COMPOSE),
            (".gitignore", "node_modules/\r\n"),
            (".cursor/rules/a.mdc", PLAIN),
        ],
    ] {
        let root = guarded(files);
        assert_eq!(drift(root.path()), none, "{files:?}");
        init(root.path());
        assert_eq!(drift(root.path()), none, "{files:?}");
    }
}

#[test]
fn without_a_policy_or_before_init_there_is_none() {
    let root = shop();
    fs::remove_file(root.path().join("scripts/db/backup.sh")).expect("removed");
    fs::remove_file(root.path().join("dbguard.toml")).expect("removed");
    assert_eq!(findings(root.path()), Vec::<Value>::new());
    let bare = repository(&[("compose.yml", COMPOSE), ("dbguard.toml", "version = 1\n")]);
    assert_eq!(drift(bare.path()), Vec::<String>::new());
}

#[test]
fn edited_files_and_blocks() {
    let root = shop();
    let root = root.path();
    let at = line_of(root, "scripts/db/backup.sh", "set -");
    change(root, "scripts/db/backup.sh", "set -", "PASSWORD=hunter2\nset -");
    append(root, "docs/DATABASE_SAFETY.md", "Call Ann.\n");
    let rule = line_of(root, ".gitignore", "/backups/");
    change(root, ".gitignore", "/backups/", "/other/");
    let guide = fs::read_to_string(root.join("docs/DATABASE_SAFETY.md")).expect("guide").lines().count();
    let expected = [
        format!("drift-edited .gitignore:{rule} medium"),
        format!("drift-edited docs/DATABASE_SAFETY.md:{guide} low"),
        format!("drift-edited scripts/db/backup.sh:{at} high"),
    ];
    assert_eq!(drift(root), expected);
    let findings = findings(root);
    let diff = findings[2]["diff"].as_str().expect("diff");
    assert!(diff.contains("+PASSWORD=***") && !diff.contains("hunter2"), "{diff}");
    let people = String::from_utf8(audit(root, &[]).stdout).expect("text");
    assert!(people.contains("    +PASSWORD=***\n") && !people.contains("hunter2"), "{people}");
}
