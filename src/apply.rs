//! The only writer. Everything is checked before the first write; a failure or a crash at any point leaves each file
//! old or new, and the next [`recover`] puts the old ones back.
//!
//! A run writes its journal, then stages every new file beside its target, then renames all of them, then marks the
//! journal as done. A full disk therefore shows before any target has changed.

mod checks;
mod disk;
mod error;
#[cfg(test)]
mod faulty;
mod journal;
pub mod output;
mod rollback;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

pub use self::disk::DiskError;
use self::disk::{Disk, RealDisk};
pub use self::error::ApplyError;
use self::journal::{Journal, State};
use self::rollback::{Found, Restored};
use crate::plan::{Resolved, Write};
use crate::repo_path::RepoPath;

/// What a run wrote.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Real paths in the order written, dbguard's own state included; empty when there was nothing to do.
    pub files: Vec<RepoPath>,
}

/// What was put back.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Files that are again as they were, sorted; empty when there was nothing to undo.
    pub files: Vec<RepoPath>,
    /// Files that someone changed after an interrupted run; they stay as they are. Always empty for [`undo`].
    pub left: Vec<RepoPath>,
}

/// Writes what `resolved` says below `root`, all or nothing.
pub fn apply(root: &Path, resolved: &Resolved) -> Result<Applied, ApplyError> {
    apply_on(&mut RealDisk, root, resolved)
}

/// Takes back the last run that is still in the journal, byte for byte; a second call takes back the one before.
/// Files that changed since stop it, unless `force` says that those changes may be lost.
pub fn undo(root: &Path, force: bool) -> Result<Undone, ApplyError> {
    undo_on(&mut RealDisk, root, force)
}

/// Whether a run was interrupted: call [`recover`] before surveying the repository.
pub fn is_unfinished(root: &Path) -> bool {
    let Ok(root) = fs::canonicalize(root) else { return false };
    journal::has_drafts(&root) || !matches!(unfinished(&root), Ok(None))
}

/// Puts back what an interrupted run or undo left half done. `None` when there was no such run.
pub fn recover(root: &Path) -> Result<Option<Undone>, ApplyError> {
    recover_on(&mut RealDisk, root)
}

fn apply_on(disk: &mut dyn Disk, root: &Path, resolved: &Resolved) -> Result<Applied, ApplyError> {
    if let Some(error) = ApplyError::refused(resolved) {
        return Err(error);
    }
    if resolved.writes.is_empty() {
        return Ok(Applied::default());
    }
    let lock = Lock::take(root)?;
    if unfinished(&lock.root)?.is_some() {
        return Err(ApplyError::Unfinished);
    }
    journal::clear_drafts(disk, &lock.root)?;
    let writes = &resolved.writes;
    let modes: Vec<Option<u32>> =
        writes.iter().map(|write| checks::check(&lock.root, write)).collect::<Result<_, _>>()?;
    let journal = match Journal::begin(disk, &lock.root, writes, &modes) {
        Ok(journal) => journal,
        Err(failure) => return Err(take_back_journal(disk, &lock.root, failure)),
    };
    match perform(disk, &journal, writes) {
        Ok(()) => Ok(Applied { files: writes.iter().map(|write| write.file.clone()).collect() }),
        Err(failure) => Err(take_back(disk, &journal, failure)),
    }
}

fn undo_on(disk: &mut dyn Disk, root: &Path, force: bool) -> Result<Undone, ApplyError> {
    let lock = Lock::take(root)?;
    if unfinished(&lock.root)?.is_some() {
        return Err(ApplyError::Unfinished);
    }
    let Some(number) = journal::numbers(&lock.root).pop() else { return Ok(Undone::default()) };
    let journal = Journal::load(&lock.root, number)?;
    let changed = changed_since(&journal);
    if !changed.is_empty() && !force {
        return Err(ApplyError::ChangedSince { files: changed });
    }
    journal.set_state(disk, State::Done, State::Undoing { force })?;
    rollback::roll_back(disk, &journal, force).map(Undone::from).map_err(ApplyError::from)
}

fn recover_on(disk: &mut dyn Disk, root: &Path) -> Result<Option<Undone>, ApplyError> {
    let lock = Lock::take(root)?;
    let Some((journal, state)) = unfinished(&lock.root)? else {
        journal::clear_drafts(disk, &lock.root)?;
        return Ok(None);
    };
    let force = state == State::Undoing { force: true };
    let restored = rollback::roll_back(disk, &journal, force)?;
    Ok(Some(restored.into()))
}

fn perform(disk: &mut dyn Disk, journal: &Journal, writes: &[Write]) -> Result<(), ApplyError> {
    for dir in &journal.record.dirs {
        let dir = journal.root.join(dir);
        if !dir.is_dir() {
            disk.create_dir(&dir, 0o755)?;
        }
    }
    for (write, record) in writes.iter().zip(&journal.record.files) {
        let Some(after) = &write.after else { continue };
        let temp = journal.root.join(&record.temp);
        disk.create_file(&temp, after, record.mode.unwrap_or(write.mode.bits()))?;
        if let Some(mode) = record.mode {
            disk.set_mode(&temp, mode)?;
        }
    }
    for (write, record) in writes.iter().zip(&journal.record.files) {
        checks::check(&journal.root, write)?;
        let target = journal.root.join(&record.path);
        match &write.after {
            Some(_) => disk.rename(&journal.root.join(&record.temp), &target)?,
            None => disk.remove_file(&target)?,
        }
    }
    rollback::sync_parents(disk, journal)?;
    journal.set_state(disk, State::Writing, State::Done)?;
    Ok(())
}

fn take_back(disk: &mut dyn Disk, journal: &Journal, failure: ApplyError) -> ApplyError {
    match rollback::roll_back(disk, journal, false) {
        Ok(_) => failure,
        Err(rollback) => ApplyError::Stuck { failure: Box::new(failure), rollback },
    }
}

/// The journal was not complete: no target has been touched, whatever of it is there counts for nothing.
fn take_back_journal(disk: &mut dyn Disk, root: &Path, failure: DiskError) -> ApplyError {
    let cleared = match unfinished(root) {
        Ok(Some((journal, _))) => rollback::roll_back(disk, &journal, false).map(|_| ()),
        _ => journal::clear_drafts(disk, root),
    };
    match cleared {
        Ok(()) => failure.into(),
        Err(rollback) => ApplyError::Stuck { failure: Box::new(failure.into()), rollback },
    }
}

fn unfinished(root: &Path) -> Result<Option<(Journal, State)>, ApplyError> {
    journal::check_home(root)?;
    let Some(number) = journal::numbers(root).pop() else { return Ok(None) };
    let journal = Journal::load(root, number)?;
    let state = journal.state()?;
    Ok((state != State::Done).then_some((journal, state)))
}

fn changed_since(journal: &Journal) -> Vec<RepoPath> {
    let files = journal.record.files.iter();
    let changed = files.filter(|record| rollback::compare(&journal.root, record) == Found::Other);
    changed.filter_map(|record| RepoPath::parse(record.path.as_str()).ok()).collect()
}

impl From<Restored> for Undone {
    fn from(restored: Restored) -> Self {
        let Restored { mut files, mut left } = restored;
        files.sort();
        left.sort();
        Self { files, left }
    }
}

/// One writer at a time: a lock on the root directory itself, which leaves nothing behind.
struct Lock {
    root: PathBuf,
    held: File,
}

impl Lock {
    fn take(root: &Path) -> Result<Self, ApplyError> {
        let failed = |source| ApplyError::Root { path: root.to_owned(), source };
        let root = fs::canonicalize(root).map_err(failed)?;
        let file = File::open(&root).map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(ApplyError::Busy),
            // Some network file systems know no locks; the journal still keeps every file whole.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { root, held: file }),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough: a process forked in between may share the lock for a moment. A failure to unlock
        // ends with the process.
        let _ = self.held.unlock();
    }
}
