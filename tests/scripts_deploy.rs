//! `pre-deploy.sh` and `post-deploy.sh`. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::process::Command;

use serde_json::json;
use support::postgres::{PASSWORD, USER, server};
use support::project::{Project, credential};

const COMPOSE: &str = "# the shop
services:
  web:
    image: shop:1.2
    volumes:
      - ./static:/static
  db:
    image: postgres:15.3   # pinned
    volumes:
      - pgdata:/var/lib/postgresql/data
      - ./init:/docker-entrypoint-initdb.d:ro
    environment:
      POSTGRES_DB: shop
volumes:
  pgdata:
    name: shop_pgdata
  cache:
";

/// A committed project with a filled SQLite database that a Compose file's service `db` is said to hold.
fn project() -> Project {
    let entry = json!({
        "engine": "sqlite", "run": "file", "path": "app.db", "environment": "production",
        "compose_files": ["deploy/compose.yml"], "service": "db"
    });
    let project = Project::new("project", &[entry]);
    project.write("deploy/compose.yml", COMPOSE);
    project.write(".gitignore", "app.db*\n");
    sql(&project, "CREATE TABLE users (id); INSERT INTO users VALUES (1), (2), (3);");
    git(&project, &["init", "-q"]);
    commit(&project);
    project
}

fn sql(project: &Project, sql: &str) {
    let status =
        Command::new("sqlite3").arg("-bail").arg(project.root.join("app.db")).arg(sql).status().unwrap();
    assert!(status.success(), "{sql}");
}

fn git(project: &Project, words: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
        .args(words)
        .current_dir(&project.root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn commit(project: &Project) {
    git(project, &["add", "-A"]);
    git(project, &["commit", "-qm", "change", "--allow-empty"]);
}

#[test]
fn g0_4_a_deployment_is_noted_compared_and_its_commit_remembered() {
    let project = project();
    project.run("post-deploy.sh", &[], "").expect(3);
    let shown = project.run("pre-deploy.sh", &[], "").expect(0);
    assert!(
        shown.stdout.contains("data:        ok") && shown.stdout.contains("1 tables, 3 rows"),
        "{}",
        shown.text()
    );
    assert!(project.backups("main")[0].ends_with("-pre-deploy"));
    let shown = project.run("pre-deploy.sh", &[], "").expect(0);
    assert!(shown.stdout.contains("0 minutes old") && project.backups("main").len() == 1, "{}", shown.text());
    sql(&project, "INSERT INTO users VALUES (4)");
    let shown = project.run("post-deploy.sh", &[], "").expect(0);
    assert!(
        shown.stdout.contains("3 before, 4 now") && shown.stdout.contains("[ ] uploaded files open"),
        "{}",
        shown.text()
    );
    project.run("post-deploy.sh", &[], "").expect(3);
    let noted = git(&project, &["rev-parse", "--short", "HEAD"]);
    for _ in 0..3 {
        commit(&project);
    }
    let shown = project.run("pre-deploy.sh", &[], "").expect(0);
    assert!(shown.stdout.contains(&format!("since {noted}")), "{}", shown.text());
    sql(&project, "DELETE FROM users WHERE id = 1");
    let shown = project.run("post-deploy.sh", &[], "").expect(4);
    assert!(
        shown.stderr.contains("\"users\": 4 -> 3 rows (-1)") && shown.stderr.contains("restore.sh"),
        "{}",
        shown.text()
    );
}

#[test]
fn g0_4_a_change_that_takes_the_data_away_is_refused() {
    let project = project();
    for (from, to, said) in [
        ("  pgdata:\n    name: shop_pgdata\n", "", "volume pgdata"),
        ("name: shop_pgdata", "name: other", "volume name pgdata (shop_pgdata)"),
        ("    name: shop_pgdata\n", "", "volume name pgdata (shop_pgdata)"),
        ("  cache:\n", "  cache:\n    name: x\n", "new volume name cache (x)"),
        (
            "pgdata:/var/lib/postgresql/data",
            "pgdata:/var/lib/postgresql",
            "mount db (pgdata:/var/lib/postgresql/data)",
        ),
        ("      - pgdata:/var/lib/postgresql/data\n", "", "mount db"),
        ("postgres:15.3", "postgres:16.1", "image db (postgres:15)"),
        ("postgres:15.3", "postgres", "image db (postgres:15)"),
        ("# the shop\n", "name: other\n", "new project"),
        ("  db:\n", "  database:\n", "image db"),
        (COMPOSE, "", "volume pgdata"),
    ] {
        project.write("deploy/compose.yml", &COMPOSE.replace(from, to));
        let shown = project.run("pre-deploy.sh", &["--since", "HEAD"], "").expect(3);
        assert!(shown.stderr.contains(said), "{from} -> {to}: {}", shown.text());
    }
    assert!(project.backups("main").is_empty());
    std::fs::remove_file(project.root.join("deploy/compose.yml")).unwrap();
    project.run("pre-deploy.sh", &["--since", "HEAD"], "").expect(3);
    let harmless = COMPOSE
        .replace("shop:1.2", "shop:2.0")
        .replace("postgres:15.3", "\"postgres:15.9-alpine\"")
        .replace("  cache:\n", "  cache:\n  uploads:\n    name: shop_uploads\n")
        .replace("./static:", "./public:");
    project.write("deploy/compose.yml", &harmless);
    project.run("pre-deploy.sh", &["--since", "HEAD"], "").expect(0);
    project.run("pre-deploy.sh", &["--since", "no-such-commit"], "").expect(3);
}

#[test]
fn g4_1_a_new_line_that_deletes_volumes_is_found() {
    let project = project();
    project.write("notes.md", "never run docker compose down -v\n");
    project.write("ok.sh", "# docker compose down -v\ndocker compose down --remove-orphans\n");
    commit(&project);
    project.run("pre-deploy.sh", &[], "").expect(0);
    for line in [
        "ssh host 'cd app && docker compose -f a.yml down -v'",
        "docker-compose down --volumes",
        "docker volume rm shop_pgdata || true",
        "docker system prune -af --volumes",
        "docker compose up -d -V db",
    ] {
        project.write(".github/workflows/deploy.yml", &format!("run: |\n  {line}\n"));
        commit(&project);
        let shown = project.run("pre-deploy.sh", &[], "").expect(3);
        assert!(
            shown.stderr.contains(".github/workflows/deploy.yml") && shown.stderr.contains(line),
            "{}",
            shown.text()
        );
        git(&project, &["reset", "-q", "--hard", "HEAD~1"]);
    }
}

#[test]
fn g0_4_empty_and_cannot_tell_are_two_answers_and_both_stop() {
    let name = "deployed";
    server().create(name);
    let entry = json!({
        "host": "127.0.0.1", "port": server().port, "database": name, "user": USER,
        "credentials": [credential("password", "variable", "", "SECRET", "")]
    });
    let mut project = Project::new("project", &[entry]);
    project.set("SECRET", "wrong");
    let shown = project.run("pre-deploy.sh", &[], "").expect(1);
    assert!(
        shown.stderr.contains("password authentication failed") && !shown.text().contains("empty"),
        "{}",
        shown.text()
    );
    project.set("SECRET", PASSWORD);
    let shown = project.run("pre-deploy.sh", &[], "").expect(3);
    assert!(shown.stderr.contains("is empty") && shown.stderr.contains("--accept-empty"), "{}", shown.text());
    project.run("pre-deploy.sh", &["--accept-empty"], "").expect(0);
    server().sql(name, "CREATE TABLE users AS SELECT generate_series(1, 5) AS id");
    project.run("post-deploy.sh", &[], "").expect(0);
    project.run("pre-deploy.sh", &[], "").expect(0);
    server().sql(name, "DELETE FROM users");
    let shown = project.run("pre-deploy.sh", &["--accept-empty"], "").expect(3);
    assert!(shown.stderr.contains("it had rows once: restore.sh"), "{}", shown.text());
    let shown = project.run("post-deploy.sh", &[], "").expect(4);
    assert!(shown.stderr.contains("\"public.users\": 5 -> 0 rows (-5)"), "{}", shown.text());
}
