//! What the engine may ask about the repository that a command runs in: lazy, confined to it, and bounded.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Largest file that is read; a larger one counts as unreadable.
pub const LARGEST: u64 = 1024 * 1024;

/// Questions about files, by paths relative to the folder that the command runs in, or absolute ones.
pub trait Facts {
    /// The text of a file in the repository; None when there is none, or when it is too large, not text or outside.
    fn read(&self, path: &str) -> Option<String>;
    /// Whether something of that name is there.
    fn exists(&self, path: &str) -> bool;
    /// Names in a folder, sorted; empty when there is none.
    fn names(&self, path: &str) -> Vec<String>;
}

/// Folders above the one that a command runs in, in which the repository's own files are looked for.
const HIGHEST: usize = 16;

/// From the folder of the command up to the nearest folder with `name`: empty, or `../../`.
pub fn nearest_above(name: &str, facts: &dyn Facts) -> Option<String> {
    (0..=HIGHEST).map(|levels| "../".repeat(levels)).find(|above| facts.exists(&format!("{above}{name}")))
}

/// The files of a real repository.
#[derive(Debug, Clone)]
pub struct OnDisk {
    root: PathBuf,
    folder: PathBuf,
}

impl OnDisk {
    /// Facts for commands that run in `folder`; the repository is the nearest folder above it with `.git`, or itself.
    pub fn at(folder: &Path) -> Self {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let root = folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&folder).to_owned();
        Self { root, folder }
    }

    /// The repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder that commands run in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The real place of a path, when it lies in the repository, links resolved.
    fn inside(&self, path: &str) -> Option<PathBuf> {
        let real = self.folder.join(normal(path)).canonicalize().ok()?;
        real.starts_with(&self.root).then_some(real)
    }
}

impl Facts for OnDisk {
    fn read(&self, path: &str) -> Option<String> {
        let real = self.inside(path)?;
        let metadata = real.metadata().ok()?;
        if !metadata.is_file() || metadata.len() > LARGEST {
            return None;
        }
        String::from_utf8(fs::read(real).ok()?).ok()
    }

    fn exists(&self, path: &str) -> bool {
        self.inside(path).is_some()
    }

    fn names(&self, path: &str) -> Vec<String> {
        let Some(real) = self.inside(path) else { return Vec::new() };
        let Ok(entries) = fs::read_dir(real) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.flatten().take(4096).filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}

/// Files in memory, for tests and for text that stands in no repository.
#[derive(Debug, Clone, Default)]
pub struct InMemory(pub BTreeMap<String, String>);

impl Facts for InMemory {
    fn read(&self, path: &str) -> Option<String> {
        self.0.get(&normal(path)).cloned()
    }

    fn exists(&self, path: &str) -> bool {
        let path = normal(path);
        self.0.contains_key(&path) || !self.names(&path).is_empty()
    }

    fn names(&self, path: &str) -> Vec<String> {
        let folder = normal(path);
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = self.0.keys().filter_map(|key| key.strip_prefix(&prefix));
        let mut names: Vec<_> = below.map(|rest| rest.split('/').next().unwrap_or(rest).to_owned()).collect();
        names.dedup();
        names
    }
}

/// A path without `.` and with `..` resolved by name.
pub fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::ParentDir if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            Component::ParentDir => parts.push(".."),
            Component::Normal(name) => parts.extend(name.to_str()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    let joined = parts.join("/");
    if path.starts_with('/') { format!("/{joined}") } else { joined }
}

/// `path` as seen from the folder above `folder`.
pub fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') || folder.is_empty() {
        normal(path)
    } else {
        normal(&format!("{folder}/{path}"))
    }
}
