//! `safe-sql.sh` on real servers. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::process::Command;

use serde_json::{Value, json};
use support::mariadb;
use support::postgres::{PASSWORD, USER, server};
use support::project::{Outcome, Project, credential};

fn dotenv(password: &str) -> String {
    let escaped = password.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    format!("DB_PASSWORD=\"{escaped}\"\n")
}

fn postgres(name: &str, environment: &str, policy: &Value) -> Project {
    server().create(name);
    server().sql(
        name,
        "CREATE TABLE authors (id int PRIMARY KEY, name text);
         CREATE TABLE books (id int PRIMARY KEY, author int REFERENCES authors ON DELETE CASCADE ON UPDATE CASCADE);
         INSERT INTO authors SELECT i, 'a' FROM generate_series(1, 50) AS i;
         INSERT INTO books SELECT i, 1 + i % 50 FROM generate_series(1, 500) AS i;",
    );
    let entry = json!({
        "host": "127.0.0.1", "port": server().port, "database": name, "user": USER, "environment": environment,
        "credentials": [credential("password", "dotenv", ".env", "DB_PASSWORD", "")]
    });
    let project = Project::new("project", std::slice::from_ref(&entry));
    project.configure(&[entry], policy);
    project.write(".env", &dotenv(PASSWORD));
    project
}

fn counts(name: &str) -> (u64, u64) {
    (server().count(name, "authors"), server().count(name, "books"))
}

fn run(project: &Project, sql: &str, input: &str) -> Outcome {
    project.run("safe-sql.sh", &["-c", sql], input)
}

#[test]
fn g3_4_rows_are_counted_with_their_cascades_before_anything_happens() {
    let name = "sql_cascade";
    let project = postgres(name, "development", &json!({}));
    let sql = "DELETE FROM authors WHERE id <= 2; -- two of them; only\nUPDATE authors SET name = 'it''s; b' WHERE id = 3";
    let refused = run(&project, sql, "").expect(3);
    for line in ["statement 1: 2 rows", "statement 2: 1 rows", "\"public.books\": 20", "affected:    23 rows"]
    {
        assert!(refused.stdout.contains(line), "{line}: {}", refused.text());
    }
    assert_eq!(counts(name), (50, 500));
    assert!(project.backups("main").is_empty());
    let shown = run(&project, sql, &format!("{name}\n")).expect(0);
    assert_eq!(counts(name), (48, 480), "{}", shown.text());
    assert_eq!(server().sql(name, "SELECT name FROM authors WHERE id = 3"), "it's; b");
    assert!(project.backups("main")[0].ends_with("-pre-sql"));
    // A cascaded update changes no count of rows.
    let shown = run(&project, "UPDATE authors SET id = 1000 WHERE id = 5", "").expect(3);
    assert!(
        shown.stdout.contains("\"public.books\": 10") && shown.stdout.contains("affected:    11 rows"),
        "{}",
        shown.text()
    );
}

#[test]
fn g3_4_a_small_change_runs_at_once_and_shows_what_it_found() {
    let name = "sql_small";
    let project = postgres(name, "development", &json!({}));
    let shown = run(
        &project,
        "UPDATE authors SET name = 'x' WHERE id <= 10; SELECT name FROM authors WHERE id = 4",
        "",
    )
    .expect(0);
    assert!(shown.stdout.contains("UPDATE 10") && shown.stdout.contains("(1 row)"), "{}", shown.text());
    assert_eq!(server().sql(name, "SELECT count(*) FROM authors WHERE name = 'x'"), "10");
    project.write("fix it's.sql", "INSERT INTO authors VALUES (51, 'ü');\n");
    let file = project.root.join("fix it's.sql");
    project.run("safe-sql.sh", &[file.to_str().unwrap()], "").expect(0);
    project.run("safe-sql.sh", &[], "INSERT INTO authors VALUES (52, 'from standard input')").expect(0);
    project.run("safe-sql.sh", &["--trial-only"], "INSERT INTO authors VALUES (53, 'never')").expect(0);
    assert_eq!(counts(name).0, 52);
    let failed =
        run(&project, "INSERT INTO authors VALUES (60, 'x'); INSERT INTO authors VALUES (1, 'twice')", "")
            .expect(1);
    assert!(failed.stderr.contains("duplicate key"), "{}", failed.text());
    assert_eq!(counts(name).0, 52);
}

#[test]
fn g3_4_what_destroys_asks_even_when_no_row_is_touched() {
    let name = "sql_destroys";
    let project = postgres(name, "development", &json!({ "affected_rows": 100_000 }));
    for sql in [
        "CREATE TABLE empty (id int); DROP TABLE empty",
        "TRUNCATE books",
        "TRUNCATE\"books\"",
        "ALTER TABLE authors DROP COLUMN name",
        "DO $x$ BEGIN EXECUTE 'AL' || 'TER TABLE authors DR' || 'OP COLUMN name'; END $x$",
    ] {
        let shown = run(&project, sql, "").expect(3);
        assert!(shown.stdout.contains("destroys:"), "{sql}: {}", shown.text());
    }
    let shown = run(&project, "DO $x$ BEGIN EXECUTE 'TRUNC' || 'ATE books'; END $x$", "").expect(0);
    assert!(shown.stdout.contains("affected:    500 rows"), "{}", shown.text());
}

#[test]
fn g3_4_nothing_escapes_the_trial() {
    let name = "sql_escape";
    let project = postgres(name, "development", &json!({}));
    server().sql(name, "CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN DELETE FROM books; COMMIT; END'");
    let flag = project.root.join("flag");
    let touch = format!("\\! touch '{}'", flag.display());
    let program = format!("COPY books TO PROGRAM 'touch ''{}'''", flag.display());
    let hidden = format!("DO $x$ BEGIN EXECUTE $y${program}$y$; END $x$");
    let cases = [
        "DELETE FROM books; COMMIT",
        "BEGIN; DELETE FROM books; END",
        "DELETE FROM books; /* ; */ commit /* x */ ; SELECT 1",
        "DELETE FROM books; ABORT; START TRANSACTION; DELETE FROM books; COMMIT",
        "DO $x$ BEGIN DELETE FROM books; COMMIT; END $x$",
        "CALL p()",
        "DELETE FROM books\\; COMMIT",
        "SELECT 'DELETE FROM books' \\gexec",
        "SELECT 'x' AS \"unfinished; COMMIT",
        "SELECT E'\\'; DELETE FROM books; COMMIT; --'",
        "SET standard_conforming_strings = off; SELECT '\\'; COMMIT; DELETE FROM books; COMMIT; --'",
        "SELECT setval('s', 1)",
        "COPY books FROM STDIN",
        &touch,
        &program,
        &hidden,
    ];
    for sql in cases {
        let shown = project.run("safe-sql.sh", &["--trial-only", "-c", sql], "");
        let harmless = sql.starts_with("SELECT E'");
        assert!(matches!(shown.code, 1 | 3) || (harmless && shown.code == 0), "{sql}: {}", shown.text());
        assert_eq!(counts(name), (50, 500), "{sql}");
        assert!(!flag.exists(), "{sql}");
    }
}

#[test]
fn g3_4_production_wants_a_backup_the_name_and_a_second_person() {
    let name = "sql_production";
    let mut project = postgres(name, "production", &json!({ "approvals": 2 }));
    project.set("APPROVER", "ann@example.org");
    project.set("SUDO_UID", "1001");
    let typed = format!("{name}\n");
    run(&project, "SELECT count(*) FROM books", "").expect(0);
    run(&project, "DELETE FROM books WHERE id = 1", "").expect(3);
    let refused = run(&project, "DELETE FROM books", &typed).expect(3);
    assert!(project.backups("main").is_empty());
    let (_, rest) =
        refused.stderr.split_once("approve.sh grant ").unwrap_or_else(|| panic!("{}", refused.text()));
    let code: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    project.set("APPROVER", "bob@example.org");
    project.set("SUDO_UID", "1002");
    project.run("approve.sh", &["grant", &code], "").expect(0);
    run(&project, "DELETE FROM authors", &typed).expect(3);
    assert_eq!(counts(name), (50, 500));
    run(&project, "DELETE FROM books", &typed).expect(0);
    assert_eq!(counts(name), (50, 0));
    assert_eq!(project.metadata("main", &project.backups("main")[0])["row_count"], 550);
    run(&project, "DELETE FROM books", &typed).expect(3);
}

fn sqlite() -> Project {
    let entry = json!({ "engine": "sqlite", "run": "file", "path": "app.db", "environment": "development" });
    let project = Project::new("project", &[entry]);
    lite(
        &project,
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);
         CREATE TABLE tags (note REFERENCES notes ON DELETE CASCADE);
         CREATE TABLE log (text);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) INSERT INTO notes SELECT i, 'x' FROM n;
         INSERT INTO tags SELECT id FROM notes; INSERT INTO tags SELECT id FROM notes;",
    );
    project
}

fn lite(project: &Project, sql: &str) -> String {
    let output =
        Command::new("sqlite3").arg("-bail").arg(project.root.join("app.db")).arg(sql).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

const LITE_COUNTS: &str = "SELECT (SELECT count(*) FROM notes), (SELECT count(*) FROM tags)";

#[test]
fn g3_4_sqlite_is_tried_in_a_copy() {
    let project = sqlite();
    let refused = run(&project, "DELETE FROM notes WHERE id <= 4", "").expect(3);
    assert!(
        refused.stdout.contains("\"tags\": 8") && refused.stdout.contains("affected:    12 rows"),
        "{}",
        refused.text()
    );
    assert_eq!(lite(&project, LITE_COUNTS), "30|60");
    run(&project, "DELETE FROM notes WHERE id <= 4", "app.db\n").expect(0);
    assert_eq!(lite(&project, LITE_COUNTS), "26|52");
    let trigger = "CREATE TRIGGER t AFTER INSERT ON notes BEGIN INSERT INTO log VALUES (CASE WHEN 1 THEN 'a;b' END); SELECT 1; END;
        INSERT INTO notes VALUES (100, 'semi;colon'); SELECT 'shown', text FROM log;";
    let shown = run(&project, trigger, "").expect(0);
    assert!(shown.stdout.contains("shown|a;b"), "{}", shown.text());
    run(&project, "INSERT INTO notes VALUES (101, ''); INSERT INTO notes VALUES (101, '')", "").expect(1);
    assert_eq!(lite(&project, LITE_COUNTS), "27|52");
}

#[test]
fn g3_4_sqlite_nothing_escapes_the_trial() {
    let project = sqlite();
    let flag = project.root.join("flag");
    let shell = format!("SELECT 1;\n.shell touch '{}'", flag.display());
    let attach = format!("ATTACH '{}' AS x; DELETE FROM x.notes", project.root.join("app.db").display());
    let write = format!("SELECT writefile('{}', 'x')", flag.display());
    for sql in [
        "DELETE FROM notes; COMMIT",
        "BEGIN; DELETE FROM notes; END",
        "PRAGMA writable_schema = 1",
        "VACUUM",
        "SELECT 'x",
        "SELECT load_extension('x')",
        "DROP TABLE notes",
        "ALTER TABLE notes DROP COLUMN text",
        &shell,
        &attach,
        &write,
    ] {
        run(&project, sql, "").expect(3);
        assert_eq!(lite(&project, LITE_COUNTS), "30|60", "{sql}");
        assert!(!flag.exists(), "{sql}");
    }
}

#[test]
fn g3_4_mariadb_tries_rows_and_asks_for_what_it_cannot_try() {
    let (server, name) = (mariadb::server(), "sql_maria");
    server.create(name);
    server.sql(
        name,
        "CREATE TABLE notes (id INT PRIMARY KEY, text TEXT);
         CREATE TABLE tags (note INT, FOREIGN KEY (note) REFERENCES notes (id) ON DELETE CASCADE);
         INSERT INTO notes SELECT seq, 'x' FROM seq_1_to_30; INSERT INTO tags SELECT seq FROM seq_1_to_30;",
    );
    let entry = json!({
        "engine": "mariadb", "host": "127.0.0.1", "port": server.port, "database": name, "user": mariadb::USER,
        "environment": "development", "credentials": [credential("password", "dotenv", ".env", "DB_PASSWORD", "")]
    });
    let project = Project::new("project", &[entry]);
    project.write(".env", &dotenv(mariadb::PASSWORD));
    let typed = format!("{name}\n");
    let refused = run(&project, "DELETE FROM notes WHERE id <= 6", "").expect(3);
    assert!(
        refused.stdout.contains("\"tags\": 6") && refused.stdout.contains("affected:    12 rows"),
        "{}",
        refused.text()
    );
    assert_eq!((server.count(name, "notes"), server.count(name, "tags")), (30, 30));
    run(&project, "DELETE FROM notes WHERE id <= 6", &typed).expect(0);
    run(&project, "UPDATE notes SET text = 'a\\'; COMMIT; DELETE FROM tags; -- ' WHERE id = 7", "").expect(0);
    for sql in [
        "DELETE FROM tags; COMMIT",
        "SET autocommit = 1; DELETE FROM tags",
        "CALL x()",
        "DELETE FROM tags\\g",
        "DELETE FROM tags /*! ; COMMIT */",
        "delimiter //\nDELETE FROM tags//",
        "SELECT 1 INTO OUTFILE '/tmp/x'",
        "INSERT INTO tags VALUES (7); ALTER TABLE tags ADD extra INT",
    ] {
        run(&project, sql, "").expect(3);
        assert_eq!((server.count(name, "notes"), server.count(name, "tags")), (24, 24), "{sql}");
    }
    let shown = run(&project, "ALTER TABLE tags ADD extra INT", &typed).expect(0);
    assert!(
        shown.stderr.contains("there is no trial") && project.backups("main").len() == 2,
        "{}",
        shown.text()
    );
}

#[test]
fn g3_4_redis_has_no_sql() {
    let project = Project::new("project", &[json!({ "engine": "redis" })]);
    let shown = run(&project, "DEL x", "").expect(3);
    assert!(shown.stderr.contains("safe-run.sh"), "{}", shown.text());
}
