//! What a user does on the first day, with real databases: `dbguard init`, a backup, an accident, a restore.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up has to fail"
)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use support::postgres::{PASSWORD, USER, server};
use support::project::Project;

/// `text` as it must be written inside a URL.
fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

fn shop_on_postgres(database: &str) -> Project {
    server().create(database);
    server().sql(
        database,
        "CREATE TABLE customers AS SELECT i AS id, md5(i::text) AS name FROM generate_series(1, 300) AS i;
         CREATE TABLE orders AS SELECT i AS id, 1 + i % 300 AS customer FROM generate_series(1, 7000) AS i;
         CREATE SCHEMA audit; CREATE TABLE audit.log (line text); INSERT INTO audit.log VALUES ('one');",
    );
    let url =
        format!("postgresql://{USER}:{}@127.0.0.1:{}/{database}", percent_encoded(PASSWORD), server().port);
    let files = [
        ("package.json", r#"{"name": "shop", "dependencies": {"pg": "8"}}"#),
        (".env.example", "DATABASE_URL=postgresql://user:password@localhost:5432/shop\n"),
        (".env", &*format!("DATABASE_URL={url}\nAPP_ENV=development\n")),
        (".gitignore", ".env\n"),
    ];
    Project::guarded("my shop", &files)
}

fn counts(database: &str) -> BTreeMap<String, u64> {
    let count =
        |table: &str| server().sql(database, &format!("SELECT count(*) FROM {table}")).parse().unwrap();
    ["customers", "orders", "audit.log"].map(|table| (table.to_owned(), count(table))).into_iter().collect()
}

#[test]
fn c_1_g2_2_init_backup_drop_restore_on_a_real_postgresql() {
    let project = shop_on_postgres("first_day");
    let before = counts("first_day");
    project.run("backup.sh", &[], "").expect(0);
    project.run("verify-backup.sh", &[], "").expect(0);
    server().sql(
        "first_day",
        "DROP TABLE orders; DROP SCHEMA audit CASCADE; DELETE FROM customers WHERE id > 5;",
    );
    project.run("restore.sh", &["--yes"], "first_day\n").expect(0);
    assert_eq!(counts("first_day"), before);
    assert!(project.run("health.sh", &[], "").expect(0).stdout.contains("ok"));
}

#[test]
fn g0_1_after_init_a_wrong_password_fails_loudly_and_older_backups_stay() {
    let project = shop_on_postgres("wrong_word");
    project.run("backup.sh", &[], "").expect(0);
    let id = only_database(&project);
    let kept = project.backups(&id);
    project.write(
        ".env",
        &format!("DATABASE_URL=postgresql://{USER}:hunter2@127.0.0.1:{}/wrong_word\n", server().port),
    );
    let shown = project.run("backup.sh", &[], "").expect(1);
    assert!(!shown.text().contains("hunter2"), "{}", shown.text());
    assert_eq!(project.backups(&id), kept);
    assert_eq!(project.listed().len(), 1);
}

#[test]
fn g0_1_no_file_that_init_writes_and_nothing_that_it_prints_holds_the_password() {
    let project = shop_on_postgres("no_secret");
    project.run("backup.sh", &[], "").expect(0);
    let secrets = [PASSWORD.to_owned(), percent_encoded(PASSWORD)];
    for text in [
        project.dbguard(&["detect", "--format", "json"]).text(),
        project.dbguard(&["init", "--dry-run"]).text(),
    ] {
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
    }
    let files = files_below(&project.root);
    assert!(files.len() > 20, "{files:?}");
    for file in
        files.iter().filter(|file| !file.ends_with(".env") && !file.starts_with(project.root.join(".git")))
    {
        let bytes = std::fs::read(file).unwrap();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds the password", file.display());
        }
    }
}

#[test]
fn c_1_g2_2_init_backup_accident_restore_on_a_real_sqlite_file() {
    let config =
        "import os\nSQLALCHEMY_DATABASE_URI = os.environ.get('DATABASE_URL') or 'sqlite:///data/shop.db'\n";
    let project =
        Project::with_files("shop", &[("config.py", config), ("requirements.txt", "flask-sqlalchemy\n")]);
    std::fs::create_dir(project.root.join("data")).unwrap();
    let file = project.root.join("data/shop.db");
    sqlite(&file, "CREATE TABLE orders (id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (1), (2), (3);");
    project.dbguard(&["init", "--yes"]).expect(0);
    project.run("backup.sh", &[], "").expect(0);
    sqlite(&file, "DROP TABLE orders;");
    project.run("restore.sh", &["--yes"], "shop.db\n").expect(0);
    assert_eq!(sqlite(&file, "SELECT count(*) FROM orders"), "3");
}

#[test]
fn the_demo_loses_every_row_and_brings_every_row_back() {
    let project = Project::with_files("empty", &[("README.md", "nothing\n")]);
    let shown = project.dbguard(&["demo"]).expect(0).stdout;
    let counted: Vec<&str> = shown.lines().filter(|line| line.ends_with(" orders")).collect();
    assert_eq!(
        counted,
        ["120 customers, 2500 orders", "0 customers, 0 orders", "120 customers, 2500 orders"],
        "{shown}"
    );
}

fn only_database(project: &Project) -> String {
    let policy = std::fs::read_to_string(project.root.join("dbguard.toml")).unwrap();
    let policy: toml_edit::DocumentMut = policy.parse().unwrap();
    let databases = policy["database"].as_array_of_tables().unwrap();
    assert_eq!(databases.len(), 1, "{policy}");
    databases.get(0).unwrap()["id"].as_str().unwrap().to_owned()
}

fn sqlite(file: &Path, sql: &str) -> String {
    let output =
        Command::new("sqlite3").args(["-batch", "-init", "/dev/null"]).arg(file).arg(sql).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}
