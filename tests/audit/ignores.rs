//! What silences findings, as it is run: comments, the policy, the day on which it ends, and what is said of those that silence none.

use std::fs;

use serde_json::Value;

use super::{COMPOSE, SCRIPT, audit, repository};

const RULE: &str = "compose-down-volumes";

fn policy(rest: &str) -> String {
    format!("version = 1\n\n[[audit.ignore]]\nrule = \"{RULE}\"\nreason = \"the demo is rebuilt\"\n{rest}\n")
}

/// The repository with the script that destroys, and `rest` in the entry about it.
fn with_policy(rest: &str) -> tempfile::TempDir {
    repository(&[("compose.yml", COMPOSE), SCRIPT, ("dbguard.toml", &policy(rest))])
}

/// Exit code and JSON.
fn judged(root: &tempfile::TempDir) -> (Option<i32>, Value) {
    let output = audit(root.path(), &["--format", "json"]);
    (output.status.code(), serde_json::from_slice(&output.stdout).expect("JSON"))
}

/// The findings of `rule`.
fn of<'a>(report: &'a Value, rule: &str) -> Vec<&'a Value> {
    report["findings"].as_array().expect("findings").iter().filter(|one| one["rule"] == rule).collect()
}

#[test]
fn an_entry_silences_with_reason_and_day() {
    let (code, report) = judged(&with_policy("path = \"scripts/**\"\nexpires = 2999-12-31"));
    assert_eq!(code, Some(0));
    let expected =
        serde_json::json!({ "by": "policy", "reason": "the demo is rebuilt", "expires": "2999-12-31" });
    assert_eq!(of(&report, RULE)[0]["suppressed"], expected);
    assert_eq!((&report["summary"]["suppressed"], &report["summary"]["high"]), (&1.into(), &0.into()));
    assert!(of(&report, "ignore-stale").is_empty());
}

#[test]
fn an_entry_that_has_expired_or_lies_elsewhere_silences_nothing_and_is_reported() {
    for (rest, told) in [
        ("expires = 2001-02-03", "since 2001-02-03"),
        ("path = \"*.sh\"", "finds nothing in the files of its path"),
    ] {
        let (code, report) = judged(&with_policy(rest));
        assert_eq!(code, Some(1), "{rest}");
        assert!(of(&report, RULE)[0].get("suppressed").is_none(), "{rest}");
        let stale = of(&report, "ignore-stale");
        assert_eq!(stale.len(), 1, "{rest}");
        assert_eq!((&stale[0]["path"], &stale[0]["line"]), (&"dbguard.toml".into(), &3.into()));
        assert_eq!(stale[0]["severity"], "low");
        assert!(stale[0]["message"].as_str().expect("message").contains(told), "{}", stale[0]["message"]);
    }
}

#[test]
fn a_mistake_in_an_entry_is_told_with_its_line() {
    let told = |text: &str| {
        let root = repository(&[("compose.yml", COMPOSE), SCRIPT, ("dbguard.toml", text)]);
        for options in [&[][..], &["--fix"]] {
            assert_eq!(audit(root.path(), options).status.code(), Some(2), "{text}");
        }
        String::from_utf8(audit(root.path(), &[]).stderr).expect("text")
    };
    for (text, expected) in [
        (
            policy("").replace("volumes", "volume"),
            "dbguard.toml:4:8: no rule is called `compose-down-volume`; did you mean `compose-down-volumes`?",
        ),
        (
            "version = 1\naudit.ignore = [{ reason = \"x\", rule = \"dumps-committed\" }]\n".to_owned(),
            "dbguard.toml:2:40: no rule is called `dumps-committed`; did you mean `dump-committed`?",
        ),
        (policy("").replace("the demo is rebuilt", " "), "dbguard.toml:5:10: it needs a reason"),
        (policy("path = \"/etc\""), "dbguard.toml:6:8: `/etc` is no path from the root of the repository"),
        (policy("expires = \"soon\""), "dbguard.toml:6:11: `soon` is no day"),
    ] {
        assert!(told(&text).contains(expected), "{expected} in {}", told(&text));
    }
}

#[test]
fn a_misspelt_rule_does_not_blind_what_guards_commands() {
    let exception = "[[guard.exception]]\ncommand = \"docker compose down -v\"\ndecision = \"allow\"\nreason = \"x\"\nexpires = 2999-12-31\n";
    let text = format!("{}{exception}", policy("").replace("volumes", "volume"));
    let root = repository(&[("compose.yml", COMPOSE), ("dbguard.toml", &text)]);
    let mut guard = std::process::Command::new(env!("CARGO_BIN_EXE_dbguard"));
    guard.args(["guard", "--", "docker", "compose", "down", "-v"]).current_dir(root.path());
    assert_eq!(guard.status().expect("dbguard").code(), Some(0));
}

#[test]
fn what_is_silenced_is_not_fixed() {
    let readme = ("README.md", "# Shop\n\nStart over:\n\n```sh\ndocker compose down -v\n```\n");
    let run = |rest: &str| {
        let root = repository(&[("compose.yml", COMPOSE), readme, ("dbguard.toml", &policy(rest))]);
        audit(root.path(), &["--fix"]);
        fs::read_to_string(root.path().join("README.md")).expect("file")
    };
    assert_eq!(run("path = \"*.md\""), readme.1);
    let fixed = run("expires = 2001-02-03");
    assert!(fixed.lines().count() > readme.1.lines().count(), "what has expired is fixed again: {fixed}");
}

#[test]
fn sarif_tells_comments_from_the_policy() {
    let text = format!("# dbguard: ignore[{RULE}] a cache\ndocker compose down -v\n");
    let by_comment = ("compose.yml", COMPOSE);
    let kinds = |root: &tempfile::TempDir| {
        let output = audit(root.path(), &["--format", "sarif"]);
        let sarif: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let results = sarif["runs"][0]["results"].as_array().expect("results").clone();
        let silenced: Vec<Value> =
            results.into_iter().filter_map(|mut one| one.get_mut("suppressions").map(Value::take)).collect();
        silenced
    };
    let commented = kinds(&repository(&[by_comment, ("a.sh", &text)]));
    assert_eq!((commented.len(), &commented[0][0]["kind"]), (1, &"inSource".into()));
    let entered = kinds(&with_policy(""));
    assert_eq!((entered.len(), &entered[0][0]["kind"]), (1, &"external".into()));
    assert_eq!(entered[0][0]["justification"], "the demo is rebuilt");
}

#[test]
fn people_see_what_is_silenced_if_they_ask() {
    let root = with_policy("expires = 2999-12-31");
    let text = |options: &[&str]| String::from_utf8(audit(root.path(), options).stdout).expect("text");
    let row = "suppressed: scripts/clean.sh:1 compose-down-volumes\n    by dbguard.toml until 2999-12-31: the demo is rebuilt\n";
    assert!(text(&["-v"]).contains(row), "{}", text(&["-v"]));
    let short = text(&[]);
    assert!(short.contains("1 suppressed") && !short.contains("the demo is rebuilt"), "{short}");
}

#[test]
fn a_comment_that_silences_nothing_is_reported_and_text_about_comments_is_not() {
    let script = "# dbguard: ignore[docker-volume-rm] it was a cache\ndocker compose stop\n";
    let page = "# Ignores\n\n```sh\n# dbguard: ignore[docker-volume-rm] why\n```\n\nOr `<!-- dbguard: ignore[RULE] why -->`.\n";
    let program = "TEXT = \"# dbguard: ignore[docker-volume-rm] why\"\n";
    let files =
        [("compose.yml", COMPOSE), ("a.sh", script), ("docs/ignores.md", page), ("src/text.py", program)];
    let (code, report) = judged(&repository(&files));
    assert_eq!(code, Some(0));
    let stale: Vec<String> =
        of(&report, "ignore-stale").iter().map(|one| format!("{}:{}", one["path"], one["line"])).collect();
    assert_eq!(stale, ["\"a.sh\":1"]);
}
