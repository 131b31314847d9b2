//! `audit --since` in real git repositories.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{COMPOSE, SCRIPT, audit, repository};

const OLD: (&str, &str) = ("migrations/001_old.sql", "DROP TABLE customers;\n");

fn git(root: &Path, words: &[&str]) {
    let name = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let done = Command::new("git").args(name).args(words).current_dir(root).output().expect("git");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// A repository with a finding in a script and an old migration, and a branch `work` on top of `main`.
fn branched() -> tempfile::TempDir {
    let root = repository(&[("compose.yml", COMPOSE), SCRIPT, OLD]);
    let steps: [&[&str]; 4] =
        [&["init", "-qb", "main"], &["add", "-A"], &["commit", "-qm", "x"], &["checkout", "-qb", "work"]];
    for words in steps {
        git(root.path(), words);
    }
    root
}

fn commit(root: &Path) {
    git(root, &["add", "-A"]);
    git(root, &["commit", "-qm", "y"]);
}

/// `rule path severity` of what is found, and the number of what is left out.
fn since(root: &Path) -> (Vec<String>, u64) {
    let output = audit(root, &["--since", "main", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let word = |finding: &Value, key: &str| finding[key].as_str().expect("word").to_owned();
    let line = |one: &Value| ["rule", "path", "severity"].map(|key| word(one, key)).join(" ");
    let found = report["findings"].as_array().expect("findings").iter().map(line);
    let wanted = |line: &String| ["sql-", "compose-down"].iter().any(|rule| line.starts_with(rule));
    (found.filter(wanted).collect(), report["summary"]["unchanged"].as_u64().expect("number"))
}

#[test]
fn a_pending_migration_weighs_and_an_old_one_does_not() {
    let root = branched();
    assert_eq!(since(root.path()).0, Vec::<String>::new());
    assert!(since(root.path()).1 >= 2);
    fs::write(root.path().join("migrations/002_new.sql"), "DROP TABLE orders;\n").expect("file");
    let (untracked, _) = since(root.path());
    commit(root.path());
    let (committed, _) = since(root.path());
    assert_eq!(untracked, committed);
    assert_eq!(committed, ["sql-drop-table migrations/002_new.sql high"]);
    assert_eq!(audit(root.path(), &["--since", "main"]).status.code(), Some(1));
}

#[test]
fn a_pending_migration_may_make_a_table_again_if_it_copies_the_rows() {
    let root = branched();
    let path = root.path().join("migrations/002_new.sql");
    fs::write(&path, "DROP TABLE orders;\nCREATE TABLE orders (id int);\n").expect("file");
    assert_eq!(since(root.path()).0, ["sql-drop-table migrations/002_new.sql high"]);
    let rebuilt = "CREATE TABLE \"new_orders\" (id int);\nINSERT INTO \"new_orders\" SELECT id FROM \"orders\";\n\
                   DROP TABLE \"orders\";\nALTER TABLE \"new_orders\" RENAME TO \"orders\";\n";
    fs::write(&path, rebuilt).expect("file");
    assert_eq!(since(root.path()).0, ["sql-drop-table migrations/002_new.sql info"]);
}

#[test]
fn what_takes_a_pending_migration_back_is_not_pending() {
    let root = branched();
    let sql = "-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\nDROP TABLE a;\n";
    fs::write(root.path().join("migrations/002_goose.sql"), sql).expect("file");
    let drops = |up: &str, down: &str| {
        let text = format!("def upgrade():\n    {up}\n\n\ndef downgrade():\n    {down}\n");
        fs::write(root.path().join("migrations/003_alembic.py"), text).expect("file");
        let output = audit(root.path(), &["--since", "main", "--format", "json"]);
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let findings = report["findings"].as_array().expect("findings");
        findings.iter().filter(|one| one["severity"] != "info").count()
    };
    let drop = r#"op.execute("DROP TABLE orders")"#;
    assert_eq!(drops("pass", drop), 0);
    assert_eq!(drops(drop, "pass"), 1);
    // A call that is only named like the way back is no way back.
    assert_eq!(drops(&format!("services.down(1)\n    {drop}"), "pass"), 1);
    assert_eq!(drops(&format!("state = down(1)\n    {drop}"), "pass"), 1);
    assert_eq!(drops("pass", &format!("services.up(1)\n    {drop}")), 0);
}

#[test]
fn only_changed_lines_count() {
    let root = branched();
    fs::write(root.path().join(SCRIPT.0), format!("{}\n\n\necho done\n", SCRIPT.1)).expect("file");
    assert_eq!(since(root.path()).0, Vec::<String>::new());
    fs::write(root.path().join(SCRIPT.0), "docker compose down --volumes\n").expect("file");
    let (found, _) = since(root.path());
    assert_eq!(found.len(), 1, "{found:?}");
    commit(root.path());
    assert_eq!(since(root.path()).0, found);
}

#[test]
fn a_renamed_file_is_not_new_and_a_deleted_one_is_nothing() {
    let root = branched();
    git(root.path(), &["mv", SCRIPT.0, "scripts/tidy.sh"]);
    commit(root.path());
    assert_eq!(since(root.path()).0, Vec::<String>::new());
    fs::remove_file(root.path().join("scripts/tidy.sh")).expect("removed");
    assert_eq!(since(root.path()).0, Vec::<String>::new());
}

#[test]
fn what_cannot_be_compared_is_an_error_that_says_what_to_do() {
    let refused = |root: &Path, reference: &str| {
        let output = audit(root, &["--since", reference]);
        (output.status.code(), String::from_utf8(output.stderr).expect("text"))
    };
    let root = branched();
    let (code, said) = refused(root.path(), "nowhere");
    assert!(code == Some(2) && said.contains("nowhere"), "{code:?} {said}");
    git(root.path(), &["checkout", "-q", "--orphan", "other"]);
    git(root.path(), &["commit", "-qm", "z"]);
    let (code, said) = refused(root.path(), "main");
    assert!(code == Some(4) && said.contains("git fetch --unshallow"), "{code:?} {said}");
    let plain = repository(&[("compose.yml", COMPOSE)]);
    let (code, said) = refused(plain.path(), "main");
    assert!(code == Some(2) && said.contains("not in a git repository"), "{code:?} {said}");
}

#[test]
fn a_shallow_clone_is_not_taken_for_a_clean_one() {
    let root = branched();
    fs::write(root.path().join("note.txt"), "a\n").expect("file");
    commit(root.path());
    git(root.path(), &["checkout", "-q", "main"]);
    fs::write(root.path().join("other.txt"), "b\n").expect("file");
    commit(root.path());
    let place = tempfile::tempdir().expect("temporary directory");
    let from = format!("file://{}", root.path().display());
    git(place.path(), &["clone", "-q", "--depth", "1", "--no-single-branch", "-b", "work", &from, "clone"]);
    let output = audit(&place.path().join("clone"), &["--since", "origin/main"]);
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
}
