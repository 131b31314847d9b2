//! Servers, clients and dumps of different major versions of PostgreSQL, all of them real.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server has to fail"
)]

mod support;

use serde_json::{Value, json};
use support::postgres::{PASSWORD, Server, USER, server};
use support::project::{Project, credential};

const TABLES: &str = "CREATE TABLE items AS SELECT i AS id, md5(i::text) AS text FROM generate_series(1, 2000) AS i;
    CREATE TABLE \"Odd \"\"name\" (a int PRIMARY KEY); INSERT INTO \"Odd \"\"name\" VALUES (1), (2);
    CREATE TABLE parts (a int) PARTITION BY RANGE (a); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (9);
    INSERT INTO parts VALUES (3); CREATE VIEW v AS SELECT count(*) FROM items;";

fn entry(port: u16, name: &str) -> Value {
    json!({
        "host": "127.0.0.1", "port": port, "user": USER, "database": name,
        "credentials": [credential("password", "variable", "", "GUARD_PASSWORD", "")]
    })
}

fn project(port: u16, name: &str) -> Project {
    let mut project = Project::new("project", &[entry(port, name)]);
    project.set("GUARD_PASSWORD", PASSWORD);
    project
}

const SUM: &str = "SELECT md5(string_agg(id || text, ',' ORDER BY id)) || (SELECT count(*) FROM \"Odd \"\"name\") || (SELECT count FROM v) FROM items";

fn on(major: u32) {
    let Some(other) = Server::of_major(major) else { return };
    // The distribution's client is older than this server.
    other.sql("postgres", "CREATE DATABASE shop;");
    other.sql("shop", TABLES);
    let mut project = project(other.port, "shop");
    let shown = project.run("backup.sh", &[], "").expect(1);
    assert!(shown.stderr.contains(&format!("and the server is {major}")), "{}", shown.text());
    assert!(
        shown.stderr.contains(&format!("install the PostgreSQL client of version {major}")),
        "{}",
        shown.text()
    );
    assert!(project.listed().is_empty());
    // The server's own works.
    project.set("PATH", &other.path());
    project.run("backup.sh", &[], "").expect(0);
    let before = other.sql("shop", SUM);
    other.sql("shop", "DROP VIEW v; DROP TABLE items;");
    project.run("verify-backup.sh", &[], "").expect(0);
    project.run("restore.sh", &["--yes"], "shop\n").expect(0);
    assert_eq!(other.sql("shop", SUM), before);
    // Its dump is too new for the older server's client.
    let name = format!("newer_than_{major}");
    server().create(&name);
    project.configure(&[entry(server().port, &name)], &json!({}));
    project.set("PATH", &std::env::var("PATH").unwrap());
    let shown = project.run("verify-backup.sh", &[], "").expect(4);
    assert!(
        shown.stderr.contains(&format!("it was made by pg_dump {major}, and pg_restore here is older")),
        "{}",
        shown.text()
    );
}

#[test]
fn g2_2_a_server_16_needs_a_client_16_and_its_dump_too() {
    on(16);
}

#[test]
fn g2_2_a_server_18_needs_a_client_18_and_its_dump_too() {
    on(18);
}

#[test]
fn g2_3_a_backup_of_an_older_server_is_restored_into_newer_ones() {
    server().create("older");
    server().sql("older", TABLES);
    let mut project = project(server().port, "older");
    project.run("backup.sh", &[], "").expect(0);
    let before = server().sql("older", SUM);
    for major in [16, 18] {
        let Some(other) = Server::of_major(major) else { return };
        project.configure(&[entry(other.port, "older")], &json!({}));
        project.set("PATH", &other.path());
        project.run("verify-backup.sh", &[], "").expect(0);
        project.run("restore.sh", &[], "older\n").expect(0);
        assert_eq!(other.sql("older", SUM), before, "{major}");
    }
}

#[test]
fn g2_3_locales_of_newer_servers_come_back() {
    let Some(other) = Server::of_major(18) else { return };
    other.sql("postgres", "CREATE DATABASE built TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C';");
    other.sql("built", TABLES);
    let mut project = project(other.port, "built");
    project.set("PATH", &other.path());
    project.run("backup.sh", &[], "").expect(0);
    let locale = "SELECT datlocprovider, datlocale, datcollate FROM pg_database WHERE datname = 'built'";
    let before = other.sql("postgres", locale);
    other.sql("postgres", "DROP DATABASE built;");
    project.run("restore.sh", &[], "built\n").expect(0);
    assert_eq!(other.sql("postgres", locale), before);
}

/// An extension with that name: rows from 1000 on can be inserted only between the two calls.
const TIMESCALE: &str = "CREATE FUNCTION timescaledb_pre_restore() RETURNS bool LANGUAGE plpgsql AS
    $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timescaledb.restoring = on', current_database()); RETURN true; END $$;
    CREATE FUNCTION timescaledb_post_restore() RETURNS bool LANGUAGE plpgsql AS
    $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET timescaledb.restoring', current_database()); RETURN true; END $$;";

#[test]
fn g2_3_timescaledb_is_told_of_a_restore_stub_extension() {
    let Some(other) = Server::of_major(18) else { return };
    let folder = tempfile::tempdir().unwrap();
    let extension = folder.path().join("extension");
    std::fs::create_dir(&extension).unwrap();
    std::fs::write(extension.join("timescaledb.control"), "default_version = '1'\nrelocatable = false\n")
        .unwrap();
    std::fs::write(extension.join("timescaledb--1.sql"), TIMESCALE).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let set = format!("ALTER SYSTEM SET extension_control_path = '{}:$system';", folder.path().display());
    other.sql("postgres", &set);
    other.sql("postgres", "SELECT pg_reload_conf(); CREATE DATABASE series;");
    other.sql(
        "series",
        "CREATE EXTENSION timescaledb; SET timescaledb.restoring = on;
        CREATE TABLE points (a int CHECK (a < 1000 OR coalesce(current_setting('timescaledb.restoring', true), '') = 'on'));
        INSERT INTO points VALUES (1), (5000);",
    );
    let mut project = project(other.port, "series");
    project.set("PATH", &other.path());
    project.run("backup.sh", &[], "").expect(0);
    project.run("verify-backup.sh", &[], "").expect(0);
    other.sql("series", "TRUNCATE points;");
    project.run("restore.sh", &[], "series\n").expect(0);
    assert_eq!(other.sql("series", "SELECT sum(a) FROM points"), "5001");
    assert_eq!(
        other.sql("series", "SELECT current_setting('timescaledb.restoring', true)"),
        "",
        "normal again"
    );
}
