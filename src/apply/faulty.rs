//! Tests only: a disk that stops, fails or fills up at a chosen operation, and what must still hold then.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::disk::{Disk, DiskError, RealDisk, failed};
use super::{ApplyError, apply_on, is_unfinished, recover, recover_on, undo, undo_on};
use crate::plan::{CommentStyle, Desired, Mode, Options, RepoPath, Resolved, Snapshot, Step, Write, resolve};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The operation happens half, and none after it at all: power loss, kill -9.
    Crash,
    /// One operation fails.
    Error,
    /// From here on nothing that needs space succeeds.
    Full,
}

struct FaultyDisk {
    countdown: usize,
    fault: Fault,
    is_over: bool,
}

impl FaultyDisk {
    fn new(countdown: usize, fault: Fault) -> Self {
        Self { countdown, fault, is_over: false }
    }

    fn run(
        &mut self,
        path: &Path,
        needs_space: bool,
        operation: impl FnOnce() -> Result<(), DiskError>,
    ) -> Result<(), DiskError> {
        let is_hit = self.countdown == 0;
        self.countdown = self.countdown.saturating_sub(1);
        let stops = match self.fault {
            Fault::Crash => is_hit,
            Fault::Error => is_hit && !self.is_over,
            Fault::Full => is_hit && needs_space,
        };
        self.is_over |= stops;
        if stops { Err(failed("touch", path)(io::ErrorKind::StorageFull.into())) } else { operation() }
    }
}

impl Disk for FaultyDisk {
    fn create_dir(&mut self, path: &Path, mode: u32) -> Result<(), DiskError> {
        self.run(path, true, || RealDisk.create_dir(path, mode))
    }

    fn create_file(&mut self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), DiskError> {
        let was_over = self.is_over;
        let result = self.run(path, true, || RealDisk.create_file(path, bytes, mode));
        if result.is_err() && !was_over {
            RealDisk.create_file(path, &bytes[..bytes.len() / 2], mode)?;
        }
        result
    }

    fn set_mode(&mut self, path: &Path, mode: u32) -> Result<(), DiskError> {
        self.run(path, false, || RealDisk.set_mode(path, mode))
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Result<(), DiskError> {
        self.run(to, false, || RealDisk.rename(from, to))
    }

    fn remove_file(&mut self, path: &Path) -> Result<(), DiskError> {
        self.run(path, false, || RealDisk.remove_file(path))
    }

    fn remove_dir(&mut self, path: &Path) -> Result<(), DiskError> {
        self.run(path, false, || RealDisk.remove_dir(path))
    }

    fn sync_dir(&mut self, path: &Path) -> Result<(), DiskError> {
        self.run(path, false, || RealDisk.sync_dir(path))
    }
}

type Tree = BTreeMap<String, (u32, Vec<u8>)>;

/// A repository with files to edit, to replace and to delete, and a plan for them.
struct Scene {
    dir: tempfile::TempDir,
    resolved: Resolved,
    original: Tree,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir(root.join("docs")).unwrap();
        fs::write(root.join("docs/a b.md"), "\u{feff}title\r\nend").unwrap();
        fs::write(root.join(".gitignore"), "target\n").unwrap();
        fs::write(root.join("old.txt"), "to be deleted\n").unwrap();
        fs::set_permissions(root.join(".gitignore"), Permissions::from_mode(0o600)).unwrap();
        let steps = vec![
            block("docs/a b.md", CommentStyle::Html),
            block(".gitignore", CommentStyle::Hash),
            whole("scripts/db/backup.sh"),
            whole("scripts/db/lib/\"q\"\n.sh"),
        ];
        let snapshot = Snapshot::load(root, steps.iter().map(|step| &step.path)).unwrap();
        let mut resolved = resolve(steps, &snapshot, Options::default());
        resolved.writes.push(Write {
            file: RepoPath::parse("old.txt").unwrap(),
            before: Some(b"to be deleted\n".to_vec()),
            after: None,
            mode: Mode::Plain,
        });
        let original = tree(root);
        Self { dir, resolved, original }
    }

    fn root(&self) -> &Path {
        self.dir.path()
    }

    fn assert_old_or_new(&self) {
        for write in &self.resolved.writes {
            let found = fs::read(write.file.under(self.root())).ok();
            assert!(found == write.before || found == write.after, "{} is neither old nor new", write.file);
        }
    }

    fn is_old(&self) -> bool {
        self.resolved.writes.iter().all(|write| fs::read(write.file.under(self.root())).ok() == write.before)
    }

    fn assert_original(&self, at: &str) {
        assert_eq!(tree(self.root()), self.original, "{at}");
        assert!(!is_unfinished(self.root()), "{at}");
    }
}

fn block(path: &str, style: CommentStyle) -> Step {
    step(path, Desired::Block { id: "x".to_owned(), style, body: "one\ntwo\n".to_owned() })
}

fn whole(path: &str) -> Step {
    step(path, Desired::WholeFile { text: "#!/bin/bash\n".to_owned() })
}

fn step(path: &str, desired: Desired) -> Step {
    let path = RepoPath::parse(path).unwrap();
    Step { path, template: "t".to_owned(), mode: Mode::Plain, desired, reason: String::new() }
}

fn tree(root: &Path) -> Tree {
    let entries = walkdir::WalkDir::new(root).min_depth(1).into_iter().map(Result::unwrap);
    entries
        .map(|entry| {
            let bytes =
                if entry.file_type().is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() };
            let mode = entry.metadata().unwrap().permissions().mode();
            (entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned(), (mode, bytes))
        })
        .collect()
}

/// Applies with a fault at operation `at`; false when the run got through.
fn interrupted(scene: &Scene, at: usize, fault: Fault) -> Option<ApplyError> {
    apply_on(&mut FaultyDisk::new(at, fault), scene.root(), &scene.resolved).err()
}

#[test]
fn a_crash_at_every_write_leaves_old_or_new_and_recovers() {
    let mut at = 0;
    loop {
        let scene = Scene::new();
        if interrupted(&scene, at, Fault::Crash).is_none() {
            break;
        }
        scene.assert_old_or_new();
        recover(scene.root()).unwrap();
        scene.assert_original(&format!("crash at {at}"));
        assert!(recover(scene.root()).unwrap().is_none());
        at += 1;
    }
    assert!(at > 40, "only {at} operations");
}

#[test]
fn a_crash_at_every_write_of_a_recovery_recovers() {
    for at in (0..).step_by(5) {
        for again in 0.. {
            let scene = Scene::new();
            if interrupted(&scene, at, Fault::Crash).is_none() {
                return;
            }
            let through = recover_on(&mut FaultyDisk::new(again, Fault::Crash), scene.root()).is_ok();
            scene.assert_old_or_new();
            recover(scene.root()).unwrap();
            scene.assert_original(&format!("crash at {at}, then at {again}"));
            if through {
                break;
            }
        }
    }
}

#[test]
fn a_crash_at_every_write_of_undo_recovers() {
    for at in 0.. {
        let scene = Scene::new();
        apply_on(&mut RealDisk, scene.root(), &scene.resolved).unwrap();
        let through = undo_on(&mut FaultyDisk::new(at, Fault::Crash), scene.root(), false).is_ok();
        scene.assert_old_or_new();
        let is_known = at == 0 || is_unfinished(scene.root()) || scene.is_old();
        assert!(is_known, "half undone at {at}, and nothing says so");
        recover(scene.root()).unwrap();
        undo(scene.root(), false).unwrap();
        scene.assert_original(&format!("crash at {at}"));
        if through {
            assert!(at > 20, "only {at} operations");
            return;
        }
    }
}

#[test]
fn a_failure_at_every_write_takes_everything_back() {
    for fault in [Fault::Error, Fault::Full] {
        let mut at = 0;
        loop {
            let scene = Scene::new();
            let Some(error) = interrupted(&scene, at, fault) else {
                if fault == Fault::Error || at > 40 {
                    break;
                }
                at += 1;
                continue;
            };
            assert!(matches!(error, ApplyError::Failed(_)), "{fault:?} at {at}: {error}");
            assert_eq!(error.exit_code(), 1);
            scene.assert_original(&format!("{fault:?} at {at}"));
            at += 1;
        }
        assert!(at > 40, "only {at} operations");
    }
}
