//! The files of a repository, read lazily and never outside its root.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use super::Incomplete;
use super::glob::Globs;
use super::walk;
use crate::source::SourceFile;

/// Largest file that is read as text, in bytes.
pub const MAX_BYTES: u64 = 2 * 1024 * 1024;

/// Bytes of text that are kept for the next one who asks; what is read beyond them is read again.
const MOST_KEPT: usize = 6 * 1024 * 1024;

/// How comments begin that silence a finding.
pub const IGNORE_MARK: &str = "dbguard: ignore[";

/// What stands in every address with a scheme.
pub const SCHEME_MARK: &str = "://";

/// Files that hold one of these are remembered: nobody has to read all others again.
const MARKS: [&str; 2] = [IGNORE_MARK, SCHEME_MARK];

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
    /// Sorted by path, each path once.
    files: Vec<(Box<str>, Entry)>,
    /// Files that git ignores and that other checkouts do not have.
    ignored: BTreeSet<Box<str>>,
    /// Files that git has no copy of, though nothing tells it to ignore them.
    untracked: BTreeSet<Box<str>>,
    cache: RefCell<Cache>,
    /// What is known of each file: whether it was read, and which of [`MARKS`] it held.
    marks: RefCell<Vec<Marks>>,
}

/// Which of [`MARKS`] a file held when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Marks {
    #[default]
    Unread,
    Read([bool; MARKS.len()]),
}

/// What was read, or could not be.
#[derive(Debug, Default)]
struct Cache {
    files: BTreeMap<String, Result<Rc<SourceFile>, ReadError>>,
    bytes: usize,
}

impl Cache {
    /// Keeps a text as long as there is room, and every failure.
    fn keep(&mut self, path: &str, result: &Result<Rc<SourceFile>, ReadError>) {
        let bytes = result.as_ref().map_or(0, |file| file.text().len());
        if self.bytes + bytes <= MOST_KEPT {
            self.bytes += bytes;
            self.files.insert(path.to_owned(), result.clone());
        }
    }
}

/// Where the text of a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// A regular file below the root.
    OnDisk,
    /// A link to a regular file below the root.
    Link,
    /// Text given by a test or an example.
    InMemory(Box<str>),
}

impl Tree {
    /// The files below `root` that git would show, besides dotenv files, which are seen even when ignored. Vendored
    /// trees are left out; links to directories are not followed. What could not be seen comes back with the reason.
    pub fn walk(root: &Path) -> (Self, Vec<Incomplete>) {
        let walked = walk::walk(root);
        let tree = Self {
            ignored: walked.ignored.into_iter().collect(),
            untracked: walked.untracked.into_iter().collect(),
            ..Self::new(walked.root, walked.files)
        };
        (tree, walked.incomplete)
    }

    /// A tree that exists only in memory, for tests and examples.
    pub fn in_memory<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files =
            files.into_iter().map(|(path, text)| (path.into(), Entry::InMemory(text.into()))).collect();
        Self::new(None, files)
    }

    fn new(root: Option<PathBuf>, mut files: Vec<(Box<str>, Entry)>) -> Self {
        files.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        files.dedup_by(|later, earlier| later.0 == earlier.0);
        files.shrink_to_fit();
        let (ignored, untracked) = (BTreeSet::new(), BTreeSet::new());
        let marks = RefCell::new(vec![Marks::Unread; files.len()]);
        Self { root, files, ignored, untracked, cache: RefCell::default(), marks }
    }

    /// The tree as every checkout has it: without ignored dotenv files. None where that is this very tree.
    pub fn shared(&self) -> Option<Self> {
        if self.ignored.is_empty() {
            return None;
        }
        let files = self.files.iter().filter(|(path, _)| !self.ignored.contains(path)).cloned().collect();
        Some(Self::new(self.root.clone(), files))
    }

    /// The same tree with other texts: files of `texts` are replaced, or added where there are none.
    #[must_use]
    pub fn with(&self, texts: &BTreeMap<String, String>) -> Self {
        let kept = self.files.iter().filter(|(path, _)| !texts.contains_key(&**path)).cloned();
        let new =
            texts.iter().map(|(path, text)| (path.as_str().into(), Entry::InMemory(text.as_str().into())));
        let tree = Self {
            ignored: self.ignored.clone(),
            untracked: self.untracked.clone(),
            ..Self::new(self.root.clone(), kept.chain(new).collect())
        };
        for ((path, _), marks) in self.files.iter().zip(self.marks.borrow().iter()) {
            if let Some(at) = tree.number(path).filter(|_| !texts.contains_key(&**path)) {
                tree.marks.borrow_mut()[at] = *marks;
            }
        }
        let known = self.cache.borrow();
        let unchanged = known.files.iter().filter(|(path, _)| !texts.contains_key(*path));
        tree.cache.borrow_mut().files = unchanged.map(|(path, text)| (path.clone(), text.clone())).collect();
        tree
    }

    /// Whether git ignores `path`, so that other checkouts do not have it.
    pub fn is_ignored(&self, path: &str) -> bool {
        self.ignored.contains(path)
    }

    /// Whether git has no copy of `path`, and would take one with the next `git add`. False without git.
    pub fn is_untracked(&self, path: &str) -> bool {
        self.untracked.contains(path)
    }

    /// The files of which git has no copy, and would take one.
    pub fn untracked(&self) -> impl Iterator<Item = &str> {
        self.untracked.iter().map(|path| &**path)
    }

    /// The same tree once git ignores `paths`: other checkouts never have them.
    #[must_use]
    pub fn ignoring(mut self, paths: &[String]) -> Self {
        for path in paths {
            self.untracked.remove(path.as_str());
            self.ignored.insert(path.as_str().into());
        }
        self
    }

    /// The directory that the tree was read from; none for one in memory.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// All paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(path, _)| &**path)
    }

    /// Whether the walk saw `path`.
    pub fn has(&self, path: &str) -> bool {
        self.entry(path).is_some()
    }

    /// Whether the walk saw a file below the directory `path`, which is given without a trailing slash.
    pub fn has_directory(&self, path: &str) -> bool {
        let prefix = format!("{path}/");
        let at = self.files.partition_point(|(known, _)| **known < *prefix);
        self.files.get(at).is_some_and(|(known, _)| known.starts_with(&prefix))
    }

    /// Names of the files and folders directly in the folder `path` (empty for the root), sorted.
    pub fn names(&self, path: &str) -> Vec<&str> {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let mut at = self.files.partition_point(|(known, _)| **known < *prefix);
        let mut names: Vec<&str> = Vec::new();
        while let Some(rest) = self.files.get(at).and_then(|(known, _)| known.strip_prefix(&prefix)) {
            at += 1;
            let Some((folder, _)) = rest.split_once('/') else {
                names.push(rest);
                continue;
            };
            names.push(folder);
            // Behind all that lies in the folder: the byte after `/` is `0`.
            let behind = format!("{prefix}{folder}0");
            at += self.files[at..].partition_point(|(known, _)| **known < *behind);
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether `path` exists below the root, ignored or not: for database files that configuration names.
    pub fn probe(&self, path: &str) -> bool {
        if self.has(path) {
            return true;
        }
        let inside =
            Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let Some(root) = self.root.as_deref().filter(|_| inside) else {
            return false;
        };
        root.join(path).canonicalize().is_ok_and(|real| real.starts_with(root))
    }

    /// The paths that match each glob of `globs`, by the glob's number.
    pub fn matching(&self, globs: &Globs) -> BTreeMap<usize, Vec<&str>> {
        let mut found: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for path in self.paths() {
            for number in globs.matches(path) {
                found.entry(number).or_default().push(path);
            }
        }
        found
    }

    /// The text of `path`.
    pub fn read(&self, path: &str) -> Result<Rc<SourceFile>, ReadError> {
        if let Some(known) = self.cache.borrow().files.get(path) {
            return known.clone();
        }
        let result = self.load(path).map(|text| Rc::new(SourceFile::new(path, text)));
        self.cache.borrow_mut().keep(path, &result);
        if let (Ok(file), Some(at)) = (&result, self.number(path)) {
            self.marks.borrow_mut()[at] = Marks::Read(MARKS.map(|mark| file.text().contains(mark)));
        }
        result
    }

    /// The files read so far that hold [`IGNORE_MARK`], by path.
    pub fn marked(&self) -> Vec<Rc<SourceFile>> {
        let holds = |marks: &Marks| matches!(marks, Marks::Read([true, ..]));
        let marks = self.marks.borrow();
        let numbers = marks.iter().enumerate().filter(|(_, marks)| holds(marks)).map(|(at, _)| at);
        let paths: Vec<&str> = numbers.filter_map(|at| Some(&*self.files.get(at)?.0)).collect();
        drop(marks);
        paths.into_iter().filter_map(|path| self.read(path).ok()).collect()
    }

    /// Whether `path` was read before, and holds no address with a scheme.
    pub fn lacks_addresses(&self, path: &str) -> bool {
        let marks = self.number(path).and_then(|at| self.marks.borrow().get(at).copied());
        matches!(marks, Some(Marks::Read([_, false])))
    }

    /// The files that somebody wanted to read and could not, with the reason.
    pub fn unread(&self) -> Vec<(String, ReadError)> {
        let cache = self.cache.borrow();
        let failed = cache.files.iter().filter_map(|(path, result)| Some((path, result.as_ref().err()?)));
        let there = failed.filter(|(_, error)| **error != ReadError::Missing);
        there.map(|(path, error)| (path.clone(), error.clone())).collect()
    }

    fn entry(&self, path: &str) -> Option<&Entry> {
        self.files.get(self.number(path)?).map(|(_, entry)| entry)
    }

    fn number(&self, path: &str) -> Option<usize> {
        self.files.binary_search_by(|(known, _)| (**known).cmp(path)).ok()
    }

    fn load(&self, path: &str) -> Result<String, ReadError> {
        match (self.entry(path), self.root.as_deref()) {
            (Some(Entry::InMemory(text)), _) => Ok(text.to_string()),
            (Some(Entry::OnDisk), Some(root)) => read_text(&root.join(path)),
            (Some(Entry::Link), Some(root)) => {
                read_text(&walk::link_target(root, &root.join(path)).ok_or(ReadError::Link)?)
            }
            (None, _) | (Some(Entry::OnDisk | Entry::Link), None) => Err(ReadError::Missing),
        }
    }
}

fn read_text(path: &Path) -> Result<String, ReadError> {
    let unreadable = |error: std::io::Error| ReadError::Unreadable(error.kind().to_string());
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    if length > MAX_BYTES {
        return Err(ReadError::TooLarge(length));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ReadError::TooLarge(bytes.len() as u64));
    }
    String::from_utf8(bytes).map_err(|_| ReadError::NotText)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn knows_files_and_directories() {
        let tree = Tree::in_memory([("a/b.txt", "x"), ("ab/c", "y")]);
        assert!(tree.has("a/b.txt") && !tree.has("a"));
        assert!(tree.has_directory("a") && !tree.has_directory("a/b") && !tree.has_directory("b"));
        assert_eq!(tree.read("ab/c").expect("text").text(), "y");
        assert_eq!(tree.read("nope"), Err(ReadError::Missing));
    }

    #[test]
    fn reads_are_bounded_and_text_only() {
        let root = tempfile::tempdir().expect("temporary directory");
        let huge = File::create(root.path().join("huge")).expect("file");
        huge.set_len(MAX_BYTES + 1).expect("length");
        fs::write(root.path().join("binary"), [0xff, 0xfe, 0]).expect("file");
        let (tree, _) = Tree::walk(root.path());
        assert_eq!(tree.read("huge"), Err(ReadError::TooLarge(MAX_BYTES + 1)));
        assert_eq!(tree.read("binary"), Err(ReadError::NotText));
    }

    #[test]
    fn probes_ignored_files_but_nothing_outside() {
        let root = tempfile::tempdir().expect("temporary directory");
        fs::create_dir(root.path().join("repo")).expect("directory");
        fs::write(root.path().join("secret"), "").expect("file");
        fs::write(root.path().join("repo/.gitignore"), "*.db\n").expect("file");
        fs::write(root.path().join("repo/app.db"), "").expect("file");
        let (tree, _) = Tree::walk(&root.path().join("repo"));
        assert!(!tree.has("app.db") && tree.probe("app.db") && tree.probe("./app.db"));
        assert!(!tree.probe("../secret") && !tree.probe("/etc/passwd") && !tree.probe("other.db"));
    }
}
