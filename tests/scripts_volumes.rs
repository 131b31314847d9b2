//! Which volume a Compose database is on, and which one `up` would attach: the guard scripts against a real Docker daemon.
//!
//! They run when `DBGUARD_LAB=docker` is set and `DOCKER_HOST` names the daemon of `tests/lab/start-docker.sh`; otherwise each
//! test says that it did not run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::project::{Outcome, Project, credential};

const PASSWORD: &str = "s3cret of the c0ntainer";

const COMPOSE: &str = "\
version: '3.5'
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
    stop_grace_period: 1s
    # Else its image makes an anonymous volume, which `down` leaves behind.
    tmpfs: [/var/lib/postgresql/data]
volumes:
  data: {}
";

/// A Compose project; its containers and every volume whose name begins like it go away with it.
struct Lab {
    project: Project,
    name: String,
}

impl Lab {
    fn new(name: &str, compose: &str) -> Option<Self> {
        if std::env::var("DBGUARD_LAB").as_deref() != Ok("docker") {
            println!("NOT RUN: needs DBGUARD_LAB=docker and a daemon (tests/lab/start-docker.sh)");
            return None;
        }
        let database = json!({
            "run": "compose", "compose_files": ["docker-compose.yml"], "service": "db", "volume": "data", "app_services": ["web"],
            "credentials": [
                credential("password", "dotenv", ".env", "PW", ""),
                credential("password", "compose", "docker-compose.yml", "POSTGRES_PASSWORD", "db")
            ]
        });
        let mut project = Project::new(name, &[database]);
        project.set("DOCKER_HOST", &std::env::var("DOCKER_HOST").expect("DOCKER_HOST of the lab"));
        project.write("docker-compose.yml", compose);
        project.write(".env", &format!("PW='{PASSWORD}'\n"));
        Some(Self { project, name: name.to_owned() })
    }

    /// With the service up and 5000 rows in it.
    fn filled(name: &str) -> Option<Self> {
        let lab = Self::new(name, COMPOSE)?;
        lab.compose(&["up", "-d"]);
        lab.await_ready();
        lab.sql("CREATE TABLE items AS SELECT i AS id FROM generate_series(1, 5000) AS i");
        Some(lab)
    }

    fn compose(&self, arguments: &[&str]) {
        let output =
            Command::new("docker-compose").args(arguments).current_dir(&self.project.root).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn await_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        // Over TCP: while the image initialises, its server listens on the socket only.
        while self.try_sql("SELECT 1").is_none() {
            assert!(Instant::now() < deadline, "the service of {} did not start", self.name);
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    fn sql(&self, sql: &str) -> String {
        self.try_sql(sql).expect("SQL of the test")
    }

    fn try_sql(&self, sql: &str) -> Option<String> {
        let output = Command::new("docker-compose")
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
            ])
            .args(["-c", sql, "shop"])
            .current_dir(&self.project.root)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn rename(&mut self, name: &str) {
        let renamed = self.project.root.with_file_name(name);
        fs::rename(&self.project.root, &renamed).unwrap();
        self.project.root = renamed;
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.project.root.join("docker-compose.yml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Runs `preflight.sh --json`, which has to end with `code`; its codes of findings of one kind.
    fn findings(&self, code: i32, kind: &str) -> Vec<String> {
        let shown = self.project.run("preflight.sh", &["--json", "--no-backup"], "").expect(code);
        let answer: Value =
            serde_json::from_str(&shown.stdout).unwrap_or_else(|error| panic!("{error}: {}", shown.text()));
        let findings = answer["findings"].as_array().unwrap().iter();
        findings
            .filter(|finding| finding["kind"] == kind)
            .map(|finding| finding["code"].as_str().unwrap().to_owned())
            .collect()
    }

    fn script(&self, words: &[&str]) -> Outcome {
        self.project.run(words[0], &words[1..], "")
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = Command::new("docker-compose")
            .args(["down", "-v", "-t", "1"])
            .current_dir(&self.project.root)
            .output();
        for (list, remove) in [(["ps", "-aq"].as_slice(), "rm"), (&["volume", "ls", "-q"], "volume")] {
            let filter = if remove == "rm" {
                format!("name=^/?{}", self.name)
            } else {
                format!("name=^{}", self.name)
            };
            let output = docker(&[list, &["--filter", &filter]].concat());
            for found in output.lines() {
                if remove == "rm" {
                    docker(&["rm", "-fv", found]);
                } else {
                    docker(&["volume", "rm", found]);
                }
            }
        }
    }
}

fn docker(words: &[&str]) -> String {
    let output = Command::new("docker").args(words).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The incident that this tool is named for. Without guards, a renamed folder starts with an empty database.
#[test]
fn g1_3_a_renamed_folder_is_refused_with_the_place_of_the_data_and_a_name_brings_every_row_back() {
    let Some(mut lab) = Lab::filled("vxrename") else { return };
    lab.script(&["compose.sh", "up", "-d"]).expect(0);
    assert_eq!(lab.project.backups("main").len(), 1, "the preflight takes the backup that was missing");
    lab.compose(&["down", "-t", "1"]);
    lab.rename("vxrename again");

    let shown = lab.script(&["compose.sh", "up", "-d"]).expect(3);
    assert!(shown.stderr.contains("vxrename_data: holds postgres 15, "), "{}", shown.text());
    assert!(shown.stderr.contains("the project was vxrename and is now vxrenameagain"), "{}", shown.text());
    assert!(
        shown.stderr.contains("name: vxrename_data") && shown.stderr.contains("5000 rows"),
        "{}",
        shown.text()
    );
    assert_eq!(docker(&["volume", "ls", "-q", "--filter", "name=vxrenameagain"]), "", "nothing was made");

    lab.compose(&["up", "-d"]);
    lab.await_ready();
    assert!(lab.try_sql("SELECT count(*) FROM items").is_none(), "without the guard the loss is real");
    lab.script(&["backup.sh"]).expect(0);
    let shown = lab.script(&["preflight.sh"]).expect(3);
    assert!(shown.stderr.contains("already has the volume vxrenameagain_data"), "{}", shown.text());
    lab.compose(&["down", "-t", "1"]);

    lab.edit("  data: {}", "  data:\n    name: vxrename_data");
    lab.script(&["compose.sh", "up", "-d"]).expect(0);
    lab.await_ready();
    assert_eq!(lab.sql("SELECT count(*) FROM items"), "5000");
}

#[test]
fn g1_3_every_way_to_lose_a_volume_is_told_before_up() {
    let Some(mut lab) = Lab::filled("vxways") else { return };
    lab.script(&["preflight.sh"]).expect(0);
    let original = fs::read_to_string(lab.project.root.join("docker-compose.yml")).unwrap();
    lab.compose(&["down", "-t", "1"]);
    for (from, to, expected) in [
        ("data: {}", "data2: {}", "moved"),
        ("      - data:/var/lib/postgresql/data\n", "      - data:/data\n", "moved"),
        ("    volumes:\n      - data:/var/lib/postgresql/data\n", "", "moved"),
        ("POSTGRES_USER: app", "PGDATA: /var/lib/postgresql/data/pgdata", "layout"),
        ("  db:\n    image: postgres:15", "  db:\n    image: postgres:16", "version"),
    ] {
        lab.edit(from, to);
        if to == "data2: {}" {
            lab.edit("- data:", "- data2:");
        }
        assert_eq!(lab.findings(3, "problem"), [expected], "{to}");
        lab.project.write("docker-compose.yml", &original);
    }
    lab.edit("  db:\n    image: postgres:15", "  db:\n    image: postgres:latest");
    assert_eq!(lab.findings(1, "doubt"), ["version"]);
    lab.project.write("docker-compose.yml", &original);

    lab.project.set("COMPOSE_PROJECT_NAME", "vxother");
    assert_eq!(lab.findings(3, "problem"), ["moved"]);
    lab.project.set("COMPOSE_PROJECT_NAME", "");
    lab.project.write(".env", &format!("PW='{PASSWORD}'\nCOMPOSE_PROJECT_NAME=vxother\n"));
    assert_eq!(lab.findings(3, "problem"), ["moved"]);
    lab.project.write(".env", &format!("PW='{PASSWORD}'\n"));
    assert_eq!(lab.findings(0, "problem"), [""; 0]);

    docker(&["volume", "rm", "vxways_data"]);
    assert_eq!(lab.findings(3, "problem"), ["gone"]);
    docker(&["volume", "create", "vxways_data"]);
    assert_eq!(lab.findings(3, "problem"), ["emptied"]);
}

#[test]
fn g1_3_a_lost_volume_is_accepted_by_its_typed_name_and_filled_by_restore() {
    let Some(lab) = Lab::filled("vxaccept") else { return };
    lab.script(&["backup.sh"]).expect(0);
    lab.compose(&["down", "-v", "-t", "1"]);
    lab.script(&["compose.sh", "up", "-d"]).expect(3);
    lab.script(&["preflight.sh", "--accept"]).expect(3);
    lab.project.run("preflight.sh", &["--accept"], "vxaccept_data\n").expect(0);
    lab.script(&["compose.sh", "up", "-d"]).expect(0);
    lab.await_ready();
    let shown = lab.script(&["compose.sh", "restart", "web"]).expect(3);
    assert!(shown.stderr.contains("the database has no rows"), "{}", shown.text());
    lab.project.run("restore.sh", &[], "shop\n").expect(0);
    assert_eq!(lab.sql("SELECT count(*) FROM items"), "5000");
    lab.script(&["compose.sh", "restart", "web"]).expect(0);
}

#[test]
fn g1_3_without_any_record_an_unused_volume_of_the_same_key_stops_the_first_start() {
    let Some(mut lab) = Lab::filled("vxorphan") else { return };
    lab.compose(&["down", "-t", "1"]);
    lab.rename("vxorphan2");
    let shown = lab.script(&["preflight.sh"]).expect(3);
    assert!(shown.stderr.contains("there is vxorphan_data"), "{}", shown.text());
    assert!(shown.stdout.contains("vxorphan_data: postgres 15, "), "{}", shown.text());
}

#[test]
fn g1_3_data_in_an_anonymous_volume_is_not_parted_from_its_container() {
    let compose = COMPOSE.replace("    volumes:\n      - data:/var/lib/postgresql/data\n", "");
    let Some(lab) = Lab::new("vxanonymous", &compose) else { return };
    lab.script(&["compose.sh", "up", "-d"]).expect(0);
    lab.await_ready();
    lab.sql("CREATE TABLE items AS SELECT i AS id FROM generate_series(1, 5000) AS i");
    lab.script(&["compose.sh", "up", "-d"]).expect(0);
    for words in [&["down"][..], &["rm", "-fs"], &["up", "-dV"]] {
        let shown = lab.script(&[&["compose.sh"], words].concat()).expect(3);
        assert!(shown.stderr.contains("volume"), "{}", shown.text());
    }
    assert_eq!(lab.sql("SELECT count(*) FROM items"), "5000");
    // Without the guard: the data stays behind in a volume that nothing attaches again.
    let id = docker(&["ps", "-q", "--filter", "name=vxanonymous_db"]);
    let volume = docker(&["inspect", "--format", "{{(index .Mounts 0).Name}}", id.trim()]);
    lab.compose(&["down", "-t", "1"]);
    let shown = lab.script(&["compose.sh", "up", "-d"]).expect(3);
    assert!(shown.stderr.contains(&format!("name: {}", volume.trim())), "{}", shown.text());
    docker(&["volume", "rm", volume.trim()]);
}

#[test]
fn g1_4_external_volumes_are_created_on_a_fresh_machine_only() {
    let Some(lab) = Lab::new(
        "vxfresh",
        &COMPOSE.replace("data: {}", "data:\n    external: true\n    name: vxfresh_real"),
    ) else {
        return;
    };
    let shown = lab.script(&["compose.sh", "up", "-d"]).expect(3);
    assert!(shown.stderr.contains("ensure-volumes.sh"), "{}", shown.text());
    lab.script(&["ensure-volumes.sh"]).expect(0);
    lab.script(&["ensure-volumes.sh"]).expect(0);
    lab.script(&["compose.sh", "up", "-d"]).expect(0);
    lab.await_ready();
    lab.sql("CREATE TABLE items AS SELECT i AS id FROM generate_series(1, 5000) AS i");
    lab.script(&["backup.sh"]).expect(0);
    // Every volume of the file is external: Compose removes none of them.
    lab.script(&["compose.sh", "down", "-v", "-t", "1"]).expect(0);
    assert_eq!(lab.findings(0, "problem"), [""; 0]);
    docker(&["volume", "rm", "vxfresh_real"]);
    let shown = lab.script(&["ensure-volumes.sh"]).expect(3);
    assert!(shown.stderr.contains("identity.json says"), "{}", shown.text());
    fs::remove_file(lab.project.root.join("backups/main/identity.json")).unwrap();
    lab.script(&["ensure-volumes.sh"]).expect(3);
    assert_eq!(docker(&["volume", "ls", "-q", "--filter", "name=vxfresh_real"]), "");
}

#[test]
fn g0_3_safe_restart_restarts_the_application_only_and_stops_at_each_failing_step() {
    let Some(lab) = Lab::filled("vxrestart") else { return };
    let started = |service: &str| {
        let id = docker(&["ps", "-q", "--filter", &format!("name=vxrestart_{service}")]);
        docker(&["inspect", "--format", "{{.State.StartedAt}}", id.trim()])
    };
    let (db, web) = (started("db"), started("web"));
    lab.script(&["safe-restart.sh", "db"]).expect(3);
    lab.project.write(".env", "PW=another\n");
    let shown = lab.script(&["safe-restart.sh"]).expect(1);
    assert!(
        shown.stderr.contains("stopped at step 4"),
        "the password of the files is wrong: {}",
        shown.text()
    );
    assert!(!shown.text().contains(PASSWORD));
    lab.project.write(".env", &format!("PW='{PASSWORD}'\n"));
    lab.edit("data: {}", "data: {name: vxelse}");
    let shown = lab.script(&["safe-restart.sh"]).expect(3);
    assert!(shown.stderr.contains("stopped at step 2"), "{}", shown.text());
    lab.edit("data: {name: vxelse}", "data: {}");
    assert_eq!((db.clone(), web.clone()), (started("db"), started("web")), "nothing was restarted");

    lab.script(&["safe-restart.sh"]).expect(0);
    assert_eq!(db, started("db"));
    assert_ne!(web, started("web"));
    assert!(lab.project.backups("main").iter().any(|name| name.ends_with("-pre-restart")));
}

#[test]
fn g0_3_safe_restart_tells_when_the_restart_has_cost_rows() {
    let ends = "trap 'psql -h db -U app -d shop -c \"DELETE FROM items WHERE id > 4000\"; exit 0' TERM; sleep 3600 & wait";
    let compose =
        COMPOSE.replace("['sleep', '3600']", &serde_json::to_string(&["bash", "-c", ends]).unwrap()).replace(
            "stop_grace_period: 1s",
            "stop_grace_period: 30s\n    environment:\n      PGPASSWORD: ${PW:?}",
        );
    let Some(lab) = Lab::new("vxrows", &compose) else { return };
    lab.compose(&["up", "-d"]);
    lab.await_ready();
    lab.sql("CREATE TABLE items AS SELECT i AS id FROM generate_series(1, 5000) AS i");
    let shown = lab.script(&["safe-restart.sh"]).expect(4);
    assert_eq!(lab.sql("SELECT count(*) FROM items"), "4000");
    assert!(
        shown.stderr.contains("\"public.items\": 4000 rows, had 5000")
            && shown.stderr.contains("restore.sh --db main"),
        "{}",
        shown.text()
    );
    // As it is told: first the application, then the rows.
    lab.compose(&["kill", "web"]);
    lab.project.run("restore.sh", &[], "shop\n").expect(0);
    assert_eq!(lab.sql("SELECT count(*) FROM items"), "5000");
}
