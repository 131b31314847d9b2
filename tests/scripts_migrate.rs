//! `safe-migrate.sh` and `reset.sh` on real databases. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::process::Command;

use serde_json::{Value, json};
use support::mariadb;
use support::postgres::{PASSWORD, USER, server};
use support::project::{Outcome, Project, credential};

const SCHEMA: &str = "CREATE TABLE notes (id int PRIMARY KEY, text varchar(20), old int);
    CREATE TABLE tags (word varchar(20));
    INSERT INTO notes VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3); INSERT INTO tags VALUES ('x'), ('y');";

/// A committed project whose `migrate.sh` runs `change.sql` where `DATABASE_URL` says, from the environment or from `.env`.
fn project(name: &str, environment: &str, change: &str) -> Project {
    let url = format!("postgres://{USER}@127.0.0.1:{}/{name}?sslmode=prefer", server().port);
    server().create(name);
    server().sql(name, SCHEMA);
    let entry = json!({
        "environment": environment, "credentials": [
            credential("url", "dotenv", ".env", "DATABASE_URL", ""), credential("password", "variable", "", "PGPASSWORD", "")
        ]
    });
    let mut project = Project::new("my project", std::slice::from_ref(&entry));
    project.configure(&[entry], &json!({ "migrate_commands": ["./migrate.sh"], "approvals": 2 }));
    project.write(".env", &format!("DATABASE_URL={url}\n"));
    project.write(
        "migrate.sh",
        "#!/bin/sh\nurl=${DATABASE_URL:-$(sed -n 's/^DATABASE_URL=//p' .env)}\nexec psql -XqAt -v ON_ERROR_STOP=1 -d \"$url\" -f change.sql\n",
    );
    project.write("change.sql", change);
    assert!(Command::new("chmod").arg("+x").arg(project.root.join("migrate.sh")).status().unwrap().success());
    project.set("PGPASSWORD", PASSWORD);
    commit(&project);
    project
}

fn commit(project: &Project) {
    for words in [&["init", "-q"][..], &["add", "-A"], &["commit", "-qm", "start"]] {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
            .args(words)
            .current_dir(&project.root);
        assert!(git.status().unwrap().success(), "{words:?}");
    }
}

fn labels(project: &Project) -> Vec<String> {
    project.backups("main").iter().map(|name| name[17..].to_owned()).collect()
}

fn log(project: &Project, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(project.root.join("backups/log").join(name)).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn g3_7_a_migration_is_rehearsed_in_a_copy_and_backed_up_before_and_after() {
    let name = "migrate_forward";
    let project =
        project(name, "development", "ALTER TABLE notes ADD extra int; INSERT INTO tags VALUES ('z');");
    let shown = project.run("safe-migrate.sh", &["--rehearse-only"], "").expect(0);
    assert!(shown.stdout.contains("\n  +    extra integer"), "{}", shown.text());
    assert_eq!(server().count(name, "tags"), 2, "the live database was not touched");
    server().assert_none_stays("dbguard_check_");
    let shown = project.run("safe-migrate.sh", &["--reason", "a new column"], "").expect(0);
    assert_eq!(server().count(name, "tags"), 3, "{}", shown.text());
    assert_eq!(labels(&project), ["pre-migration", "pre-migration", "post-migration"]);
    assert!(shown.stdout.contains("5 before, 6 now"), "{}", shown.text());
    let entry = &log(&project, "operations.jsonl")[0];
    assert_eq!((&entry["reason"], &entry["verified"]), (&json!("a new column"), &json!(true)));
    assert_eq!(entry["commit"].as_str().unwrap().len(), 40);
    project.write("change.sql", "SELECT 1;");
    let shown = project.run("safe-migrate.sh", &[], "").expect(3);
    assert!(shown.stderr.contains("change.sql"), "{}", shown.text());
    let shown = project.run("safe-migrate.sh", &["--allow-dirty"], "").expect(0);
    assert!(shown.stderr.contains("the rehearsal changed nothing"), "{}", shown.text());
}

#[test]
fn g3_4_a_migration_that_destroys_is_singled_out_and_asked_for() {
    let name = "migrate_destroys";
    let project = project(name, "development", "ALTER TABLE notes DROP COLUMN old; DROP TABLE tags;");
    let shown = project.run("safe-migrate.sh", &[], "").expect(3);
    let destroyed = "destroys:    columns \"public.notes.old\", \"public.tags.word\"";
    assert!(
        shown.stdout.contains(destroyed) && shown.stdout.contains("\"public.tags\": gone, with 2 rows"),
        "{}",
        shown.text()
    );
    assert_eq!(server().count(name, "tags"), 2);
    project.run("safe-migrate.sh", &["--yes"], &format!("{name}\n")).expect(0);
    server().assert_none_stays("dbguard_check_");
    assert!(server().try_sql(name, "SELECT * FROM tags").is_err());
}

#[test]
fn g3_4_in_production_it_also_needs_a_second_person() {
    let name = "migrate_production";
    let mut project = project(name, "production", "DROP TABLE tags;");
    project.set("APPROVER", "ann@example.org");
    project.set("SUDO_UID", "1001");
    let typed = format!("{name}\n");
    let shown = project.run("safe-migrate.sh", &[], &typed).expect(3);
    let (_, rest) =
        shown.stderr.split_once("approve.sh grant ").unwrap_or_else(|| panic!("{}", shown.text()));
    let code: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    project.set("APPROVER", "bob@example.org");
    project.set("SUDO_UID", "1002");
    project.run("approve.sh", &["grant", &code], "").expect(0);
    project.run("safe-migrate.sh", &[], "").expect(3);
    project.run("safe-migrate.sh", &[], &typed).expect(0);
    assert!(server().try_sql(name, "SELECT * FROM tags").is_err());
}

#[test]
fn g3_5_a_failed_migration_is_logged_and_the_way_back_is_printed() {
    let name = "migrate_fails";
    let project = project(name, "development", "INSERT INTO tags VALUES ('z'); SELECT 1/0;");
    let shown = project.run("safe-migrate.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("failed in the rehearsal"), "{}", shown.text());
    assert_eq!(server().count(name, "tags"), 2);
    // It fails only where it counts.
    let url = "url=${DATABASE_URL:-live}; case \"$url\" in live) echo broken >&2; exit 9 ;; esac\n";
    project.write(
        "migrate.sh",
        &format!("#!/bin/sh\n{url}exec psql -Xq -d \"$url\" -c 'CREATE TABLE x (id int)'\n"),
    );
    let shown = project.run("safe-migrate.sh", &["--allow-dirty"], "").expect(9);
    assert!(
        shown.stderr.contains("do not migrate down") && shown.stderr.contains("restore.sh --db main 2"),
        "{}",
        shown.text()
    );
    let entry = &log(&project, "migration-failures.jsonl")[0];
    assert_eq!(entry["backup"], json!(project.backups("main").last().unwrap()));
}

#[test]
fn g3_7_a_migration_that_ignores_its_variables_is_found_out() {
    let name = "migrate_stubborn";
    let project = project(name, "development", "CREATE TABLE x (id int);");
    project.write(
        "migrate.sh",
        "#!/bin/sh\nurl=$(sed -n 's/^DATABASE_URL=//p' .env)\nexec psql -Xq -d \"$url\" -f change.sql\n",
    );
    let shown = project.run("safe-migrate.sh", &["--allow-dirty"], "").expect(1);
    assert!(shown.stderr.contains("the live database changed during the rehearsal"), "{}", shown.text());
    assert_eq!(log(&project, "migration-failures.jsonl").len(), 1);
}

fn lite(environment: &str) -> Project {
    let entry = json!({
        "engine": "sqlite", "run": "file", "environment": environment,
        "credentials": [credential("url", "dotenv", ".env", "DB", "")]
    });
    let project = Project::new("project", &[entry]);
    project.write(".env", &format!("DB=sqlite:///{}\n", project.root.join("app.db").display()));
    lite_sql(&project, SCHEMA);
    project
}

fn lite_sql(project: &Project, sql: &str) -> String {
    let output =
        Command::new("sqlite3").arg("-bail").arg(project.root.join("app.db")).arg(sql).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn g3_7_sqlite_rows_that_vanish_only_in_the_real_run_are_missed() {
    let project = lite("development");
    let file = project.root.join("app.db");
    let script = "if [ -n \"${DB:-}\" ]; then sqlite3 \"${DB#sqlite:///}\" 'ALTER TABLE tags ADD x'; else sqlite3 \"$0\" 'DELETE FROM tags'; fi";
    let words = ["--allow-dirty", "--", "sh", "-c", script, file.to_str().unwrap()];
    let shown = project.run("safe-migrate.sh", &words, "").expect(4);
    assert!(
        shown.stderr.contains("\"tags\": 2 -> 0 rows") && shown.stdout.contains("sqlite"),
        "{}",
        shown.text()
    );
    let script = "sqlite3 \"${DB:-$0}\" 'ALTER TABLE tags DROP COLUMN word'".replace("${DB:-$0}", "$f");
    let script = format!(
        "f=\"${{DB:-$0}}\"; f=\"${{f#sqlite:///}}\"; sqlite3 \"$f\" 'ALTER TABLE notes ADD y'; {script}"
    );
    let words = ["--allow-dirty", "--", "sh", "-c", &script, file.to_str().unwrap()];
    lite_sql(&project, "ALTER TABLE tags ADD more");
    project.run("safe-migrate.sh", &words, "").expect(3);
    project.run("safe-migrate.sh", &words, "app.db\n").expect(0);
    assert_eq!(lite_sql(&project, "SELECT group_concat(name) FROM pragma_table_info('tags')"), "more");
}

fn reset(project: &Project, more: &[&str], input: &str) -> Outcome {
    project.run("reset.sh", &[&["--reason", "a fresh start"], more].concat(), input)
}

#[test]
fn g3_4_reset_refuses_production_and_ci_whatever_is_typed() {
    let project = lite("production");
    reset(&project, &["--yes"], "app.db\n").expect(3);
    let mut project = lite("development");
    project.run("reset.sh", &[], "app.db\n").expect(2);
    project.run("reset.sh", &["--reason", "  "], "app.db\n").expect(2);
    reset(&project, &[], "other\n").expect(3);
    project.set("CI", "true");
    reset(&project, &[], "app.db\n").expect(3);
    assert_eq!(lite_sql(&project, "SELECT count(*) FROM notes"), "3");
    assert!(project.backups("main").is_empty());
    project.set("CI", "");
    reset(&project, &[], "app.db\n").expect(0);
    let mut project = lite("test");
    project.set("CI", "true");
    reset(&project, &[], "app.db\n").expect(0);
    assert_eq!(lite_sql(&project, "SELECT count(*) FROM sqlite_master"), "0");
    let entry = &log(&project, "resets.jsonl")[0];
    assert_eq!((&entry["reason"], &entry["verified"]), (&json!("a fresh start"), &json!(true)));
    assert!(
        entry["size"].as_u64().unwrap() > 1000 && entry["backup"].as_str().unwrap().ends_with("-pre-reset"),
        "{entry}"
    );
    project.run("restore.sh", &[entry["backup"].as_str().unwrap()], "app.db\n").expect(0);
    assert_eq!(lite_sql(&project, "SELECT count(*) FROM notes"), "3");
}

#[test]
fn g3_5_reset_empties_postgres_and_mariadb_and_runs_a_command_of_ones_own() {
    let name = "reset_me";
    let project = project(name, "development", "DROP TABLE tags;");
    let shown = reset(
        &project,
        &["--", "sh", "-c", "cd \"$0\" && ./migrate.sh && exit 5", project.root.to_str().unwrap()],
        "reset_me\n",
    );
    let shown = shown.expect(5);
    assert!(shown.stdout.contains("\"public.tags\": gone, with 2 rows"), "{}", shown.text());
    server().sql(name, "ALTER DATABASE reset_me SET work_mem TO '7MB'");
    let shown = reset(&project, &[], "reset_me\n").expect(0);
    assert_eq!(
        server().sql(name, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"),
        "0",
        "{}",
        shown.text()
    );
    assert_eq!(server().sql(name, "SHOW work_mem"), "7MB");
    assert!(server().databases("reset_me_old_").is_empty());
    server().assert_none_stays("dbguard_new_");

    let maria = mariadb::server();
    maria.create(name);
    maria.sql(name, SCHEMA);
    let entry = json!({
        "engine": "mariadb", "host": "127.0.0.1", "port": maria.port, "database": name, "user": mariadb::USER,
        "credentials": [credential("password", "variable", "", "SECRET", "")]
    });
    let mut project = Project::new("project", &[entry]);
    project.set("SECRET", mariadb::PASSWORD);
    reset(&project, &[], "reset_me\n").expect(0);
    assert_eq!(maria.sql(name, "SHOW TABLES"), "");
    project.run("restore.sh", &[&project.backups("main")[0]], "reset_me\n").expect(0);
    assert_eq!(maria.count(name, "notes"), 3);
}
