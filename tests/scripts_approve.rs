//! Approval by a second person. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its files has to fail"
)]

mod support;

use std::process::Command;

use serde_json::{Value, json};
use support::project::{Outcome, Project};

/// A production database in SQLite with 20 notes, and a policy that wants two people.
fn project(policy: &Value) -> Project {
    let entry = json!({
        "engine": "sqlite", "run": "file", "path": "app.db", "environment": "production", "restore_in_production": true
    });
    let mut project = Project::new("project", std::slice::from_ref(&entry));
    project.configure(&[entry], policy);
    let file = project.root.join("app.db");
    let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) INSERT INTO notes SELECT i FROM n;";
    assert!(Command::new("sqlite3").arg(file).arg(sql).status().unwrap().success());
    become_person(&mut project, "1001", "ann@example.org");
    project
}

fn two() -> Value {
    json!({ "approvals": 2 })
}

fn become_person(project: &mut Project, uid: &str, name: &str) {
    project.set("SUDO_UID", uid);
    project.set("APPROVER", name);
}

fn delete(project: &Project, from: u32) -> Outcome {
    let file = project.root.join("app.db");
    let sql = format!("DELETE FROM notes WHERE id > {from}");
    project.run("safe-run.sh", &["--yes", "--", "sqlite3", file.to_str().unwrap(), &sql], "app.db\n")
}

fn notes(project: &Project) -> String {
    let output = Command::new("sqlite3")
        .arg(project.root.join("app.db"))
        .arg("SELECT count(*) FROM notes")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The code of the request that a refusal names.
fn code(shown: &Outcome) -> String {
    let (_, rest) =
        shown.stderr.split_once("approve.sh grant ").unwrap_or_else(|| panic!("{}", shown.text()));
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

fn grant(project: &mut Project, code: &str, uid: &str, name: &str) -> Outcome {
    become_person(project, uid, name);
    let shown = project.run("approve.sh", &["grant", code], "");
    become_person(project, "1001", "ann@example.org");
    shown
}

#[test]
fn g2_11_another_person_agrees_once_to_exactly_one_command() {
    let mut project = project(&two());
    let refused = delete(&project, 15).expect(3);
    assert_eq!(notes(&project), "20");
    let code = code(&refused);
    let listed = project.run("approve.sh", &["list"], "").expect(0);
    assert!(
        listed.stdout.contains(&code) && listed.stdout.contains("DELETE FROM notes WHERE id > 15"),
        "{}",
        listed.text()
    );
    delete(&project, 15).expect(3);
    grant(&mut project, &code, "1001", "bob@example.org").expect(3);
    grant(&mut project, &code, "1002", "Ann@Example.org").expect(3);
    delete(&project, 15).expect(3);
    grant(&mut project, &code.to_lowercase(), "1002", "bob@example.org").expect(0);
    delete(&project, 10).expect(3);
    assert_eq!(notes(&project), "20", "another command was not approved");
    let shown = delete(&project, 15).expect(0);
    assert!(shown.stdout.contains("by bob@example.org"), "{}", shown.text());
    assert_eq!(notes(&project), "15");
    delete(&project, 15).expect(3);
    let audit = std::fs::read_to_string(project.root.join("backups/audit.jsonl")).unwrap();
    for result in ["requested", "refused", "granted", "used"] {
        assert!(audit.contains(&format!("\"result\": \"{result}\"")), "{audit}");
    }
}

#[test]
fn g3_4_the_policy_names_who_approves_and_how_many() {
    let mut project =
        project(&json!({ "approvals": 3, "approvers": ["bob@example.org", "cleo@example.org"] }));
    let code = code(&delete(&project, 15).expect(3));
    let shown = grant(&mut project, &code, "1009", "mallory@example.org").expect(3);
    assert!(shown.stderr.contains("not on the list"), "{}", shown.text());
    grant(&mut project, &code, "1002", "bob@example.org").expect(0);
    grant(&mut project, &code, "1002", "cleo@example.org").expect(0);
    delete(&project, 15).expect(3);
    grant(&mut project, &code, "1002", "bob@example.org").expect(0);
    grant(&mut project, &code, "1003", "Bob@example.org").expect(0);
    delete(&project, 15).expect(3);
    grant(&mut project, &code, "1003", "cleo@example.org").expect(0);
    delete(&project, 15).expect(0);
}

/// Writes the time of a request as if it had been made so many seconds earlier.
fn age(project: &Project, code: &str, seconds: i64) {
    let path = project.root.join("backups/approvals").join(code).join("request");
    let text: Vec<String> = std::fs::read_to_string(&path)
        .unwrap()
        .lines()
        .map(|line| match line.split_once(": ") {
            Some((key @ ("created" | "expires"), time)) => {
                format!("{key}: {}", time.parse::<i64>().unwrap() - seconds)
            }
            _ => line.to_owned(),
        })
        .collect();
    std::fs::write(path, text.join("\n") + "\n").unwrap();
}

#[test]
fn g2_11_an_approval_expires_and_a_clock_that_is_set_back_gives_it_no_more_time() {
    let mut project = project(&json!({ "approvals": 2, "approval_minutes": 5 }));
    let old = code(&delete(&project, 15).expect(3));
    grant(&mut project, &old, "1002", "bob@example.org").expect(0);
    age(&project, &old, 301);
    let shown = delete(&project, 15).expect(3);
    assert_ne!(code(&shown), old);
    let shown = grant(&mut project, &old, "1003", "cleo@example.org").expect(3);
    assert!(shown.stderr.contains("expired"), "{}", shown.text());

    // Seen from a clock that was set back, the latest time that was seen lies in the future.
    let code = code(&delete(&project, 14).expect(3));
    grant(&mut project, &code, "1002", "bob@example.org").expect(0);
    let clock = project.root.join("backups/approvals/.clock");
    let seen: i64 = std::fs::read_to_string(&clock).unwrap().trim().parse().unwrap();
    std::fs::write(&clock, format!("{}\n", seen + 600)).unwrap();
    delete(&project, 14).expect(3);
    assert_eq!(notes(&project), "20");
}

#[test]
fn g2_11_a_revoked_request_is_gone() {
    let mut project = project(&two());
    let code = code(&delete(&project, 15).expect(3));
    grant(&mut project, &code, "1002", "bob@example.org").expect(0);
    project.run("approve.sh", &["revoke", &code], "").expect(0);
    delete(&project, 15).expect(3);
    grant(&mut project, &code, "1002", "bob@example.org").expect(3);
    grant(&mut project, "../main", "1002", "bob@example.org").expect(3);
    assert_eq!(notes(&project), "20");
}

#[test]
fn g2_11_restoring_into_production_needs_it_too() {
    let mut project = project(&two());
    project.run("backup.sh", &[], "").expect(0);
    let refused = project.run("restore.sh", &["--yes"], "app.db\n").expect(3);
    grant(&mut project, &code(&refused), "1002", "bob@example.org").expect(0);
    project.run("restore.sh", &["--yes", "--schema-only"], "app.db\n").expect(3);
    project.run("restore.sh", &["--yes"], "app.db\n").expect(0);
    project.run("restore.sh", &["--yes"], "app.db\n").expect(3);
}

#[test]
fn g2_11_one_person_is_enough_where_the_policy_says_so() {
    let project = project(&json!({ "approvals": 1 }));
    delete(&project, 15).expect(0);
    assert_eq!(notes(&project), "15");
}

#[test]
fn g2_11_secrets_of_a_command_are_not_shown_to_the_approver() {
    let project = project(&two());
    let words =
        ["--yes", "--", "true", "postgres://u:hunter2@h/db", "--password", "hunter2", "API_TOKEN=hunter2"];
    project.run("safe-run.sh", &words, "app.db\n").expect(3);
    let listed = project.run("approve.sh", &["list"], "").expect(0);
    assert!(
        listed.stdout.contains("true postgres://***@h/db --password *** API_TOKEN=***"),
        "{}",
        listed.text()
    );
    let found =
        Command::new("grep").args(["-rl", "hunter2"]).arg(project.root.join("backups")).output().unwrap();
    assert!(found.stdout.is_empty(), "{}", String::from_utf8_lossy(&found.stdout));
}
