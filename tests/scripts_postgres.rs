//! The generated scripts against a real PostgreSQL server, reached directly. Names carry the requirement's id.

mod support;

use serde_json::{Value, json};
use support::postgres::{PASSWORD, USER, server};
use support::project::{Project, credential};

/// A project whose only database is `name` on the test server; the password is in `.env`.
fn project(name: &str) -> Project {
    let project = Project::new("project", &[entry(name)]);
    project.write(".env", &format!("POSTGRES_PASSWORD='{}'\n", PASSWORD.replace('\'', "'")));
    project.write(".env", &dotenv(PASSWORD));
    project
}

fn entry(name: &str) -> Value {
    json!({
        "host": "127.0.0.1", "port": server().port, "database": name, "user": USER,
        "credentials": [credential("password", "dotenv", ".env", "POSTGRES_PASSWORD", "")]
    })
}

/// A double-quoted dotenv line.
fn dotenv(password: &str) -> String {
    let escaped = password.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    format!("# settings\nPOSTGRES_PASSWORD=\"{escaped}\" # the password\n")
}

/// Three tables with rows, one of them empty.
fn fill(name: &str) {
    server().create(name);
    server().sql(
        name,
        "CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
         CREATE TABLE books (id int PRIMARY KEY, author int REFERENCES authors, title text);
         CREATE TABLE drafts (id int);
         INSERT INTO authors SELECT i, 'author ' || i FROM generate_series(1, 500) AS i;
         INSERT INTO books SELECT i, 1 + i % 500, repeat('text ', 20) FROM generate_series(1, 5000) AS i;",
    );
}

fn counts(name: &str) -> [u64; 3] {
    ["authors", "books", "drafts"].map(|table| server().count(name, table))
}

#[test]
fn g2_2_backup_drop_restore_brings_every_row_back() {
    fill("drop_and_restore");
    let project = project("drop_and_restore");
    project.run("backup.sh", &[], "").expect(0);
    server().sql("drop_and_restore", "DROP TABLE books, authors, drafts;");
    let shown = project.run("restore.sh", &[], "drop_and_restore\n").expect(0);
    assert_eq!(counts("drop_and_restore"), [500, 5000, 0], "{}", shown.text());
    assert_eq!(server().databases("drop_and_restore_old_").len(), 1, "the replaced database is kept");
    assert!(server().databases("dbguard_new_").is_empty());
}

#[test]
fn g3_3_verify_restores_into_a_scratch_database_and_compares() {
    fill("verified");
    let project = project("verified");
    project.run("backup.sh", &["--label", "first"], "").expect(0);
    let shown = project.run("verify-backup.sh", &[], "").expect(0);
    assert!(shown.stdout.contains("3 tables and 5500 rows came back"), "{}", shown.text());
    let listed = project.listed();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["state"], "rehearsed");
    assert_eq!(listed[0]["label"], "first");
    assert!(server().databases("dbguard_check_").is_empty());
}
