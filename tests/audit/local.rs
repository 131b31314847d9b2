//! `audit --local`: a real project whose backups its own scripts made, and a schedule in stubs of `crontab` and `systemctl`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Keeps the crontab in a file; says what Debian's says.
const CRONTAB: &str = r#"#!/bin/sh
case "$1" in
  -l) [ ! -f "$HOME/closed" ] || { echo "crontab: you ($HOME) are not allowed to use this program" >&2; exit 1; }
      [ -f "$HOME/crontab" ] || { echo "no crontab for me" >&2; exit 1; }
      cat "$HOME/crontab" ;;
  *) cat "$1" >"$HOME/crontab" ;;
esac
"#;

/// Enables by a file beside the home.
const SYSTEMCTL: &str = r#"#!/bin/sh
for last; do :; done
case "$*" in
  *is-enabled*) [ -f "$HOME/enabled-$last" ] ;;
  *enable*) : >"$HOME/enabled-$last" ;;
esac
"#;

const APP: &str =
    "import os\n\nSQLALCHEMY_DATABASE_URI = os.environ.get(\"DATABASE_URL\", \"sqlite:///data/app.db\")\n";

/// A project with a filled SQLite database that `init` has guarded, in a home of its own.
struct Shop {
    home: TempDir,
    root: PathBuf,
}

impl Shop {
    fn new(name: &str) -> Self {
        let home = tempfile::tempdir().expect("temporary directory");
        let root = home.path().canonicalize().expect("path").join(name);
        fs::create_dir_all(root.join("data")).expect("folder");
        fs::write(root.join("settings.py"), APP).expect("file");
        fs::write(root.join("requirements.txt"), "sqlalchemy\n").expect("file");
        let shop = Self { home, root };
        shop.stub("crontab", CRONTAB);
        shop.stub("systemctl", SYSTEMCTL);
        shop.rows(400);
        shop.run("git", &["init", "-q"]);
        shop.commit();
        shop.run(env!("CARGO_BIN_EXE_dbguard"), &["init", "--yes", "."]);
        shop.commit();
        shop
    }

    fn home(&self) -> &Path {
        self.home.path()
    }

    fn stub(&self, name: &str, text: &str) {
        let bin = self.home().join("bin");
        fs::create_dir_all(&bin).expect("folder");
        fs::write(bin.join(name), text).expect("file");
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).expect("mode");
    }

    fn command(&self, program: &str, words: &[&str]) -> Output {
        let path = std::env::var("PATH").expect("PATH");
        let mut command = Command::new(program);
        command.args(words).current_dir(&self.root).env("HOME", self.home()).env_remove("XDG_CONFIG_HOME");
        command.env("PATH", format!("{}:{path}", self.home().join("bin").display()));
        command.env("DOCKER_HOST", "unix:///nowhere").output().expect("program")
    }

    fn run(&self, program: &str, words: &[&str]) -> String {
        let done = self.command(program, words);
        assert!(done.status.success(), "{program} {words:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    fn commit(&self) {
        let who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        self.run("git", &["add", "-A"]);
        self.run("git", &[&who[..], &["commit", "-qm", "x"]].concat());
    }

    fn rows(&self, number: u32) {
        let sql = format!(
            "DROP TABLE IF EXISTS notes; CREATE TABLE notes (text TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 \
             FROM n WHERE i < {number}) INSERT INTO notes SELECT 'note ' || i FROM n WHERE {number} > 0;"
        );
        self.run("sqlite3", &["data/app.db", &sql]);
    }

    fn script(&self, name: &str, words: &[&str]) -> String {
        self.run(self.root.join("scripts/db").join(name).to_str().expect("path"), words)
    }

    fn audit(&self, options: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_dbguard"), &[&["audit"][..], options].concat())
    }

    fn report(&self) -> Value {
        let output = self.audit(&["--local", "--format", "json"]);
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// `rule severity: message` of what only this machine tells.
    fn found(&self) -> Vec<String> {
        let report = self.report();
        let all = report["findings"].as_array().expect("findings").iter();
        let word = |one: &Value, key: &str| one[key].as_str().expect("text").to_owned();
        let is_local = |one: &&Value| dbguard::rules::is_local(one["rule"].as_str().expect("rule"));
        all.filter(is_local)
            .inspect(|one| assert_eq!(one["path"], "dbguard.toml"))
            .map(|one| format!("{} {}: {}", word(one, "rule"), word(one, "severity"), word(one, "message")))
            .collect()
    }

    fn crontab(&self) -> String {
        fs::read_to_string(self.home().join("crontab")).unwrap_or_default()
    }

    fn set_crontab(&self, text: &str) {
        fs::write(self.home().join("crontab"), text).expect("written");
    }

    fn policy(&self, from: &str, to: &str) {
        let path = self.root.join("dbguard.toml");
        let text = fs::read_to_string(&path).expect("policy");
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replacen(from, to, 1)).expect("written");
    }

    /// Folder of the newest backup.
    fn newest(&self) -> PathBuf {
        let ids =
            fs::read_dir(self.root.join("backups")).expect("backups").flatten().map(|entry| entry.path());
        let id = ids.filter(|path| path.join("latest").exists()).min().expect("a database");
        id.join(fs::read_to_string(id.join("latest")).expect("latest").trim())
    }

    /// Makes the newest backup older by some hours.
    fn age(&self, hours: u64) {
        let path = self.newest().join("metadata.json");
        let text = fs::read_to_string(&path).expect("metadata");
        let older = |line: &str| match line.split_once("_epoch\": ") {
            Some((key, time)) => {
                let time: u64 = time.trim_end_matches(',').parse().expect("seconds");
                format!("{key}_epoch\": {},\n", time - hours * 3600)
            }
            None => format!("{line}\n"),
        };
        fs::write(&path, text.lines().map(older).collect::<String>()).expect("written");
    }
}

fn one<'a>(found: &'a [String], start: &str) -> &'a str {
    let mut all = found.iter().filter(|one| one.starts_with(start));
    let first = all.next();
    assert!(first.is_some() && all.next().is_none(), "{start} is not there once: {found:#?}");
    first.map_or("", String::as_str)
}

fn lines<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn none(found: &[String], rule: &str) {
    assert!(!found.iter().any(|one| one.starts_with(rule)), "{rule} in {found:#?}");
}

#[test]
fn c_2_a_fresh_project_has_neither_schedule_nor_backup_until_its_scripts_run() {
    let shop = Shop::new("shop");
    let plain = shop.audit(&["--format", "json"]);
    let found = shop.found();
    one(&found, "drift-schedule high: Nothing on this machine starts the jobs of this repository");
    one(&found, "backup-missing high: There is no backup of `");
    assert_eq!(shop.audit(&["--local", "--fail-on", "critical"]).status.code(), Some(1), "drift fails");
    shop.script("backup.sh", &[]);
    shop.script("schedule.sh", &["install", "--kind", "cron"]);
    let found = shop.found();
    assert_eq!(found.len(), 1, "{found:#?}");
    one(&found, "backup-no-offsite info");
    assert_eq!(shop.audit(&["--format", "json"]).stdout, plain.stdout, "nothing of it without --local");
}

#[test]
fn c_2_what_the_script_installs_is_what_is_expected_under_every_manager() {
    let shop = Shop::new("it's 50% of \"ünïts\" & $HOME <x>");
    shop.stub("launchctl", "#!/bin/sh\n");
    for kind in ["cron", "systemd", "launchd"] {
        for (preset, environment) in
            [("standard", "auto"), ("solo", "production"), ("strict", "staging"), ("regulated", "test")]
        {
            shop.policy("preset = \"", &format!("preset = \"{preset}\" # \""));
            let entry = format!("environment = \"{environment}\"\n");
            let path = shop.root.join("dbguard.toml");
            let text = fs::read_to_string(&path).expect("policy");
            let others = text.lines().filter(|line| !line.trim_start().starts_with("environment = "));
            let text = lines(others);
            fs::write(&path, text.replacen("run = ", &format!("{entry}run = "), 1)).expect("written");
            shop.run(env!("CARGO_BIN_EXE_dbguard"), &["init", "--yes", "--force", "."]);
            shop.script("schedule.sh", &["install", "--kind", kind]);
            let found = shop.found();
            none(&found, "drift-schedule");
        }
        shop.script("schedule.sh", &["remove", "--kind", kind]);
    }
    one(&shop.found(), "drift-schedule high: Nothing on this machine");
}

#[test]
fn c_2_a_crontab_that_is_not_what_the_policy_wants() {
    let shop = Shop::new("shop");
    shop.script("backup.sh", &[]);
    shop.script("schedule.sh", &["install", "--kind", "cron"]);
    let installed = shop.crontab();
    shop.set_crontab(&format!("MAILTO=me\n{installed}1 1 * * * other\n"));
    none(&shop.found(), "drift");
    let without = |word: &str| -> String { lines(installed.lines().filter(|line| !line.contains(word))) };
    shop.set_crontab(&without(" run backup --db "));
    one(
        &shop.found(),
        "drift-schedule high: The schedule in the crontab does not start all that the policy wants. It lacks: backup-",
    );
    shop.set_crontab(&installed.replace("-59/15 * * * *", "-59/20 * * * *"));
    one(&shop.found(), "drift-schedule medium: What is installed in the crontab is not what the policy");
    let diff = shop.report()["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find_map(|one| one["diff"].as_str().map(str::to_owned));
    let diff = diff.expect("a diff");
    assert!(
        diff.contains("\n-")
            && diff.contains("\n+")
            && diff.contains("59/20 * * * * '/bin/bash' './scripts/db/schedule.sh' run health"),
        "{diff}"
    );
    let home = shop.home().canonicalize().expect("path").display().to_string();
    assert!(!diff.contains(&home), "{diff}");
    shop.set_crontab(&installed.replace(" '/bin/bash'", " # '/bin/bash'").replace('\n', "\n#"));
    one(
        &shop.found(),
        "drift-schedule high: The schedule in the crontab does not start all that the policy wants. It lacks: backup-",
    );
    shop.set_crontab(&installed);
    fs::remove_file(shop.root.join("backups/log/schedule.conf")).expect("removed");
    one(&shop.found(), "drift-schedule medium: The schedule is installed, and backups/log/schedule.conf");
}

#[test]
fn c_2_a_folder_that_was_moved_and_one_that_is_scheduled_by_hand() {
    let mut shop = Shop::new("shop");
    shop.script("backup.sh", &[]);
    shop.script("schedule.sh", &["install", "--kind", "cron"]);
    let moved = shop.home().canonicalize().expect("path").join("projects/shop");
    fs::create_dir_all(moved.parent().expect("parent")).expect("folder");
    fs::rename(&shop.root, &moved).expect("moved");
    shop.root = moved;
    let found = shop.found();
    let moved = "drift-schedule high: Nothing on this machine starts the jobs of this repository. The crontab has those of ~/shop, which is";
    one(&found, moved);
    shop.script("schedule.sh", &["install", "--kind", "cron"]);
    one(&shop.found(), "drift-schedule low: The crontab still has the jobs of ~/shop, which is not there");
    let line = format!("0 3 * * * cd {} && scripts/db/backup.sh\n", shop.root.display());
    shop.set_crontab(&line);
    none(&shop.found(), "drift");
    shop.set_crontab(&format!("# {line}"));
    one(&shop.found(), "drift-schedule high: Nothing on this machine starts");
}

#[test]
fn c_2_timers_that_are_not_enabled_or_changed_and_two_managers() {
    let shop = Shop::new("shop");
    shop.script("schedule.sh", &["install", "--kind", "systemd"]);
    none(&shop.found(), "drift");
    let enabled: Vec<PathBuf> =
        fs::read_dir(shop.home()).expect("home").flatten().map(|entry| entry.path()).collect();
    let verify =
        enabled.iter().find(|path| path.to_string_lossy().ends_with("-verify.timer")).expect("enabled");
    fs::remove_file(verify).expect("removed");
    let found = shop.found();
    assert!(
        one(&found, "drift-schedule high: Timers of this repository are installed and not enabled")
            .ends_with("-verify.timer."),
        "{found:?}"
    );
    fs::write(verify, "").expect("written");
    let units = shop.home().join(".config/systemd/user");
    let timer =
        units.join(verify.file_name().expect("name").to_string_lossy().trim_start_matches("enabled-"));
    let text = fs::read_to_string(&timer).expect("timer");
    fs::write(&timer, text.replace("Persistent=true", "Persistent=false")).expect("written");
    one(&shop.found(), "drift-schedule medium: What is installed in systemd");
    fs::remove_file(&timer).expect("removed");
    one(
        &shop.found(),
        "drift-schedule high: The schedule in systemd does not start all that the policy wants. It lacks: verify.",
    );
    fs::write(&timer, text).expect("written");
    shop.set_crontab(&format!("# >>> dbguard: {0}\n# <<< dbguard: {0}\n", shop.root.display()));
    let found = shop.found();
    assert!(
        found.iter().any(|one| one.contains("is installed twice, in the crontab and in systemd")),
        "{found:?}"
    );
}

#[test]
fn c_2_what_cannot_be_looked_at_is_told() {
    let shop = Shop::new("shop");
    shop.script("backup.sh", &[]);
    fs::write(shop.home().join("closed"), "").expect("written");
    let report = shop.report();
    none(&shop.found(), "drift");
    let unread = report["incomplete"].as_array().expect("list");
    assert_eq!((&unread[0]["path"], &unread[0]["matters"]), (&"crontab".into(), &true.into()));
    let message = unread[0]["message"].as_str().expect("text");
    assert!(message.contains("(crontab: you (~) are not allowed"), "{message}");
    assert_eq!(shop.audit(&["--local"]).status.code(), Some(4));
    assert_eq!(shop.audit(&[]).status.code(), Some(0));
    // No crontab at all: one line, and what is known without it.
    let mut bare = Command::new(env!("CARGO_BIN_EXE_dbguard"));
    bare.args(["audit", "--local"]).current_dir(&shop.root);
    let bare =
        bare.env("HOME", shop.home()).env("PATH", shop.home().join("nothing")).output().expect("dbguard");
    let text = String::from_utf8_lossy(&bare.stdout);
    assert!(text.contains("not read: crontab: not looked at: there is no such program here"), "{text}");
    assert!(text.contains("drift-schedule") && bare.status.code() == Some(1), "{text}");
    // Backups behind a link that leads out: not followed, and not said to be missing.
    let away = shop.home().join("away");
    fs::rename(shop.root.join("backups"), &away).expect("moved");
    std::os::unix::fs::symlink(&away, shop.root.join("backups")).expect("link");
    let found = shop.found();
    none(&found, "backup-missing");
    let report = shop.report();
    let unread = report["incomplete"].as_array().expect("list").iter();
    assert!(
        unread.clone().any(|one| one["message"]
            .as_str()
            .is_some_and(|text| text.contains("leads out of the repository"))),
        "{report}"
    );
}

#[test]
fn c_2_without_a_policy_there_is_nothing_to_compare_with() {
    let root = super::repository(&[("compose.yml", super::COMPOSE)]);
    let output = super::audit(root.path(), &["--local"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stdout).contains("there is none: dbguard init"), "{output:?}");
    assert_eq!(super::audit(root.path(), &["--local", "--since", "main"]).status.code(), Some(2));
}

#[test]
fn g1_6_backups_that_are_old_damaged_or_small() {
    let shop = Shop::new("shop");
    shop.script("backup.sh", &[]);
    shop.age(5);
    none(&shop.found(), "backup-stale");
    shop.age(25 * 24);
    let found = shop.found();
    assert!(
        one(&found, "backup-stale high: The newest verified backup of `")
            .contains(" is 25 days old; the policy allows 12 h."),
        "{found:?}"
    );
    shop.script("backup.sh", &[]);
    none(&shop.found(), "backup-stale");
    let dump = fs::read_dir(shop.newest()).expect("backup").flatten().map(|entry| entry.path());
    let dump = dump
        .filter(|path| !path.ends_with("metadata.json"))
        .max_by_key(|path| path.metadata().expect("size").len());
    let dump = dump.expect("a dump");
    let bytes = fs::read(&dump).expect("dump");
    fs::write(&dump, &bytes[..100]).expect("cut short");
    let found = shop.found();
    one(&found, "backup-damaged high: The newest backup of `");
    one(&found, "backup-stale high");
    fs::write(&dump, &bytes).expect("restored");
    // The first one is 30 days old: no test is overdue, until it is made older.
    none(&shop.found(), "backup-untested");
    shop.age(40 * 24);
    one(&shop.found(), "backup-untested medium: A backup of `");
    shop.script("backup.sh", &[]);
    shop.script("verify-backup.sh", &[]);
    none(&shop.found(), "backup-untested");
    shop.rows(0);
    shop.script("backup.sh", &[]);
    let found = shop.found();
    assert!(
        one(&found, "backup-shrunk high: The newest backup of `")
            .ends_with("has 0 rows; those of the days before had about 400."),
        "{found:?}"
    );
}

#[test]
fn g1_6_an_attempt_that_failed_and_one_that_broke_off() {
    let shop = Shop::new("shop");
    shop.script("backup.sh", &[]);
    fs::rename(shop.root.join("data/app.db"), shop.root.join("data/away.db")).expect("moved");
    let failed = shop.command(shop.root.join("scripts/db/backup.sh").to_str().expect("path"), &[]);
    assert!(!failed.status.success());
    let found = shop.found();
    one(&found, "backup-run-failed medium: The last backup of `");
    fs::rename(shop.root.join("data/away.db"), shop.root.join("data/app.db")).expect("moved");
    shop.script("backup.sh", &[]);
    none(&shop.found(), "backup-run-failed");
    let store = shop.newest().parent().expect("folder").to_owned();
    // No process has this number.
    fs::create_dir(store.join(".work.4194400.abcdef")).expect("folder");
    one(&shop.found(), "backup-run-failed medium: A backup of `");
    shop.script("backup.sh", &[]);
    none(&shop.found(), "backup-run-failed");
}

#[test]
fn what_silences_a_rule_about_this_machine_is_not_stale_elsewhere() {
    let shop = Shop::new("shop");
    let path = shop.root.join("dbguard.toml");
    let text = fs::read_to_string(&path).expect("policy");
    let ignore = "\n[[audit.ignore]]\nrule = \"drift-schedule\"\nreason = \"the server takes the backups\"\n";
    fs::write(&path, format!("{text}{ignore}")).expect("written");
    let stale = |options: &[&str]| {
        let output = shop.audit(&[options, &["--format", "json"]].concat());
        String::from_utf8_lossy(&output.stdout).contains("ignore-stale")
    };
    assert!(!stale(&[]) && !stale(&["--local"]));
    let report = shop.report();
    let silenced =
        report["findings"].as_array().expect("findings").iter().find(|one| one["rule"] == "drift-schedule");
    assert_eq!(silenced.expect("a finding")["suppressed"]["by"], "policy");
    shop.script("schedule.sh", &["install", "--kind", "cron"]);
    assert!(stale(&["--local"]) && !stale(&[]));
}

#[test]
fn every_format_tells_of_this_machine_and_none_of_its_folders() {
    let shop = Shop::new("shop");
    shop.script("backup.sh", &[]);
    shop.script("schedule.sh", &["install", "--kind", "cron"]);
    let changed = shop.crontab().replace("59/15", "59/20");
    shop.set_crontab(&changed);
    let home = shop.home().canonicalize().expect("path").display().to_string();
    for format in ["human", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "markdown", "html"] {
        let text = |options: &[&str]| {
            let output = shop.audit(&[options, &["--format", format]].concat());
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        let (with, without) = (text(&["--local"]), text(&[]));
        assert!(with.contains("drift-schedule") && with.contains("dbguard.toml"), "{format}: {with}");
        assert!(!with.contains(&home), "{format}: {with}");
        assert!(
            !without.contains("drift-schedule") && !without.contains("backup-stale"),
            "{format}: {without}"
        );
    }
}
