//! Encrypted backups with the real age and gpg. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::postgres::{PASSWORD, USER, server};
use support::project::{Project, credential};

/// A project with an SQLite file of a thousand rows, and the settings for a method with a new key.
fn project(method: &str) -> (Project, Value) {
    let mut project = Project::new("a project", &[sqlite()]);
    query(&project, "CREATE TABLE items (id INTEGER PRIMARY KEY, text TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO items SELECT i, 'plain text ' || i FROM n;");
    let settings = settings(&mut project, method);
    project.configure(&[sqlite()], &settings);
    (project, settings)
}

fn sqlite() -> Value {
    json!({ "engine": "sqlite", "run": "file", "path": "app.db" })
}

fn query(project: &Project, sql: &str) -> String {
    let output = Command::new("sqlite3").arg(project.root.join("app.db")).arg(sql).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Makes a key pair of the method outside of what git would see, and gives the settings that name it.
fn settings(project: &mut Project, method: &str) -> Value {
    if method == "age" {
        let key = project.root.join("../secret key.txt");
        let output = Command::new("age-keygen").arg("-o").arg(&key).output().unwrap();
        assert!(output.status.success(), "age is needed: apt-get install age");
        let said = String::from_utf8(output.stderr).unwrap();
        let recipient = said.trim().rsplit(' ').next().unwrap().to_owned();
        return json!({ "encryption": { "method": "age", "recipients": [recipient], "identity": "../secret key.txt" } });
    }
    let home = project.root.join("../gnupg").display().to_string();
    fs::create_dir(&home).unwrap();
    assert!(Command::new("chmod").args(["700", &home]).status().unwrap().success());
    let output = Command::new("gpg")
        .args([
            "--batch",
            "--quiet",
            "--passphrase",
            "",
            "--quick-generate-key",
            "backups@example.org",
            "default",
            "default",
            "never",
        ])
        .env("GNUPGHOME", &home)
        .output()
        .unwrap();
    assert!(output.status.success(), "gpg is needed: {}", String::from_utf8_lossy(&output.stderr));
    project.set("GNUPGHOME", &home);
    json!({ "encryption": { "method": "gpg", "recipients": ["backups@example.org"] } })
}

/// Files below the backups that hold a text.
fn files_holding(project: &Project, text: &[u8]) -> Vec<String> {
    let files = walkdir::WalkDir::new(project.root.join("backups")).into_iter().map(Result::unwrap);
    files
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| fs::read(entry.path()).unwrap().windows(text.len()).any(|window| window == text))
        .map(|entry| entry.path().display().to_string())
        .collect()
}

#[test]
fn g2_11_backups_are_encrypted_verified_restored_and_leave_no_plain_copy() {
    for method in ["age", "gpg"] {
        let (project, _) = project(method);
        project.run("backup.sh", &[], "").expect(0);
        let name = project.backups("main").remove(0);
        let metadata = project.metadata("main", &name);
        assert_eq!(metadata["encryption"], method);
        assert_eq!(metadata["file_database"], format!("database.sqlite.{method}"));
        assert_eq!(files_holding(&project, b"plain text 7"), Vec::<String>::new());
        query(&project, "DELETE FROM items;");
        project.run("verify-backup.sh", &[], "").expect(0);
        project.run("restore.sh", &[], "app.db\n").expect(0);
        assert_eq!(query(&project, "SELECT count(*) FROM items"), "1000");
        assert_eq!(
            files_holding(&project, b"plain text 7"),
            Vec::<String>::new(),
            "nothing decrypted is left"
        );
        assert_eq!(project.listed().len(), 2, "the emptied state was kept first");
        let log = fs::read_to_string(project.root.join("backups/audit.jsonl")).unwrap();
        assert_eq!(log.lines().filter(|line| line.contains("\"action\": \"decrypt\"")).count(), 2, "{log}");
    }
}

#[test]
fn g2_11_a_damaged_or_foreign_file_is_refused_before_anything_is_touched() {
    for method in ["age", "gpg"] {
        let (mut project, _) = project(method);
        project.run("backup.sh", &[], "").expect(0);
        let name = project.backups("main").remove(0);
        let directory = project.root.join("backups/main").join(&name);
        let file = directory.join(format!("database.sqlite.{method}"));
        let whole = fs::read(&file).unwrap();
        for bytes in [&whole[..whole.len() / 2], &whole[..whole.len() - 1], b""] {
            fs::write(&file, bytes).unwrap();
            project.run("restore.sh", &[&name], "app.db\n").expect(4);
            adapt(&directory.join("metadata.json"), bytes);
            let shown = project.run("restore.sh", &[&name], "app.db\n").expect(4);
            assert!(shown.stderr.contains("cannot be decrypted"), "{}", shown.text());
        }
        fs::write(&file, &whole).unwrap();
        adapt(&directory.join("metadata.json"), &whole);
        // Another machine, where nobody has the key.
        project.set("DBGUARD_IDENTITY", "/nonexistent/key");
        project.set("GNUPGHOME", "/nonexistent");
        let shown = project.run("verify-backup.sh", &[&name], "").expect(4);
        assert!(shown.stderr.contains("cannot be decrypted"), "{}", shown.text());
        assert_eq!(query(&project, "SELECT count(*) FROM items"), "1000");
    }
}

/// Makes `metadata.json` agree with other bytes.
fn adapt(metadata: &Path, bytes: &[u8]) {
    use sha2::Digest as _;
    let digest =
        sha2::Sha256::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let text = fs::read_to_string(metadata).unwrap();
    let changed = |line: &str| match line {
        _ if line.starts_with("  \"sha256_database\"") => format!("  \"sha256_database\": \"{digest}\",\n"),
        _ if line.starts_with("  \"bytes_database\"") => format!("  \"bytes_database\": {},\n", bytes.len()),
        _ => format!("{line}\n"),
    };
    fs::write(metadata, text.lines().map(changed).collect::<String>()).unwrap();
}

#[test]
fn g2_11_a_policy_that_demands_encryption_gets_no_plain_backup() {
    let (project, settings) = project("age");
    let mut demanded = json!({ "encryption": { "demanded": true } });
    project.configure(&[sqlite()], &demanded);
    let shown = project.run("backup.sh", &[], "").expect(3);
    assert!(shown.stderr.contains("[encryption]"), "{}", shown.text());
    assert!(project.backups("main").is_empty());
    demanded["encryption"] = settings["encryption"].clone();
    demanded["encryption"]["demanded"] = true.into();
    project.configure(&[sqlite()], &demanded);
    project.run("backup.sh", &[], "").expect(0);
    demanded["encryption"]["recipients"] = json!(["age1notakey"]);
    project.configure(&[sqlite()], &demanded);
    let shown = project.run("backup.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("could not be encrypted"), "{}", shown.text());
    assert_eq!(project.listed().len(), 1);
}

#[test]
fn g2_11_every_file_of_a_postgres_backup_is_encrypted_also_the_roles() {
    server().create("encrypted");
    server().sql(
        "encrypted",
        "CREATE TABLE items AS SELECT i AS id, md5(i::text) AS text FROM generate_series(1, 500) AS i;",
    );
    let entry = json!({
        "host": "127.0.0.1", "port": server().port, "database": "encrypted", "user": USER,
        "credentials": [credential("password", "dotenv", ".env", "PW", "")]
    });
    let mut project = Project::new("project", &[]);
    let escaped = PASSWORD.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    project.write(".env", &format!("PW=\"{escaped}\"\n"));
    let settings = settings(&mut project, "age");
    project.configure(&[entry], &settings);
    project.run("backup.sh", &["--artefacts", "schema"], "").expect(0);
    let name = project.backups("main").remove(0);
    let files = fs::read_dir(project.root.join("backups/main").join(&name)).unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let expected = [
        "create.sql.age",
        "database.dump.age",
        "globals.sql.age",
        "metadata.json",
        "schema.sql.age",
        "settings.sql.age",
    ];
    assert_eq!(names, expected);
    server().sql("encrypted", "DROP TABLE items;");
    project.run("restore.sh", &[&name], "encrypted\n").expect(0);
    assert_eq!(server().count("encrypted", "items"), 500);
}
