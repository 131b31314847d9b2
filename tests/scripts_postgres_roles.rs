//! PostgreSQL roles that cannot create databases: the live database is refilled in one transaction.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server has to fail"
)]

mod support;

use std::process::Command;
use std::time::Duration;

use serde_json::json;
use support::Seeded;
use support::postgres::{quoted, server};
use support::project::{Project, credential};

/// A database that a role without any right beyond it owns, and its project.
fn project(name: &str) -> Project {
    server().sql("postgres", &format!("CREATE ROLE {name} LOGIN PASSWORD 'plain';"));
    server().sql("postgres", &format!("CREATE DATABASE {} OWNER {name};", quoted(name)));
    as_role(name, "CREATE SCHEMA other; CREATE TABLE items (id int PRIMARY KEY, text text);
        INSERT INTO items SELECT i, md5(i::text) FROM generate_series(1, 20000) AS i;
        CREATE TABLE other.\"odd name\" (item int REFERENCES items); INSERT INTO other.\"odd name\" VALUES (1), (2);
        CREATE VIEW v AS SELECT count(*) FROM items; SELECT lo_from_bytea(0, 'large');");
    let database = json!({
        "host": "127.0.0.1", "port": server().port, "user": name, "database": name,
        "credentials": [credential("password", "variable", "", "GUARD_PASSWORD", "")]
    });
    let mut project = Project::new("project", &[database]);
    project.set("GUARD_PASSWORD", "plain");
    project
}

fn as_role(name: &str, sql: &str) -> String {
    server().sql(name, &format!("SET ROLE {name};\n{sql}"))
}

fn sum(name: &str) -> String {
    server().sql(
        name,
        "SELECT md5(string_agg(id || text, ',' ORDER BY id)), (SELECT count(*) FROM other.\"odd name\"), (SELECT count FROM v),
           (SELECT count(*) FROM pg_largeobject_metadata), (SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE schemaname !~ '^(pg_|info)') FROM items",
    )
}

#[test]
fn g2_3_a_role_without_createdb_restores_in_place() {
    let project = project("plain_full");
    project.run("backup.sh", &[], "").expect(0);
    let before = sum("plain_full");
    as_role(
        "plain_full",
        "DROP VIEW v; DROP TABLE other.\"odd name\"; DELETE FROM items WHERE id > 5; CREATE TABLE later (a int);",
    );
    let shown = project.run("restore.sh", &[], "plain_full\n").expect(0);
    assert!(
        shown.stdout.contains("in place:    the role plain_full cannot create databases"),
        "{}",
        shown.text()
    );
    assert!(
        shown.stderr.contains("tables that the backup does not have stay as they are: \"public.later\""),
        "{}",
        shown.text()
    );
    assert_eq!(sum("plain_full"), before);
    let first = project.backups("main").remove(0);
    project.run("restore.sh", &["--schema-only", &first], "plain_full\n").expect(0);
    assert_eq!(server().count("plain_full", "items"), 0);
    let shown = project.run("restore.sh", &["--tables", "items", &first], "plain_full\n").expect(3);
    assert!(shown.stderr.contains("single tables are restored from a copy"), "{}", shown.text());
}

#[test]
fn g2_3_an_in_place_restore_that_cannot_be_done_changes_nothing() {
    let project = project("plain_bad");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    as_role("plain_bad", "DELETE FROM other.\"odd name\"; CREATE VIEW later AS SELECT * FROM items;");
    let before = sum("plain_bad");
    let shown = project.run("restore.sh", &[&name], "plain_bad\n").expect(6);
    assert!(shown.stderr.contains("other objects depend on it"), "{}", shown.text());
    assert_eq!(sum("plain_bad"), before);
    as_role("plain_bad", "DROP VIEW later;");
    // A count that differs: nothing is committed.
    let path = format!("backups/main/{name}/metadata.json");
    let text = std::fs::read_to_string(project.root.join(&path)).unwrap();
    project.write(&path, &text.replace("\"public.items\": 20000", "\"public.items\": 19999"));
    let shown = project.run("restore.sh", &[&name], "plain_bad\n").expect(6);
    assert!(shown.stderr.contains("\"public.items\": expected 19999, found 20000"), "{}", shown.text());
    assert_eq!(sum("plain_bad"), before);
}

#[test]
fn g2_3_an_in_place_restore_that_is_killed_changes_nothing_or_everything() {
    let project = project("plain_killed");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let whole = sum("plain_killed");
    as_role("plain_killed", "DELETE FROM other.\"odd name\";");
    let damaged = sum("plain_killed");
    let mut seeded = Seeded(7);
    for _ in 0..4 {
        let mut child = project.spawn("restore.sh", &[&name]);
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"plain_killed\n").unwrap();
        std::thread::sleep(Duration::from_millis(1200 + seeded.below(2500)));
        let _ = Command::new("kill").args(["-9", "--", &format!("-{}", child.id())]).output().unwrap();
        child.wait().unwrap();
        std::thread::sleep(Duration::from_millis(500));
        let found = sum("plain_killed");
        assert!(found == damaged || found == whole, "{found}");
    }
    project.run("restore.sh", &[&name], "plain_killed\n").expect(0);
    assert_eq!(sum("plain_killed"), whole);
}

#[test]
fn g3_3_verify_by_a_role_without_createdb_is_no_verdict() {
    let project = project("plain_verify");
    project.run("backup.sh", &[], "").expect(0);
    let shown = project.run("verify-backup.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("cannot create a scratch database"), "{}", shown.text());
    assert!(shown.stderr.contains("CREATEDB"), "{}", shown.text());
    let name = project.backups("main").remove(0);
    assert!(!project.root.join(format!("backups/main/{name}/verified.json")).exists());
}
