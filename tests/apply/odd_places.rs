//! Targets that are not plain files in plain directories, names that are not plain words, disks that are full.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use dbguard::apply::{self, ApplyError};
use dbguard::plan::snapshot::Obstacle;
use dbguard::plan::{CommentStyle, Outcome, Refusal, Resolved};

use super::support::{Sandbox, block, whole};

fn refusal(resolved: &Resolved) -> &Refusal {
    resolved.refusals().next().unwrap().1
}

/// Nothing may change, whatever the reason.
fn assert_refused(sandbox: &Sandbox, step: dbguard::plan::Step, expected: &Refusal) {
    let before = sandbox.tree();
    let resolved = sandbox.resolve(vec![whole("other/new.sh", "x\n"), step]);
    assert_eq!(refusal(&resolved), expected);
    let error = apply::apply(sandbox.root(), &resolved).unwrap_err();
    assert_eq!(error.exit_code(), 1, "{error}");
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn names_with_spaces_quotes_newlines_and_unicode() {
    let sandbox = Sandbox::new();
    let names = [
        "a b/c d.sh",
        "\"double\" 'single'",
        "two\nlines/x.md",
        "ünïcødé/日本.sh",
        "-n",
        "$(id)",
        "{{{x}}}",
        "b\\s",
    ];
    let before = sandbox.tree();
    let steps = || names.map(|name| whole(name, "text\n")).to_vec();
    sandbox.apply(steps());
    for name in names {
        assert_eq!(sandbox.read(name), "text\n");
    }
    assert!(sandbox.resolve(steps()).writes.is_empty());
    apply::undo(sandbox.root(), false).unwrap();
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn a_name_as_long_as_the_system_allows() {
    let sandbox = Sandbox::new();
    let name = "n".repeat(255);
    sandbox.apply(vec![whole(&name, "text\n")]);
    assert_eq!(sandbox.read(&name), "text\n");
}

#[test]
fn line_ends_and_bytes_outside_the_block_stay() {
    for (text, newline) in
        [("a\r\nb\r\n", "\r\n"), ("\u{feff}a\n", "\n"), ("a", "\n"), ("a\r\nb", "\r\n"), ("\n\n", "\n")]
    {
        let sandbox = Sandbox::new();
        sandbox.write("notes.md", text);
        sandbox.apply(vec![block("notes.md", "rules", CommentStyle::Html, "one\ntwo\n")]);
        let after = sandbox.read("notes.md");
        assert!(after.starts_with(text), "{after:?}");
        assert_eq!(after.ends_with('\n'), text.ends_with('\n'), "{after:?}");
        assert!(after.contains(&format!("one{newline}two{newline}")), "{after:?}");
        assert_eq!(
            after.matches("\r\n").count() * usize::from(newline == "\r\n"),
            after.matches("\r\n").count()
        );
    }
}

#[test]
fn eight_bit_text_is_edited_and_utf_16_is_refused() {
    let sandbox = Sandbox::new();
    let step = || block("notes.md", "rules", CommentStyle::Html, "one\n");
    fs::write(sandbox.root().join("notes.md"), b"caf\xe9\n").unwrap();
    sandbox.apply(vec![step()]);
    assert!(fs::read(sandbox.root().join("notes.md")).unwrap().starts_with(b"caf\xe9\n\n<!-- >>>"));
    fs::write(sandbox.root().join("notes.md"), b"\xff\xfea\0\n\0").unwrap();
    assert_refused(&sandbox, step(), &Refusal::NotText);
}

#[test]
fn a_directory_or_a_file_in_the_way_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("dir/file", "x\n");
    assert_refused(&sandbox, whole("dir", "x\n"), &Refusal::Obstacle(Obstacle::NotAFile));
    let in_the_way = Obstacle::ParentIsFile("dir/file".to_owned());
    assert_refused(&sandbox, whole("dir/file/x.sh", "x\n"), &Refusal::Obstacle(in_the_way));
}

#[test]
fn read_only_files_and_directories_are_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("notes.md", "x\n");
    sandbox.chmod("notes.md", 0o444);
    assert_refused(&sandbox, block("notes.md", "rules", CommentStyle::Html, "one\n"), &Refusal::ReadOnly);
    sandbox.write("dir/file", "x\n");
    sandbox.chmod("dir", 0o555);
    let read_only = Refusal::ReadOnlyDirectory("dir".to_owned());
    assert_refused(&sandbox, whole("dir/deep/x.sh", "x\n"), &read_only);
    sandbox.chmod("dir", 0o755);
}

#[test]
fn links_out_of_the_repository_are_refused() {
    let sandbox = Sandbox::new();
    let outside = Sandbox::new();
    outside.write("theirs.md", "theirs\n");
    symlink(outside.root().join("theirs.md"), sandbox.root().join("notes.md")).unwrap();
    symlink(outside.root(), sandbox.root().join("out")).unwrap();
    symlink("nowhere", sandbox.root().join("broken.md")).unwrap();
    let step = |path| block(path, "rules", CommentStyle::Html, "one\n");
    assert_refused(&sandbox, step("notes.md"), &Refusal::Obstacle(Obstacle::LinkOut));
    assert_refused(&sandbox, whole("out/new.sh", "x\n"), &Refusal::Obstacle(Obstacle::LinkOut));
    assert_refused(&sandbox, step("broken.md"), &Refusal::Obstacle(Obstacle::LinkBroken));
    assert_eq!(outside.read("theirs.md"), "theirs\n");
}

#[test]
fn a_link_inside_the_repository_is_written_through() {
    let sandbox = Sandbox::new();
    sandbox.write("AGENTS.md", "# Rules\n");
    sandbox.write("tools/keep", "");
    symlink("AGENTS.md", sandbox.root().join("CLAUDE.md")).unwrap();
    symlink("tools", sandbox.root().join("scripts")).unwrap();
    let before = sandbox.tree();
    let step = |path| block(path, "rules", CommentStyle::Html, "one\n");
    let steps = || vec![step("CLAUDE.md"), step("AGENTS.md"), whole("scripts/x.sh", "x\n")];
    let resolved = sandbox.apply(steps());
    assert_eq!(resolved.steps[1].outcome, Outcome::Unchanged);
    assert_eq!(sandbox.read("AGENTS.md").matches(">>> dbguard:rules").count(), 1);
    assert!(sandbox.root().join("CLAUDE.md").is_symlink() && sandbox.root().join("scripts").is_symlink());
    assert_eq!(sandbox.read("tools/x.sh"), "x\n");
    assert!(sandbox.resolve(steps()).writes.is_empty(), "{:?}", sandbox.resolve(steps()).writes);
    apply::undo(sandbox.root(), false).unwrap();
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn a_file_that_changes_after_planning_stops_the_run() {
    let sandbox = Sandbox::new();
    sandbox.write("notes.md", "one\n");
    let steps = vec![whole("a.sh", "x\n"), block("notes.md", "rules", CommentStyle::Html, "one\n")];
    let resolved = sandbox.resolve(steps);
    sandbox.write("notes.md", "two\n");
    let before = sandbox.tree();
    let error = apply::apply(sandbox.root(), &resolved).unwrap_err();
    assert!(matches!(&error, ApplyError::Stale(path) if path.as_str() == "notes.md"), "{error}");
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn a_broken_manifest_is_exit_4_with_its_line() {
    let sandbox = Sandbox::new();
    sandbox.write(".dbguard/manifest.toml", "version = 1\n<<<<<<< ours\n");
    let error = sandbox.try_resolve(vec![whole("a.sh", "x\n")], false).unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert!(error.to_string().starts_with(".dbguard/manifest.toml:2:"), "{error}");
}

#[test]
fn a_forged_journal_cannot_write_outside() {
    let outside = Sandbox::new();
    outside.write("victim", "safe\n");
    let escape = format!("../{}/victim", outside.root().file_name().unwrap().to_str().unwrap());
    for path in [escape.as_str(), "/etc/victim", ".git/hooks/pre-commit"] {
        let sandbox = Sandbox::new();
        let record = format!("dirs = []\n[[file]]\npath = {path:?}\ntemp = \"x\"\n");
        sandbox.write(".dbguard/journal/1/journal.toml", &record);
        sandbox.write(".dbguard/journal/1/writing", "");
        assert!(apply::is_unfinished(sandbox.root()));
        assert_eq!(apply::recover(sandbox.root()).unwrap_err().exit_code(), 4);
        assert_eq!(apply::undo(sandbox.root(), true).unwrap_err().exit_code(), 4);
    }
    let sandbox = Sandbox::new();
    symlink(outside.root(), sandbox.root().join("out")).unwrap();
    let record = "dirs = []\n[[file]]\npath = \"out/victim\"\ntemp = \"out/victim\"\n";
    sandbox.write(".dbguard/journal/1/journal.toml", record);
    sandbox.write(".dbguard/journal/1/undoing-force", "");
    apply::recover(sandbox.root()).unwrap();
    assert_eq!(outside.read("victim"), "safe\n");
}

#[test]
fn one_writer_at_a_time() {
    let sandbox = Sandbox::new();
    let resolved = sandbox.resolve(vec![whole("a.sh", "x\n")]);
    let held = fs::File::open(sandbox.root()).unwrap();
    held.lock().unwrap();
    assert!(matches!(apply::apply(sandbox.root(), &resolved), Err(ApplyError::Busy)));
    held.unlock().unwrap();
    apply::apply(sandbox.root(), &resolved).unwrap();
}

#[test]
fn a_full_disk_changes_nothing() {
    let sandbox = Sandbox::new();
    let disk = sandbox.root().join("disk");
    fs::create_dir(&disk).unwrap();
    let mount =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "dbguard-test"]).arg(&disk).output();
    if !mount.is_ok_and(|mount| mount.status.success()) {
        eprintln!(
            "not run: only root may mount a small disk; a full disk is also simulated in src/apply/faulty.rs"
        );
        return;
    }
    let result = std::panic::catch_unwind(|| {
        let small = Sandbox::at(&disk);
        small.write("notes.md", "x\n");
        let before = small.tree();
        let steps = vec![
            block("notes.md", "rules", CommentStyle::Html, "one\n"),
            whole("a.sh", "small\n"),
            whole("b.sh", &"large\n".repeat(20_000)),
        ];
        let error = apply::apply(small.root(), &small.resolve(steps)).unwrap_err();
        assert!(matches!(error, ApplyError::Failed(_)), "{error}");
        assert_eq!(error.exit_code(), 1);
        assert_eq!(small.tree(), before);
        assert!(!disk.join(".dbguard").exists());
    });
    let unmounted = Command::new("umount").arg(&disk).status().unwrap();
    assert!(unmounted.success() && result.is_ok(), "see above");
}
