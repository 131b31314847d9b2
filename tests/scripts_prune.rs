//! `prune.sh`, pinning and the archive on real SQLite databases. Names carry the requirement's id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its server or its files has to fail"
)]

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use support::Seeded;
use support::project::Project;

const DAY: u64 = 86_400;

fn database() -> Value {
    json!({ "engine": "sqlite", "run": "file", "path": "app.db", "environment": "development" })
}

/// A project with one real backup of a small database.
fn project(policy: &Value) -> Project {
    let project = Project::new("it's a \"project\"", &[database()]);
    project.configure(&[database()], policy);
    let made = Command::new("sqlite3")
        .arg(project.root.join("app.db"))
        .arg("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes VALUES (1, 'a'), (2, 'b');")
        .status()
        .unwrap();
    assert!(made.success());
    project.run("backup.sh", &["--label", "first"], "").expect(0);
    project
}

fn store(project: &Project) -> PathBuf {
    project.root.join("backups/main")
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A copy of the first backup that says that it is so many days old; its name tells nothing about that.
fn aged(project: &Project, number: u64, days: u64, label: &str) -> String {
    let first = project.backups("main").into_iter().find(|name| name.ends_with("-first")).unwrap();
    copied(project, &first, number, days, label)
}

fn copied(project: &Project, first: &str, number: u64, days: u64, label: &str) -> String {
    let name = format!("2020{:04}T{:06}Z-{label}", number / 1_000_000, number % 1_000_000);
    let (from, to) = (store(project).join(first), store(project).join(&name));
    fs::create_dir(&to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
    let file = to.join("metadata.json");
    let old = fs::read_to_string(&file).unwrap();
    let text: Vec<String> = old
        .lines()
        .map(|line| match line.trim_start().split(':').next() {
            Some("\"created_epoch\"") => format!("  \"created_epoch\": {},", now() - days * DAY),
            Some("\"label\"") => format!("  \"label\": \"{label}\","),
            _ => line.to_owned(),
        })
        .collect();
    fs::write(file, text.join("\n") + "\n").unwrap();
    name
}

fn pruned(project: &Project, words: &[&str]) -> Value {
    let shown = project.run("prune.sh", &[words, &["--json"]].concat(), "").expect(0);
    serde_json::from_str(&shown.stdout).unwrap_or_else(|error| panic!("{error}: {}", shown.stdout))
}

fn reason(answer: &Value, name: &str) -> String {
    let all = answer["backups"].as_array().unwrap();
    let one = all.iter().find(|one| one["backup"] == name).unwrap_or_else(|| panic!("{name}: {answer}"));
    format!("{} {}", one["action"].as_str().unwrap(), one["reason"].as_str().unwrap())
}

#[test]
fn g1_5_prune_says_why_each_one_stays_and_removes_the_rest() {
    let project = project(&json!({ "keep_last": 1, "keep_days": 2, "daily_days": 5 }));
    let names: Vec<_> =
        [(1, "manual"), (4, "manual"), (20, "manual"), (20, "pre-migration"), (90, "pre-deploy")]
            .into_iter()
            .zip(1..)
            .map(|((days, label), number)| aged(&project, number, days, label))
            .collect();
    let before = project.backups("main");
    let dry = pruned(&project, &["--dry-run"]);
    assert_eq!(project.backups("main"), before, "a dry run changes nothing");
    let expected =
        ["keep recent", "keep daily", "remove expired", "keep label pre-migration", "keep label pre-deploy"];
    for (name, expected) in names.iter().zip(expected) {
        assert_eq!(reason(&dry, name), expected);
    }
    let bytes: u64 = fs::read_dir(store(&project).join(&names[2]))
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum();
    let done = pruned(&project, &[]);
    assert_eq!((&done["removed"], &done["bytes_freed"]), (&json!(1), &json!(bytes)));
    assert!(!project.backups("main").contains(&names[2]) && project.backups("main").len() == 5);
    let log = fs::read_to_string(project.root.join("backups/audit.jsonl")).unwrap();
    let line: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!((&line["action"], &line["detail"]), (&json!("retention"), &json!(names[2])));
    let shown = project.run("prune.sh", &[], "").expect(0);
    assert!(
        shown.stdout.contains("keep     daily\n") && shown.stdout.contains("removed 0 backups"),
        "{}",
        shown.text()
    );
}

#[test]
fn p_1_the_figures_are_those_of_the_environment() {
    let policy = json!({ "keep_last": 1, "keep_days": 2, "production": { "keep_days": 50 } });
    let project = project(&policy);
    let old = aged(&project, 1, 20, "manual");
    for (environment, expected) in [("production", "keep recent"), ("test", "remove expired")] {
        let mut database = database();
        database["environment"] = json!(environment);
        project.configure(&[database], &policy);
        assert_eq!(reason(&pruned(&project, &["--dry-run"]), &old), expected, "{environment}");
    }
    let remote = json!({ "engine": "sqlite", "run": "direct", "host": "10.9.9.9", "database": "shop" });
    project.configure(&[remote], &policy);
    let unknown = pruned(&project, &["--dry-run"]);
    assert_eq!((&unknown["environment"], &*reason(&unknown, &old)), (&json!("unknown"), "keep recent"));
}

#[test]
fn g1_5_a_pinned_backup_stays_until_it_is_unpinned() {
    let project = project(&json!({ "keep_last": 1 }));
    let old = aged(&project, 1, 400, "manual");
    let metadata = project.metadata("main", &old);
    project.run("prune.sh", &["--pin", &old], "").expect(0);
    assert_eq!(project.metadata("main", &old), metadata, "as it was verified");
    project.run("backup.sh", &[], "").expect(0);
    assert_eq!(reason(&pruned(&project, &[]), &old), "keep pinned");
    assert!(project.listed().iter().any(|one| one["backup"] == old && one["pinned"] == true));
    assert!(project.run("list-backups.sh", &[], "").expect(0).stdout.contains("whole, pinned"));
    project.run("prune.sh", &["--unpin", &old], "").expect(0);
    pruned(&project, &[]);
    assert!(!project.backups("main").contains(&old));
    project.run("prune.sh", &["--pin", &old], "").expect(4);
    project.run("prune.sh", &["--pin"], "").expect(2);
}

#[test]
fn g0_1_nothing_goes_while_the_newest_is_damaged_or_locked() {
    let project = project(&json!({ "keep_last": 1 }));
    let old = aged(&project, 1, 400, "manual");
    let newest = project.backups("main").into_iter().find(|name| name.ends_with("-first")).unwrap();
    let dump = store(&project).join(newest).join("database.sqlite");
    let good = fs::read(&dump).unwrap();
    let mut bad = good.clone();
    bad[100] ^= 1;
    fs::write(&dump, &bad).unwrap();
    let shown = project.run("prune.sh", &[], "").expect(4);
    assert!(shown.stderr.contains("nothing was removed"), "{}", shown.text());
    fs::write(&dump, &good).unwrap();
    fs::create_dir(store(&project).join(".lock")).unwrap();
    fs::write(store(&project).join(".lock/owner"), "1\nelsewhere\nnever\n").unwrap();
    project.run("prune.sh", &[], "").expect(5);
    fs::remove_dir_all(store(&project).join(".lock")).unwrap();
    fs::write(store(&project).join(".pending"), "x y\n").unwrap();
    project.run("prune.sh", &[], "").expect(3);
    assert!(project.backups("main").contains(&old));
}

/// Keeps everything for ever, and moves what is older than thirty days to a directory beside the project.
fn archiving(directory: &str) -> Value {
    json!({ "keep_last": 1, "keep_days": 1000, "archive": { "directory": directory, "after_days": 30 } })
}

#[test]
fn g3_6_old_backups_move_to_the_archive_and_are_found_there() {
    let project = project(&archiving("cold place"));
    let (young, old) = (aged(&project, 1, 20, "manual"), aged(&project, 2, 40, "manual"));
    assert_eq!(pruned(&project, &[])["moved"], 1);
    assert!(project.backups("main").contains(&young) && !project.backups("main").contains(&old));
    let listed = project.listed();
    let one = listed.iter().find(|one| one["backup"] == old).unwrap();
    assert_eq!((&one["where"], &one["state"]), (&json!("archive"), &json!("whole")));
    project.run("verify-backup.sh", &[&old], "").expect(0);
    fs::remove_file(project.root.join("app.db")).unwrap();
    project.run("restore.sh", &[&old], "app.db\n").expect(0);
    assert!(project.root.join("app.db").exists());
    project.run("prune.sh", &["--pin", &old], "").expect(0);
    assert!(project.run("list-backups.sh", &[], "").expect(0).stdout.contains("rehearsed, pinned, archived"));
    assert_eq!(fs::read_to_string(project.root.join("cold place/.gitignore")).unwrap(), "*\n!.gitignore\n");
    // The rules decide about the archive too.
    project.run("prune.sh", &["--unpin", &old], "").expect(0);
    let mut policy = archiving("cold place");
    policy["keep_days"] = json!(35);
    project.configure(&[database()], &policy);
    assert_eq!(pruned(&project, &[])["removed"], 1);
    assert!(!project.root.join("cold place/main").join(&old).exists());
}

#[test]
fn g3_6_a_missing_or_foreign_archive_loses_nothing() {
    let elsewhere = tempfile::tempdir().unwrap();
    let cold = elsewhere.path().join("cold");
    let policy = archiving(cold.to_str().unwrap());
    let project = project(&policy);
    let old = aged(&project, 1, 40, "manual");
    let shown = project.run("prune.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("does not exist"), "{}", shown.text());
    assert!(project.backups("main").contains(&old));
    fs::create_dir(&cold).unwrap();
    pruned(&project, &[]);
    // The disk is gone; below its mount point lies an empty directory.
    fs::rename(&cold, elsewhere.path().join("unmounted")).unwrap();
    fs::create_dir(&cold).unwrap();
    let second = aged(&project, 2, 50, "manual");
    let shown = project.run("prune.sh", &[], "").expect(1);
    assert!(shown.stderr.contains("not mounted"), "{}", shown.text());
    assert!(project.backups("main").contains(&second) && fs::read_dir(&cold).unwrap().count() == 0);
    fs::remove_dir(&cold).unwrap();
    fs::rename(elsewhere.path().join("unmounted"), &cold).unwrap();
    assert_eq!(pruned(&project, &[])["moved"], 1);
    // Another project with the same directory.
    let other = self::project(&policy);
    let theirs = aged(&other, 3, 60, "manual");
    other.run("prune.sh", &[], "").expect(1);
    assert!(other.backups("main").contains(&theirs) && cold.join("main").join(&old).exists());
}

#[test]
fn g3_6_a_read_only_archive_is_verified_all_the_same() {
    let project = project(&archiving("cold"));
    let old = aged(&project, 1, 40, "manual");
    assert_eq!(pruned(&project, &[])["moved"], 1);
    let cold = project.root.join("cold");
    let mount =
        |words: &[&str]| Command::new("mount").args(words).status().is_ok_and(|status| status.success());
    let path = cold.to_str().unwrap();
    if !mount(&["--bind", path, path]) {
        println!("NOT RUN: only root may mount");
        return;
    }
    assert!(mount(&["-o", "remount,bind,ro", path]));
    let shown = project.run("verify-backup.sh", &["--json", &old], "");
    assert!(Command::new("umount").arg(path).status().unwrap().success());
    let shown = shown.expect(0);
    assert!(shown.stderr.contains("the result (equal) cannot be written"), "{}", shown.text());
    assert_eq!(serde_json::from_str::<Value>(&shown.stdout).unwrap()["result"], "equal");
}

#[test]
fn g3_6_a_damaged_backup_is_not_moved() {
    let project = project(&archiving("cold"));
    let old = aged(&project, 1, 40, "manual");
    fs::write(store(&project).join(&old).join("database.sqlite"), "x").unwrap();
    let shown = project.run("prune.sh", &[], "").expect(1);
    assert!(shown.stderr.contains(&format!("backup {old} was not moved")), "{}", shown.text());
    assert!(project.backups("main").contains(&old) && !project.root.join("cold/main").join(&old).exists());
}

#[test]
fn g3_6_a_killed_prune_loses_nothing_and_the_next_one_finishes() {
    let rounds = if std::env::var_os("DBGUARD_TEST_FULL").is_some() { 50 } else { 6 };
    let mut policy = archiving("cold");
    policy["keep_days"] = json!(100);
    let project = project(&policy);
    let mut seeded = Seeded(36);
    let mut usual = Duration::from_secs(3);
    for round in 0..rounds {
        let kept: Vec<_> = (0..4).map(|i| aged(&project, round * 10 + i, 40 + i, "manual")).collect();
        aged(&project, round * 10 + 5, 200, "gone");
        let moment = Duration::from_millis(seeded.below(u64::try_from(usual.as_millis()).unwrap()));
        let mut child = project.spawn("prune.sh", &[]);
        std::thread::sleep(moment);
        let target = if round % 2 == 0 { format!("-{}", child.id()) } else { child.id().to_string() };
        let _ = Command::new("kill").args(["-9", "--", &target]).output().unwrap();
        child.wait().unwrap();
        let listed = project.listed();
        for name in &kept {
            let found: Vec<_> = listed.iter().filter(|one| one["backup"] == **name).collect();
            assert_eq!(found.len(), 1, "{name} after {moment:?}: {listed:?}");
            assert_eq!(found[0]["state"], "whole", "after {moment:?}");
        }
        assert!(listed.iter().all(|one| one["state"] == "whole"), "after {moment:?}: {listed:?}");
        // A child of a killed script may still be at work.
        std::thread::sleep(Duration::from_millis(300));
        let start = Instant::now();
        pruned(&project, &[]);
        usual = start.elapsed();
        for name in &kept {
            assert!(
                project.root.join("cold/main").join(name).exists() && !store(&project).join(name).exists()
            );
        }
        assert!(project.backups("main").iter().all(|name| !name.ends_with("-gone")));
    }
    for directory in [store(&project), project.root.join("cold/main")] {
        let left: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with('.') && name != ".archive" && name != ".owner")
            .collect();
        assert_eq!(left, Vec::<String>::new());
    }
}

#[test]
fn g0_1_ten_thousand_backups_are_listed_and_pruned_in_seconds() {
    let project = project(&json!({ "keep_last": 5, "daily_days": 30 }));
    let first = project.backups("main").remove(0);
    for number in 0..10_000 {
        let name = copied(&project, &first, number, 1 + number / 10, "scheduled");
        if number % 1000 == 999 {
            fs::write(store(&project).join(name).join("metadata.json"), "{\n  \"schema\"").unwrap();
        }
    }
    let timed = |what: &str, seconds: u64, work: &dyn Fn()| {
        let limit = Duration::from_secs(seconds);
        let start = Instant::now();
        work();
        println!("10000 backups: {what} in {:?}", start.elapsed());
        assert!(start.elapsed() < limit, "{what}: {:?}", start.elapsed());
    };
    timed("list-backups.sh", 30, &|| assert_eq!(project.listed().len(), 10_001));
    timed("prune.sh --dry-run", 30, &|| {
        assert!(pruned(&project, &["--dry-run"])["removed"].as_u64().unwrap() > 9900);
    });
    project.configure(&[database()], &json!({ "keep_last": 5, "keep_days": 995 }));
    timed("backup.sh", 120, &|| drop(project.run("backup.sh", &[], "").expect(0)));
    let left = project.backups("main").len();
    assert!((9900..9960).contains(&left), "{left}");
    let damaged = project.listed().iter().filter(|one| one["state"] == "damaged").count();
    assert_eq!(damaged, 10, "what is not verified is not removed");
    // Nearly all of it is what the disk needs to remove thirty thousand files.
    project.configure(&[database()], &json!({ "keep_last": 5 }));
    timed("backup.sh that removes 9900", 180, &|| drop(project.run("backup.sh", &[], "").expect(0)));
    assert_eq!(project.backups("main").len(), 15, "five, and what is not verified");
}
