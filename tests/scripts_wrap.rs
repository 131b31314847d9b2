//! `safe-test.sh`, `safe-run.sh`, `reset.sh` and `safe-migrate.sh` on real databases. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::postgres::{PASSWORD, USER, server};
use support::project::{Outcome, Project, credential};

/// A project with an SQLite database of 300 notes and no tags.
fn sqlite(environment: &str) -> Project {
    let project = Project::new("the project", &[sqlite_entry(environment)]);
    sql(&project, "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); CREATE TABLE tags (word TEXT);");
    sql(
        &project,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO notes SELECT i, 'x' FROM n;",
    );
    project
}

fn sqlite_entry(environment: &str) -> Value {
    json!({ "engine": "sqlite", "run": "file", "path": "app.db", "environment": environment })
}

fn sql(project: &Project, sql: &str) -> String {
    let output =
        Command::new("sqlite3").arg("-bail").arg(project.root.join("app.db")).arg(sql).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// A command that runs SQL on the project's database.
fn change(project: &Project, sql: &str) -> Vec<String> {
    ["sqlite3", project.root.join("app.db").to_str().unwrap(), sql].map(str::to_owned).to_vec()
}

fn run_words(project: &Project, script: &str, options: &[&str], words: &[String], input: &str) -> Outcome {
    let mut arguments = options.to_vec();
    arguments.push("--");
    arguments.extend(words.iter().map(String::as_str));
    project.run(script, &arguments, input)
}

fn log(project: &Project, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(project.root.join("backups/log").join(name)).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn postgres(name: &str, environment: &str) -> Project {
    server().create(name);
    server().sql(
        name,
        "CREATE TABLE authors (id int PRIMARY KEY, name text);
         CREATE TABLE books (id int PRIMARY KEY, author int REFERENCES authors ON DELETE CASCADE, title text);
         INSERT INTO authors SELECT i, 'a' FROM generate_series(1, 50) AS i;
         INSERT INTO books SELECT i, 1 + i % 50, 'b' FROM generate_series(1, 500) AS i;",
    );
    let entry = json!({
        "host": "127.0.0.1", "port": server().port, "database": name, "user": USER, "environment": environment,
        "credentials": [credential("password", "dotenv", ".env", "POSTGRES_PASSWORD", "")]
    });
    let project = Project::new("project", &[entry]);
    let escaped = PASSWORD.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    project.write(".env", &format!("POSTGRES_PASSWORD=\"{escaped}\"\n"));
    project
}

#[test]
fn g2_4_safe_test_names_the_tables_that_a_test_run_changed_and_ends_like_it() {
    let project = postgres("wrapped_shop", "auto");
    let url = format!("host=127.0.0.1 port={} user={USER} dbname=wrapped_shop", server().port);
    let script = "psql -X -q -d \"$0\" -c 'DELETE FROM authors WHERE id <= 5' && exit 7";
    let mut words: Vec<String> =
        ["env", &format!("PGPASSWORD={PASSWORD}"), "sh", "-c", script].map(str::to_owned).to_vec();
    words.push(url);
    let shown = run_words(&project, "safe-test.sh", &[], &words, "").expect(7);
    assert!(shown.stdout.contains("\"public.authors\": 50 -> 45 rows (-5)"), "{}", shown.text());
    assert!(shown.stdout.contains("\"public.books\": 500 -> 450 rows (-50)"), "{}", shown.text());
    assert!(shown.stdout.contains("environment: development"), "{}", shown.text());
    let name = project.backups("main").pop().unwrap();
    assert!(name.ends_with("-pre-test"), "{name}");
    assert_eq!(project.metadata("main", &name)["row_count"], 550);
    let entry = &log(&project, "operations.jsonl")[0];
    assert_eq!((&entry["result"], &entry["backup"]), (&json!("exit 7"), &json!(name)));
    assert!(!entry.to_string().contains("PGPASSWORD"), "arguments may hold secrets: {entry}");
    project.run("restore.sh", &[&name], "wrapped_shop\n").expect(0);
    assert_eq!(server().count("wrapped_shop", "books"), 500);
}

#[test]
fn g2_4_the_exit_status_standard_input_and_words_of_the_command_are_its_own() {
    let project = sqlite("test");
    for code in [0, 1, 3, 77] {
        run_words(
            &project,
            "safe-test.sh",
            &[],
            &["sh", "-c", &format!("exit {code}")].map(str::to_owned),
            "",
        )
        .expect(code);
    }
    run_words(&project, "safe-test.sh", &[], &["no such program".to_owned()], "").expect(127);
    let killed = ["sh", "-c", "kill -KILL $$"].map(str::to_owned);
    run_words(&project, "safe-test.sh", &[], &killed, "").expect(137);
    let echo = ["sh", "-c", "cat; printf '<%s>' \"$@\"", "sh", "a  b", "", "--db", "it's", "ünï\n*"]
        .map(str::to_owned);
    let shown = run_words(&project, "safe-test.sh", &[], &echo, "line 1\nline 2\n").expect(0);
    assert!(shown.stdout.contains("line 1\nline 2\n<a  b><><--db><it's><ünï\n*>"), "{}", shown.text());
    assert!(shown.stdout.contains("the same in all 2 tables"), "{}", shown.text());
}

#[test]
fn g2_1_production_and_unknown_run_no_tests() {
    for (environment, host) in [("production", "127.0.0.1"), ("auto", "db.example.org")] {
        let project = sqlite(environment);
        if host != "127.0.0.1" {
            project.write(".env", "APP_ENV=production\n");
        }
        let words = change(&project, "DELETE FROM notes");
        let shown = run_words(&project, "safe-test.sh", &[], &words, "").expect(3);
        assert!(shown.stderr.contains("nothing was run"), "{}", shown.text());
        assert_eq!(sql(&project, "SELECT count(*) FROM notes"), "300");
        assert!(project.backups("main").is_empty());
    }
}

#[test]
fn g2_4_without_a_backup_nothing_runs() {
    let project = sqlite("development");
    std::fs::create_dir_all(project.root.join("backups/main/.lock")).unwrap();
    std::fs::write(project.root.join("backups/main/.lock/owner"), "1\nelsewhere\nnever\n").unwrap();
    let shown =
        run_words(&project, "safe-test.sh", &[], &change(&project, "DELETE FROM notes"), "").expect(5);
    assert!(shown.stderr.contains("nothing was run"), "{}", shown.text());
    std::fs::remove_dir_all(project.root.join("backups/main/.lock")).unwrap();
    project.run("backup.sh", &[], "").expect(0);
    std::fs::remove_file(project.root.join("app.db")).unwrap();
    let shown = run_words(&project, "safe-run.sh", &[], &["true".to_owned()], "").expect(3);
    assert!(shown.stderr.contains("does not exist, and it has backups"), "{}", shown.text());
}

#[test]
fn g2_13_a_first_command_may_create_the_database() {
    let project = Project::new("project", &[sqlite_entry("development")]);
    let words = change(&project, "CREATE TABLE first (id); INSERT INTO first VALUES (1), (2);");
    let shown = run_words(&project, "safe-run.sh", &["--reason", "set up"], &words, "").expect(0);
    assert!(shown.stdout.contains("\"first\": new, 2 rows"), "{}", shown.text());
    assert_eq!(log(&project, "operations.jsonl")[0]["backup"], Value::Null);
}

#[test]
fn g2_13_in_production_the_name_is_typed_and_the_rest_of_the_input_is_the_commands() {
    let project = sqlite("production");
    let words = ["sh", "-c", "cat; sqlite3 \"$0\" 'DELETE FROM notes WHERE id < 11'"].map(str::to_owned);
    let words = [&words[..], &[project.root.join("app.db").display().to_string()]].concat();
    run_words(&project, "safe-run.sh", &[], &words, "app.db\n").expect(3);
    run_words(&project, "safe-run.sh", &["--yes"], &words, "other.db\n").expect(3);
    assert_eq!(sql(&project, "SELECT count(*) FROM notes"), "300");
    let shown = run_words(&project, "safe-run.sh", &["--yes"], &words, "app.db\nfor the command\n").expect(0);
    assert!(shown.stdout.contains("for the command\n"), "{}", shown.text());
    assert!(shown.stdout.contains("\"notes\": 300 -> 290 rows (-10)"), "{}", shown.text());
    assert_eq!(project.backups("main").len(), 1);
}

fn await_file(path: &Path) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !path.exists() {
        assert!(Instant::now() < deadline, "{} did not appear", path.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn g2_4_signals_reach_the_command_and_the_report_still_comes() {
    for (signal, program, code) in [
        ("TERM", "exec sleep 60", 143),
        ("INT", "exec sleep 60", 130),
        ("TERM", "trap 'exit 9' TERM; sleep 60 & wait", 9),
        ("INT", "trap 'exit 8' INT; sleep 60 & wait", 8),
    ] {
        let project = sqlite("development");
        let script = format!("touch \"$0\"; {program}");
        let flag = project.root.join("started");
        let mut child = project.spawn("safe-run.sh", &["--", "sh", "-c", &script, flag.to_str().unwrap()]);
        child.stdin.take().unwrap().flush().unwrap();
        await_file(&flag);
        std::thread::sleep(Duration::from_millis(100));
        Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
        let status = child.wait().unwrap();
        let mut text = String::new();
        // The left-over sleep keeps the pipe open; what was written before is enough.
        let mut buffer = [0; 4096];
        let read = child.stdout.take().unwrap().read(&mut buffer).unwrap();
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
        assert_eq!(status.code(), Some(code), "{signal} {program}: {text}");
        assert!(text.contains("the same in all 2 tables"), "{signal} {program}: {text}");
    }
}
