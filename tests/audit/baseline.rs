//! `audit --baseline` as it is run: what it accepts, what it writes, and what it refuses.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::{COMPOSE, SCRIPT, audit, repository};

const FILE: &str = "baseline.jsonl";
const USE: [&str; 2] = ["--baseline", FILE];
const UPDATE: [&str; 3] = ["--baseline", FILE, "--update-baseline"];
const PRUNE: [&str; 3] = ["--baseline", FILE, "--prune-baseline"];
/// Runs by itself against the production server: the only copy is gone.
const DEPLOY: (&str, &str) = (
    ".github/workflows/deploy.yml",
    "on: {push: {branches: [main]}}\njobs:\n  deploy:\n    runs-on: [self-hosted, production]\n    environment: production\n    steps:\n      - run: docker compose down -v\n",
);

/// A repository with a script that destroys, and a baseline of what is found.
fn accepted() -> tempfile::TempDir {
    let root = repository(&[("compose.yml", COMPOSE), SCRIPT]);
    assert_eq!(code(&audit(root.path(), &[])), 1);
    assert_eq!(code(&audit(root.path(), &UPDATE)), 0);
    root
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("code")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn write(root: &Path, path: &str, text: &str) {
    fs::write(root.join(path), text).expect("written");
}

fn entries(root: &Path) -> Vec<String> {
    let text = fs::read_to_string(root.join(FILE)).expect("baseline");
    text.lines().skip(1).map(str::to_owned).collect()
}

fn report(root: &Path, options: &[&str]) -> Value {
    serde_json::from_slice(&audit(root, &[options, &["--format", "json"]].concat()).stdout).expect("JSON")
}

/// Open findings of the script: their lines.
fn open_in_script(root: &Path, options: &[&str]) -> Vec<u64> {
    let report = report(root, options);
    let findings = report["findings"].as_array().expect("findings").iter();
    let open = findings.filter(|one| one["path"] == SCRIPT.0 && one.get("suppressed").is_none());
    open.map(|one| one["line"].as_u64().expect("line")).collect()
}

fn git(root: &Path, words: &[&str]) -> bool {
    let name = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let done = Command::new("git").args(name).args(words).current_dir(root).output().expect("git");
    done.status.success()
}

#[test]
fn c_3_what_is_accepted_does_not_fail_and_what_is_new_does() {
    let root = accepted();
    let output = audit(root.path(), &USE);
    assert_eq!(code(&output), 0);
    assert!(
        stdout(&output).contains("No new findings · 2 suppressed (2 by the baseline)"),
        "{}",
        stdout(&output)
    );
    assert!(!stdout(&output).contains(FILE) && stderr(&output).is_empty());
    assert_eq!(code(&audit(root.path(), &[&USE[..], &["--fail-on", "low"]].concat())), 0);
    assert_eq!(code(&audit(root.path(), &[])), 1, "only where it was asked for");
    write(root.path(), "scripts/new.sh", "docker volume rm pg\n");
    assert_eq!(code(&audit(root.path(), &USE)), 1);
}

#[test]
fn c_3_lines_move_and_are_edited_and_doubled() {
    let root = accepted();
    let open = |text: &str| {
        write(root.path(), SCRIPT.0, text);
        open_in_script(root.path(), &USE)
    };
    assert!(open("#!/bin/sh\n# Starts over.\n\ndocker  compose down -v\n").is_empty());
    assert!(open("#!/bin/sh\r\ndocker compose down -v\r\n").is_empty());
    assert_eq!(open("docker compose down -v\necho\ndocker compose down -v\n"), [3]);
    assert_eq!(open("docker compose down --volumes\n"), [1]);
    fs::rename(root.path().join(SCRIPT.0), root.path().join("scripts/other.sh")).expect("renamed");
    assert_eq!(code(&audit(root.path(), &USE)), 1, "a renamed file is another one");
}

#[test]
fn c_3_an_update_only_adds_and_a_prune_takes_out() {
    let root = accepted();
    let before = entries(root.path());
    write(root.path(), SCRIPT.0, "docker compose down --volumes\n");
    let used = audit(root.path(), &USE);
    assert!(
        stdout(&used).contains("1 entry of the baseline accepts more than is found"),
        "{}",
        stdout(&used)
    );
    let output = audit(root.path(), &UPDATE);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).contains("Baseline baseline.jsonl: 1 finding added."), "{}", stdout(&output));
    let after = entries(root.path());
    assert_eq!(after.len(), before.len() + 1);
    assert!(before.iter().all(|entry| after.contains(entry)));
    let output = audit(root.path(), &PRUNE);
    assert!(
        stdout(&output).contains("Baseline baseline.jsonl: 1 stale entry pruned."),
        "{}",
        stdout(&output)
    );
    assert_eq!((code(&output), entries(root.path()).len()), (0, before.len()));
    write(root.path(), SCRIPT.0, SCRIPT.1);
    assert_eq!(code(&audit(root.path(), &USE)), 1, "what was pruned is open when it comes back");
    let output = audit(root.path(), &[&UPDATE[..], &["--prune-baseline"]].concat());
    assert!(stdout(&output).contains("1 finding added, 1 stale entry pruned."), "{}", stdout(&output));
    assert_eq!(entries(root.path()), before);
}

#[test]
fn c_3_the_same_repository_gives_the_same_bytes() {
    let (one, other) = (accepted(), accepted());
    let bytes = |root: &Path| fs::read(root.join(FILE)).expect("baseline");
    assert_eq!(bytes(one.path()), bytes(other.path()));
    let modified =
        |root: &Path| fs::metadata(root.join(FILE)).and_then(|file| file.modified()).expect("time");
    let (before, written) = (bytes(one.path()), modified(one.path()));
    let output = audit(one.path(), &[&UPDATE[..], &["--prune-baseline"]].concat());
    assert!(stdout(&output).contains("Baseline baseline.jsonl: nothing to change."));
    assert_eq!((bytes(one.path()), modified(one.path())), (before, written));
    let lines = entries(one.path());
    assert!(lines.is_sorted() && lines.iter().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    let windows = fs::read_to_string(one.path().join(FILE)).expect("text").replace('\n', "\r\n");
    write(one.path(), FILE, &windows);
    write(one.path(), "scripts/new.sh", "docker volume rm pg\n");
    assert_eq!(code(&audit(one.path(), &UPDATE)), 0);
    let text = fs::read_to_string(one.path().join(FILE)).expect("text");
    assert!(text.starts_with(&windows[..40]) && text.lines().count() == text.matches("\r\n").count());
}

#[test]
fn c_3_the_policy_names_it_and_the_option_another_one() {
    let root = accepted();
    write(root.path(), "dbguard.toml", "version = 1\n\n[audit]\nbaseline = \"baseline.jsonl\"\n");
    assert!(open_in_script(root.path(), &[]).is_empty());
    write(root.path(), "none.jsonl", "{\"schema\":\"dbguard.baseline/1\"}\n");
    assert_eq!(open_in_script(root.path(), &["--baseline", "none.jsonl"]), [1]);
    write(root.path(), SCRIPT.0, "docker compose down --volumes\n");
    assert_eq!(open_in_script(root.path(), &["--update-baseline"]), [0; 0]);
    assert!(entries(root.path()).len() > 2, "written where the policy says");
    assert_eq!(open_in_script(root.path(), &["--no-baseline"]), [1]);
    let outside = repository(&[]);
    fs::remove_file(root.path().join(FILE)).expect("removed");
    std::os::unix::fs::symlink(outside.path().join("x"), root.path().join(FILE)).expect("link");
    let output = audit(root.path(), &["--update-baseline"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("[audit] baseline: baseline.jsonl: "), "{}", stderr(&output));
    assert!(!outside.path().join("x").exists());
}

#[test]
fn c_3_what_has_a_reason_or_is_ours_never_enters() {
    let ignored = ("scripts/b.sh", "docker volume rm pg # dbguard: ignore[docker-volume-rm] made again\n");
    let stale = ("scripts/c.sh", "# dbguard: ignore[docker-prune] x\nls\n");
    let root = repository(&[("compose.yml", COMPOSE), SCRIPT, ignored, stale]);
    assert_eq!(code(&audit(root.path(), &UPDATE)), 0);
    let rules = entries(root.path()).concat();
    assert!(rules.contains("compose-down-volumes"), "{rules}");
    assert!(!rules.contains("docker-volume-rm") && !rules.contains("ignore-stale"), "{rules}");
    let report = report(root.path(), &USE);
    let findings = report["findings"].as_array().expect("findings");
    let by = |rule: &str| {
        let one = findings.iter().find(|one| one["rule"] == rule).expect(rule);
        one["suppressed"]["by"].clone()
    };
    assert_eq!((by("docker-volume-rm"), by("compose-down-volumes")), ("comment".into(), "baseline".into()));
    assert_eq!(by("ignore-stale"), Value::Null);
}

#[test]
fn c_3_drift_is_never_accepted() {
    let root = super::drift::shop();
    fs::remove_file(root.path().join("scripts/db/backup.sh")).expect("removed");
    assert_eq!(code(&audit(root.path(), &UPDATE)), 1);
    assert!(!entries(root.path()).concat().contains("drift-"));
}

#[test]
fn c_3_critical_findings_are_named_when_they_enter_and_counted_ever_after() {
    let root = repository(&[("compose.yml", COMPOSE), DEPLOY]);
    let output = audit(root.path(), &[&UPDATE[..], &["-q"]].concat());
    assert_eq!(code(&output), 0);
    let named = format!("accepted though critical: {}:7\n  ci-deploy-volume-removal\n", DEPLOY.0);
    assert_eq!((stderr(&output), stdout(&output).contains("1 critical")), (named, false));
    let output = audit(root.path(), &USE);
    assert!(stdout(&output).contains("The baseline accepts 1 critical finding"), "{}", stdout(&output));
    assert!(stderr(&audit(root.path(), &[&USE[..], &["--format", "sarif"]].concat())).contains("1 critical"));
    let again = audit(root.path(), &UPDATE);
    assert_eq!(stderr(&again), "", "it is in already");
    assert!(stdout(&again).contains("The baseline accepts 1 critical finding"), "{}", stdout(&again));
}

#[test]
fn c_3_every_format_knows_it() {
    let root = accepted();
    let of = |format: &str| stdout(&audit(root.path(), &[&USE[..], &["--format", format]].concat()));
    let report = report(root.path(), &USE);
    assert_eq!((&report["summary"]["suppressed"], &report["summary"]["baseline"]), (&2.into(), &2.into()));
    assert_eq!((&report["summary"]["high"], &report["summary"]["low"]), (&0.into(), &0.into()));
    let expected =
        serde_json::json!({ "by": "baseline", "reason": "accepted in baseline.jsonl", "expires": null });
    let of_rule = |list: &Value, key: &str| {
        let list = list.as_array().expect("list");
        list.iter().find(|one| one[key] == "compose-down-volumes").cloned().expect("finding")
    };
    assert_eq!(of_rule(&report["findings"], "rule")["suppressed"], expected);
    let sarif: Value = serde_json::from_str(&of("sarif")).expect("JSON");
    let result = of_rule(&sarif["runs"][0]["results"], "ruleId");
    assert_eq!(result["suppressions"][0]["kind"], "external");
    assert_eq!(result["suppressions"][0]["justification"], "accepted in baseline.jsonl");
    assert!(of("junit").contains("failures=\"0\" errors=\"0\" skipped=\"2\""));
    for format in ["github", "gitlab", "checkstyle"] {
        assert!(!of(format).contains("compose-down-volumes"), "{format}");
    }
    assert!(of("html").contains("accepted in baseline.jsonl"));
    assert!(stdout(&audit(root.path(), &[&USE[..], &["-v"]].concat())).contains("by the baseline"));
}

#[test]
fn c_3_no_secret_enters() {
    let lines = "PGPASSWORD=hunter2 psql -c 'DROP TABLE a'\nredis-cli -a hunter2 flushall\nmysql -phunter2 -e 'DROP TABLE b'\n";
    let root = repository(&[("compose.yml", COMPOSE), ("reset.sh", lines)]);
    assert_eq!(code(&audit(root.path(), &UPDATE)), 0);
    let before = entries(root.path());
    assert!(before.len() > 3 && !before.concat().contains("hunter2"));
    write(root.path(), "reset.sh", &lines.replace("hunter2", "correct-horse"));
    assert_eq!(code(&audit(root.path(), &[&UPDATE[..], &["--prune-baseline"]].concat())), 0);
    assert_eq!(entries(root.path()), before, "neither text nor hashes depend on it");
}

#[test]
fn c_3_what_cannot_be_used_is_an_error_and_nothing_is_written() {
    let root = accepted();
    let refused = |options: &[&str]| {
        let output = audit(root.path(), options);
        assert!(output.stdout.is_empty(), "{}", stdout(&output));
        (code(&output), stderr(&output))
    };
    for (options, expected) in [
        (&["--baseline", "none.jsonl"][..], "none.jsonl: no such baseline; --update-baseline writes one"),
        (&["--baseline", "none.jsonl", "--prune-baseline"], "none.jsonl: no such baseline"),
        (&["--baseline", "scripts"], "scripts: the baseline cannot be read"),
        (&["--baseline", SCRIPT.0, "--update-baseline"], "scripts/clean.sh:1:1: this is no baseline"),
        (&["--update-baseline"], "there is no baseline to write: give --baseline FILE"),
        (&["--baseline", "no/such/folder", "--update-baseline"], "cannot write no/such/"),
        (&["--baseline", FILE, "--prune-baseline", "--since", "HEAD"], "cannot be used with"),
    ] {
        let (code, told) = refused(options);
        assert!(code == 2 && told.contains(expected), "{code} {told}");
    }
    assert_eq!(fs::read_to_string(root.path().join(SCRIPT.0)).expect("script"), SCRIPT.1);
    let conflict = "{\"schema\":\"dbguard.baseline/1\"}\n<<<<<<< HEAD\n";
    write(root.path(), FILE, conflict);
    write(root.path(), "README.md", "# Shop\n\n```sh\ndocker compose down -v\n```\n");
    for options in [&USE[..], &UPDATE, &[&USE[..], &["--fix"]].concat()] {
        let (code, told) = refused(options);
        assert!(code == 2 && told.contains("baseline.jsonl:2:1: a merge conflict is not resolved"), "{told}");
    }
    assert_eq!(fs::read_to_string(root.path().join(FILE)).expect("baseline"), conflict);
    assert!(!fs::read_to_string(root.path().join("README.md")).expect("text").contains('>'), "not fixed");
}

#[test]
fn c_3_a_prune_needs_the_whole_view_and_an_update_does_not() {
    let root = accepted();
    let before = entries(root.path());
    write(root.path(), "compose.yml", "services: [\n");
    let output = audit(root.path(), &PRUNE);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("the baseline is not pruned"), "{}", stderr(&output));
    assert!(stderr(&output).contains("compose.yml"), "{}", stderr(&output));
    assert_eq!(entries(root.path()), before);
    let output = audit(root.path(), &USE);
    assert_eq!(code(&output), 4);
    assert!(!stdout(&output).contains("accept more"), "{}", stdout(&output));
    assert_eq!(code(&audit(root.path(), &UPDATE)), 4);
}

#[test]
fn c_3_a_dotenv_file_may_be_on_another_machine() {
    let url = "DATABASE_URL=postgres://shop:kT9vQ2@db.prod.example.com:5432/shop\n";
    let root = repository(&[("compose.yml", COMPOSE), (".env", url), (".gitignore", ".env\n"), SCRIPT]);
    assert!(git(root.path(), &["init", "-q"]));
    assert_eq!(code(&audit(root.path(), &UPDATE)), 0);
    let before = entries(root.path());
    assert!(before.iter().any(|entry| entry.contains("\".env\"")), "{before:?}");
    fs::remove_file(root.path().join(".env")).expect("removed");
    let output = audit(root.path(), &PRUNE);
    assert!(stdout(&output).contains("nothing to change"), "{}", stdout(&output));
    assert_eq!(entries(root.path()), before);
    fs::remove_file(root.path().join(SCRIPT.0)).expect("removed");
    assert!(stdout(&audit(root.path(), &PRUNE)).contains("1 stale entry pruned"));
}

#[test]
fn c_3_of_a_change_only_what_it_brings_is_added() {
    let root = repository(&[("compose.yml", COMPOSE), SCRIPT]);
    let committed = ["init -qb main", "add -A", "commit -qm x"];
    assert!(committed.iter().all(|words| git(root.path(), &words.split(' ').collect::<Vec<_>>())));
    write(root.path(), "scripts/new.sh", "docker volume rm pg\n");
    let since = [&UPDATE[..], &["--since", "main"]].concat();
    assert_eq!(code(&audit(root.path(), &since)), 0);
    assert_eq!(entries(root.path()).len(), 1);
    assert_eq!(open_in_script(root.path(), &USE), [1]);
    // A second one above the first, which is accepted, is the one that the change brings.
    assert_eq!(code(&audit(root.path(), &UPDATE)), 0);
    write(root.path(), SCRIPT.0, "docker compose down -v\nls\ndocker compose down -v\n");
    assert_eq!(code(&audit(root.path(), &[&USE[..], &["--since", "main"]].concat())), 1);
}

#[test]
fn c_3_fixes_mend_what_is_accepted_too() {
    let readme = ("README.md", "# Shop\n\nStart over:\n\n```sh\ndocker compose down -v\n```\n");
    let root = repository(&[("compose.yml", COMPOSE), readme]);
    assert_eq!(code(&audit(root.path(), &UPDATE)), 0);
    let offered = stdout(&audit(root.path(), &USE));
    assert!(offered.contains("1 can be fixed with --fix"), "{offered}");
    let output = audit(root.path(), &[&USE[..], &["--fix"]].concat());
    assert!(stdout(&output).contains("Fixed 1 finding in 1 file"), "{}", stdout(&output));
    assert!(
        stdout(&output).contains("1 entry of the baseline accepts more than is found"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn c_3_two_branches_merge_line_by_line() {
    let root = accepted();
    write(root.path(), ".gitattributes", "baseline.jsonl merge=union\n");
    let step = |words: &str| assert!(git(root.path(), &words.split(' ').collect::<Vec<_>>()), "{words}");
    let accept = |path: &str, text: &str| {
        write(root.path(), path, text);
        assert_eq!(code(&audit(root.path(), &UPDATE)), 0);
        step("add -A");
        step("commit -qm x");
    };
    ["init -qb main", "add -A", "commit -qm x", "checkout -qb work"].into_iter().for_each(step);
    accept("scripts/x.sh", "docker volume rm pg\n");
    step("checkout -q main");
    accept("scripts/y.sh", "docker compose down -v\n");
    step("merge -q work -m merged");
    assert_eq!(code(&audit(root.path(), &[&USE[..], &["--fail-on", "low"]].concat())), 0);
    let merged = entries(root.path());
    assert_eq!(code(&audit(root.path(), &[&UPDATE[..], &["--prune-baseline"]].concat())), 0);
    let mut sorted = merged.clone();
    sorted.sort();
    assert_eq!((entries(root.path()), merged.len()), (sorted, 4));
}
