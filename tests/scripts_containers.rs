//! The generated scripts against PostgreSQL in containers that no Compose file started, in a real Docker daemon. They run when
//! `DBGUARD_LAB=docker` is set, like `scripts_compose.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::project::{Project, credential};

const PASSWORD: &str = "s3cret of the c0ntainer";

/// A running container; goes away with its volume.
struct Container {
    name: String,
    port: u16,
}

impl Container {
    fn start(name: &str) -> Option<Self> {
        if std::env::var("DBGUARD_LAB").as_deref() != Ok("docker") {
            println!("NOT RUN: needs DBGUARD_LAB=docker and a daemon (tests/lab/start-docker.sh)");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let container = Self { name: format!("dbguard-{name}-{}", std::process::id()), port };
        let publish = format!("127.0.0.1:{port}:5432");
        let label = format!("org.example.role={}", container.name);
        docker(&[
            "run",
            "-d",
            "--name",
            &container.name,
            "--label",
            &label,
            "-p",
            &publish,
            "-e",
            "POSTGRES_USER=app",
            "-e",
            "POSTGRES_DB=shop",
            "-e",
            &format!("POSTGRES_PASSWORD={PASSWORD}"),
            "postgres:15",
        ]);
        let deadline = Instant::now() + Duration::from_secs(90);
        while container.try_sql("SELECT 1").is_none() {
            assert!(Instant::now() < deadline, "the container did not start");
            std::thread::sleep(Duration::from_millis(500));
        }
        container.sql("CREATE TABLE items AS SELECT generate_series(1, 3000) AS id;");
        Some(container)
    }

    fn sql(&self, sql: &str) -> String {
        self.try_sql(sql).unwrap()
    }

    fn try_sql(&self, sql: &str) -> Option<String> {
        let words =
            ["exec", &self.name, "psql", "-XqAt", "-h", "127.0.0.1", "-U", "app", "-d", "shop", "-c", sql];
        let output = Command::new("docker").args(words).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(text)
    }

    fn project(&self, database: &Value) -> Project {
        let mut project = Project::new("project", std::slice::from_ref(database));
        project.set("DOCKER_HOST", &std::env::var("DOCKER_HOST").expect("DOCKER_HOST of the lab"));
        project.write(".env", &format!("PW='{PASSWORD}'\nPORT={}\n", self.port));
        project
    }

    /// A whole life: backup, loss, proof, restore.
    fn lose_and_restore(&self, project: &Project) -> String {
        let shown = project.run("backup.sh", &[], "").expect(0);
        self.sql("DROP TABLE items;");
        project.run("restore.sh", &[], "shop\n").expect(0);
        assert_eq!(self.sql("SELECT count(*) FROM items"), "3000");
        shown.stdout
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rm", "-fv", &self.name]).output();
    }
}

fn docker(words: &[&str]) {
    let output = Command::new("docker").args(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn g2_2_a_container_is_reached_by_its_name_and_by_a_label_that_only_it_has() {
    let Some(container) = Container::start("name") else { return };
    let project = container.project(&json!({ "run": "container", "container": container.name }));
    let shown = container.lose_and_restore(&project);
    assert!(shown.contains(&format!("host:        container {}, socket", container.name)), "{shown}");
    assert!(shown.contains("environment: development (a local container)"), "{shown}");

    let label = format!("org.example.role={}", container.name);
    let labelled = container.project(&json!({ "run": "container", "container": label }));
    labelled.run("backup.sh", &[], "").expect(0);

    let other = container.project(&json!({ "run": "container", "container": "org.example.role=no-such" }));
    let shown = other.run("backup.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("org.example.role=no-such is not running"), "{}", shown.text());
    docker(&["stop", "-t", "5", &container.name]);
    let shown = project.run("backup.sh", &[], "").expect(1);
    assert!(
        shown.stderr.contains("is not running") && shown.stderr.contains("docker start"),
        "{}",
        shown.text()
    );
    assert_eq!(project.listed().len(), 2, "the backup and the restore's safety backup");
}

#[test]
fn g2_2_where_no_client_fits_that_of_the_container_which_publishes_the_port_is_used() {
    let Some(container) = Container::start("published") else { return };
    let database = json!({
        "host": "127.0.0.1", "port": container.port, "user": "app", "database": "shop",
        "credentials": [credential("password", "dotenv", ".env", "PW", "")]
    });
    let mut project = container.project(&database);
    let path = support::programs::all_but(&project, &["psql", "pg_dump", "pg_restore", "pg_dumpall"]);
    project.set("PATH", &path);
    let shown = project.run("backup.sh", &[], "").expect(0).stdout;
    assert!(shown.contains("client:      that of the container that publishes port"), "{shown}");

    let nowhere = json!({ "host": "127.0.0.1", "port": 1, "user": "app", "database": "shop" });
    project.configure(&[nowhere], &json!({}));
    let shown = project.run("backup.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("pg_dump is not installed, or not on PATH"), "{}", shown.text());
}
