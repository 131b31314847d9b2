//! A temporary project whose `scripts/db` holds the guard scripts and a configuration.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// What a script did.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// Fails with everything that the script said if it ended with `code`.
    #[track_caller]
    pub fn expect_not(self, code: i32) -> Self {
        assert_ne!(self.code, code, "{}", self.text());
        self
    }

    /// Fails with everything that the script said unless it ended with `code`.
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Both outputs in one text.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A project directory with guard scripts; removed when it goes out of scope.
pub struct Project {
    _home: TempDir,
    pub root: PathBuf,
    environment: BTreeMap<String, String>,
}

impl Project {
    /// A project in a directory of the given name, guarding the databases given as entries of `databases` in the data of
    /// `templates/scripts/lib/config.sh`; fields that are missing there get their empty value.
    pub fn new(directory: &str, databases: &[Value]) -> Self {
        let home = tempfile::Builder::new().prefix("dbguard-test-").tempdir().unwrap();
        let root = home.path().canonicalize().unwrap().join(directory);
        fs::create_dir_all(root.join("scripts/db/lib")).unwrap();
        install_scripts(&root.join("scripts/db"));
        let environment = environment(home.path());
        let project = Self { _home: home, root, environment };
        project.configure(databases, &json!({}));
        project
    }

    /// A project with these files that `dbguard init` has guarded, as a user would: a git repository, everything committed.
    pub fn guarded(directory: &str, files: &[(&str, &str)]) -> Self {
        let project = Self::with_files(directory, files);
        project.dbguard(&["init", "--yes"]).expect(0);
        project
    }

    /// A project with these files, committed, and nothing of dbguard's in it.
    pub fn with_files(directory: &str, files: &[(&str, &str)]) -> Self {
        let home = tempfile::Builder::new().prefix("dbguard-test-").tempdir().unwrap();
        let root = home.path().canonicalize().unwrap().join(directory);
        let environment = environment(home.path());
        let project = Self { _home: home, root, environment };
        for (path, text) in files {
            project.write(path, text);
        }
        for words in [&["init", "-q"][..], &["add", "-A"], &["commit", "-qm", "start"]] {
            let git = Command::new("git")
                .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
                .args(words)
                .current_dir(&project.root)
                .output()
                .unwrap();
            assert!(git.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&git.stderr));
        }
        project
    }

    /// Runs the binary in the project's directory.
    pub fn dbguard(&self, words: &[&str]) -> Outcome {
        let output = Command::new(env!("CARGO_BIN_EXE_dbguard"))
            .args(words)
            .current_dir(&self.root)
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        outcome(&output)
    }

    /// Writes the rendered files anew; `policy` overrides single figures such as `keep_last`, for one
    /// environment under its name.
    pub fn configure(&self, databases: &[Value], policy: &Value) {
        for (file, text) in rendered(databases, policy) {
            fs::write(self.root.join("scripts/db").join(file), text).unwrap();
        }
    }

    /// Sets a variable for every later run.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Takes a variable away again.
    pub fn unset(&mut self, name: &str) {
        self.environment.remove(name);
    }

    /// Writes a file of the project.
    pub fn write(&self, path: &str, text: &str) {
        let target = self.root.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, text).unwrap();
    }

    /// Runs a script to its end; `input` is its standard input.
    pub fn run(&self, script: &str, arguments: &[&str], input: &str) -> Outcome {
        let mut child = self.spawn(script, arguments);
        let mut stdin = child.stdin.take().unwrap();
        // A script that ends without reading closes its end: not this function's concern.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        outcome(&child.wait_with_output().unwrap())
    }

    /// Starts a script as the leader of its own process group, with standard input and outputs as pipes.
    pub fn spawn(&self, script: &str, arguments: &[&str]) -> Child {
        use std::os::unix::process::CommandExt as _;
        // Tests that were started in the background of a script ignore SIGINT, and would hand that on.
        Command::new("/usr/bin/env")
            .args(["--default-signal=INT", "/bin/bash"])
            .arg(self.root.join("scripts/db").join(script))
            .args(arguments)
            .env_clear()
            .envs(&self.environment)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap()
    }

    /// The names in the backup directory of a database that look like backups, sorted.
    pub fn backups(&self, id: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.root.join("backups").join(id)) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.as_bytes().first().is_some_and(u8::is_ascii_digit))
            .collect();
        names.sort();
        names
    }

    /// The parsed output of `list-backups.sh --json`.
    pub fn listed(&self) -> Vec<Value> {
        let listed = self.run("list-backups.sh", &["--json"], "").expect(0);
        serde_json::from_str(&listed.stdout).unwrap_or_else(|error| panic!("{error}: {}", listed.stdout))
    }

    /// `metadata.json` of a backup, by an ordinary JSON parser.
    pub fn metadata(&self, id: &str, name: &str) -> Value {
        let path = self.root.join("backups").join(id).join(name).join("metadata.json");
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }
}

fn environment(home: &Path) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("PATH".to_owned(), std::env::var("PATH").unwrap()),
        ("HOME".to_owned(), home.display().to_string()),
        ("LANG".to_owned(), "C.UTF-8".to_owned()),
    ])
}

/// The scripts as they stand in `templates/`; the only other place that knows how they get into a project is `dbguard init`.
fn install_scripts(target: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/scripts");
    for directory in ["", "lib"] {
        for entry in fs::read_dir(source.join(directory)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::copy(&path, target.join(directory).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
}

/// The files that are particular to a project, through the real templates, from the fields that `plan::view` gives them.
fn rendered(databases: &[Value], policy: &Value) -> [(&'static str, String); 1] {
    let databases: Vec<Value> = databases.iter().map(|given| merged(&default_database(), given)).collect();
    let figures = merged(&default_figures(), policy);
    let context = json!({
        "retention": retention(&figures), "archive": figures["archive"], "preset": "standard", "tool_version": "0.0.0-test", "up_levels": "../..",
        "paths": { "backups": "backups", "scripts": "scripts/db" },
        "cadences": cadences(), "unguarded": policy.get("unguarded").cloned().unwrap_or_else(|| json!([])), "instead": "dump it with its own client", "notify": merged(&default_notify(), &policy["notify"]),
        "unmatched_volumes": figures["unmatched_volumes"], "scripts": [], "encryption": merged(&json!({ "demanded": false, "method": "", "recipients": [], "identity": "" }), &policy["encryption"]),
        "offsite": merged(&json!({ "method": "", "target": "" }), &policy["offsite"]),
        "figures": figures, "databases": databases,
        "migrate_commands": policy.get("migrate_commands").cloned().unwrap_or_else(|| json!([]))
    });
    // Their README belongs to the tests of `dbguard init`.
    let file = "lib/config.sh";
    [(file, dbguard::template::render(&format!("scripts/{file}"), &context).unwrap())]
}

fn default_figures() -> Value {
    json!({
        "keep_last": 10, "keep_days": 0, "pre_migration_days": 30, "minimum_bytes": 1024, "stale_hours": 12, "artefacts": [],
        "unmatched_volumes": [], "daily_days": 0, "weekly_days": 0, "monthly_days": 0, "archive": { "directory": null, "after_days": 30 },
        "approvals": 1, "affected_rows": 10, "approvers": [], "approval_minutes": 60
    })
}

fn default_notify() -> Value {
    json!({ "repeat_hours": 6, "restore_test_days": 31, "drill_days": 92, "mail": "", "textfile": "", "places": [] })
}

fn cadences() -> Value {
    json!([
        { "environment": "development", "every": "6h" }, { "environment": "test", "every": "before-each-run" },
        { "environment": "staging", "every": "2h" }, { "environment": "production", "every": "15m" }
    ])
}

/// The same figures of keeping in every environment, but for those that a policy gives under the environment's name.
fn retention(figures: &Value) -> Vec<Value> {
    ["development", "test", "staging", "production"]
        .map(|environment| {
            let mut own = figures.clone();
            own["environment"] = json!(environment);
            figures.get(environment).map_or_else(|| own.clone(), |given| merged(&own, given))
        })
        .to_vec()
}

fn default_database() -> Value {
    json!({
        "id": "main", "engine": "postgres", "built_on": null, "environment": "auto", "run": "direct", "compose_files": [], "service": "",
        "container": "", "context": "", "namespace": "", "selector": "",
        "volume": "", "volume_name": "", "data_directories": ["/var/lib/postgresql/data"], "host": "", "port": "", "database": "",
        "user": "", "path": "", "credentials": [], "app_services": [], "restore_in_production": false, "volumes": []
    })
}

fn merged(base: &Value, over: &Value) -> Value {
    let mut result = base.clone();
    for (key, value) in over.as_object().into_iter().flatten() {
        result[key] = value.clone();
    }
    result
}

/// An entry of `credentials`.
pub fn credential(what: &str, kind: &str, path: &str, key: &str, service: &str) -> Value {
    json!({ "what": what, "kind": kind, "path": path, "key": key, "service": service })
}

fn outcome(output: &Output) -> Outcome {
    Outcome {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
