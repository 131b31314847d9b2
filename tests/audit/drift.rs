//! Drift: what `init` wrote is provoked to differ in every way, in a repository of its own, and found.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
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
pub(super) fn shop() -> TempDir {
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

#[test]
fn what_is_gone() {
    let root = shop();
    let root = root.path();
    fs::remove_file(root.join("scripts/db/backup.sh")).expect("removed");
    fs::remove_file(root.join("AGENTS.md")).expect("removed");
    fs::write(root.join(".claude/settings.json"), "{}\n").expect("written");
    let mount = line_of(root, "compose.yml", "/backups");
    change(root, "compose.yml", ", ./backups:/backups", "");
    assert_eq!(
        drift(root),
        [
            "drift-missing .claude/settings.json:1 high".to_owned(),
            "drift-missing AGENTS.md:1 medium".to_owned(),
            format!("drift-missing compose.yml:{mount} high"),
            "drift-missing scripts/db/backup.sh:1 high".to_owned(),
        ]
    );
    assert!(findings(root).iter().all(|one| one["diff"].as_str().is_some_and(|diff| diff.contains("\n+"))));
    commit(root);
    init(root);
    assert_eq!(drift(root), Vec::<String>::new());
}

#[test]
fn what_a_person_owns_may_change_and_go() {
    let root = shop();
    let root = root.path();
    append(root, "dbguard.toml", "# ours\n");
    append(root, "compose.yml", "# ours\n");
    append(root, ".gitignore", "*.log\n");
    let settings = fs::read_to_string(root.join(".claude/settings.json")).expect("settings");
    let ours = settings.replacen('{', "{\n  \"model\": \"large\",", 1);
    fs::write(root.join(".claude/settings.json"), ours).expect("written");
    assert_eq!(drift(root), Vec::<String>::new());
}

#[test]
fn what_is_older_than_the_policy() {
    let root = shop();
    let root = root.path();
    change(root, "dbguard.toml", "# keep_days = 7 ", "keep_days = 9 ");
    let found = drift(root);
    assert!(found.iter().all(|one| one.starts_with("drift-outdated ")), "{found:?}");
    let config = found.iter().find(|one| one.contains("scripts/db/lib/config.sh:")).expect("the figures");
    assert!(config.ends_with(" medium"), "{config}");
    let finding = findings(root).into_iter().find(|one| one["path"] == "scripts/db/lib/config.sh");
    let diff = finding.expect("finding")["diff"].as_str().expect("diff").to_owned();
    assert!(diff.contains("\n-") && diff.contains('9'), "{diff}");
    init(root);
    assert_eq!(drift(root), Vec::<String>::new());
}

#[test]
fn edited_and_older_is_told_as_both() {
    let root = shop();
    let root = root.path();
    append(root, "scripts/db/lib/config.sh", "EXTRA=1\n");
    commit(root);
    change(root, "dbguard.toml", "# keep_days = 7 ", "keep_days = 9 ");
    let one = findings(root).into_iter().find(|one| one["path"] == "scripts/db/lib/config.sh");
    let one = one.expect("finding");
    assert_eq!((&one["rule"], &one["severity"]), (&"drift-edited".into(), &"high".into()));
    let message = one["message"].as_str().expect("message");
    assert!(message.contains("1 line more") && message.ends_with("by now, too."), "{message}");
}

#[test]
fn what_nothing_asks_for_any_more() {
    let root = shop();
    let root = root.path();
    change(root, "dbguard.toml", "agents = \"AGENTS.md\"", "agents = \"RULES.md\"");
    let found = drift(root);
    let at = line_of(root, "AGENTS.md", "dbguard:databases");
    assert!(found.contains(&format!("drift-orphan AGENTS.md:{at} low")), "{found:?}");
    assert!(found.contains(&"drift-outdated RULES.md:1 low".to_owned()), "{found:?}");
    commit(root);
    init(root);
    fs::remove_file(root.join("AGENTS.md")).expect("removed");
    assert_eq!(drift(root), Vec::<String>::new());
}

#[test]
fn markers_and_manifests_that_are_broken() {
    let root = shop();
    let root = root.path();
    change(root, ".gitignore", "# <<< dbguard:backups <<<", "");
    let at = line_of(root, ".gitignore", ">>> dbguard");
    assert_eq!(drift(root), [format!("drift-malformed .gitignore:{at} medium")]);
    let at = line_of(root, ".dbguard/manifest.toml", "[[file]]");
    change(root, ".dbguard/manifest.toml", "[[file]]", "<<<<<<< ours\n[[file]]");
    assert_eq!(drift(root), [format!("drift-malformed .dbguard/manifest.toml:{at} medium")]);
    fs::remove_file(root.join(".dbguard/manifest.toml")).expect("removed");
    assert_eq!(drift(root), ["drift-missing .dbguard/manifest.toml:1 medium"]);
}

#[test]
fn programs_that_cannot_be_started() {
    let root = shop();
    let root = root.path();
    let mode = |path: &str, mode: u32| {
        fs::set_permissions(root.join(path), Permissions::from_mode(mode)).expect("mode");
    };
    mode(".dbguard/hook.sh", 0o644);
    run(root, "git", &["update-index", "--chmod=-x", "scripts/db/backup.sh"]);
    assert_eq!(
        drift(root),
        ["drift-not-executable .dbguard/hook.sh:1 high", "drift-not-executable scripts/db/backup.sh:1 high"]
    );
    mode(".dbguard/hook.sh", 0o755);
    run(root, "git", &["update-index", "--chmod=+x", "scripts/db/backup.sh"]);
    assert_eq!(drift(root), Vec::<String>::new());
}

#[test]
fn a_pin_that_names_another_volume() {
    let root = guarded(&[("compose.yml", COMPOSE)]);
    let root = root.path();
    change(root, "dbguard.toml", "volume = \"pg\"\n", "volume = \"pg\"\nvolume_name = \"shop_pg\"\n");
    assert!(drift(root).contains(&"drift-outdated compose.yml:6 medium".to_owned()), "the new pin");
    init(root);
    commit(root);
    assert_eq!(drift(root), Vec::<String>::new());
    change(root, "compose.yml", "shop_pg", "shop_new");
    let found = drift(root);
    assert!(found.contains(&"drift-edited compose.yml:6 high".to_owned()), "{found:?}");
}

#[test]
fn every_checkout_has_the_same_drift() {
    let root = shop();
    let root = root.path();
    append(root, "scripts/db/backup.sh", "# x\n");
    commit(root);
    let elsewhere = tempfile::tempdir().expect("temporary directory");
    let copy = elsewhere.path().join("other name");
    let words = ["clone", "-q", ".", copy.to_str().expect("path")];
    run(root, "git", &words);
    fs::write(copy.join(".env"), "DATABASE_URL=postgres://u:p@db.example.org/prod\n").expect("written");
    append(&copy, ".git/info/exclude", ".env\n");
    assert_eq!(findings(root), findings(&copy));
}

#[test]
fn only_what_was_asked_for_can_drift() {
    let root = repository(&[("compose.yml", COMPOSE)]);
    run(root.path(), env!("CARGO_BIN_EXE_dbguard"), &["init", "--yes", "--only", "gitignore", "."]);
    assert_eq!(drift(root.path()), Vec::<String>::new());
}

#[test]
fn a_comment_with_a_reason_keeps_an_edit() {
    let root = shop();
    let reason = "# dbguard: ignore[drift-edited] our own check\n";
    append(root.path(), "scripts/db/backup.sh", reason);
    assert_eq!(audit(root.path(), &["--fail-on", "critical"]).status.code(), Some(0));
    assert_eq!(findings(root.path())[0]["suppressed"]["reason"], "our own check");
}

#[test]
fn hooks_that_cannot_be_read_and_files_that_git_ignores() {
    let root = shop();
    let root = root.path();
    change(root, ".claude/settings.json", "{", "{ // ours");
    assert_eq!(drift(root), ["drift-malformed .claude/settings.json:1 high"]);
    run(root, "git", &["checkout", "-q", "."]);
    run(root, "git", &["rm", "-rq", "--cached", ".claude", "scripts/db/backup.sh"]);
    append(root, ".git/info/exclude", ".claude/\n/scripts/db/backup.sh\n");
    let expected =
        ["drift-missing .claude/settings.json:1 high", "drift-missing scripts/db/backup.sh:1 high"];
    let found = drift(root);
    assert!(expected.iter().all(|one| found.iter().any(|found| found == one)), "{found:?}");
    assert!(found.iter().all(|one| !one.contains("orphan")), "{found:?}");
}

#[test]
fn files_that_one_rule_hides_are_told_once_a_folder() {
    let root = guarded(&[("compose.yml", COMPOSE), (".gitignore", "guards/\n")]);
    let root = root.path();
    assert_eq!(drift(root), Vec::<String>::new());
    change(root, "dbguard.toml", "scripts = \"scripts/db\"", "scripts = \"guards\"");
    init(root);
    let hidden = findings(root)
        .into_iter()
        .filter(|one| one["message"].as_str().is_some_and(|text| text.starts_with("Git ")));
    let hidden: Vec<Value> = hidden.map(|one| one["path"].clone()).collect();
    assert_eq!(hidden, ["guards/README.md", "guards/lib/approval.sh"]);
}
