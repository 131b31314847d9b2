//! Servers, clients and dumps of different major versions of PostgreSQL, all of them real.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server has to fail"
)]

mod support;

use serde_json::{Value, json};
use support::other_postgres::Other;
use support::postgres::{PASSWORD, USER, server};
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
    let Some(other) = Other::start(major) else { return };
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
        let Some(other) = Other::start(major) else { return };
        project.configure(&[entry(other.port, "older")], &json!({}));
        project.set("PATH", &other.path());
        project.run("verify-backup.sh", &[], "").expect(0);
        project.run("restore.sh", &[], "older\n").expect(0);
        assert_eq!(other.sql("older", SUM), before, "{major}");
    }
}

#[test]
fn g2_3_locales_of_newer_servers_come_back() {
    let Some(other) = Other::start(18) else { return };
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
