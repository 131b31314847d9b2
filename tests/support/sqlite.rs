//! SQLite files for tests that are about something else than SQLite.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::project::Project;

/// An entry of a project's databases.
pub fn entry(id: &str, path: &str) -> Value {
    json!({ "id": id, "engine": "sqlite", "run": "file", "path": path })
}

/// A project in this directory with one filled database, `main`, at `app.db`.
pub fn project(directory: &str, policy: &Value) -> Project {
    let project = Project::new(directory, &[entry("main", "app.db")]);
    project.configure(&[entry("main", "app.db")], policy);
    fill(&project.root.join("app.db"));
    project
}

/// Two tables, 330 rows.
pub fn fill(file: &Path) {
    sql(
        file,
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); CREATE TABLE tags (note INTEGER, word TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
           INSERT INTO notes SELECT i, 'note ' || i FROM n;
         INSERT INTO tags SELECT id, 'word' FROM notes WHERE id % 10 = 0;",
    );
}

/// Runs SQL with the sqlite3 client.
pub fn sql(file: &Path, sql: &str) {
    let mut child = Command::new("sqlite3")
        .args(["-batch", "-bail", "-init", "/dev/null"])
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("sqlite3 is needed: apt-get install sqlite3");
    child.stdin.take().unwrap().write_all(sql.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{sql}");
}
