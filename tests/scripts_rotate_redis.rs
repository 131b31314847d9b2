//! Changing the password of a real Redis. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use support::project::{Project, credential};
use support::redis::{PASSWORD, Redis, dotenv};
use tempfile::TempDir;

const OLD: &str = "old-Secret-of-redis";

/// A server with a configuration file of its own, as a package or a mounted file gives it one.
struct Configured {
    directory: TempDir,
    port: u16,
    child: Child,
}

impl Configured {
    fn start(settings: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text =
            format!("bind 127.0.0.1\nport {port}\ndir {}\nsave \"\"\n{settings}", directory.path().display());
        fs::write(directory.path().join("redis.conf"), text).unwrap();
        let child = launch(&directory);
        let server = Self { directory, port, child };
        server.await_ready();
        server
    }

    fn await_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.ask("default", "", &["PING"]).contains("NOAUTH") {
            assert!(Instant::now() < deadline);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = launch(&self.directory);
        self.await_ready();
    }

    fn ask(&self, user: &str, password: &str, command: &[&str]) -> String {
        let mut client = Command::new("redis-cli");
        client.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        if !password.is_empty() {
            client.args(["--user", user]).env("REDISCLI_AUTH", password);
        }
        let output = client.args(command).output().unwrap();
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    fn accepts(&self, user: &str, password: &str) -> bool {
        self.ask(user, password, &["GET", "kept"]).trim() == "value"
    }
}

impl Drop for Configured {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn launch(directory: &TempDir) -> Child {
    Command::new("redis-server")
        .arg(directory.path().join("redis.conf"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server is needed: apt-get install redis-server")
}

fn project(port: u16, user: &str, url: &str) -> Project {
    let database = json!({
        "engine": "redis", "host": "127.0.0.1", "port": port, "user": user,
        "credentials": [credential("password", "dotenv", ".env", "PW", ""), credential("url", "dotenv", ".env", "REDIS_URL", "")]
    });
    let project = Project::new("project", &[database]);
    project.write(".env", &format!("PW={OLD}\nREDIS_URL={url}\n"));
    project
}

fn held(project: &Project) -> String {
    let text = fs::read_to_string(project.root.join(".env")).unwrap();
    text.lines().next().unwrap().trim_start_matches("PW=").to_owned()
}

#[test]
fn g4_1_redis_default_password_is_changed_kept_over_a_restart_and_undone_with_the_files() {
    let mut server = Configured::start(&format!("requirepass {OLD}\n"));
    let project = project(server.port, "", &format!("redis://:{OLD}@127.0.0.1/0"));
    server.ask("default", OLD, &["SET", "kept", "value"]);
    fs::create_dir(project.root.join(".env.dbguard-new")).unwrap();
    project.run("rotate-password.sh", &["--yes"], "").expect(6);
    assert!(server.accepts("default", OLD));
    fs::remove_dir(project.root.join(".env.dbguard-new")).unwrap();
    let new = r#" a'b"c\d $e #;=~ "#;
    let shown = project.run("rotate-password.sh", &["--yes", "--stdin"], &format!("{new}\n")).expect(0);
    assert!(!shown.text().contains(new));
    assert!(server.accepts("default", new) && !server.accepts("default", OLD));
    project.run("validate-env.sh", &[], "").expect(0);
    server.restart();
    assert!(server.ask("default", new, &["SET", "kept", "value"]).contains("OK"));
    project.run("rotate-password.sh", &["--yes"], "").expect(0);
    assert!(!server.accepts("default", new));
}

#[test]
fn g4_1_redis_user_of_the_access_list_has_the_new_password_only_at_the_end() {
    let server = Configured::start(&format!("requirepass another-one\nuser app on >{OLD} ~* &* +@all\n"));
    let project = project(server.port, "app", &format!("redis://app:{OLD}@127.0.0.1/0"));
    server.ask("app", OLD, &["SET", "kept", "value"]);
    project.run("rotate-password.sh", &["--yes"], "").expect(0);
    let new = held(&project);
    assert!(new != OLD && server.accepts("app", &new) && !server.accepts("app", OLD));
    assert!(server.accepts("default", "another-one"));
    let kept = fs::read_to_string(server.directory.path().join("redis.conf")).unwrap();
    assert!(!kept.contains(&new) && kept.contains("user app on"), "{kept}");
    fs::create_dir(project.root.join(".env.dbguard-new")).unwrap();
    project.run("rotate-password.sh", &["--yes"], "").expect(6);
    assert!(server.accepts("app", &new));
    let list = server.ask("app", &new, &["ACL", "GETUSER", "app"]);
    assert_eq!(list.lines().filter(|line| line.len() == 64).count(), 1, "one password is left: {list}");
}

#[test]
fn g4_1_redis_with_the_password_on_its_command_line_is_refused() {
    let server = Redis::start(&[]);
    let project = project(server.port, "", "redis://127.0.0.1/0");
    project.write(".env", &(dotenv("PW", PASSWORD) + "REDIS_URL=redis://127.0.0.1/0\n"));
    let shown = project.run("rotate-password.sh", &["--yes"], "").expect(3);
    assert!(shown.stderr.contains("without a configuration file"), "{}", shown.text());
}
