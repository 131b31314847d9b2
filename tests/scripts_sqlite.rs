//! The generated scripts against real SQLite files. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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

/// A client that was killed in the middle leaves its changes in `-wal`.
fn leave_a_wal(file: &PathBuf, change: &str) {
    let mut child = Command::new("sqlite3")
        .arg("-batch")
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; {change}").unwrap();
    stdin.flush().unwrap();
    let wal = PathBuf::from(format!("{}-wal", file.display()));
    let deadline = Instant::now() + Duration::from_secs(10);
    while std::fs::metadata(&wal).map_or(0, |data| data.len()) < 8192 {
        assert!(Instant::now() < deadline, "no -wal");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(200));
    child.kill().unwrap();
    child.wait().unwrap();
    drop(stdin);
}

#[test]
fn g2_3_a_stale_wal_is_not_replayed_into_the_restored_file() {
    let project = project("app.db");
    let file = project.root.join("app.db");
    project.run("backup.sh", &[], "").expect(0);
    leave_a_wal(&file, "DELETE FROM notes WHERE id <= 2000; INSERT INTO tags SELECT id, 'x' FROM notes;");
    project.run("restore.sh", &[], "app.db\n").expect(0);
    assert_eq!(counts(&file), "3000 300");
    let safety = project.backups("main").pop().unwrap();
    let kept = &project.metadata("main", &safety)["tables"];
    assert_eq!(
        (&kept["notes"], &kept["tags"]),
        (&json!(1000), &json!(1300)),
        "the safety backup has what was in the -wal"
    );
}

#[test]
fn g2_2_a_backup_of_a_wal_database_holds_what_is_only_in_the_wal() {
    let project = project("app.db");
    leave_a_wal(&project.root.join("app.db"), "INSERT INTO notes SELECT id + 10000, text FROM notes;");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    assert_eq!(project.metadata("main", &name)["tables"]["notes"], 6000);
    assert_eq!(project.metadata("main", &name)["counts"], "exact");
}

#[test]
fn g2_2_a_missing_file_is_an_error_and_is_not_created() {
    let project = Project::new("project", &[json!({ "engine": "sqlite", "run": "file", "path": "gone.db" })]);
    let shown = project.run("backup.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("there is no database file"), "{}", shown.text());
    assert!(!project.root.join("gone.db").exists());
    assert!(project.backups("main").is_empty());
    assert!(project.run("health.sh", &[], "").expect(4).stdout.contains("main: empty"));
    assert!(!project.root.join("gone.db").exists());
}

#[test]
fn g2_3_a_deleted_file_comes_back() {
    let project = project("app.db");
    project.run("backup.sh", &[], "").expect(0);
    std::fs::remove_file(project.root.join("app.db")).unwrap();
    project.run("restore.sh", &[], "app.db\n").expect(0);
    assert_eq!(counts(&project.root.join("app.db")), "3000 300");
}

#[test]
fn g2_3_a_damaged_live_file_is_kept_aside_and_replaced() {
    let project = project("app.db");
    let file = project.root.join("app.db");
    project.run("backup.sh", &[], "").expect(0);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[8192..16384].fill(0xAB);
    std::fs::write(&file, &bytes).unwrap();
    project.run("backup.sh", &[], "").expect(1);
    assert_eq!(project.backups("main").len(), 1, "a damaged copy is no backup");
    project.run("restore.sh", &[], "app.db\n").expect(0);
    assert_eq!(counts(&file), "3000 300");
    let kept = std::fs::read_dir(project.root.join("backups/main"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("damaged-"))
        .expect("the damaged file is kept");
    assert_eq!(std::fs::read(kept.join("app.db")).unwrap(), bytes);
}

#[test]
fn g2_3_damaged_backups_are_refused_and_the_live_file_stays() {
    let project = project("app.db");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let copy = project.root.join("backups/main").join(&name).join("database.sqlite");
    let good = std::fs::read(&copy).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    for bytes in [&good[..good.len() / 2], &flipped[..], &[][..]] {
        std::fs::write(&copy, bytes).unwrap();
        project.run("restore.sh", &[&name], "app.db\n").expect(4);
        project.run("verify-backup.sh", &[&name], "").expect(4);
    }
    std::fs::remove_file(&copy).unwrap();
    project.run("restore.sh", &[&name], "app.db\n").expect(4);
    assert_eq!(counts(&project.root.join("app.db")), "3000 300");
}

#[test]
fn g2_3_a_file_in_use_is_not_replaced() {
    let project = project("app.db");
    let file = project.root.join("app.db");
    project.run("backup.sh", &[], "").expect(0);
    let mut child = Command::new("sqlite3")
        .arg("-batch")
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdin = child.stdin.as_mut().unwrap();
    stdin.write_all(b"SELECT count(*) FROM notes;\n").unwrap();
    stdin.flush().unwrap();
    let mut answer = [0; 4];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut answer).unwrap();
    let shown = project.run("restore.sh", &[], "app.db\n").expect(3);
    assert!(shown.stderr.contains("in use"), "{}", shown.text());
    child.kill().unwrap();
    child.wait().unwrap();
    project.run("restore.sh", &[], "app.db\n").expect(0);
}

#[test]
fn g2_2_python_stands_in_where_the_client_is_missing() {
    let mut project = project("it's a \"dir\"/app.db");
    let file = project.root.join("it's a \"dir\"/app.db");
    let bin = project.root.join("bin");
    std::fs::create_dir(&bin).unwrap();
    for entry in std::fs::read_dir("/usr/bin").unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap() != "sqlite3" {
            std::os::unix::fs::symlink(&path, bin.join(path.file_name().unwrap())).unwrap();
        }
    }
    project.set("PATH", bin.to_str().unwrap());
    leave_a_wal(&file, "INSERT INTO notes SELECT id + 10000, text FROM notes;");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    assert!(project.metadata("main", &name)["client_version"].as_str().unwrap().starts_with("python3"));
    assert_eq!(project.metadata("main", &name)["tables"]["notes"], 6000);
    sql(
        &file,
        "DROP TABLE tags; CREATE TRIGGER t AFTER INSERT ON notes BEGIN SELECT 1; SELECT 2; END; DELETE FROM notes;",
    );
    project.run("verify-backup.sh", &[], "").expect(0);
    project.run("restore.sh", &["--tables", "tags,notes"], "app.db\n").expect(0);
    assert_eq!(counts(&file), "6000 300");
    sql(&file, "DROP TABLE tags;");
    project.run("restore.sh", &[&name], "app.db\n").expect(0);
    assert_eq!(counts(&file), "6000 300");
}

#[test]
fn g3_2_selected_tables_and_schema_only() {
    let project = project("app.db");
    let file = project.root.join("app.db");
    sql(&file, "CREATE TABLE \"o'd \"\"d\" (a, b AS (a + 1)); INSERT INTO \"o'd \"\"d\" VALUES (1), (2); CREATE TABLE log (x);
        CREATE TRIGGER logged AFTER INSERT ON notes BEGIN INSERT INTO log VALUES (new.id); END; CREATE INDEX by_text ON notes (text);");
    project.run("backup.sh", &[], "").expect(0);
    let first = project.backups("main").remove(0);
    sql(&file, "DELETE FROM notes WHERE id > 5; DELETE FROM tags; DROP TABLE \"o'd \"\"d\";");
    project.run("restore.sh", &["--tables", "notes,o'd \"d"], "app.db\n").expect(0);
    assert_eq!(counts(&file), "3000 0");
    assert_eq!(
        sql(&file, "SELECT count(*) || ' ' || sum(b) FROM \"o'd \"\"d\"; SELECT count(*) FROM log;"),
        "2 5\n0"
    );
    sql(&file, "DROP TABLE notes;");
    project.run("restore.sh", &["--tables", "notes", &first], "app.db\n").expect(0);
    let objects = sql(
        &file,
        "SELECT group_concat(name) FROM (SELECT name FROM sqlite_master WHERE tbl_name = 'notes' ORDER BY name)",
    );
    assert_eq!(objects, "by_text,logged,notes");
    project.run("restore.sh", &["--schema-only", &first], "app.db\n").expect(0);
    assert_eq!(counts(&file), "0 0");
}

#[test]
fn g2_2_a_writer_at_work_does_not_spoil_the_copy() {
    for mode in ["DELETE", "WAL"] {
        let project = project("app.db");
        let file = project.root.join("app.db");
        sql(&file, &format!("PRAGMA journal_mode = {mode};"));
        let mut child = Command::new("sqlite3")
            .arg("-batch")
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b".timeout 10000\n").unwrap();
        let feeder = std::thread::spawn(move || {
            let change = b"BEGIN; INSERT INTO notes SELECT max(id) + 1, 'n' FROM notes; INSERT INTO tags SELECT max(id), 't' FROM notes; COMMIT;\n";
            while stdin.write_all(change).is_ok() {
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        project.run("backup.sh", &[], "").expect(0);
        child.kill().unwrap();
        child.wait().unwrap();
        feeder.join().unwrap();
        let tables = &project.metadata("main", &project.backups("main")[0])["tables"];
        let (notes, tags) = (tables["notes"].as_u64().unwrap(), tables["tags"].as_u64().unwrap());
        assert_eq!(notes - 3000, tags - 300, "{mode}: one transaction, whole");
    }
}

#[test]
fn g0_1_the_newest_is_not_one_from_a_future_that_a_wrong_clock_has_made() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut project = project("app.db");
    let file = project.root.join("app.db");
    let right = std::env::var("PATH").unwrap();
    project.write(
        "programs/date",
        "#!/bin/sh\nexec /bin/date -d \"@$(($(/bin/date +%s) + 315360000))\" \"$@\"\n",
    );
    let program = project.root.join("programs/date");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let ahead = format!("{}:{right}", program.parent().unwrap().display());
    project.set("PATH", &ahead);
    project.run("backup.sh", &["--label", "ahead"], "").expect(0);
    project.set("PATH", &right);
    // Better than nothing, as long as it is the only one.
    let ahead = project.run("verify-backup.sh", &[], "").expect(0);
    assert!(ahead.stdout.contains("-ahead"), "{}", ahead.text());
    sql(&file, "DELETE FROM tags WHERE note > 1000;");
    let later = counts(&file);
    project.run("backup.sh", &["--label", "later"], "").expect(0);
    sql(&file, "DROP TABLE tags;");
    project.run("restore.sh", &[], "app.db\n").expect(0);
    assert_eq!(counts(&file), later);
}
