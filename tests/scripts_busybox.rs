//! The scripts with busybox in place of the GNU tools: what a small container or a router has. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use support::postgres::{PASSWORD, USER, server};
use support::project::{Project, credential};
use support::sqlite;

/// The tools that busybox has; the shells stay what they are, for the scripts are bash.
fn applets() -> BTreeSet<String> {
    let output = Command::new("busybox").arg("--list").output();
    let output = output.expect("busybox is needed: apt-get install busybox");
    let shells = ["sh", "ash", "bash", "hush"];
    let all = String::from_utf8(output.stdout).unwrap();
    all.lines().filter(|name| !shells.contains(name)).map(str::to_owned).collect()
}

/// Two directories: links to busybox, and links to the programs that it has no equal of. Of a tool that busybox has, no other
/// one is on the path.
fn surround(project: &mut Project, applets: &BTreeSet<String>) {
    let [small, rest] = ["busybox tools", "programs"].map(|name| project.root.join("..").join(name));
    fs::create_dir(&small).unwrap();
    fs::create_dir(&rest).unwrap();
    let busybox = found("busybox");
    for applet in applets {
        symlink(&busybox, small.join(applet)).unwrap();
    }
    for directory in std::env::var("PATH").unwrap().split(':') {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let name = entry.file_name().into_string().unwrap();
            // Under these names they are other implementations of the same tools.
            let is_double =
                applets.contains(&name) || ["gawk", "mawk", "original-awk", "busybox"].contains(&&*name);
            if !is_double && !rest.join(&name).exists() {
                let _ = symlink(entry.path(), rest.join(&name));
            }
        }
    }
    let path = [small, rest].map(|directory| directory.canonicalize().unwrap().display().to_string());
    project.set("PATH", &path.join(":"));
}

fn found(program: &str) -> PathBuf {
    let path = std::env::var("PATH").unwrap();
    path.split(':').map(|directory| Path::new(directory).join(program)).find(|file| file.exists()).unwrap()
}

/// What the person's screen and the log must be free of: words of a tool that was asked for what it does not know.
fn assert_no_complaint(text: &str) {
    for word in
        ["BusyBox", "unrecognized option", "invalid option", "applet not found", "not found\n", "Usage: sort"]
    {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

/// Everything that a project with a database goes through, but for what its engine has of its own.
struct Walk {
    project: Project,
    typed: &'static str,
    rows: &'static str,
}

impl Walk {
    fn run(&self, script: &str, words: &[&str], input: &str, code: i32) -> String {
        let text = self.project.run(script, words, input).expect(code).text();
        assert_no_complaint(&text);
        text
    }

    fn back_up(&self) -> String {
        let before = self.project.backups("main");
        self.run("backup.sh", &["--label", "it is new"], "", 0);
        let after = self.project.backups("main");
        after.into_iter().find(|name| !before.contains(name)).unwrap()
    }

    /// `lose` destroys rows, `counts` gives all of them.
    fn all(&self, lose: &dyn Fn(), counts: &dyn Fn() -> String) {
        let whole = counts();
        let backup = self.back_up();
        let listed = self.project.listed();
        assert_eq!((&listed[0]["backup"], &listed[0]["state"]), (&json!(backup), &json!("whole")));
        assert!(self.run("verify-backup.sh", &[], "", 0).contains("came back"));
        assert!(self.run("list-backups.sh", &[], "", 0).contains("rehearsed"));
        assert!(self.run("health.sh", &[], "", 0).contains("main: ok"));
        assert!(self.run("backup-health.sh", &[], "", 0).contains("main: ok"));
        for (words, typed) in [(&[][..], self.typed), (&["--tables", self.rows], self.typed)] {
            lose();
            assert_ne!(counts(), whole);
            self.run("restore.sh", words, &format!("{typed}\n"), 0);
            assert_eq!(counts(), whole, "restore.sh {words:?}");
        }
        self.kept_and_copied(&backup);
        self.told(&backup);
        assert!(self.run("safe-test.sh", &["--", "true"], "", 0).contains("the same in all"));
    }

    fn kept_and_copied(&self, backup: &str) {
        let pruned = self.run("prune.sh", &["--dry-run"], "", 0);
        assert!(pruned.contains(backup) && pruned.contains("newest"), "{pruned}");
        assert!(self.run("offsite.sh", &[], "", 0).contains("copied to"));
        let names = self.project.backups("main");
        let copied = self.run("offsite.sh", &["--list"], "", 0);
        assert_eq!(copied.lines().collect::<Vec<_>>(), names);
        fs::remove_dir_all(self.project.root.join("backups/main").join(backup)).unwrap();
        self.run("offsite.sh", &["--fetch", backup], "", 0);
        assert_eq!(self.project.backups("main"), names);
    }

    fn told(&self, backup: &str) {
        let status = self.project.run("status.sh", &[], "");
        assert!(
            status.stdout.contains("main: ok") && status.stdout.contains("newest backup"),
            "{}",
            status.text()
        );
        assert_no_complaint(&status.text());
        for kind in ["cron", "systemd", "launchd"] {
            assert!(
                self.run("schedule.sh", &["print", "--kind", kind], "", 0).contains("schedule.sh"),
                "{kind}"
            );
        }
        self.run("validate-env.sh", &[], "", 0);
        let log = fs::read_to_string(self.project.root.join("backups/audit.jsonl")).unwrap();
        for line in log.lines() {
            serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        }
        assert!(log.contains(backup));
    }
}

fn offsite(project: &Project) -> Value {
    let place = project.root.join("../another disk");
    fs::create_dir(&place).unwrap();
    json!({ "offsite": { "method": "rsync", "target": place.canonicalize().unwrap().display().to_string() } })
}

#[test]
fn g4_4_everything_runs_with_busybox_on_sqlite() {
    let mut project = sqlite::project("it's a project", &json!({}));
    let policy = offsite(&project);
    let mut entry = sqlite::entry("main", "app.db");
    entry["environment"] = json!("development");
    project.configure(&[entry], &policy);
    surround(&mut project, &applets());
    let file = project.root.join("app.db");
    let walk = Walk { project, typed: "app.db", rows: "tags" };
    let counts = || {
        let mut query = Command::new("sqlite3");
        query.arg(&file).arg("SELECT (SELECT count(*) FROM notes), (SELECT sum(note) FROM tags)");
        String::from_utf8(query.output().unwrap().stdout).unwrap()
    };
    walk.all(&|| sqlite::sql(&file, "DELETE FROM tags WHERE note > 100;"), &counts);
    let sql = "UPDATE notes SET text = 'x' WHERE id < 4;";
    assert!(walk.run("safe-sql.sh", &["--yes"], sql, 0).contains('3'));
}

#[test]
fn g4_4_everything_runs_with_busybox_on_postgresql() {
    let name = "busy_box";
    server().create(name);
    server().sql(
        name,
        "CREATE TABLE notes (id int PRIMARY KEY, text text); CREATE TABLE tags (note int REFERENCES notes, word text);
         INSERT INTO notes SELECT i, 'note ' || i FROM generate_series(1, 2000) AS i;
         INSERT INTO tags SELECT i, 'word' FROM generate_series(1, 2000, 7) AS i;",
    );
    let mut project = Project::new("it's a project", &[]);
    let escaped = PASSWORD.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    project.write(".env", &format!("POSTGRES_PASSWORD=\"{escaped}\"\n"));
    let policy = offsite(&project);
    let entry = json!({
        "host": "127.0.0.1", "port": server().port, "database": name, "user": USER, "environment": "development",
        "credentials": [credential("password", "dotenv", ".env", "POSTGRES_PASSWORD", "")]
    });
    project.configure(&[entry], &policy);
    surround(&mut project, &applets());
    let walk = Walk { project, typed: name, rows: "tags" };
    let counts = || server().sql(name, "SELECT (SELECT count(*) FROM notes), (SELECT sum(note) FROM tags)");
    walk.all(&|| drop(server().sql(name, "DELETE FROM tags WHERE note > 100;")), &counts);
    let sql = "UPDATE notes SET text = 'x' WHERE id < 4;";
    assert!(walk.run("safe-sql.sh", &["--yes"], sql, 0).contains('3'));
}

/// The lock of a process that lives: this one.
fn lock(project: &Project, start: &str) {
    let lock = project.root.join("backups/main/.lock");
    fs::create_dir_all(&lock).unwrap();
    let host = String::from_utf8(Command::new("uname").arg("-n").output().unwrap().stdout).unwrap();
    fs::write(lock.join("owner"), format!("{}\n{host}{start}\n", std::process::id())).unwrap();
}

#[test]
fn g2_2_a_lock_is_taken_over_only_when_its_process_is_surely_gone() {
    let mut project = sqlite::project("project", &json!({}));
    surround(&mut project, &applets());
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let ticks = stat.rsplit(") ").next().unwrap().split(' ').nth(19).unwrap();
    // The date is what another ps has noted; nothing follows from that it reads differently.
    for start in [&format!("tick {ticks}"), "Sat Nov 21 03:33:19 2026", "unknown", ""] {
        lock(&project, start);
        project.run("backup.sh", &[], "").expect(5);
    }
    lock(&project, "tick 1");
    project.run("backup.sh", &[], "").expect(0);
    assert_eq!(project.backups("main").len(), 1);
}

#[test]
fn g2_2_a_process_of_another_user_is_alive_also_where_ps_cannot_be_asked() {
    let project = Project::new("project", &[]);
    if !fs::read_to_string("/proc/self/status").unwrap().contains("\nUid:\t0\t") {
        println!("NOT RUN: only root may become another user");
        return;
    }
    for directory in [project.root.parent().unwrap(), &project.root] {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let is_alive = |process: u32| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--clear-groups", "--", "/bin/bash", "-c"]);
        command.args([". \"$1\"; ps() { busybox ps \"$@\"; }; is_alive \"$2\"", "bash"]);
        command
            .arg(project.root.join("scripts/db/lib/lock.sh"))
            .arg(process.to_string())
            .status()
            .unwrap()
            .success()
    };
    let mut child = Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    assert!(is_alive(std::process::id()) && !is_alive(child.id()));
}
