//! Volumes that are no database, and a database's own files, as archives of a backup: in a real Docker daemon.
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

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::project::{Project, credential};

const PASSWORD: &str = "s3cret of the c0ntainer";

const COMPOSE: &str = "\
version: '3.5'
services:
  db:
    image: postgres:15
    environment: { POSTGRES_USER: app, POSTGRES_DB: shop, POSTGRES_PASSWORD: '${PW:?set it in .env}' }
    volumes: ['data:/var/lib/postgresql/data']
  web:
    image: postgres:15
    entrypoint: ['sleep', '3600']
    init: true
    tmpfs: [/var/lib/postgresql/data]
    volumes: ['uploads:/app/media', './avatars:/app/avatars', './one.key:/one.key', 'cache:/app/cache', 'certs:/certs']
volumes: { data: {}, uploads: {}, cache: {}, certs: {} }
";

/// Fills a folder with what makes archives go wrong: names, links, an empty folder, another owner, hard links, modes.
const FILL: &str = r"
  cd /app/media && mkdir -p 'a folder/ünï' empty ./-dash && head -c 200000 /dev/urandom >'a folder/ünï/photo 1.jpg'
  printf hello >'-dash/new
line' && ln -s '../nowhere' 'a folder/link' && ln 'a folder/ünï/photo 1.jpg' hard && printf x >secret
  chmod 4750 secret && chown -R 1234:5678 ./-dash && chown 33:33 . && chmod 2775 . && touch -d 2001-02-03 secret
  printf me >/app/avatars/me.png";

/// Everything about the files that a restore has to bring back.
const LOOK: &str = "cd /app/media && find . -exec stat -c '%n %F %a %u:%g %h' {} + | sort && find . -type f -exec sha256sum {} + | sort && readlink 'a folder/link' && stat -c %y secret && cat /app/avatars/*";

/// A Compose project; its containers and volumes go away with it.
struct Lab {
    project: Project,
    name: String,
}

impl Lab {
    fn start(name: &str) -> Option<Self> {
        if std::env::var("DBGUARD_LAB").as_deref() != Ok("docker") {
            println!("NOT RUN: needs DBGUARD_LAB=docker and a daemon (tests/lab/start-docker.sh)");
            return None;
        }
        let mut project = Project::new(name, &[database("auto")]);
        project.set("DOCKER_HOST", &std::env::var("DOCKER_HOST").expect("DOCKER_HOST of the lab"));
        project.write("docker-compose.yml", COMPOSE);
        project.write("avatars/.keep", "");
        project.write("one.key", "of one file");
        project.write(".env", &format!("PW='{PASSWORD}'\n"));
        let lab = Self { project, name: name.to_owned() };
        lab.compose(&["up", "-d"]);
        lab.in_web(FILL);
        lab.await_ready();
        lab.sql("CREATE TABLE items AS SELECT i AS id FROM generate_series(1, 500) AS i");
        Some(lab)
    }

    fn compose(&self, words: &[&str]) {
        let output =
            Command::new("docker-compose").args(words).current_dir(&self.project.root).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn container(&self, service: &str) -> String {
        format!("{}_{service}_1", self.name)
    }

    fn is_running(&self, service: &str) -> bool {
        text(&docker(&["inspect", "--format", "{{.State.Running}}", &self.container(service)])) == "true"
    }

    fn in_web(&self, program: &str) -> String {
        let output = docker(&["exec", &self.container("web"), "sh", "-ec", program]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        text(&output)
    }

    fn sql(&self, sql: &str) -> String {
        text(&docker(&[
            "exec",
            &self.container("db"),
            "psql",
            "-XqAt",
            "-h",
            "127.0.0.1",
            "-U",
            "app",
            "shop",
            "-c",
            sql,
        ]))
    }

    fn await_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        // Over TCP: while the image initialises, its server listens on the socket only.
        while self.sql("SELECT 1") != "1" {
            assert!(Instant::now() < deadline, "the service of {} did not start", self.name);
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = Command::new("docker-compose")
            .args(["down", "-v", "-t", "1"])
            .current_dir(&self.project.root)
            .output();
        let names = text(&docker(&["volume", "ls", "-q", "--filter", &format!("name=^{}", self.name)]));
        for name in names.lines() {
            docker(&["volume", "rm", name]);
        }
    }
}

fn database(environment: &str) -> Value {
    let volume = |key: &str, kind: &str, service: &str, destination: &str, class: &str, holds: &str| {
        json!({
            "key": key, "kind": kind, "name": "", "service": service, "destination": destination, "class": class, "holds": holds,
            "services": [service]
        })
    };
    json!({
        "run": "compose", "compose_files": ["docker-compose.yml"], "service": "db", "volume": "data", "app_services": ["web"],
        "environment": environment, "database": "shop",
        "credentials": [credential("password", "compose", "docker-compose.yml", "POSTGRES_PASSWORD", "db")],
        "volumes": [
            volume("data", "volume", "db", "/var/lib/postgresql/data", "critical", "main"),
            volume("uploads", "volume", "web", "/app/media", "critical", ""),
            volume("./avatars", "bind", "web", "/app/avatars", "critical", ""),
            volume("./one.key", "bind", "web", "/one.key", "critical", ""),
            volume("cache", "volume", "web", "/app/cache", "recreatable", ""),
            volume("certs", "volume", "web", "/certs", "important", "")
        ]
    })
}

fn encryption(project: &Project) -> Value {
    let output = Command::new("age-keygen").arg("-o").arg(project.root.join("../key")).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let recipient = said.trim().rsplit(' ').next().unwrap();
    json!({ "encryption": { "method": "age", "recipients": [recipient], "identity": "../key" } })
}

fn docker(words: &[&str]) -> Output {
    Command::new("docker").args(words).stdin(Stdio::null()).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn g4_8_uploads_are_archived_under_the_same_backup_and_come_back_as_they_were() {
    let Some(lab) = Lab::start("dbguard-vol-uploads") else { return };
    let before = lab.in_web(LOOK);
    let shown = lab.project.run("volumes.sh", &[], "").expect(1);
    assert!(
        shown.stdout.contains("! critical    dbguard-vol-uploads_uploads at web:/app/media"),
        "{}",
        shown.text()
    );
    assert!(shown.stdout.contains("  recreatable dbguard-vol-uploads_cache"), "{}", shown.text());

    lab.project.run("backup.sh", &["--volumes", "--label", "first"], "").expect(0);
    let name = lab.project.backups("main").pop().unwrap();
    let metadata = lab.project.metadata("main", &name);
    assert_eq!(metadata["file_volume1"], "volume-1-uploads.tar");
    assert_eq!(
        (&metadata["volume1_key"], &metadata["volume2_key"]),
        (&json!("uploads"), &json!("./avatars"))
    );
    assert_eq!((&metadata["volume1_files"], &metadata["volume1_bytes"]), (&json!(10), &json!(200_006)));
    assert_eq!(metadata.get("file_volume4"), None);
    lab.project.run("verify-backup.sh", &[], "").expect(0);
    let listed: Value =
        serde_json::from_str(&lab.project.run("volumes.sh", &["--json"], "").expect(0).stdout).unwrap();
    assert_eq!((&listed[1]["backup"], &listed[1]["attention"]), (&json!(name), &json!(false)));

    lab.in_web("rm -rf /app/media/* /app/avatars/*; echo other >/app/media/new; echo keep >/app/media/.hidden; chown 0:0 /app/media");
    lab.sql("DELETE FROM items");
    lab.project.configure(&[database("auto")], &encryption(&lab.project));
    let shown = lab.project.run("restore.sh", &["--volumes"], "shop\n").expect(0);
    assert_eq!(lab.in_web(LOOK), before, "{}", shown.text());
    assert_eq!(lab.sql("SELECT count(*) FROM items"), "0", "the database is another matter");
    assert!(shown.stderr.contains("./one.key is one file"), "{}", shown.text());
    // What was replaced is in a backup of its own, encrypted like every other file of a backup.
    let kept = lab.project.backups("main").pop().unwrap();
    assert!(kept.ends_with("-pre-restore"), "{kept}");
    assert!(lab.project.root.join("backups/main").join(&kept).join("volume-1-uploads.tar.age").is_file());
    lab.project.run("restore.sh", &["--volumes", &kept], "shop\n").expect(0);
    assert_eq!(lab.in_web("cd /app/media; ls -A; cat new .hidden"), ".hidden\nnew\nother\nkeep");
    assert!(!shown.text().contains(PASSWORD));
}

#[test]
fn g4_8_a_file_that_changes_is_named_and_a_volume_in_the_middle_of_a_restore_is_not_archived() {
    let Some(lab) = Lab::start("dbguard-vol-busy") else { return };
    let busy = "head -c 90000000 /dev/zero >/app/media/busy; while [ ! -e /tmp/stop ]; do echo x >>/app/media/busy; done";
    docker(&["exec", "-d", &lab.container("web"), "bash", "-c", busy]);
    std::thread::sleep(Duration::from_secs(1));
    let shown = lab.project.run("backup.sh", &["--volumes"], "").expect(0);
    assert!(
        shown.stderr.contains("warning: uploads: ./busy: file changed as we read it"),
        "{}",
        shown.text()
    );
    let name = lab.project.backups("main").pop().unwrap();
    assert_eq!(lab.project.metadata("main", &name)["volume1_changed"], json!(1));
    lab.in_web("touch /tmp/stop; cd /app/media; rm busy; mkdir .dbguard-old; mv secret .dbguard-old/");
    let shown = lab.project.run("backup.sh", &["--volumes"], "").expect(1);
    assert!(shown.stderr.contains("a restore of it was cut short"), "{}", shown.text());
    assert_eq!(lab.project.backups("main").len(), 1, "{}", shown.text());
}

#[test]
fn g1_1_a_cold_archive_starts_what_it_stopped_and_comes_back_into_a_volume_of_its_own() {
    let Some(lab) = Lab::start("dbguard-vol-cold") else { return };
    lab.project.configure(&[database("production")], &json!({}));
    lab.project.run("backup.sh", &["--cold"], "no\n").expect(3);
    assert!(lab.is_running("db") && lab.project.backups("main").is_empty());
    lab.project.configure(&[database("auto")], &json!({}));

    let mut child = lab.project.spawn("backup.sh", &["--cold"]);
    let deadline = Instant::now() + Duration::from_secs(60);
    while lab.is_running("db") {
        assert!(Instant::now() < deadline, "the database was never stopped");
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = Command::new("kill").args(["-9", "--", &format!("-{}", child.id())]).output().unwrap();
    child.wait().unwrap();
    let shown = lab.project.run("list-backups.sh", &[], "").expect(0);
    let command =
        shown.stderr.split("Start them: ").nth(1).unwrap_or_else(|| panic!("{}", shown.text())).trim();
    assert_eq!(command, "docker start dbguard-vol-cold_web_1 dbguard-vol-cold_db_1");
    assert!(Command::new("sh").args(["-c", command]).output().unwrap().status.success());
    lab.await_ready();
    assert!(!lab.project.run("list-backups.sh", &[], "").expect(0).stderr.contains("stopped"));
    assert!(lab.project.backups("main").is_empty());

    let shown = lab.project.run("backup.sh", &["--cold"], "").expect(0);
    assert!(lab.is_running("db") && lab.is_running("web"), "{}", shown.text());
    let name = lab.project.backups("main").pop().unwrap();
    let system = lab.project.root.join("backups/main").join(&name).join("system.json");
    let system = std::fs::read_to_string(system).unwrap();
    assert!(!system.contains(PASSWORD));
    let system: Value = serde_json::from_str(&system).unwrap();
    assert_eq!(system["containers"].as_array().unwrap().len(), 2);
    assert_eq!(system["volumes"].as_array().unwrap().len(), 4);

    lab.compose(&["stop", "-t", "1"]);
    let shown = lab.project.run("restore.sh", &["--cold"], "").expect(0);
    let volume = shown.stdout.lines().find_map(|line| line.trim().strip_prefix("name: ")).unwrap().to_owned();
    let yaml = COMPOSE.replace("{ data: {},", &format!("{{ data: {{ name: {volume}, external: true }},"));
    lab.project.write("docker-compose.yml", &yaml);
    lab.compose(&["up", "-d"]);
    lab.await_ready();
    assert_eq!(lab.sql("SELECT count(*) FROM items"), "500", "{}", shown.text());
}

#[test]
fn g4_8_init_judges_every_volume_of_the_compose_files() {
    let compose = "\
services:
  db: { image: 'postgres:15', environment: { POSTGRES_PASSWORD: x }, volumes: ['pg:/var/lib/postgresql/data', './init.sql:/docker-entrypoint-initdb.d/init.sql:ro'] }
  cache: { image: 'redis:7', volumes: ['rd:/data'] }
  mongo: { image: 'mongo:6', volumes: ['mg:/data/db'] }
  events: { image: 'clickhouse/clickhouse-server:24', volumes: ['ch:/var/lib/clickhouse'] }
  web:
    build: .
    volumes: ['.:/code', 'uploads:/code/media', './backups:/backups', 'wiki:/srv/wiki', 'gems:/usr/local/bundle', './photos:/p', '/etc/thing:/etc/thing:ro']
  proxy: { image: nginx, volumes: ['uploads:/usr/share/nginx/html:ro', 'certs:/etc/letsencrypt', 'logs:/var/log/nginx'] }
volumes: { pg: {}, rd: {}, mg: {}, ch: {}, uploads: { name: shop_uploads }, wiki: {}, gems: {}, certs: {}, logs: {} }
";
    let files = [
        ("docker-compose.yml", compose),
        ("Dockerfile", "FROM ruby\n"),
        ("init.sql", "SELECT 1;\n"),
        ("photos/.gitkeep", ""),
    ];
    let project = Project::guarded("judged", &files);
    let policy = project.root.join("dbguard.toml");
    let text =
        std::fs::read_to_string(&policy).unwrap() + "\n[volumes]\nlogs = \"critical\"\nlgos = \"critical\"\n";
    std::fs::write(&policy, text).unwrap();
    project.dbguard(&["init", "--yes"]).expect(0);
    let config = std::fs::read_to_string(project.root.join("scripts/db/lib/config.sh")).unwrap();
    for line in [
        "\"$2\" pg volume '' db /var/lib/postgresql/data critical ",
        "\"$2\" rd volume '' cache /data critical ",
        "\"$2\" mg volume '' mongo /data/db critical mongo mongo",
        "\"$2\" ch volume '' events /var/lib/clickhouse critical ClickHouse events",
        "\"$2\" . bind '' web /code recreatable '' web",
        "\"$2\" ./init.sql bind '' db /docker-entrypoint-initdb.d/init.sql recreatable '' db",
        "\"$2\" uploads volume shop_uploads web /code/media critical '' 'web\nproxy'",
        "\"$2\" wiki volume '' web /srv/wiki critical '' web",
        "\"$2\" gems volume '' web /usr/local/bundle recreatable '' web",
        "\"$2\" ./photos bind '' web /p critical '' web",
        "\"$2\" /etc/thing bind '' web /etc/thing important '' web",
        "\"$2\" certs volume '' proxy /etc/letsencrypt important '' proxy",
        "\"$2\" logs volume '' proxy /var/log/nginx critical '' proxy",
        "VOLUMES_UNMATCHED=lgos\n",
    ] {
        assert_eq!(config.matches(line).count(), 1, "{line}\n{config}");
    }
    assert!(!config.contains("./backups bind"), "{config}");
}
