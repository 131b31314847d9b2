//! A Compose project with PostgreSQL and an application, in the real Docker daemon of `tests/lab/start-docker.sh`.
//!
//! It is there when `DBGUARD_LAB=docker` is set and `DOCKER_HOST` names the daemon.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::project::{Project, credential};

pub const PASSWORD: &str = "s3cret of the c0ntainer";

/// A running Compose project; goes away with its volumes.
pub struct Lab {
    pub project: Project,
    pub name: String,
}

impl Lab {
    /// Starts the service `db` with one filled table, `items`, or says that there is no lab.
    pub fn start(name: &str) -> Option<Self> {
        Self::start_version(name, 15)
    }

    /// The same with another major version of PostgreSQL, whose image mounts its volume where the official one does.
    pub fn start_version(name: &str, major: u32) -> Option<Self> {
        if std::env::var("DBGUARD_LAB").as_deref() != Ok("docker") {
            println!("NOT RUN: needs DBGUARD_LAB=docker and a daemon (tests/lab/start-docker.sh)");
            return None;
        }
        let database = json!({
            "run": "compose", "compose_files": ["docker-compose.yml"], "service": "db", "volume": "data", "app_services": ["web"],
            "data_directories": ["/var/lib/postgresql/data", "/var/lib/postgresql"],
            "credentials": [credential("password", "compose", "docker-compose.yml", "POSTGRES_PASSWORD", "db")]
        });
        let mut project = Project::new(name, &[database]);
        project.set("DOCKER_HOST", &std::env::var("DOCKER_HOST").expect("DOCKER_HOST of the lab"));
        if !has_image(major) {
            println!("NOT RUN: there is no image postgres:{major} (tests/lab/build-images.sh)");
            return None;
        }
        let mount = if major < 18 { "/var/lib/postgresql/data" } else { "/var/lib/postgresql" };
        let text = COMPOSE.replace("postgres:15", &format!("postgres:{major}"));
        project.write(
            "docker-compose.yml",
            &text.replace("data:/var/lib/postgresql/data", &format!("data:{mount}")),
        );
        project.write(".env", &format!("PW='{PASSWORD}'\n"));
        let lab = Self { project, name: name.to_owned() };
        lab.compose(&["up", "-d"]);
        lab.await_ready();
        lab.sql(
            "CREATE TABLE items AS SELECT i AS id, md5(i::text) AS text FROM generate_series(1, 5000) AS i;",
        );
        Some(lab)
    }

    /// Renames the project's folder.
    pub fn rename(&mut self, name: &str) {
        let renamed = self.project.root.with_file_name(name);
        std::fs::rename(&self.project.root, &renamed).unwrap();
        self.project.root = renamed;
    }

    /// Runs Compose in the project's directory.
    pub fn compose(&self, arguments: &[&str]) {
        let output =
            Command::new("docker-compose").args(arguments).current_dir(&self.project.root).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Waits until the database takes a login.
    pub fn await_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(90);
        while self.try_sql("SELECT 1").is_err() {
            assert!(Instant::now() < deadline, "the service of {} did not start", self.name);
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// Runs SQL in the service and gives its output.
    pub fn sql(&self, sql: &str) -> String {
        self.try_sql(sql).unwrap()
    }

    /// Like `sql`, with the client's error as `Err`.
    pub fn try_sql(&self, sql: &str) -> Result<String, String> {
        let mut child = Command::new("docker-compose")
            .args([
                "exec",
                "-T",
                "db",
                "psql",
                "-XqAt",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                "127.0.0.1",
                "-U",
                "app",
                "shop",
            ])
            .current_dir(&self.project.root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(sql.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() {
            Ok(text)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

fn has_image(major: u32) -> bool {
    let mut inspect = Command::new("docker");
    inspect
        .args(["image", "inspect", &format!("postgres:{major}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    inspect.status().is_ok_and(|status| status.success())
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = Command::new("docker-compose")
            .args(["down", "-v", "-t", "1"])
            .current_dir(&self.project.root)
            .output();
    }
}

const COMPOSE: &str = "\
version: '3'
services:
  db:
    image: postgres:15
    environment:
      POSTGRES_USER: app
      POSTGRES_DB: shop
      POSTGRES_PASSWORD: ${PW:?set it in .env}
    volumes:
      - data:/var/lib/postgresql/data
  web:
    image: postgres:15
    entrypoint: ['sleep', '3600']
volumes:
  data: {}
";
