//! Who is told what, when a script fails: over real connections to a server in this process.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::project::Project;
use support::sqlite;

/// A part of every address that must not be seen anywhere.
const SECRET: &str = "T0PSECRET";

/// A request as it arrived.
#[derive(Clone, Debug)]
struct Request {
    line: String,
    body: String,
}

/// How a server behaves.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Answers(u16),
    Silent,
}

/// An HTTP server that writes down what it is asked.
struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let requests = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let requests = Arc::clone(&requests);
                std::thread::spawn(move || answer(stream.unwrap(), manner, &requests));
            }
        });
        Self { port, seen }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{SECRET}/{path}", self.port)
    }

    /// What has arrived since the last call.
    fn take(&self) -> Vec<Request> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }

    /// The same, as `METHOD /path` without the secret, sorted.
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .take()
            .iter()
            .map(|seen| seen.line.replace(&format!("/{SECRET}"), "").replace(" HTTP/1.1", ""))
            .collect();
        lines.sort();
        lines
    }
}

fn answer(mut stream: TcpStream, manner: Manner, requests: &Mutex<Vec<Request>>) {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok()
            });
            if body.len() >= length.unwrap_or(0) {
                let line = head.lines().next().unwrap().to_owned();
                requests.lock().unwrap().push(Request { line, body: body.to_owned() });
                break;
            }
        }
        match stream.read(&mut part) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&part[..read]),
            _ => return,
        }
    }
    match manner {
        Manner::Answers(status) => {
            let _ = write!(
                stream,
                "HTTP/1.1 {status} Whatever\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
            );
        }
        Manner::Silent => std::thread::sleep(Duration::from_secs(60)),
    }
}

/// A policy whose three addresses are in a dotenv file that is outside of git.
fn policy() -> Value {
    let place = |target: &str, database: &str, key: &str| json!({ "target": target, "database": database, "kind": "dotenv", "path": "told.env", "key": key });
    json!({ "notify": { "places": [place("slack", "", "SLACK"), place("webhook", "", "HOOK"), place("ping", "main", "PING")] } })
}

fn project(server: &Server) -> Project {
    let project = sqlite::project("pro ject", &policy());
    write_addresses(
        &project,
        &server.url("slack"),
        &server.url("hook?a=b&c=\"d\"").replace('"', ""),
        &server.url("ping"),
    );
    project
}

fn write_addresses(project: &Project, slack: &str, hook: &str, ping: &str) {
    project.write("told.env", &format!("SLACK={slack}\nHOOK='{hook}'\nPING=\"{ping}\"\n"));
}

fn break_database(project: &Project) {
    std::fs::rename(project.root.join("app.db"), project.root.join("app.db.away")).unwrap();
}

fn repair_database(project: &Project) {
    std::fs::rename(project.root.join("app.db.away"), project.root.join("app.db")).unwrap();
}

fn audit(project: &Project) -> Vec<Value> {
    let text = std::fs::read_to_string(project.root.join("backups/audit.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn g0_5_a_failure_is_told_once_and_so_is_its_end_and_each_backup_pings() {
    let server = Server::start(Manner::Answers(200));
    let project = project(&server);
    project.run("backup.sh", &[], "").expect(0);
    assert_eq!(server.lines(), ["GET /ping", "GET /ping/start"], "a success is no news for people");
    break_database(&project);
    project.run("backup.sh", &[], "").expect(1);
    let told = server.take();
    let lines: Vec<&str> = told.iter().map(|seen| seen.line.as_str()).collect();
    assert_eq!(told.len(), 4, "{lines:?}");
    let body = |part: &str| -> Value {
        serde_json::from_str(&told.iter().find(|seen| seen.line.contains(part)).unwrap().body).unwrap()
    };
    let text = body("/slack")["text"].as_str().unwrap().to_owned();
    assert!(text.contains("backup of main FAILED") && text.contains("exit status: 1"), "{text}");
    let event = body("/hook?a=b&c=d");
    assert_eq!(
        (&event["event"], &event["result"], &event["exit"]),
        (&json!("backup"), &json!("failed"), &json!(1))
    );
    assert_eq!((&event["database"], &event["project"]), (&json!("main"), &json!("pro ject")));
    assert!(event["reason"].as_str().unwrap().contains("there is no database file"), "{event}");
    assert!(lines.iter().any(|line| line.contains("/ping/fail ")), "{lines:?}");
    project.run("backup.sh", &[], "").expect(1);
    assert_eq!(server.lines(), ["GET /ping/fail", "GET /ping/start"], "the same failure is not told again");
    repair_database(&project);
    project.run("backup.sh", &[], "").expect(0);
    let told = server.take();
    let event = told.iter().find(|seen| seen.line.contains("/hook")).expect("the end is told");
    assert!(event.body.contains(r#""result": "recovered""#), "{}", event.body);
    project.run("backup.sh", &[], "").expect(0);
    assert_eq!(server.lines(), ["GET /ping", "GET /ping/start"]);
}

#[test]
fn g0_5_a_failure_that_goes_on_is_told_again_after_some_hours() {
    let server = Server::start(Manner::Answers(204));
    let project = project(&server);
    break_database(&project);
    project.run("health.sh", &[], "").expect(4);
    assert_eq!(server.lines(), ["POST /hook?a=b&c=d", "POST /slack"]);
    project.run("health.sh", &[], "").expect(4);
    assert!(server.lines().is_empty());
    let state = project.root.join("backups/log/told/main/health");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    // Told seven hours ago, and told in a future that the clock was set back from.
    for told in [now - 7 * 3600, now + 7 * 3600] {
        std::fs::write(&state, format!("4 {told}\n")).unwrap();
        project.run("health.sh", &[], "").expect(4);
        assert_eq!(server.lines().len(), 2, "{told}");
    }
    repair_database(&project);
    project.run("health.sh", &[], "").expect(0);
    assert_eq!(server.lines().len(), 2, "the end is told");
}

#[test]
fn g2_9_each_script_tells_and_wrong_use_does_not() {
    let server = Server::start(Manner::Answers(200));
    let project = project(&server);
    let events = |server: &Server| -> Vec<String> {
        let hooks = server.take().into_iter().filter(|seen| seen.line.contains("/hook"));
        hooks
            .map(|seen| {
                serde_json::from_str::<Value>(&seen.body).unwrap()["event"].as_str().unwrap().to_owned()
            })
            .collect()
    };
    project.run("backup-health.sh", &[], "").expect(1);
    assert_eq!(events(&server), ["backup-health"]);
    project.run("backup.sh", &[], "").expect(0);
    project.run("backup-health.sh", &[], "").expect(0);
    assert_eq!(events(&server), ["backup-health"], "it is well again");
    let dump = project.root.join("backups/main").join(&project.backups("main")[0]).join("database.sqlite");
    std::fs::write(&dump, "x").unwrap();
    project.run("verify-backup.sh", &[], "").expect(4);
    assert_eq!(events(&server), ["verify"]);
    project.run("restore.sh", &[], "app.db\n").expect(4);
    assert_eq!(events(&server), ["restore"]);
    project.run("backup.sh", &["--db", "nothing"], "").expect(2);
    project.run("backup.sh", &["--nothing"], "").expect(2);
    std::fs::create_dir(project.root.join("backups/main/.lock")).unwrap();
    std::fs::write(project.root.join("backups/main/.lock/owner"), "1\nelsewhere\nnever\n").unwrap();
    project.run("backup.sh", &[], "").expect(5);
    assert!(server.lines().is_empty(), "a held lock starts no run");
}

#[test]
fn g0_5_an_end_by_a_signal_is_told() {
    let server = Server::start(Manner::Answers(200));
    let project = project(&server);
    // A writer holds the file, so that the backup has to wait.
    let mut writer = Command::new("sqlite3")
        .arg(project.root.join("app.db"))
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = writer.stdin.take().unwrap();
    stdin.write_all(b"BEGIN EXCLUSIVE;\n").unwrap();
    stdin.flush().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let child = project.spawn("backup.sh", &[]);
    let deadline = Instant::now() + Duration::from_secs(10);
    while !server.seen.lock().unwrap().iter().any(|seen| seen.line.contains("/ping/start")) {
        assert!(Instant::now() < deadline, "no start");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    Command::new("kill").args(["-TERM", "--", &format!("-{}", child.id())]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    writer.kill().unwrap();
    writer.wait().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let lines = server.lines();
    assert!(
        lines.contains(&"GET /ping/fail".to_owned()) && lines.contains(&"POST /slack".to_owned()),
        "{lines:?}"
    );
}

/// A notification that fails is said and logged; the script's own result stands.
fn assert_said(project: &Project, code: i32, words: &[&str], limit: u64) {
    let started = Instant::now();
    let shown = project.run("backup.sh", &[], "").expect(code);
    assert!(started.elapsed() < Duration::from_secs(limit), "{:?}", started.elapsed());
    for word in words {
        assert!(shown.stderr.contains(word), "{word}: {}", shown.stderr);
        let logged = audit(project)
            .iter()
            .any(|line| line["action"] == "notify" && line["detail"].as_str().unwrap().contains(word));
        assert!(logged, "{word}: {:?}", audit(project));
    }
    assert!(!shown.text().contains(SECRET), "{}", shown.text());
}

#[test]
fn g0_5_a_dead_a_failing_and_a_wrong_address_do_not_fail_a_backup() {
    let server = Server::start(Manner::Answers(500));
    let project = project(&server);
    assert_said(&project, 0, &["ping: the server answered 500"], 15);
    assert_eq!(project.backups("main").len(), 1);
    break_database(&project);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    write_addresses(
        &project,
        &server.url("slack"),
        &format!("file:///{SECRET}"),
        &format!("http://127.0.0.1:{closed}/{SECRET}"),
    );
    let words = [
        "slack: the server answered 500",
        "webhook: what told.env, HOOK holds is not an http address",
        "ping: the server cannot be reached",
    ];
    assert_said(&project, 1, &words, 15);
    std::fs::remove_file(project.root.join("told.env")).unwrap();
    repair_database(&project);
    assert_said(&project, 0, &["ping: its address is not in told.env, PING"], 15);
    let everything = std::fs::read_to_string(project.root.join("backups/audit.jsonl")).unwrap();
    assert!(!everything.contains(SECRET));
}

#[test]
fn g0_5_a_server_that_never_answers_does_not_hold_up_a_backup() {
    let server = Server::start(Manner::Silent);
    let project = project(&server);
    let child = project.spawn("backup.sh", &[]);
    let started = Instant::now();
    while project.backups("main").is_empty() || project.root.join("backups/main/.lock").exists() {
        assert!(started.elapsed() < Duration::from_secs(7), "the ping is in the way of the backup");
        std::thread::sleep(Duration::from_millis(20));
    }
    // While both requests hang, every program's arguments can be read by every user.
    let all = Command::new("ps").args(["-eww", "-o", "args="]).output().unwrap();
    let text = String::from_utf8_lossy(&all.stdout).into_owned();
    assert!(text.contains("curl -K -"), "{text}");
    assert!(!text.contains(SECRET), "{text}");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(22), "{:?}", started.elapsed());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("did not answer in time") && !said.contains(SECRET), "{said}");
}

/// A directory with links to every program but these.
fn path_without(project: &mut Project, names: &[&str]) {
    let bin = project.root.join("bin");
    std::fs::create_dir(&bin).unwrap();
    for directory in ["/bin", "/usr/bin"] {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_owned();
            if !names.iter().any(|other| *other == name) {
                let _ = std::os::unix::fs::symlink(&path, bin.join(name));
            }
        }
    }
    let bin = bin.display().to_string();
    project.set("PATH", &bin);
}

#[test]
fn g0_5_wget_stands_in_where_curl_is_missing_and_its_absence_is_said() {
    let server = Server::start(Manner::Answers(200));
    let mut project = project(&server);
    path_without(&mut project, &["curl"]);
    break_database(&project);
    project.run("backup.sh", &[], "").expect(1);
    let seen = server.take();
    let hook = seen
        .iter()
        .find(|seen| seen.line.starts_with("POST") && seen.line.contains("/hook"))
        .expect("a hook");
    assert!(serde_json::from_str::<Value>(&hook.body).is_ok(), "{}", hook.body);
    assert_eq!(seen.len(), 4, "{seen:?}");
    std::fs::remove_file(project.root.join("bin/wget")).unwrap();
    repair_database(&project);
    assert_said(&project, 0, &["neither curl nor GNU wget is installed"], 15);
}

/// Writes a program of this name into the project's own `bin`, in front of the others.
fn program(project: &mut Project, name: &str, text: &str) {
    let path = project.root.join("bin").join(name);
    project.write(&format!("bin/{name}"), text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let all = format!("{}:{}", project.root.join("bin").display(), std::env::var("PATH").unwrap());
    project.set("PATH", &all);
}

#[test]
fn g0_5_mail_goes_through_sendmail_stub_and_a_broken_one_is_said() {
    let mut project = sqlite::project("project", &json!({ "notify": { "mail": "ops@example.org" } }));
    let out = project.root.join("mail");
    program(
        &mut project,
        "sendmail",
        &format!("#!/bin/sh\necho \"$*\" >'{0}.args'; cat >'{0}'\n", out.display()),
    );
    break_database(&project);
    project.run("backup.sh", &[], "").expect(1);
    let mail = std::fs::read_to_string(&out).unwrap();
    assert!(mail.starts_with("To: ops@example.org\nSubject: dbguard: backup of main FAILED on "), "{mail}");
    assert!(mail.contains("there is no database file"), "{mail}");
    assert_eq!(std::fs::read_to_string(project.root.join("mail.args")).unwrap(), "-t -i\n");
    repair_database(&project);
    program(&mut project, "sendmail", "#!/bin/sh\nexit 75\n");
    assert_said(&project, 0, &["mail: sendmail did not take it"], 5);
}

#[test]
fn g2_9_the_figures_for_prometheus_are_whole_and_true() {
    let project = sqlite::project("it's \"x\"", &json!({ "notify": { "textfile": "prom" } }));
    std::fs::create_dir(project.root.join("prom")).unwrap();
    project.run("backup.sh", &[], "").expect(0);
    let files: Vec<_> =
        std::fs::read_dir(project.root.join("prom")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let name = project.backups("main").remove(0);
    let metadata = project.metadata("main", &name);
    let figures = |what: &str| -> Option<f64> {
        let text = std::fs::read_to_string(&files[0]).unwrap();
        let line = text.lines().find(|line| line.starts_with(&format!("dbguard_{what}{{")))?.to_owned();
        assert!(line.contains(r#"database="main",project="it's \"x\"""#), "{line}");
        Some(line.rsplit(' ').next().unwrap().parse().unwrap())
    };
    assert_eq!(figures("backup_size_bytes"), metadata["bytes_database"].as_f64());
    assert_eq!(figures("backup_rows"), Some(330.0));
    assert_eq!(figures("backup_last_success_timestamp_seconds"), metadata["finished_epoch"].as_f64());
    assert!(
        figures("backup_verified_age_seconds").unwrap() < 60.0
            && figures("backup_duration_seconds").unwrap() < 60.0
    );
    assert_eq!(figures("backup_last_failure_timestamp_seconds"), None);
    assert_eq!(std::fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o644);
    break_database(&project);
    project.run("backup.sh", &[], "").expect(1);
    assert!(
        figures("backup_last_failure_timestamp_seconds").unwrap()
            >= figures("backup_last_success_timestamp_seconds").unwrap()
    );
    let text = std::fs::read_to_string(&files[0]).unwrap();
    assert!(text.contains("what=\"backup\"} 1\n") && text.contains("what=\"verify\"} 0\n"), "{text}");
    std::fs::remove_dir_all(project.root.join("prom")).unwrap();
    repair_database(&project);
    assert_said(&project, 0, &["textfile: prom cannot be written"], 10);
}

#[test]
fn g0_5_what_dbguard_toml_names_reaches_the_scripts() {
    let server = Server::start(Manner::Answers(200));
    let mut project = Project::with_files(
        "guarded",
        &[("app.py", "import sqlite3\nsqlite3.connect('app.db')\n"), (".gitignore", "told.env\nbackups/\n")],
    );
    let policy = "version = 1\n[notify]\nslack = { kind = \"variable\", key = \"SLACK_IN\" }\n\
        webhook = { kind = \"file\", path = \"told.url\" }\nping.main = { kind = \"dotenv\", path = \"told.env\", key = \"PING\" }\n\
        repeat_hours = 1\n[[database]]\nid = \"main\"\nengine = \"sqlite\"\nrun = \"file\"\npath = \"app.db\"\n";
    project.write("dbguard.toml", policy);
    project.dbguard(&["init", "--yes"]).expect(0);
    project.write("told.env", &format!("PING={}\n", server.url("ping")));
    project.write("told.url", &format!("{}\n", server.url("hook")));
    project.set("SLACK_IN", &server.url("slack"));
    let config = std::fs::read_to_string(project.root.join("scripts/db/lib/config.sh")).unwrap();
    assert!(config.contains("NOTIFY_REPEAT_HOURS=1\n") && config.contains("DRILL_DAYS=92\n"), "{config}");
    project.run("backup.sh", &[], "").expect(1);
    assert_eq!(server.lines(), ["GET /ping/fail", "GET /ping/start", "POST /hook", "POST /slack"]);
    let jobs = project.run("schedule.sh", &["print", "--kind", "cron"], "").expect(0).stdout;
    assert!(jobs.contains("/6 * * *") && jobs.contains("run backup --db main\n"), "{jobs}");
}
