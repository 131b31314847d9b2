//! SARIF against the schema of its standard, the rules that no schema tells, and GitHub's limits.

use dbguard::report::audit::Format;
use dbguard::rules::RULES;
use serde_json::Value;

use crate::nasty::{Nasty, PATHS};
use crate::schemas::{documents, fits};

fn run(document: &Value) -> &Value {
    &document["runs"][0]
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

#[test]
fn it_fits_the_schema_of_the_standard() {
    let Some(path) = std::env::var_os("DBGUARD_SARIF_SCHEMA") else {
        println!("NOT RUN: needs DBGUARD_SARIF_SCHEMA, as tests/lab/fetch-sarif-schema.sh prints it");
        return;
    };
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let documents = documents(Format::Sarif);
    for document in &documents {
        assert_eq!(
            document["$schema"], schema["id"],
            "the report names the very schema that it is checked against"
        );
    }
    if fits(&schema, &documents) {
        let mut wrong = documents[0].clone();
        wrong["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0.into();
        assert!(std::panic::catch_unwind(|| fits(&schema, &[wrong])).is_err(), "the check can fail");
    }
}

#[test]
fn every_rule_and_result_has_what_github_requires() {
    for document in &documents(Format::Sarif) {
        let rules = list(&run(document)["tool"]["driver"]["rules"]);
        assert_eq!(rules.len(), RULES.len());
        for rule in rules {
            let short = [&rule["id"], &rule["shortDescription"]["text"], &rule["fullDescription"]["text"]];
            assert!(short.iter().all(|one| (1..=1024).contains(&text(one).chars().count())), "{rule}");
            assert!(!text(&rule["help"]["text"]).is_empty() && !text(&rule["help"]["markdown"]).is_empty());
            assert!(list(&rule["properties"]["tags"]).len() <= 10);
        }
        for result in list(&run(document)["results"]) {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(!text(&result["message"]["text"]).is_empty());
            assert_eq!(list(&result["locations"]).len(), 1);
            assert!(text(&result["partialFingerprints"]["primaryLocationLineHash"]).contains(':'));
            let region = &result["locations"][0]["physicalLocation"]["region"];
            for key in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(region[key].as_u64().is_some_and(|number| number > 0), "{region}");
            }
        }
    }
}

#[test]
fn fingerprints_tell_results_of_a_rule_apart() {
    let document = &documents(Format::Sarif)[0];
    let identity = |result: &Value| {
        let print = &result["partialFingerprints"]["primaryLocationLineHash"];
        (text(&result["ruleId"]).to_owned(), text(print).to_owned())
    };
    let mut all: Vec<_> = list(&run(document)["results"]).iter().map(identity).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), Nasty::full().findings.len());
}

/// A relative reference of RFC 3986 whose first segment is no scheme.
#[test]
fn addresses_are_relative_and_lead_back_to_the_paths() {
    let document = &documents(Format::Sarif)[0];
    let mut seen = Vec::new();
    for result in list(&run(document)["results"]) {
        let uri = text(&result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]);
        assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)), "{uri}");
        seen.push(decoded(uri));
    }
    for path in PATHS {
        assert!(seen.iter().any(|one| one == path), "{path}");
    }
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        bytes.push(u8::from_str_radix(&after[..2], 16).unwrap());
        rest = &after[2..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_message_links_to_each_related_place_and_to_nothing_else() {
    let full = Nasty::full();
    let document = &documents(Format::Sarif)[0];
    for (result, finding) in list(&run(document)["results"]).iter().zip(&full.findings) {
        let ids: Vec<String> =
            list(&result["relatedLocations"]).iter().map(|one| one["id"].to_string()).collect();
        assert_eq!(ids.len(), finding.related.len());
        assert_eq!(links(text(&result["message"]["text"])), ids, "{result}");
    }
}

/// Where the links of a message lead: `[text](destination)`, a backslash taking a mark its meaning.
fn links(message: &str) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), false);
    let mut rest = message.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => drop(rest.next()),
            '[' => open = true,
            ']' if open && rest.peek() == Some(&'(') => {
                found.push(rest.by_ref().skip(1).take_while(|c| *c != ')').collect());
                open = false;
            }
            _ => {}
        }
    }
    found
}

#[test]
fn what_is_unread_is_told_and_a_run_without_it_is_no_success() {
    let [_, empty, unread] = &documents(Format::Sarif)[..] else { panic!("three reports") };
    assert_eq!(run(empty)["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run(unread)["invocations"][0]["executionSuccessful"], false);
    assert_eq!(list(&run(unread)["invocations"][0]["toolExecutionNotifications"]).len(), 3);
}

#[test]
fn more_results_than_github_takes_leave_the_mildest_out() {
    let mut many = Nasty::full();
    let worst =
        many.findings.iter().filter(|one| one.severity == dbguard::finding::Severity::Critical).count();
    let mut mild = many.findings[0].clone();
    (mild.severity, mild.related, mild.fix) = (dbguard::finding::Severity::Info, Vec::new(), None);
    let kept = many.findings.len();
    many.findings.extend(vec![mild; 25_001 - kept + 5]);
    let document: Value = serde_json::from_str(&many.written(Format::Sarif)).unwrap();
    let results = list(&run(&document)["results"]);
    assert_eq!(results.len(), 25_000);
    assert_eq!(results.iter().filter(|one| one["properties"]["severity"] == "critical").count(), worst);
    let notices = run(&document)["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notices.contains("6 findings are left out"), "{notices}");
}
