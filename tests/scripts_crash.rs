//! Scripts that are killed at random moments. Whatever the moment: the database is the old one or the restored one, whole;
//! no half backup is listed; the next run works. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use support::Seeded;
use support::postgres::{PASSWORD, USER, server};
use support::project::{Project, credential};

/// How often each script is killed: a sample, or all twenty times with `tests/run --full`.
fn moments() -> u64 {
    if std::env::var_os("DBGUARD_TEST_FULL").is_some() { 20 } else { 8 }
}

/// Starts a script, kills it at a seeded moment of its usual duration (its whole process group, or every other time only the
/// script, so that its children live on), and gives the moment.
fn kill_at_random(
    project: &Project,
    script: &str,
    input: &str,
    usual: Duration,
    round: u64,
    seeded: &mut Seeded,
) -> Duration {
    let moment = Duration::from_millis(seeded.below(u64::try_from(usual.as_millis()).unwrap()));
    let mut child = project.spawn(script, &[]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    std::thread::sleep(moment);
    let target = if round.is_multiple_of(2) { format!("-{}", child.id()) } else { child.id().to_string() };
    // It may have ended already; then there is nothing to kill.
    let _ = Command::new("kill").args(["-9", "--", &target]).output().unwrap();
    child.wait().unwrap();
    moment
}

fn duration_of(mut work: impl FnMut()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Every listed backup has its metadata and files, and every directory that looks like a backup is listed.
fn assert_no_half_backup(project: &Project, moment: Duration) {
    let listed: BTreeSet<String> =
        project.listed().iter().map(|one| one["backup"].as_str().unwrap().to_owned()).collect();
    assert_eq!(listed, project.backups("main").into_iter().collect(), "after {moment:?}");
    for one in project.listed() {
        assert_ne!(one["state"], "damaged", "after {moment:?}: {one}");
        assert_eq!(project.metadata("main", one["backup"].as_str().unwrap())["verified"], true);
    }
}

fn postgres_project(name: &str) -> Project {
    server().create(name);
    server().sql(name, "CREATE TABLE items (id int PRIMARY KEY, text text); INSERT INTO items SELECT i, md5(i::text) FROM generate_series(1, 20000) AS i;");
    let database = json!({
        "host": "127.0.0.1", "port": server().port, "database": name, "user": USER,
        "credentials": [credential("password", "dotenv", ".env", "PW", "")]
    });
    let project = Project::new("project", &[database]);
    let escaped = PASSWORD.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    project.write(".env", &format!("PW=\"{escaped}\"\n"));
    project
}

#[test]
fn g2_2_a_postgres_backup_killed_at_random_moments_leaves_nothing_half_done() {
    let project = postgres_project("killed_backup");
    let usual = duration_of(|| drop(project.run("backup.sh", &[], "").expect(0)));
    let mut seeded = Seeded(2);
    for round in 0..moments() {
        let moment = kill_at_random(&project, "backup.sh", "", usual, round, &mut seeded);
        assert_no_half_backup(&project, moment);
    }
    project.run("backup.sh", &[], "").expect(0);
    project.run("verify-backup.sh", &[], "").expect(0);
    assert_eq!(left_overs(&project), Vec::<String>::new(), "nothing of the killed runs is left");
    assert_eq!(server().count("killed_backup", "items"), 20_000);
}

#[test]
fn g2_3_a_postgres_restore_killed_at_random_moments_is_rolled_back_or_done() {
    let project = postgres_project("killed_restore");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let damage = "DELETE FROM items WHERE id > 12000;";
    server().sql("killed_restore", damage);
    let usual = duration_of(|| drop(project.run("restore.sh", &[&name], "killed_restore\n").expect(0)));
    let mut seeded = Seeded(3);
    for round in 0..moments() {
        await_no_clients();
        server().sql("killed_restore", damage);
        let moment = kill_at_random(&project, "restore.sh", "killed_restore\n", usual, round, &mut seeded);
        assert_no_half_backup(&project, moment);
        project.run("verify-backup.sh", &[&name], "").expect(0);
        let rows = server().count("killed_restore", "items");
        assert!(rows == 12_000 || rows == 20_000, "{rows} rows after {moment:?}");
        server().assert_none_stays("dbguard_");
    }
    project.run("restore.sh", &[&name], "killed_restore\n").expect(0);
    assert_eq!(server().count("killed_restore", "items"), 20_000);
}

/// A swap that outlived its script may just be renaming the database.
fn await_no_clients() {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
        AND datname IN ('killed_restore', 'postgres') AND query LIKE '%RENAME%'";
    while server().sql("template1", others) != "0" {
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn sqlite_project() -> Project {
    let project = Project::new("project", &[json!({ "engine": "sqlite", "run": "file", "path": "app.db" })]);
    sqlite(
        &project.root.join("app.db"),
        "PRAGMA journal_mode = WAL; CREATE TABLE items (id INTEGER PRIMARY KEY, text TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO items SELECT i, hex(i) FROM n;",
    );
    project
}

fn sqlite(file: &Path, sql: &str) -> String {
    let output =
        Command::new("sqlite3").args(["-batch", "-init", "/dev/null"]).arg(file).arg(sql).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn g2_2_an_sqlite_backup_killed_at_random_moments_leaves_nothing_half_done() {
    let project = sqlite_project();
    let usual = duration_of(|| drop(project.run("backup.sh", &[], "").expect(0)));
    let mut seeded = Seeded(4);
    for round in 0..moments() {
        let moment = kill_at_random(&project, "backup.sh", "", usual, round, &mut seeded);
        assert_no_half_backup(&project, moment);
    }
    project.run("backup.sh", &[], "").expect(0);
    assert_eq!(left_overs(&project), Vec::<String>::new());
    assert_eq!(sqlite(&project.root.join("app.db"), "SELECT count(*) FROM items"), "20000");
}

#[test]
fn g2_3_an_sqlite_restore_killed_at_random_moments_is_rolled_back_or_done() {
    let project = sqlite_project();
    let file = project.root.join("app.db");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let damage = "DELETE FROM items WHERE id > 12000;";
    sqlite(&file, damage);
    let usual = duration_of(|| drop(project.run("restore.sh", &[&name], "app.db\n").expect(0)));
    let mut seeded = Seeded(5);
    for round in 0..moments() {
        sqlite(&file, damage);
        let moment = kill_at_random(&project, "restore.sh", "app.db\n", usual, round, &mut seeded);
        assert_no_half_backup(&project, moment);
        let rows = sqlite(&file, "SELECT count(*) FROM items");
        assert!(rows == "12000" || rows == "20000", "{rows} rows after {moment:?}");
        assert_eq!(sqlite(&file, "PRAGMA integrity_check"), "ok");
    }
    project.run("restore.sh", &[&name], "app.db\n").expect(0);
    assert_eq!(sqlite(&file, "SELECT count(*) FROM items"), "20000");
    let beside: Vec<_> = std::fs::read_dir(&project.root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("dbguard-"))
        .collect();
    assert_eq!(beside, Vec::<String>::new());
}

/// Names beside the backups that only a run in progress may have.
fn left_overs(project: &Project) -> Vec<String> {
    std::fs::read_dir(project.root.join("backups/main"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect()
}
