//! The files of a repository, read lazily and never outside its root.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::source::SourceFile;

/// Largest file that is read as text, in bytes.
pub const MAX_BYTES: u64 = 2 * 1024 * 1024;

/// Why a file could not be read as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no such file in the tree.
    #[error("no such file")]
    Missing,
    /// A link whose target is missing, a loop, or outside the repository.
    #[error("a link that leads nowhere or out of the repository")]
    Link,
    /// The system refused.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// Larger than [`MAX_BYTES`].
    #[error("too large to read ({0} bytes)")]
    TooLarge(u64),
    /// Not UTF-8 text.
    #[error("not UTF-8 text")]
    NotText,
}

/// What the walk found, by root-relative, `/`-separated path.
#[derive(Debug)]
pub struct Tree {
    root: Option<PathBuf>,
    files: BTreeMap<String, Entry>,
    cache: RefCell<BTreeMap<String, Result<Rc<SourceFile>, ReadError>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    OnDisk,
    InMemory(String),
}

impl Tree {
    /// A tree that exists only in memory, for tests and examples.
    pub fn in_memory<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files
            .into_iter()
            .map(|(path, text)| (path.to_owned(), Entry::InMemory(text.to_owned())))
            .collect();
        Self { root: None, files, cache: RefCell::default() }
    }

    /// The directory that the tree was read from; none for one in memory.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// All paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Whether the walk saw `path`.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The text of `path`; read once.
    pub fn read(&self, path: &str) -> Result<Rc<SourceFile>, ReadError> {
        if let Some(known) = self.cache.borrow().get(path) {
            return known.clone();
        }
        let result = self.load(path).map(|text| Rc::new(SourceFile::new(path, text)));
        self.cache.borrow_mut().insert(path.to_owned(), result.clone());
        result
    }

    fn load(&self, path: &str) -> Result<String, ReadError> {
        match self.files.get(path) {
            None => Err(ReadError::Missing),
            Some(Entry::InMemory(text)) => Ok(text.clone()),
            Some(Entry::OnDisk) => Err(ReadError::Missing),
        }
    }
}
