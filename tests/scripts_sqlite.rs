//! The generated scripts against real SQLite files. Names carry the requirement's id.

mod support;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::json;
use support::project::Project;

/// A project with one SQLite database at `path`, filled with two tables.
fn project(path: &str) -> Project {
    let project = Project::new("project", &[json!({ "engine": "sqlite", "run": "file", "path": path })]);
    project.write(path, "");
    std::fs::remove_file(project.root.join(path)).unwrap();
    sql(
        &project.root.join(path),
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);
         CREATE TABLE tags (note INTEGER REFERENCES notes, word TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
           INSERT INTO notes SELECT i, 'note ' || i FROM n;
         INSERT INTO tags SELECT id, 'word' FROM notes WHERE id % 10 = 0;",
    );
    project
}

/// Runs SQL with the sqlite3 client; gives its output.
fn sql(file: &PathBuf, sql: &str) -> String {
    let mut child = Command::new("sqlite3")
        .args(["-batch", "-bail", "-init", "/dev/null"])
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sqlite3 is needed: apt-get install sqlite3");
    child.stdin.take().unwrap().write_all(sql.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{sql}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn counts(file: &PathBuf) -> String {
    sql(file, "SELECT (SELECT count(*) FROM notes) || ' ' || (SELECT count(*) FROM tags);")
}

#[test]
fn g2_2_backup_drop_restore_brings_every_row_back() {
    let project = project("data/app.db");
    let file = project.root.join("data/app.db");
    project.run("backup.sh", &[], "").expect(0);
    sql(&file, "DROP TABLE tags; DROP TABLE notes;");
    project.run("restore.sh", &[], "app.db\n").expect(0);
    assert_eq!(counts(&file), "3000 300");
}

#[test]
fn g3_3_verify_restores_a_copy_and_compares() {
    let project = project("app.db");
    project.run("backup.sh", &[], "").expect(0);
    let shown = project.run("verify-backup.sh", &[], "").expect(0);
    assert!(shown.stdout.contains("2 tables and 3300 rows came back"), "{}", shown.text());
    assert_eq!(project.listed()[0]["state"], "rehearsed");
}
