//! Putting files back as a journal remembers them: after a failure, after a crash, and for `undo`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::checks;
use super::disk::{Disk, DiskError};
use super::journal::{FileRecord, Journal};
use crate::plan::manifest::sha256;
use crate::plan::snapshot::locate;
use crate::repo_path::RepoPath;

/// How a file compares with its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// As it was before the run.
    Before,
    /// As the run left it.
    After,
    /// Anything else.
    Other,
}

/// What a rollback did.
#[derive(Debug, Default)]
pub(super) struct Restored {
    /// Files that are again as they were.
    pub(super) files: Vec<RepoPath>,
    /// Files that someone changed in between; they stay as they are.
    pub(super) left: Vec<RepoPath>,
}

/// Restores every file, removes what the run created, and takes the journal out of the history.
/// May be stopped at any point and started again.
pub(super) fn roll_back(disk: &mut dyn Disk, journal: &Journal, force: bool) -> Result<Restored, DiskError> {
    let mut restored = Restored::default();
    for (index, record) in journal.record.files.iter().enumerate().rev() {
        let Some(path) = real_path(&journal.root, &record.path) else { continue };
        remove_temp(disk, journal, record)?;
        match compare(&journal.root, record) {
            Found::Before => {}
            Found::Other if !force => restored.left.push(path),
            Found::After | Found::Other => {
                restore(disk, journal, index, record)?;
                restored.files.push(path);
            }
        }
    }
    sync_parents(disk, journal)?;
    remove_dirs(disk, journal)?;
    journal.discard(disk)?;
    Ok(restored)
}

/// Compares the file on disk with `record`.
pub(super) fn compare(root: &Path, record: &FileRecord) -> Found {
    let Some(path) = real_path(root, &record.path) else { return Found::Other };
    let Ok(current) = checks::read(root, &path) else { return Found::Other };
    let hash = current.map(|(bytes, _)| sha256(&bytes));
    if hash == record.before {
        Found::Before
    } else if hash == record.after {
        Found::After
    } else {
        Found::Other
    }
}

/// Makes the directories durable in which the journal's files are.
pub(super) fn sync_parents(disk: &mut dyn Disk, journal: &Journal) -> Result<(), DiskError> {
    let parents =
        journal.record.files.iter().map(|file| file.path.rsplit_once('/').map_or("", |(dir, _)| dir));
    for dir in parents.collect::<BTreeSet<_>>() {
        let dir = journal.root.join(dir);
        if dir.is_dir() {
            disk.sync_dir(&dir)?;
        }
    }
    Ok(())
}

fn restore(
    disk: &mut dyn Disk,
    journal: &Journal,
    index: usize,
    record: &FileRecord,
) -> Result<(), DiskError> {
    let target = journal.root.join(&record.path);
    let Some(mode) = record.mode else {
        return if target.exists() { disk.remove_file(&target) } else { Ok(()) };
    };
    let saved = journal.saved(index);
    disk.set_mode(&saved, mode)?;
    match disk.rename(&saved, &target) {
        Err(error) if error.source.kind() == std::io::ErrorKind::CrossesDevices => {
            copy_back(disk, journal, record, &saved, mode)
        }
        result => result,
    }
}

fn copy_back(
    disk: &mut dyn Disk,
    journal: &Journal,
    record: &FileRecord,
    saved: &Path,
    mode: u32,
) -> Result<(), DiskError> {
    let bytes = fs::read(saved).map_err(super::disk::failed("read", saved))?;
    let temp = journal.root.join(&record.temp);
    disk.create_file(&temp, &bytes, mode)?;
    disk.set_mode(&temp, mode)?;
    disk.rename(&temp, &journal.root.join(&record.path))
}

fn remove_temp(disk: &mut dyn Disk, journal: &Journal, record: &FileRecord) -> Result<(), DiskError> {
    let is_ours = real_path(&journal.root, &record.temp).is_some();
    let temp = journal.root.join(&record.temp);
    if is_ours && temp.exists() { disk.remove_file(&temp) } else { Ok(()) }
}

/// Directories that hold something else by now stay.
fn remove_dirs(disk: &mut dyn Disk, journal: &Journal) -> Result<(), DiskError> {
    for dir in journal.record.dirs.iter().rev() {
        let Some(path) = real_path(&journal.root, dir) else { continue };
        let path = path.under(&journal.root);
        if fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_none()) {
            disk.remove_dir(&path)?;
        }
    }
    Ok(())
}

/// `path` if it is still inside the root and no link leads elsewhere.
fn real_path(root: &Path, path: &str) -> Option<RepoPath> {
    let path = RepoPath::parse(path).ok()?;
    (locate(root, &path).ok()? == path).then_some(path)
}
