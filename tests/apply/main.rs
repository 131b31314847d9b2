//! Plans applied to real directories: what is written, what is refused, what `undo` gives back.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its directory has to fail")]

mod crash;
mod git;
mod odd_places;
mod support;

use dbguard::plan::{CommentStyle, Outcome, Refusal};
use dbguard::{apply, plan};

use self::support::{Sandbox, block, keys, once, whole};

fn example() -> Vec<plan::Step> {
    vec![
        whole("scripts/db/backup.sh", "#!/bin/bash\necho backup\n"),
        block(".gitignore", "ignore", CommentStyle::Hash, "/backups/\n"),
        once("dbguard.toml", "preset = \"standard\"\n"),
    ]
}

#[test]
fn c_1_writes_and_a_second_run_changes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "target\n");
    let resolved = sandbox.resolve(example());
    let outcomes: Vec<_> = resolved.steps.iter().map(|step| step.outcome.clone()).collect();
    assert_eq!(outcomes, [Outcome::Create, Outcome::Edit, Outcome::Create, Outcome::Create]);
    apply::apply(sandbox.root(), &resolved).unwrap();

    assert_eq!(sandbox.mode("scripts/db/backup.sh") & 0o700, 0o700);
    assert!(sandbox.read(".gitignore").starts_with("target\n\n# >>> dbguard:ignore >>>"));
    assert_eq!(sandbox.read(".dbguard/base/scripts/db/backup.sh"), "#!/bin/bash\necho backup\n");

    let again = sandbox.resolve(example());
    assert_eq!(again.changes().count(), 0);
    assert!(again.writes.is_empty(), "{:?}", again.writes);
    assert_eq!(apply::apply(sandbox.root(), &again).unwrap(), apply::Applied::default());
}

#[test]
fn c_1_undo_gives_every_byte_back() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "\u{feff}target\r\nno final newline");
    sandbox.chmod(".gitignore", 0o600);
    let before = sandbox.tree();
    sandbox.apply(example());
    assert_eq!(sandbox.mode(".gitignore"), 0o600);
    let after = sandbox.tree();
    assert_ne!(after, before);
    let mut changed = example();
    changed[0] = whole("scripts/db/backup.sh", "#!/bin/bash\necho better\n");
    sandbox.apply(changed);

    assert!(!apply::undo(sandbox.root(), false).unwrap().files.is_empty());
    assert_eq!(sandbox.tree(), after);
    apply::undo(sandbox.root(), false).unwrap();
    assert_eq!(sandbox.tree(), before);
    assert_eq!(apply::undo(sandbox.root(), false).unwrap(), apply::Undone::default());
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn undo_stops_at_files_that_changed_since() {
    let sandbox = Sandbox::new();
    let before = sandbox.tree();
    sandbox.apply(example());
    sandbox.write("scripts/db/backup.sh", "mine\n");
    let changed = sandbox.tree();
    let error = apply::undo(sandbox.root(), false).unwrap_err();
    assert_eq!(error.exit_code(), 1);
    assert!(error.to_string().contains("scripts/db/backup.sh"), "{error}");
    assert_eq!(sandbox.tree(), changed);
    apply::undo(sandbox.root(), true).unwrap();
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn c_1_a_users_file_is_never_overwritten() {
    let sandbox = Sandbox::new();
    sandbox.write("scripts/db/backup.sh", "mine\n");
    let before = sandbox.tree();
    let resolved = sandbox.resolve(example());
    assert_eq!(resolved.steps[0].outcome, Outcome::Refused(Refusal::Yours));
    let error = apply::apply(sandbox.root(), &resolved).unwrap_err();
    assert_eq!(error.exit_code(), 1);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn edits_of_generated_files_are_kept_or_merged_or_refused() {
    let sandbox = Sandbox::new();
    let text = |first: &str, last: &str| format!("{first}\n2\n3\n4\n5\n6\n{last}\n");
    sandbox.apply(vec![whole("a.sh", &text("1", "7"))]);
    sandbox.write("a.sh", &text("mine", "7"));

    let kept = sandbox.resolve(vec![whole("a.sh", &text("1", "7"))]);
    assert_eq!(kept.steps[0].outcome, Outcome::KeptUserEdits);
    assert!(kept.writes.is_empty());

    let merged = sandbox.apply(vec![whole("a.sh", &text("1", "new"))]);
    assert_eq!(merged.steps[0].outcome, Outcome::Edit);
    assert_eq!(sandbox.read("a.sh"), text("mine", "new"));
    assert!(sandbox.resolve(vec![whole("a.sh", &text("1", "new"))]).writes.is_empty());

    let conflict = sandbox.resolve(vec![whole("a.sh", &text("theirs", "new"))]);
    assert_eq!(conflict.steps[0].outcome, Outcome::Refused(Refusal::Conflict));

    sandbox.remove(".dbguard/base/a.sh");
    let lost = sandbox.resolve(vec![whole("a.sh", &text("1", "newer"))]);
    assert_eq!(lost.steps[0].outcome, Outcome::Refused(Refusal::NoBase));
    assert_eq!(lost.exit_code(), 1);
}

#[test]
fn malformed_markers_are_exit_2_and_nothing_is_written() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "a\n# >>> dbguard:ignore >>>\n");
    let before = sandbox.tree();
    let error = apply::apply(sandbox.root(), &sandbox.resolve(example())).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains(".gitignore: malformed dbguard markers on line 2"), "{error}");
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn g0_7_keys_are_edited_only_in_the_text_they_were_computed_from() {
    let sandbox = Sandbox::new();
    sandbox.write("docker-compose.yml", "services:\n  db:\n");
    let step = || keys("docker-compose.yml", "services:\n  db:\n", "services:\n  db:\n    volumes: []\n");
    let applied = sandbox.apply(vec![step()]);
    assert_eq!(applied.steps[0].outcome, Outcome::Edit);
    assert!(sandbox.read(".dbguard/manifest.toml").contains("keys = [\"services.db.volumes\"]"));
    sandbox.write("docker-compose.yml", "services:\n  other:\n");
    assert_eq!(sandbox.resolve(vec![step()]).steps[0].outcome, Outcome::Refused(Refusal::Stale));
}

#[test]
fn a_file_written_once_is_the_users_from_then_on() {
    let sandbox = Sandbox::new();
    sandbox.apply(vec![once("dbguard.toml", "a = 1\n")]);
    sandbox.write("dbguard.toml", "a = 2\n");
    assert!(sandbox.resolve(vec![once("dbguard.toml", "a = 3\n")]).writes.is_empty());
    sandbox.remove("dbguard.toml");
    assert!(sandbox.resolve(vec![once("dbguard.toml", "a = 3\n")]).writes.is_empty());
}
