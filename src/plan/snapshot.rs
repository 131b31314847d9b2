//! What is on disk at the paths of a plan: everything that [`super::resolve`] needs, read beforehand.

mod git;
mod locate;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use self::git::Git;
pub use self::locate::locate;
use super::line_ends;
use super::manifest::{BASE_DIR, Entry, MANIFEST_PATH, Manifest, ManifestError, STATE_IGNORE_PATH, blob_id};
use crate::repo_path::RepoPath;

/// One path as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    /// Where the bytes really are: another path inside the root if links lead there.
    pub file: RepoPath,
    /// The file; `None` when there is none yet.
    pub content: Option<Content>,
    /// The nearest existing directory above, if nobody may write to it.
    pub read_only_dir: Option<String>,
}

/// A regular file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// All its bytes.
    pub bytes: Vec<u8>,
    /// Permission bits.
    pub mode: u32,
    /// Differs from git's HEAD; false without git.
    pub uncommitted: bool,
    /// Whether git's index has it as a program; `None` where git does not know it.
    pub git_executable: Option<bool>,
}

/// Why nothing can be read from or written to a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// A directory or a device is there.
    #[error("it is not a regular file")]
    NotAFile,
    /// A file stands where a directory is needed.
    #[error("{0} is a file, not a directory")]
    ParentIsFile(String),
    /// The path or a directory above is a link out of the repository, or into `.git`.
    #[error("a link leads out of the repository")]
    LinkOut,
    /// The path or a directory above is a link to nothing, or a loop.
    #[error("it is a link that leads nowhere")]
    LinkBroken,
    /// The system refused.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

/// All that is known about the paths of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Every path of the plan, and dbguard's own state files.
    pub files: BTreeMap<RepoPath, Result<Current, Obstacle>>,
    /// What earlier runs recorded.
    pub manifest: Manifest,
    /// Last renderings of whole files, proven by the manifest's blob ids.
    pub bases: BTreeMap<RepoPath, Vec<u8>>,
}

/// Why no snapshot could be taken.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The root is not a directory that can be opened.
    #[error("{}: {source}", path.display())]
    Root {
        /// The root as given.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The manifest is not what dbguard writes.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The manifest is there but cannot be read.
    #[error("{MANIFEST_PATH}: {0}")]
    ManifestUnreadable(Obstacle),
}

impl SnapshotError {
    /// 2 for a root that cannot be used, 4 for a manifest that cannot be read.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Root { .. } => 2,
            Self::Manifest(_) | Self::ManifestUnreadable(_) => 4,
        }
    }
}

impl Snapshot {
    /// Reads `paths` below `root`, the manifest, and the base of every whole file. Follows links only inside `root`.
    pub fn load<'a>(
        root: &Path,
        paths: impl IntoIterator<Item = &'a RepoPath>,
    ) -> Result<Self, SnapshotError> {
        let root =
            fs::canonicalize(root).map_err(|source| SnapshotError::Root { path: root.to_owned(), source })?;
        let mut reader = Reader { git: Git::open(&root), root, files: BTreeMap::new() };
        let manifest = reader.manifest()?;
        let mut wanted: BTreeSet<RepoPath> = paths.into_iter().cloned().collect();
        wanted.insert(internal(STATE_IGNORE_PATH));
        wanted.extend(manifest.entries().filter_map(|entry| RepoPath::parse(entry.path.as_str()).ok()));
        for path in &wanted {
            reader.read(path);
            reader.read(&base_path(path));
        }
        let bases = manifest.entries().filter_map(|entry| reader.base(entry)).collect();
        Ok(Self { files: reader.files, manifest, bases })
    }
}

/// Where the last rendering of the whole file `path` is kept.
pub fn base_path(path: &RepoPath) -> RepoPath {
    internal(&format!("{BASE_DIR}/{path}", path = path.as_str()))
}

/// One of dbguard's own state files.
pub(super) fn internal(path: &str) -> RepoPath {
    RepoPath::parse(path)
        .unwrap_or_else(|error| unreachable!("a fixed prefix keeps a parsed path valid: {error}"))
}

struct Reader {
    root: PathBuf,
    git: Git,
    files: BTreeMap<RepoPath, Result<Current, Obstacle>>,
}

impl Reader {
    fn read(&mut self, path: &RepoPath) -> &Result<Current, Obstacle> {
        let (root, git) = (&self.root, &self.git);
        self.files.entry(path.clone()).or_insert_with(|| current(root, git, path))
    }

    fn bytes(&mut self, path: &RepoPath) -> Option<Vec<u8>> {
        self.read(path).as_ref().ok()?.content.as_ref().map(|content| content.bytes.clone())
    }

    fn manifest(&mut self) -> Result<Manifest, SnapshotError> {
        match self.read(&internal(MANIFEST_PATH)) {
            Err(obstacle) => Err(SnapshotError::ManifestUnreadable(obstacle.clone())),
            Ok(Current { content: None, .. }) => Ok(Manifest::default()),
            Ok(Current { content: Some(content), .. }) => {
                let text = std::str::from_utf8(&content.bytes)
                    .map_err(|_| ManifestError { line: 1, problem: "it is not UTF-8 text".to_owned() })?;
                Ok(Manifest::parse(text)?)
            }
        }
    }

    fn base(&mut self, entry: &Entry) -> Option<(RepoPath, Vec<u8>)> {
        let (path, blob) = (RepoPath::parse(entry.path.as_str()).ok()?, entry.blob.as_deref()?);
        let kept = self.bytes(&base_path(&path)).map(|bytes| line_ends::unix(&bytes).unwrap_or(bytes));
        let kept = kept.filter(|bytes| blob_id(bytes) == blob);
        kept.or_else(|| self.git.blob(blob)).map(|bytes| (path, bytes))
    }
}

fn current(root: &Path, git: &Git, path: &RepoPath) -> Result<Current, Obstacle> {
    let file = locate(root, path)?;
    let read_only_dir = read_only_dir(root, &file);
    let on_disk = file.under(root);
    let content = match fs::metadata(&on_disk) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(Obstacle::Unreadable(error.to_string())),
        Ok(metadata) if !metadata.is_file() => return Err(Obstacle::NotAFile),
        Ok(metadata) => {
            let bytes = fs::read(&on_disk).map_err(|error| Obstacle::Unreadable(error.to_string()))?;
            let uncommitted = git.is_uncommitted(&file, &bytes);
            let git_executable = git.is_executable(&file);
            Some(Content { bytes, mode: metadata.permissions().mode() & 0o7777, uncommitted, git_executable })
        }
    };
    Ok(Current { file, content, read_only_dir })
}

/// Root may write anywhere, so that permission bits are the only sign that a person wants a directory left alone.
fn read_only_dir(root: &Path, file: &RepoPath) -> Option<String> {
    let dirs: Vec<RepoPath> = file.parents().collect();
    let nearest = dirs.iter().rev().find(|dir| dir.under(root).is_dir());
    let dir = nearest.map_or_else(|| root.to_owned(), |dir| dir.under(root));
    let mode = fs::metadata(dir).ok()?.permissions().mode();
    (mode & 0o222 == 0).then(|| nearest.map_or_else(|| ".".to_owned(), ToString::to_string))
}
