//! What status.sh and backup-health.sh say, from metadata alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use support::project::Project;
use support::{postgres, sqlite};

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// UTC, as the audit log writes it.
fn utc(epoch: u64) -> String {
    let output = std::process::Command::new("date")
        .args(["-u", "-d", &format!("@{epoch}"), "+%Y-%m-%dT%H:%M:%SZ"])
        .output();
    String::from_utf8(output.unwrap().stdout).unwrap().trim().to_owned()
}

/// Changes a line of a backup's metadata.
fn rewrite(project: &Project, name: &str, key: &str, value: &str) {
    let path = project.root.join("backups/main").join(name).join("metadata.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines = text.lines().map(|line| {
        if line.starts_with(&format!("  \"{key}\": ")) {
            format!("  \"{key}\": {value},")
        } else {
            line.to_owned()
        }
    });
    let changed = lines.collect::<Vec<_>>().join("\n") + "\n";
    assert_ne!(changed, text, "{key}");
    std::fs::write(path, changed).unwrap();
}

fn health(project: &Project, code: i32) -> Value {
    let shown = project.run("backup-health.sh", &["--json"], "").expect(code);
    serde_json::from_str(&shown.stdout).unwrap_or_else(|error| panic!("{error}: {}", shown.text()))
}

fn status(project: &Project, code: i32) -> Value {
    let shown = project.run("status.sh", &["--json"], "").expect(code);
    serde_json::from_str(&shown.stdout).unwrap_or_else(|error| panic!("{error}: {}", shown.text()))
}

#[test]
fn g2_9_backup_health_goes_by_metadata_and_never_by_files_that_lie_there() {
    let project = sqlite::project("project", &json!({}));
    assert_eq!(health(&project, 1)["state"], "none");
    project.write("backups/backup.log", "fresh");
    project.write("backups/main/99990101T000000Z-fresh/file", "no metadata");
    assert_eq!(health(&project, 1)["state"], "none");
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    let good = health(&project, 0);
    assert_eq!((&good["state"], &good["backup"], &good["rows"]), (&json!("ok"), &json!(name), &json!(330)));
    rewrite(&project, &name, "created_epoch", &(now() - 13 * 3600).to_string());
    project.write("backups/main/backup.log", "fresh");
    let stale = health(&project, 1);
    assert_eq!(stale["state"], "stale");
    assert!(stale["reason"].as_str().unwrap().contains("13 h old"), "{stale}");
    rewrite(&project, &name, "created_epoch", &(now() - 11 * 3600).to_string());
    health(&project, 0);
}

#[test]
fn g2_9_small_damaged_and_future_backups_are_not_fresh() {
    let project = sqlite::project("project", &json!({}));
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    project.configure(&[sqlite::entry("main", "app.db")], &json!({ "minimum_bytes": 10_000_000 }));
    assert_eq!(health(&project, 1)["state"], "small");
    project.configure(&[sqlite::entry("main", "app.db")], &json!({}));
    rewrite(&project, &name, "created_epoch", &(now() + 86_400).to_string());
    let future = health(&project, 1);
    assert_eq!(future["state"], "unknown");
    assert!(future["reason"].as_str().unwrap().contains("dated in the future"), "{future}");
    project.run("backup.sh", &[], "").expect(0);
    let good = health(&project, 0);
    assert!(good["warnings"][0].as_str().unwrap().contains("was not looked at"), "{good}");
    for name in project.backups("main") {
        let dump = project.root.join("backups/main").join(&name).join("database.sqlite");
        std::fs::write(&dump, "cut short").unwrap();
    }
    assert_eq!(health(&project, 1)["state"], "none");
    for name in project.backups("main") {
        std::fs::write(project.root.join("backups/main").join(&name).join("metadata.json"), "{\n").unwrap();
    }
    assert_eq!(health(&project, 1)["state"], "unknown");
}

#[test]
fn g2_9_neither_a_safety_backup_nor_that_of_an_emptied_database_is_the_newest_one() {
    let project = sqlite::project("project", &json!({}));
    project.run("backup.sh", &[], "").expect(0);
    let name = project.backups("main").remove(0);
    sqlite::sql(&project.root.join("app.db"), "DELETE FROM notes; DELETE FROM tags;");
    project.run("backup.sh", &[], "").expect(0);
    assert_eq!(health(&project, 0)["backup"], json!(name), "the emptied one does not count");
    project.run("restore.sh", &[&name], "app.db\n").expect(0);
    assert_eq!(health(&project, 0)["backup"], json!(name));
    rewrite(&project, &name, "created_epoch", &(now() - 20 * 3600).to_string());
    assert_eq!(health(&project, 1)["state"], "stale");
}

#[test]
fn g1_8_overdue_restore_tests_and_drills_are_said_from_the_audit_log() {
    let project = sqlite::project("project", &json!({}));
    project.run("backup.sh", &[], "").expect(0);
    assert_eq!(health(&project, 0)["warnings"], json!([]), "what is new is not overdue");
    let log = project.root.join("backups/audit.jsonl");
    let line = |epoch: u64, action: &str, database: &str, result: &str| {
        format!(
            "{{\"time\": \"{}\", \"action\": \"{action}\", \"database\": \"{database}\", \"engine\": \"sqlite\", \"environment\": \
             \"development\", \"by\": \"a@b\", \"result\": \"{result}\", \"detail\": \"\"}}\n",
            utc(epoch)
        )
    };
    let day = 86_400;
    let with = |lines: &[String]| {
        std::fs::write(&log, lines.concat()).unwrap();
        let said = health(&project, 0);
        said["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap()[..40].to_owned())
            .collect::<Vec<_>>()
    };
    let old = line(now() - 93 * day, "backup", "main", "done");
    let never = with(std::slice::from_ref(&old));
    assert_eq!(
        never,
        ["the last restore test was never done (ev", "the last restore drill was never done (e"]
    );
    let other = line(now(), "verify", "other", "equal");
    let future = line(now() + day, "verify", "main", "equal");
    assert_eq!(
        with(&[old.clone(), other, future]).len(),
        2,
        "neither another database's nor a future one counts"
    );
    let drill = line(now() - 91 * day, "drill", "main", "done");
    let test = |days| line(now() - days * day, "verify", "main", "equal");
    assert!(with(&[old.clone(), drill.clone(), test(30)]).is_empty());
    assert_eq!(with(&[old.clone(), drill.clone(), test(32)]), ["the last restore test was 32 days ago (e"]);
    let failed = line(now() - 2 * day, "verify", "main", "exit 4");
    assert_eq!(with(&[old.clone(), drill, test(3), failed]), ["the last restore test failed, 2 days ago"]);
    std::fs::write(&log, old).unwrap();
    project.run("verify-backup.sh", &[], "").expect(0);
    project.run("status.sh", &["--drill-done", "Ann, 20 min"], "").expect(0);
    assert_eq!(health(&project, 0)["warnings"], json!([]));
    assert!(std::fs::read_to_string(&log).unwrap().contains("\"action\": \"drill\""));
}

#[test]
fn g1_6_status_is_one_screen_that_says_what_needs_attention() {
    let project = sqlite::project("project", &json!({}));
    let shown = project.run("status.sh", &[], "").expect(1);
    assert!(
        shown.stdout.contains("main: ok") && shown.stdout.contains("! there is no verified backup"),
        "{}",
        shown.text()
    );
    project.run("backup.sh", &[], "").expect(0);
    let shown = project.run("status.sh", &[], "").expect(0);
    for part in [
        "sqlite 3.",
        "development (a file of this project)",
        "app.db",
        "330 rows",
        "notes 300, tags 30",
        "never",
        "not installed",
    ] {
        assert!(shown.stdout.contains(part), "{part}: {}", shown.text());
    }
    assert!(shown.stdout.lines().count() <= 24, "{}", shown.stdout);
    for line in shown.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    project.run("verify-backup.sh", &[], "").expect(0);
    assert!(project.run("status.sh", &[], "").expect(0).stdout.contains("330 rows, restored as a test"));
    sqlite::sql(&project.root.join("app.db"), "DELETE FROM notes; DELETE FROM tags;");
    let shown = project.run("status.sh", &[], "").expect(1);
    assert!(shown.stdout.contains("! the database is empty: restore.sh --db main"), "{}", shown.text());
    std::fs::write(project.root.join("app.db"), "not a database at all").unwrap();
    project.run("backup.sh", &[], "").expect(1);
    let shown = status(&project, 1);
    assert_eq!(shown["databases"][0]["state"], "unknown");
    assert!(
        shown["databases"][0]["attention"].to_string().contains("the last backup failed (exit 1)"),
        "{shown}"
    );
}

#[test]
fn g1_6_status_of_a_real_server_and_one_that_is_gone() {
    let server = postgres::server();
    server.create("status 1");
    server.sql("status 1", "CREATE TABLE a AS SELECT generate_series(1, 50) AS n; CREATE SCHEMA s; CREATE TABLE s.b AS SELECT 1 AS n;");
    let entry = |id: &str, port: u16| {
        json!({ "id": id, "host": "127.0.0.1", "port": port.to_string(), "database": "status 1", "user": postgres::USER,
            "credentials": [support::project::credential("password", "variable", "", "DB_SECRET", "")] })
    };
    let mut project = Project::new("project", &[entry("main", server.port), entry("gone", 1)]);
    project.set("DB_SECRET", postgres::PASSWORD);
    project.run("backup.sh", &["--db", "main"], "").expect(0);
    let shown = status(&project, 1);
    let main = &shown["databases"][0];
    assert_eq!((&main["state"], &main["attention"]), (&json!("ok"), &json!([])), "{main}");
    assert!(main["bytes"].as_u64().unwrap() > 1_000_000 && main["newest"]["rows"] == 51, "{main}");
    assert_eq!(main["lives_in"], json!(format!("the server 127.0.0.1:{}", server.port)));
    let gone = &shown["databases"][1];
    assert_eq!(gone["state"], "unknown");
    assert!(gone["attention"][0].as_str().unwrap().contains("cannot be reached"), "{gone}");
    project.run("status.sh", &["--db", "main"], "").expect(0);
    let text = project.run("status.sh", &[], "").expect(1).stdout;
    assert!(text.contains("public.a 50") && !text.contains(postgres::PASSWORD), "{text}");
    project.run("status.sh", &["--db", "nothing"], "").expect(2);
}

#[test]
fn g1_6_a_database_without_scripts_is_named_with_what_to_do() {
    let compose = "services:\n  db:\n    image: postgres:15\n    environment:\n      POSTGRES_PASSWORD: x\n  search:\n    image: elasticsearch:8.11.0\n";
    let project = Project::guarded("guarded", &[("compose.yml", compose)]);
    let policy = std::fs::read_to_string(project.root.join("dbguard.toml")).unwrap();
    assert!(policy.contains("elasticsearch"), "{policy}");
    let shown = status(&project, 1);
    assert_eq!(shown["unguarded"].as_array().unwrap().len(), 1, "{shown}");
    assert!(!shown["unguarded"][0]["advice"].as_str().unwrap().is_empty());
    let text = project.run("status.sh", &[], "").expect(1).stdout;
    assert!(text.contains("not backed up by these scripts") && text.contains("! do this: "), "{text}");
}

#[test]
fn g2_7_status_tells_when_nothing_new_is_off_site() {
    let project = sqlite::project("project", &json!({}));
    let quiet = project.run("status.sh", &[], "");
    assert!(!quiet.stdout.contains("off-site") && !quiet.stdout.contains("encryption"), "{}", quiet.text());
    let place = project.root.join("../elsewhere");
    std::fs::create_dir(&place).unwrap();
    let target = place.canonicalize().unwrap().display().to_string();
    project.configure(
        &[sqlite::entry("main", "app.db")],
        &json!({ "offsite": { "method": "rsync", "target": target } }),
    );
    project.run("backup.sh", &[], "").expect(0);
    let young = project.run("status.sh", &[], "");
    assert!(young.stdout.contains("0 of 1 copied to"), "{}", young.text());
    assert!(!young.stdout.contains("is off-site"), "{}", young.text());
    let first = project.backups("main").remove(0);
    rewrite(&project, &first, "created_epoch", &(now() - 3 * 86_400).to_string());
    let attention =
        |project: &Project| project.run("status.sh", &[], "").stdout.contains("is off-site: offsite.sh");
    assert!(attention(&project), "nothing was ever copied");
    project.run("offsite.sh", &[], "").expect(0);
    assert!(!attention(&project), "the newest one is there");
    project.run("backup.sh", &[], "").expect(0);
    assert!(attention(&project), "what is there is three days old");
    project.run("offsite.sh", &[], "").expect(0);
    let shown = project.run("status.sh", &[], "");
    assert!(
        shown.stdout.contains("2 of 2 copied to") && shown.stdout.contains("last on"),
        "{}",
        shown.text()
    );
    assert!(!attention(&project));
}

#[test]
fn g2_11_status_tells_when_a_demanded_encryption_is_missing() {
    let project = sqlite::project("project", &json!({}));
    project.run("backup.sh", &[], "").expect(0);
    let demanded = json!({ "encryption": { "demanded": true } });
    project.configure(&[sqlite::entry("main", "app.db")], &demanded);
    let shown = project.run("status.sh", &[], "").expect(1);
    assert!(shown.stdout.contains("! the policy demands encryption"), "{}", shown.text());
    assert_eq!(status(&project, 1)["databases"][0]["encryption"], "the newest backup is not encrypted");
    // Who looked is logged, as the regulated preset wants it.
    project.run("list-backups.sh", &[], "").expect(0);
    let log = std::fs::read_to_string(project.root.join("backups/audit.jsonl")).unwrap();
    let last: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!((&last["action"], &last["database"]), (&json!("list"), &json!("main")));
}
