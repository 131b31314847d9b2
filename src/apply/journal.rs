//! `.dbguard/journal/<n>/`: what a run is about to change, durable before it changes anything.
//!
//! ```text
//! <n>/journal.toml     every file: its place, temporary name, mode and hash before, hash after
//! <n>/before-<k>       the bytes of file k before, 0600
//! <n>/writing          the state, as the name of an empty file: writing, done, undoing or undoing-force
//! <n>.tmp/             a journal that is being made or thrown away; it counts for nothing
//! ```
//!
//! The state changes by renaming, and files go back by renaming: rolling back needs no free space.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::{Disk, DiskError};
use super::error::ApplyError;
use crate::plan::Write;
use crate::plan::manifest::sha256;
use crate::plan::snapshot::locate;
use crate::repo_path::RepoPath;

const HOME: &str = ".dbguard/journal";
const RECORD: &str = "journal.toml";

/// How far a journal's run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Targets may be partly replaced.
    Writing,
    /// All targets are replaced.
    Done,
    /// Targets may be partly restored.
    Undoing {
        /// Also restore files that changed since.
        force: bool,
    },
}

/// One journal on disk.
#[derive(Debug)]
pub(super) struct Journal {
    /// The repository's canonical root.
    pub(super) root: PathBuf,
    /// Position in the history, from 1.
    pub(super) number: u64,
    /// What the run changes.
    pub(super) record: Record,
}

/// The content of `journal.toml`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// Directories that the run creates, outermost first.
    pub(super) dirs: Vec<String>,
    /// Files, in the order in which they are replaced.
    #[serde(rename = "file")]
    pub(super) files: Vec<FileRecord>,
}

/// One file of a run.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileRecord {
    /// Root-relative real place.
    pub(super) path: String,
    /// Root-relative name under which the new bytes are staged.
    pub(super) temp: String,
    /// Hash of the bytes before; none when there was no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<String>,
    /// Permission bits before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) mode: Option<u32>,
    /// Hash of the bytes after; none when the file is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<String>,
}

impl State {
    const ALL: [Self; 4] =
        [Self::Writing, Self::Done, Self::Undoing { force: false }, Self::Undoing { force: true }];

    const fn name(self) -> &'static str {
        match self {
            Self::Writing => "writing",
            Self::Done => "done",
            Self::Undoing { force: false } => "undoing",
            Self::Undoing { force: true } => "undoing-force",
        }
    }
}

impl Journal {
    /// Makes the journal for `writes` durable, in state [`State::Writing`]. `modes` are the bits of existing files.
    pub(super) fn begin(
        disk: &mut dyn Disk,
        root: &Path,
        writes: &[Write],
        modes: &[Option<u32>],
    ) -> Result<Self, DiskError> {
        let number = numbers(root).last().map_or(1, |last| last + 1);
        let record = Record::new(root, number, writes, modes);
        let journal = Self { root: root.to_owned(), number, record };
        let home = root.join(HOME);
        for (dir, mode) in [(root.join(".dbguard"), 0o755), (home.clone(), 0o700)] {
            if !dir.is_dir() {
                disk.create_dir(&dir, mode)?;
            }
        }
        let draft = home.join(format!("{number}.tmp"));
        journal.write(disk, &draft, writes)?;
        disk.rename(&draft, &journal.dir())?;
        disk.sync_dir(&home)?;
        Ok(journal)
    }

    fn write(&self, disk: &mut dyn Disk, draft: &Path, writes: &[Write]) -> Result<(), DiskError> {
        disk.create_dir(draft, 0o700)?;
        for (index, write) in writes.iter().enumerate() {
            if let Some(before) = &write.before {
                disk.create_file(&draft.join(saved_name(index)), before, 0o600)?;
            }
        }
        let text = toml_edit::ser::to_string_pretty(&self.record).unwrap_or_else(|error| {
            unreachable!("a record holds nothing that TOML cannot: {error}");
        });
        disk.create_file(&draft.join(RECORD), text.as_bytes(), 0o600)?;
        disk.create_file(&draft.join(State::Writing.name()), b"", 0o600)?;
        disk.sync_dir(draft)
    }

    /// Reads journal `number`. A repository may bring a forged one along: its paths are checked like a plan's.
    pub(super) fn load(root: &Path, number: u64) -> Result<Self, ApplyError> {
        let path = root.join(HOME).join(number.to_string()).join(RECORD);
        let broken = |problem: String| ApplyError::Journal { path: path.clone(), problem };
        let text = fs::read_to_string(&path).map_err(|error| broken(error.to_string()))?;
        let record: Record =
            toml_edit::de::from_str(&text).map_err(|error| broken(error.message().to_owned()))?;
        let paths = record.files.iter().flat_map(|file| [&file.path, &file.temp]).chain(&record.dirs);
        for path in paths {
            RepoPath::parse(path.as_str()).map_err(|error| broken(error.to_string()))?;
        }
        Ok(Self { root: root.to_owned(), number, record })
    }

    /// The state on disk.
    pub(super) fn state(&self) -> Result<State, ApplyError> {
        let found = State::ALL.into_iter().find(|state| self.dir().join(state.name()).exists());
        found.ok_or_else(|| ApplyError::Journal { path: self.dir(), problem: "it has no state".to_owned() })
    }

    /// Moves from one state to another.
    pub(super) fn set_state(&self, disk: &mut dyn Disk, from: State, to: State) -> Result<(), DiskError> {
        disk.rename(&self.dir().join(from.name()), &self.dir().join(to.name()))
    }

    /// Where the bytes of file `index` before the run are kept.
    pub(super) fn saved(&self, index: usize) -> PathBuf {
        self.dir().join(saved_name(index))
    }

    /// The journal's directory.
    pub(super) fn dir(&self) -> PathBuf {
        self.root.join(HOME).join(self.number.to_string())
    }

    /// Takes the journal out of the history, then throws it away.
    pub(super) fn discard(&self, disk: &mut dyn Disk) -> Result<(), DiskError> {
        let draft = self.root.join(HOME).join(format!("{}.tmp", self.number));
        disk.rename(&self.dir(), &draft)?;
        disk.sync_dir(&self.root.join(HOME))?;
        clear_drafts(disk, &self.root)
    }
}

impl Record {
    fn new(root: &Path, number: u64, writes: &[Write], modes: &[Option<u32>]) -> Self {
        let mut dirs: Vec<String> = Vec::new();
        for dir in writes.iter().filter(|write| write.after.is_some()).flat_map(|write| write.file.parents())
        {
            if !dir.under(root).is_dir() && !dirs.contains(&dir.as_str().to_owned()) {
                dirs.push(dir.as_str().to_owned());
            }
        }
        let files = writes.iter().zip(modes).enumerate().map(|(index, (write, mode))| FileRecord {
            path: write.file.as_str().to_owned(),
            temp: temp_name(&write.file, number, index),
            before: write.before.as_deref().map(sha256),
            mode: *mode,
            after: write.after.as_deref().map(sha256),
        });
        Self { files: files.collect(), dirs }
    }
}

/// Refuses a journal directory that is reached by a link.
pub(super) fn check_home(root: &Path) -> Result<(), ApplyError> {
    let path = RepoPath::parse(HOME)
        .map_err(|error| ApplyError::Journal { path: root.join(HOME), problem: error.to_string() })?;
    let problem = match locate(root, &path) {
        Ok(real) if real == path => return Ok(()),
        Ok(_) => "it is reached by a link".to_owned(),
        Err(obstacle) => obstacle.to_string(),
    };
    Err(ApplyError::Journal { path: path.under(root), problem })
}

/// The numbers of all journals, ascending.
pub(super) fn numbers(root: &Path) -> Vec<u64> {
    let mut numbers: Vec<u64> = names(root).iter().filter_map(|name| name.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

/// Whether journals that count for nothing are left over.
pub(super) fn has_drafts(root: &Path) -> bool {
    names(root).iter().any(|name| is_draft(name))
}

/// Removes journals that count for nothing, then the directories that held only them.
pub(super) fn clear_drafts(disk: &mut dyn Disk, root: &Path) -> Result<(), DiskError> {
    let home = root.join(HOME);
    for draft in names(root).iter().filter(|name| is_draft(name)).map(|name| home.join(name)) {
        let mut files: Vec<PathBuf> =
            fs::read_dir(&draft).into_iter().flatten().flatten().map(|file| file.path()).collect();
        files.sort();
        for file in files {
            disk.remove_file(&file)?;
        }
        disk.remove_dir(&draft)?;
    }
    for dir in [home, root.join(".dbguard")] {
        if fs::read_dir(&dir).is_ok_and(|mut entries| entries.next().is_none()) {
            disk.remove_dir(&dir)?;
        }
    }
    Ok(())
}

fn names(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root.join(HOME)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

fn is_draft(name: &str) -> bool {
    name.strip_suffix(".tmp").is_some_and(|number| number.parse::<u64>().is_ok())
}

fn saved_name(index: usize) -> String {
    format!("before-{index}")
}

/// Short, whatever the file is called: a name may already be as long as the file system allows.
fn temp_name(file: &RepoPath, number: u64, index: usize) -> String {
    let name = format!(".dbguard-{number}-{index}.tmp");
    file.as_str().rsplit_once('/').map_or_else(|| name.clone(), |(dir, _)| format!("{dir}/{name}"))
}
