//! Changing the password of PostgreSQL in a Compose service, in a real Docker daemon: the data stays, the application is made
//! anew, the database's container is not. They run when `DBGUARD_LAB=docker` is set, as those of `scripts_compose.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::literal_string_with_formatting_args,
    reason = "a test that cannot set up its server or its files has to fail; ${…} belongs to Compose"
)]

mod support;

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use support::project::{Project, credential};

const FIRST: &str = "first-Secret";

/// A running Compose project; goes away with its volumes.
struct Lab {
    project: Project,
}

impl Lab {
    fn start(name: &str) -> Option<Self> {
        if std::env::var("DBGUARD_LAB").as_deref() != Ok("docker") {
            println!("NOT RUN: needs DBGUARD_LAB=docker and a daemon (tests/lab/start-docker.sh)");
            return None;
        }
        let database = json!({
            "run": "compose", "compose_files": ["docker-compose.yml"], "service": "db", "volume": "data", "app_services": ["web"],
            "credentials": [
                credential("password", "compose", "docker-compose.yml", "POSTGRES_PASSWORD", "db"),
                credential("user", "compose", "docker-compose.yml", "POSTGRES_USER", "db"),
                credential("url", "compose", "docker-compose.yml", "DATABASE_URL", "web"),
                credential("password", "dotenv", ".env", "PW", ""),
            ]
        });
        let mut project = Project::new(name, &[database]);
        project.set("DOCKER_HOST", &std::env::var("DOCKER_HOST").expect("DOCKER_HOST of the lab"));
        project.write("docker-compose.yml", COMPOSE);
        project.write(".env", &format!("# of the team\nPW={FIRST}\n"));
        let lab = Self { project };
        lab.compose(&["up", "-d"]);
        lab.await_ready();
        lab.psql("CREATE TABLE items AS SELECT generate_series(1, 700) AS id;").unwrap();
        Some(lab)
    }

    fn compose(&self, arguments: &[&str]) -> String {
        let output =
            Command::new("docker-compose").args(arguments).current_dir(&self.project.root).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn await_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(90);
        while self.psql("SELECT 1").is_err() {
            assert!(Instant::now() < deadline, "the service did not start");
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// Through the trusted loopback address inside the container.
    fn psql(&self, sql: &str) -> Result<String, String> {
        self.exec(&["exec", "-T", "db", "psql", "-XqAt", "-h", "127.0.0.1", "-U", "app", "shop", "-c", sql])
    }

    /// As the application: from its own container, with the environment that it has.
    fn application(&self) -> Result<String, String> {
        self.exec(&[
            "exec",
            "-T",
            "web",
            "sh",
            "-c",
            "psql -XqAtw \"$DATABASE_URL\" -c 'SELECT count(*) FROM items'",
        ])
    }

    fn exec(&self, arguments: &[&str]) -> Result<String, String> {
        let output =
            Command::new("docker-compose").args(arguments).current_dir(&self.project.root).output().unwrap();
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// Writes another password into `.env` and deploys, as a team does that takes this for changing it.
    fn deploy_another_password(&self) {
        self.project.write(".env", "# of the team\nPW=second-Secret\n");
        self.compose(&["up", "-d"]);
        self.await_ready();
    }
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
    stop_grace_period: 1s
    entrypoint: ['sleep', '3600']
    environment:
      DATABASE_URL: postgres://app:${PW}@db/shop
volumes:
  data: {}
";

#[test]
fn g4_1_compose_rotation_keeps_data_and_database_container_and_makes_the_application_anew() {
    let Some(lab) = Lab::start("rotatekeep") else { return };
    let [database, web] = ["db", "web"].map(|service| lab.compose(&["ps", "-q", service]));
    let shown = lab.project.run("rotate-password.sh", &["--yes"], "").expect(0);
    assert_eq!(lab.compose(&["ps", "-q", "db"]), database, "the container of the database is the same");
    assert_ne!(lab.compose(&["ps", "-q", "web"]), web, "that of the application is a new one");
    assert_eq!(lab.application().unwrap(), "700");
    let env = fs::read_to_string(lab.project.root.join(".env")).unwrap();
    assert!(env.starts_with("# of the team\nPW=") && !env.contains(FIRST), "{env}");
    assert_eq!(fs::read_to_string(lab.project.root.join("docker-compose.yml")).unwrap(), COMPOSE);
    let new = env.lines().nth(1).unwrap().trim_start_matches("PW=");
    assert!(!shown.text().contains(new));
    let url = format!("postgres://app:{FIRST}@db/shop");
    let refused = lab.exec(&["exec", "-T", "web", "psql", "-XqAtw", &url, "-c", "SELECT 1"]).unwrap_err();
    assert!(refused.contains("authentication failed"), "{refused}");
    // A later deployment makes the container anew, with the same volume.
    lab.compose(&["up", "-d"]);
    lab.await_ready();
    assert_eq!(lab.application().unwrap(), "700");
    lab.project.run("backup.sh", &[], "").expect(0);
}

#[test]
fn g4_1_compose_application_that_does_not_start_gets_everything_undone() {
    let Some(lab) = Lab::start("rotateundo") else { return };
    // It starts with the old password only, as one does that has it in a place that nobody knows of.
    let picky = COMPOSE.replace(
        "['sleep', '3600']",
        &format!("['sh', '-c', 'case \"$$DATABASE_URL\" in *{FIRST}*) exec sleep 3600 ;; esac; exit 1']\n    restart: always"),
    );
    lab.project.write("docker-compose.yml", &picky);
    lab.compose(&["up", "-d"]);
    let shown = lab.project.run("rotate-password.sh", &["--yes"], "").expect(6);
    assert!(shown.stderr.contains("the service web does not run steadily"), "{}", shown.text());
    assert_eq!(
        fs::read_to_string(lab.project.root.join(".env")).unwrap(),
        format!("# of the team\nPW={FIRST}\n")
    );
    assert_eq!(lab.application().unwrap(), "700");
}

#[test]
fn g4_1_the_incident_a_changed_password_and_the_deleted_volume_lose_everything() {
    let Some(lab) = Lab::start("rotateloss") else { return };
    lab.deploy_another_password();
    let refused = lab.application().unwrap_err();
    assert!(refused.contains("password authentication failed"), "{refused}");
    // What such threads advise.
    lab.compose(&["down", "-v", "-t", "1"]);
    lab.compose(&["up", "-d"]);
    lab.await_ready();
    let lost = lab.application().unwrap_err();
    assert!(lost.contains("\"items\" does not exist"), "{lost}");
}

#[test]
fn g4_1_the_incident_with_rotate_password_every_row_is_there() {
    let Some(lab) = Lab::start("rotatesave") else { return };
    lab.deploy_another_password();
    assert!(lab.application().unwrap_err().contains("password authentication failed"));
    let shown = lab.project.run("rotate-password.sh", &["--yes", "--from-files"], "").expect(0);
    assert!(shown.stderr.contains("the server refuses the password that the files hold"), "{}", shown.text());
    assert_eq!(lab.application().unwrap(), "700");
    lab.project.run("validate-env.sh", &[], "").expect(0);
}
