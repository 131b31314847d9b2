//! Rules tried on small repositories.

pub(super) mod local;

use super::{Rule, View};
use crate::finding::Finding;
use crate::plan::drift::{Class, Concern, Drift};
use crate::presets::Presets;
use crate::source::apply;
use crate::survey;
use crate::survey::tree::Tree;

/// The findings of `rule` in a repository of `files`.
pub(super) fn run(rule: &Rule, files: &[(&str, &str)]) -> Vec<Finding> {
    let (tree, presets) = (Tree::in_memory(files.iter().copied()), Presets::embedded());
    let survey = survey::read(&tree, &presets);
    (rule.check)(&View::new(&tree, &survey, &presets, None))
}

/// The same as `path:line severity`.
pub(super) fn found(rule: &Rule, files: &[(&str, &str)]) -> Vec<String> {
    let line =
        |found: &Finding| format!("{}:{} {}", found.place.path, found.place.line, found.severity.word());
    run(rule, files).iter().map(line).collect()
}

/// The same for a folder in which git's ignore rules hold.
pub(super) fn found_in_git(rule: &Rule, files: &[(&str, &str)]) -> Vec<String> {
    let root = tempfile::tempdir().expect("temporary directory");
    std::fs::create_dir(root.path().join(".git")).expect("folder");
    for (path, text) in files {
        let full = root.path().join(path);
        std::fs::create_dir_all(full.parent().expect("parent")).expect("folder");
        std::fs::write(full, text).expect("file");
    }
    let ((tree, _), presets) = (Tree::walk(root.path()), Presets::embedded());
    let survey = survey::read(&tree, &presets);
    let findings = (rule.check)(&View::new(&tree, &survey, &presets, None));
    findings.iter().map(|found| found.place.path.clone()).collect()
}

/// The findings of `rule` where the second line of a script has drifted.
pub(super) fn drifted(rule: &Rule, class: Class, concern: Concern) -> Vec<String> {
    let (tree, presets) = (Tree::in_memory([("a.sh", "#!/bin/sh\ntrue\n")]), Presets::embedded());
    let survey = survey::read(&tree, &presets);
    let (path, message) = ("a.sh".to_owned(), "It differs.".to_owned());
    let drift = [Drift { class, concern, path, line: 2, message, help: None, diff: Vec::new() }];
    let found = (rule.check)(&View::new(&tree, &survey, &presets, None).drifted(&drift));
    let line =
        |found: &Finding| format!("{}:{} {}", found.place.path, found.place.line, found.severity.word());
    found.iter().map(line).collect()
}

/// Whether the rule's own examples are what they say, as the file `path`.
pub(super) fn examples(rule: &Rule, path: &str) {
    let bad = found(rule, &[(path, rule.about.bad)]);
    assert_eq!(bad.len(), 1, "the bad example of {}: {bad:?}", rule.about.id);
    let good = found(rule, &[(path, rule.about.good)]);
    assert!(good.is_empty(), "the good example of {}: {good:?}", rule.about.id);
    assert!(rule.about.evidence.contains("http") && !rule.about.remedy.is_empty(), "{}", rule.about.id);
}

/// `text` as the file `path` after the fix of the only finding; the fixed file is found fault with no more.
pub(super) fn fixed(rule: &Rule, path: &str, text: &str) -> String {
    let findings = run(rule, &[(path, text)]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    let fix = findings[0].fix.as_ref().expect("a fix");
    let text = apply(&fix.edits[path], text).expect("edits that fit");
    assert_eq!(found(rule, &[(path, &text)]), Vec::<String>::new(), "{text}");
    text
}
