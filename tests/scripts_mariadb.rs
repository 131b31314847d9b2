//! The generated scripts against a real MariaDB server, reached directly. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::io::Write as _;
use std::process::Command;

use serde_json::{Value, json};
use support::mariadb::{PASSWORD, USER, quoted, server};
use support::project::{Project, credential};

/// A project whose only database is `name` on the test server; the password is in `.env`.
fn project(name: &str) -> Project {
    let project = Project::new("project", &[entry(name)]);
    project.write(".env", &dotenv(PASSWORD));
    project
}

fn entry(name: &str) -> Value {
    json!({
        "engine": "mariadb", "host": "127.0.0.1", "port": server().port, "database": name, "user": USER,
        "credentials": [credential("password", "dotenv", ".env", "DB_PASSWORD", "")]
    })
}

/// A double-quoted dotenv line.
fn dotenv(password: &str) -> String {
    let escaped = password.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    format!("DB_PASSWORD=\"{escaped}\" # the password\n")
}

/// Three tables with rows, one of them empty; the rows hold what a dump has to escape.
fn fill(name: &str) {
    server().create(name);
    server().sql(
        name,
        r#"CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
         CREATE TABLE books (id int PRIMARY KEY, author int, title text, cover blob, FOREIGN KEY (author) REFERENCES authors (id));
         CREATE TABLE drafts (id int);
         INSERT INTO authors SELECT seq, CONCAT('author (', seq, '), \'quoted\' "and" \\ ;\n-- Dump completed') FROM seq_1_to_500;
         INSERT INTO books SELECT seq, 1 + seq % 500, REPEAT('),(\\\'', 10), 0x00270a5c28 FROM seq_1_to_5000;"#,
    );
}

fn counts(name: &str) -> [u64; 3] {
    ["authors", "books", "drafts"].map(|table| server().count(name, table))
}

fn checksums(name: &str) -> String {
    server().sql(name, "CHECKSUM TABLE authors, books, drafts;")
}

#[test]
fn g2_2_backup_drop_restore_brings_every_row_back() {
    fill("drop_and_restore");
    let before = checksums("drop_and_restore");
    let project = project("drop_and_restore");
    project.run("backup.sh", &[], "").expect(0);
    server().sql("drop_and_restore", "DROP TABLE books, authors, drafts; CREATE TABLE later (id int);");
    let shown = project.run("restore.sh", &[], "drop_and_restore\n").expect(0);
    assert_eq!(counts("drop_and_restore"), [500, 5000, 0], "{}", shown.text());
    assert_eq!(checksums("drop_and_restore"), before);
    assert_eq!(server().sql("drop_and_restore", "SHOW TABLES LIKE 'later'"), "");
    assert!(server().databases("drop_and_restore_dbguard_").is_empty());
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
    assert!(server().databases("verified_dbguard_").is_empty());
}

#[test]
fn g2_3_wrong_password_leaves_older_backups_and_no_trace_of_the_password() {
    fill("wrong_password");
    let project = project("wrong_password");
    project.run("backup.sh", &[], "").expect(0);
    let before = project.backups("main");
    let wrong = "n0t-the-p4ssword";
    project.write(".env", &dotenv(wrong));
    let (code, text, processes) = watched(&project, "backup.sh", "");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("Access denied"), "{text}");
    assert_eq!(project.backups("main"), before);
    assert_eq!(project.listed().len(), 1);
    assert!(!text.contains(wrong) && !processes.contains(wrong));
    assert_eq!(files_holding(&project, wrong), [".env"]);
}

#[test]
fn g0_1_the_password_is_in_no_argument_output_or_file_of_a_backup_and_a_restore() {
    fill("secret");
    let project = project("secret");
    for (script, input) in
        [("backup.sh", ""), ("verify-backup.sh", ""), ("restore.sh", "secret\n"), ("validate-env.sh", "")]
    {
        let (code, text, processes) = watched(&project, script, input);
        assert_eq!(code, Some(0), "{script}: {text}");
        assert!(!text.contains(PASSWORD) && !processes.contains(PASSWORD), "{script}: {text}");
    }
    assert!(files_holding(&project, PASSWORD).is_empty(), "only .env holds it, in another spelling");
    assert_eq!(files_holding(&project, "[client]"), Vec::<String>::new(), "no option file is left");
}

/// Exit status, both outputs, and what `ps` showed while the script ran.
fn watched(project: &Project, script: &str, input: &str) -> (Option<i32>, String, String) {
    let mut child = project.spawn(script, &[]);
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let mut processes = String::new();
    while child.try_wait().unwrap().is_none() {
        let listing = Command::new("ps").args(["-ww", "-eo", "args"]).output().unwrap();
        processes.push_str(&String::from_utf8_lossy(&listing.stdout));
    }
    let output = child.wait_with_output().unwrap();
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), text, processes)
}

/// Root-relative paths of the files that hold `text`.
fn files_holding(project: &Project, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in
        walkdir::WalkDir::new(&project.root).into_iter().filter_entry(|entry| entry.file_name() != "scripts")
    {
        let entry = entry.unwrap();
        let is_hit = entry.file_type().is_file()
            && std::fs::read(entry.path()).unwrap().windows(text.len()).any(|part| part == text.as_bytes());
        if is_hit {
            found.push(entry.path().strip_prefix(&project.root).unwrap().display().to_string());
        }
    }
    found.sort();
    found
}

#[test]
fn g3_1_counts_are_those_of_the_dump_while_others_write() {
    fill("busy");
    let project = project("busy");
    let mut writer = server().client("busy").spawn().unwrap();
    let mut input = writer.stdin.take().unwrap();
    // Ends when the writer is killed.
    let feeder = std::thread::spawn(move || {
        let statement = b"INSERT INTO books SELECT MAX(id) + 1, 1, 'new', NULL FROM books; INSERT INTO drafts VALUES (1);\n";
        while input.write_all(statement).is_ok() {}
    });
    let shown = project.run("backup.sh", &["--json"], "");
    let verified = project.run("verify-backup.sh", &[], "");
    writer.kill().unwrap();
    writer.wait().unwrap();
    feeder.join().unwrap();
    let metadata: Value = serde_json::from_str(&shown.expect(0).stdout).unwrap();
    verified.expect(0);
    assert_eq!(metadata["counts"], "exact");
    assert!(
        metadata["tables"]["books"].as_u64() < Some(server().count("busy", "books")),
        "somebody did write"
    );
}

#[test]
fn g2_3_damaged_backups_are_refused_and_the_live_database_stays() {
    fill("damaged");
    let project = project("damaged");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let dump = project.root.join("backups/main").join(&name).join("database.sql");
    let good = std::fs::read(&dump).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 0x10;
    for (what, bytes) in [("cut", &good[..good.len() / 2]), ("flipped", &flipped[..]), ("empty", &[][..])] {
        std::fs::write(&dump, bytes).unwrap();
        let shown = project.run("restore.sh", &[&name], "damaged\n").expect(4);
        assert!(shown.stderr.contains("was not touched"), "{what}: {}", shown.text());
        project.run("verify-backup.sh", &[&name], "").expect(4);
    }
    // Also where whoever changed the dump has adapted size and digest in metadata.json.
    let text = String::from_utf8_lossy(&good).into_owned();
    let end = text.rfind("-- Dump completed").unwrap();
    let without_rows: String = text.split_inclusive('\n').filter(|line| !line.starts_with("(7,")).collect();
    for (what, changed) in [
        ("does not end", text[..end].to_owned()),
        ("to its end", without_rows),
        ("USE", text.replacen("--\n", "USE `mysql`;\n--\n", 1)),
        ("USE", text.replacen("--\n", "CREATE DATABASE `other`;\n--\n", 1)),
    ] {
        assert_ne!(changed, text, "{what}");
        adapt_metadata(&project, &name, changed.as_bytes());
        std::fs::write(&dump, changed).unwrap();
        let shown = project.run("restore.sh", &[&name], "damaged\n").expect(4);
        assert!(shown.stderr.contains(what), "{what}: {}", shown.text());
    }
    assert_eq!(counts("damaged"), [500, 5000, 0]);
    assert_eq!(project.backups("main").len(), 1, "nothing was begun");
}

/// Makes `metadata.json` agree with other bytes.
fn adapt_metadata(project: &Project, name: &str, bytes: &[u8]) {
    use sha2::Digest as _;
    let path = project.root.join("backups/main").join(name).join("metadata.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let digest =
        sha2::Sha256::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let lines: Vec<String> = text
        .lines()
        .map(|line| match line {
            _ if line.starts_with("  \"sha256_database\"") => format!("  \"sha256_database\": \"{digest}\","),
            _ if line.starts_with("  \"bytes_database\"") => {
                format!("  \"bytes_database\": {},", bytes.len())
            }
            _ => line.to_owned(),
        })
        .collect();
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
}

#[test]
fn g2_3_a_backup_of_another_engine_is_refused() {
    fill("engine");
    let project = project("engine");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let path = project.root.join("backups/main").join(&name).join("metadata.json");
    let text = std::fs::read_to_string(&path)
        .unwrap()
        .replace("\"engine\": \"mariadb\"", "\"engine\": \"postgres\"");
    std::fs::write(path, text).unwrap();
    let shown = project.run("restore.sh", &[], "engine\n").expect(4);
    assert!(shown.stderr.contains("it is a backup of postgres"), "{}", shown.text());
}

#[test]
fn g2_3_restore_refuses_without_the_typed_name_and_in_production() {
    fill("app_prod");
    fill("typed");
    let production = project("app_prod");
    production.run("backup.sh", &[], "").expect(0);
    let shown = production.run("restore.sh", &["--yes"], "app_prod\n").expect(3);
    assert!(shown.stderr.contains("treated as production"), "{}", shown.text());
    let project = project("typed");
    project.run("backup.sh", &[], "").expect(0);
    for typed in ["", "yes\n", "typed_\n"] {
        project.run("restore.sh", &["--yes"], typed).expect(3);
    }
    assert_eq!(counts("typed"), [500, 5000, 0]);
    assert_eq!(project.backups("main").len(), 1, "no safety backup of a refused restore");
}

#[test]
fn g2_3_a_dropped_database_comes_back_with_its_defaults() {
    server().sql("", "CREATE DATABASE dropped CHARACTER SET latin1 COLLATE latin1_german1_ci;");
    server().sql("dropped", "CREATE TABLE items (name varchar(9)); INSERT INTO items VALUES ('ä'), ('b');");
    let project = project("dropped");
    project.run("backup.sh", &[], "").expect(0);
    server().sql("", "DROP DATABASE dropped;");
    assert!(project.run("health.sh", &[], "").expect(4).stdout.contains("main: empty"));
    project.run("backup.sh", &[], "").expect(1);
    project.run("restore.sh", &[], "dropped\n").expect(0);
    assert_eq!(server().sql("dropped", "SELECT COUNT(*) FROM items WHERE name = 'ä'"), "1");
    assert_eq!(server().sql("dropped", "SELECT @@collation_database"), "latin1_german1_ci");
}

#[test]
fn g2_3_routines_of_another_character_set_never_touch_the_live_defaults() {
    fill("defaults");
    server().sql("defaults", "CREATE PROCEDURE p() SELECT 'ü';");
    server().sql("", "ALTER DATABASE defaults CHARACTER SET latin1;");
    let project = project("defaults");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let dump = project.root.join("backups/main").join(&name).join("database.sql");
    assert!(std::fs::read_to_string(dump).unwrap().contains("ALTER DATABASE `defaults`"));
    server().sql("", "DROP DATABASE defaults;");
    project.run("verify-backup.sh", &[], "").expect(0);
    project.run("restore.sh", &[], "defaults\n").expect(0);
    assert_eq!(server().sql("defaults", "SELECT @@character_set_database; CALL p();"), "latin1\nü");
}

#[test]
fn g2_3_routines_triggers_views_and_events_come_back_and_run_nowhere_else() {
    fill("objects");
    server().sql(
        "objects",
        "CREATE VIEW titles AS SELECT a.name, b.title FROM books b JOIN authors a ON a.id = b.author;
         CREATE TABLE log (what text);
         CREATE TRIGGER on_author AFTER INSERT ON authors FOR EACH ROW INSERT INTO log VALUES ('trigger');
         CREATE EVENT ticking ON SCHEDULE EVERY 1 SECOND DO INSERT INTO objects.log VALUES (CONCAT('in ', DATABASE()));
         DELIMITER ;;
         CREATE PROCEDURE twice() BEGIN
INSERT INTO `drafts` VALUES (1);
USE_IT: BEGIN END;
         INSERT INTO drafts VALUES (2); END;;
         CREATE FUNCTION answer() RETURNS int DETERMINISTIC RETURN 42;;
         DELIMITER ;",
    );
    let described = || {
        server().sql("objects", "SHOW CREATE PROCEDURE twice; SHOW CREATE FUNCTION answer; SHOW CREATE VIEW titles; SHOW CREATE TRIGGER on_author; SHOW CREATE EVENT ticking;")
            .lines().map(|line| line.split("20").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = described();
    let project = project("objects");
    project.run("backup.sh", &[], "").expect(0);
    project.run("verify-backup.sh", &[], "").expect(0);
    server().sql(
        "objects",
        "DROP VIEW titles; DROP PROCEDURE twice; DROP EVENT ticking; DROP TRIGGER on_author;",
    );
    project.run("restore.sh", &[], "objects\n").expect(0);
    assert_eq!(described(), before);
    assert_eq!(server().sql("objects", "CALL twice(); SELECT COUNT(*), answer() FROM drafts;"), "2\t42");
    assert_eq!(server().sql("objects", "SELECT COUNT(*) FROM titles"), "5000");
    assert_eq!(server().sql("objects", "SELECT DISTINCT what FROM log WHERE what <> 'in objects'"), "");
}

#[test]
fn g2_3_views_that_are_invalid_do_not_stop_backups_and_are_named() {
    fill("invalid");
    server().sql("invalid", "CREATE VIEW broken AS SELECT * FROM drafts; CREATE VIEW fine AS SELECT * FROM books; DROP TABLE drafts;");
    let project = project("invalid");
    let shown = project.run("backup.sh", &[], "").expect(0);
    assert!(shown.stderr.contains("not in the dump") && shown.stderr.contains("broken"), "{}", shown.text());
    let name = project.backups("main").remove(0);
    let text =
        std::fs::read_to_string(project.root.join("backups/main").join(&name).join("invalid.txt")).unwrap();
    assert!(text.contains("VIEW `broken` AS"), "{text}");
    project.run("restore.sh", &[], "invalid\n").expect(0);
    assert_eq!(server().sql("invalid", "SELECT COUNT(*) FROM fine"), "5000");
}

#[test]
fn g2_3_accounts_and_engines_that_will_be_missed_are_warned_about() {
    fill("warned");
    server().sql(
        "warned",
        "CREATE TABLE old_one (id int) ENGINE=MyISAM; CREATE DEFINER='nobody'@'nowhere' PROCEDURE p() SELECT 1;",
    );
    let project = project("warned");
    let shown = project.run("backup.sh", &[], "").expect(0);
    assert!(shown.stderr.contains("old_one (MyISAM)"), "{}", shown.text());
    let shown = project.run("restore.sh", &[], "warned\n").expect(0);
    assert!(shown.stderr.contains("nobody@nowhere"), "{}", shown.text());
}

#[test]
fn g2_3_a_backup_that_cannot_be_loaded_leaves_the_live_database_alone() {
    fill("unloadable");
    let project = project("unloadable");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let dump = project.root.join("backups/main").join(&name).join("database.sql");
    let text = std::fs::read_to_string(&dump).unwrap().replacen(
        "DROP TABLE IF EXISTS `books`;",
        "DROP NONSENSE;",
        1,
    );
    adapt_metadata(&project, &name, text.as_bytes());
    std::fs::write(&dump, text).unwrap();
    server().sql("unloadable", "DELETE FROM books WHERE id = 1;");
    project.run("verify-backup.sh", &[], "").expect(4);
    let shown = project.run("restore.sh", &[&name], "unloadable\n").expect(6);
    assert!(shown.stderr.contains("only tried beside it"), "{}", shown.text());
    assert_eq!(counts("unloadable"), [500, 4999, 0]);
    assert!(server().databases("unloadable_dbguard_").is_empty());
}

#[test]
fn g3_2_selected_tables_are_restored_and_the_others_stay() {
    fill("some_tables");
    server().sql("some_tables", "CREATE INDEX by_title ON books (title(20));");
    let project = project("some_tables");
    project.run("backup.sh", &[], "").expect(0);
    server().sql(
        "some_tables",
        "DELETE FROM books WHERE id > 10; INSERT INTO drafts VALUES (1), (2); UPDATE authors SET name = 'changed' WHERE id = 7;",
    );
    project.run("restore.sh", &["--tables", "books"], "some_tables\n").expect(0);
    assert_eq!(counts("some_tables"), [500, 5000, 2]);
    assert_eq!(server().sql("some_tables", "SELECT name FROM authors WHERE id = 7"), "changed");
    server().sql("some_tables", "DROP TABLE books; DROP TABLE authors;");
    project.run("restore.sh", &["--tables", "books,authors"], "some_tables\n").expect(0);
    assert_eq!(counts("some_tables"), [500, 5000, 2]);
    let created = server().sql("some_tables", "SHOW CREATE TABLE books");
    assert!(created.contains("REFERENCES `authors`") && created.contains("by_title"), "{created}");
    project.run("restore.sh", &["--tables", "nothing"], "some_tables\n").expect(2);
    assert!(server().databases("some_tables_dbguard_").is_empty());
}

#[test]
fn g3_2_tables_that_would_break_references_are_refused() {
    fill("orphans");
    let project = project("orphans");
    project.run("backup.sh", &[], "").expect(0);
    server().sql(
        "orphans",
        "INSERT INTO authors VALUES (900, 'new'); INSERT INTO books VALUES (9000, 900, 'of the new one', NULL);",
    );
    let shown = project.run("restore.sh", &["--tables", "authors"], "orphans\n").expect(6);
    assert!(shown.stderr.contains("name those tables too"), "{}", shown.text());
    assert_eq!(counts("orphans"), [501, 5001, 0]);
}

#[test]
fn g3_2_schema_only_brings_the_tables_without_rows() {
    fill("schema_only");
    let project = project("schema_only");
    project.run("backup.sh", &[], "").expect(0);
    server().sql("schema_only", "DROP TABLE drafts;");
    project.run("restore.sh", &["--schema-only"], "schema_only\n").expect(0);
    assert_eq!(counts("schema_only"), [0, 0, 0]);
}

#[test]
fn g2_2_hostile_names_are_only_names() {
    for (name, directory) in [
        ("it's \"odd\" `$(x)` ünï", "a b'c \"d\" ü"),
        ("-dash=1 --host=nowhere", "-dash"),
        ("back\\slash.dot", "plain"),
    ] {
        let odd = "-t; drop `ünï'\"x\\";
        server().create(name);
        server().sql(name, &format!("CREATE TABLE {} (`a (b)` int, `c``d` int AS (`a (b)` + 1)); INSERT INTO {} (`a (b)`) VALUES (1), (2);", quoted(odd), quoted(odd)));
        server().sql(name, "CREATE TABLE `new\nline` AS SELECT seq FROM seq_1_to_42;");
        let project = Project::new(directory, &[entry(name)]);
        project.write(".env", &dotenv(PASSWORD));
        project.run("backup.sh", &["--label", "../x y$(touch z)"], "").expect(0);
        let backup = project.backups("main").remove(0);
        let tables = project.metadata("main", &backup)["tables"].clone();
        assert_eq!((&tables[odd], &tables["new\nline"]), (&json!(2), &json!(42)), "{tables}");
        server().sql(name, "DROP TABLE `new\nline`;");
        project.run("verify-backup.sh", &[], "").expect(0);
        project.run("restore.sh", &[], &format!("{name}\n")).expect(0);
        assert_eq!(server().count(name, "new\nline"), 42);
        server().sql(name, &format!("DELETE FROM {};", quoted(odd)));
        project.run("restore.sh", &["--tables", odd, &backup], &format!("{name}\n")).expect(0);
        assert_eq!(server().count(name, odd), 2);
    }
}

#[test]
fn g2_2_a_locked_database_is_left_alone() {
    fill("locked");
    let project = project("locked");
    project.run("backup.sh", &[], "").expect(0);
    let lock = project.root.join("backups/main/.lock");
    let host = String::from_utf8(Command::new("uname").arg("-n").output().unwrap().stdout).unwrap();
    std::fs::create_dir(&lock).unwrap();
    std::fs::write(lock.join("owner"), "4000000\nanother-machine\n-\n").unwrap();
    for script in ["backup.sh", "restore.sh", "verify-backup.sh"] {
        project.run(script, &[], "locked\n").expect(5);
    }
    std::fs::write(lock.join("owner"), format!("4000000\n{}\n-\n", host.trim())).unwrap();
    project.run("backup.sh", &[], "").expect(0);
    assert!(!lock.exists());
}

#[test]
fn g2_9_health_tells_ok_empty_and_unknown_apart() {
    fill("health");
    let project = project("health");
    assert!(project.run("health.sh", &[], "").expect(0).stdout.contains("main: ok"));
    server().sql("health", "DELETE FROM books; DELETE FROM authors;");
    assert!(project.run("health.sh", &[], "").expect(4).stdout.contains("main: empty"));
    project.write(".env", &dotenv("wrong"));
    let shown = project.run("health.sh", &["--json"], "").expect(1);
    let answer: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(answer["state"], "unknown", "a failed login is never an empty database");
}

#[test]
fn g2_2_the_mysql_library_works_through_a_url_and_a_socket() {
    fill("by_url");
    let mut database = entry("by_url");
    database["engine"] = json!("mysql");
    database["host"] = json!(server().socket().display().to_string());
    let project = Project::new("project", &[database]);
    project.write(".env", &dotenv(PASSWORD));
    project.write("my.cnf", "");
    project.run("backup.sh", &[], "").expect(0);
    server().sql("by_url", "DELETE FROM books;");
    project.run("verify-backup.sh", &[], "").expect(0);
    project.run("restore.sh", &[], "by_url\n").expect(0);
    assert_eq!(counts("by_url"), [500, 5000, 0]);
}
