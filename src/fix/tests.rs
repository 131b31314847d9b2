//! The passes of a run, with an audit that finds single words.

use std::collections::BTreeMap;

use super::*;
use crate::finding::{Confidence, Kind, Place, Severity};
use crate::source::{Edit, SourceFile, Span};

/// What is found: a word, how bad it is, and what its fix puts in its place.
const WORDS: [(&str, Severity, &str); 8] = [
    ("bad", Severity::High, "good"),
    ("stubborn", Severity::High, "stubborn!"),
    ("hydra", Severity::Medium, "worse"),
    ("worse", Severity::High, "worse!"),
    ("onion", Severity::High, "mild"),
    ("mild", Severity::Low, "good"),
    ("covered", Severity::Low, "ignore-stale"),
    ("ignore-stale", Severity::Low, "good"),
];

fn audit(tree: &Tree) -> Vec<Finding> {
    let files = tree.paths().filter_map(|path| tree.read(path).ok());
    files
        .flat_map(|file| WORDS.iter().flat_map(move |word| found(&file, *word)).collect::<Vec<_>>())
        .collect()
}

fn found(file: &SourceFile, (word, severity, replacement): (&'static str, Severity, &str)) -> Vec<Finding> {
    let one = |(at, _): (usize, &str)| {
        let span = Span::new(at, at + word.len());
        let edits = vec![Edit { span, replacement: replacement.to_owned() }];
        Finding {
            rule: word,
            title: word,
            severity,
            confidence: Confidence::High,
            kind: Kind::Script,
            place: Place::of(file, span),
            message: String::new(),
            help: String::new(),
            command: None,
            diff: None,
            related: Vec::new(),
            fix: Some(Fix {
                safe: word != "mild",
                summary: String::new(),
                edits: BTreeMap::from([(file.path().to_owned(), edits)]),
            }),
            suppressed: None,
        }
    };
    file.text().match_indices(word).map(one).collect()
}

fn run(files: &[(&str, &str)], wanted: Wanted) -> (BTreeMap<String, String>, Vec<String>) {
    let tree = Tree::in_memory(files.iter().copied());
    let refusal = |path: &str| (path == "locked").then(|| "it is locked".to_owned());
    let made = make(&tree, &audit(&tree), wanted, &World { audit: &audit, refusal: &refusal });
    let left = made
        .left
        .iter()
        .map(|left| format!("{} {}: {}", left.finding.place.path, left.finding.rule, left.why));
    (made.texts, left.collect())
}

fn texts(texts: &[(&str, &str)]) -> BTreeMap<String, String> {
    texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn one_that_fails_does_not_stop_the_others() {
    let (new, left) = run(&[("a", "bad stubborn bad"), ("b", "bad"), ("locked", "bad")], Wanted::All);
    assert_eq!(new, texts(&[("a", "good stubborn good"), ("b", "good")]));
    assert_eq!(left, ["locked bad: locked: it is locked", "a stubborn: the finding would still be there"]);
}

#[test]
fn what_is_no_better_afterwards_is_given_up_and_what_is_better_goes_on() {
    let (new, left) = run(&[("a", "bad\n\nhydra\n\nbad"), ("b", "onion")], Wanted::All);
    assert_eq!(new, texts(&[("a", "good\n\nhydra\n\ngood"), ("b", "good")]));
    assert_eq!(left, ["a hydra: worse would be found instead"]);
    assert_eq!(run(&[("b", "onion")], Wanted::Safe).0, texts(&[("b", "mild")]));
}

#[test]
fn a_file_that_would_not_parse_is_left() {
    let (new, left) = run(&[("a.json", "{\"x\": 1}"), ("b.json", "[\"bad\"]")], Wanted::All);
    assert_eq!((new, left), (texts(&[("b.json", "[\"good\"]")]), Vec::new()));
    let open = |tree: &Tree| -> Vec<Finding> {
        let mut findings = audit(tree);
        for edit in findings
            .iter_mut()
            .filter_map(|one| one.fix.as_mut())
            .flat_map(|fix| fix.edits.values_mut())
            .flatten()
        {
            edit.replacement = "[".to_owned();
        }
        findings
    };
    for path in ["c.yml", "c.json"] {
        let tree = Tree::in_memory([(path, "[bad]"), ("d.json", "[\"bad\"]")]);
        let fixes = make(&tree, &open(&tree), Wanted::All, &World { audit: &open, refusal: &|_| None });
        let broken = fixes.left.iter().any(|left| left.why == Why::Broken { path: path.to_owned() });
        assert_eq!(broken, path == "c.yml", "what was no JSON before cannot be broken");
    }
}

#[test]
fn nothing_to_do_is_nothing_written() {
    assert_eq!(run(&[("a", "good")], Wanted::All), (BTreeMap::new(), Vec::new()));
}

#[test]
fn an_ignore_that_becomes_stale_does_not_stop_the_fix() {
    assert_eq!(run(&[("a", "covered")], Wanted::All), (texts(&[("a", "good")]), Vec::new()));
}
