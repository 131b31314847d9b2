//! Git's ignore rules, asked entry by entry while walking.

use std::path::{Path, PathBuf};

use git2::{Index, Repository};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::DirEntry;

/// The ignore files that hold at the current place of a walk.
pub(super) struct Ignores {
    /// From the outermost to the directory that is being walked.
    levels: Vec<Level>,
    tracked: Option<Tracked>,
}

/// One directory on the way from the root to the current place.
struct Level {
    /// Depth of the entries that the rules hold for; 0 for rules from outside the walk.
    depth: usize,
    rules: Gitignore,
    /// Whether the directory is ignored and only walked for its tracked files.
    hidden: bool,
}

/// Git's index: a tracked file is seen even when a rule ignores it.
struct Tracked {
    index: Index,
    workdir: PathBuf,
}

/// Whether the survey sees a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// It does not.
    Not,
    /// It does, as every checkout would.
    Shared,
    /// It does, but git ignores the file: another checkout does not have it.
    ThoughIgnored,
}

impl Ignores {
    /// The rules that hold at `root`: the user's, the repository's own, and those of directories above `root`.
    pub(super) fn new(root: &Path) -> Self {
        let mut ignores = Self { levels: Vec::new(), tracked: None };
        let Some(repository) = Repository::discover(root).ok() else {
            return ignores;
        };
        let Some(workdir) = repository.workdir().and_then(|workdir| workdir.canonicalize().ok()) else {
            return ignores;
        };
        for file in [excludes_file(&repository), Some(repository.commondir().join("info/exclude"))] {
            ignores.push(0, &workdir, file.as_deref(), false);
        }
        let mut above: Vec<&Path> =
            root.ancestors().skip(1).take_while(|path| path.starts_with(&workdir)).collect();
        above.reverse();
        for directory in above {
            ignores.push(0, directory, Some(&directory.join(".gitignore")), false);
        }
        ignores.tracked = repository.index().ok().map(|index| Tracked { index, workdir });
        ignores
    }

    /// Whether the walk should enter the directory; an ignored one is entered only for tracked files.
    pub(super) fn enters(&mut self, entry: &DirEntry) -> bool {
        self.leave(entry);
        !self.ignores(entry.path(), true)
            || self.tracked.as_ref().is_some_and(|git| git.has_below(entry.path()))
    }

    /// Takes up the rules of a directory that the walk enters.
    pub(super) fn read(&mut self, entry: &DirEntry) {
        self.leave(entry);
        let hidden = entry.depth() > 0 && self.ignores(entry.path(), true);
        self.push(entry.depth() + 1, entry.path(), Some(&entry.path().join(".gitignore")), hidden);
    }

    /// Whether a file belongs to what the survey sees.
    pub(super) fn keeps(&mut self, entry: &DirEntry) -> Kept {
        self.leave(entry);
        if entry.file_name() == ".git" {
            return Kept::Not;
        }
        let tracked = || self.tracked.as_ref().is_some_and(|git| git.has(entry.path()));
        if !self.ignores(entry.path(), false) || tracked() {
            return Kept::Shared;
        }
        let dotenv = entry.file_name().to_str().is_some_and(is_dotenv);
        if dotenv { Kept::ThoughIgnored } else { Kept::Not }
    }

    /// Whether git has no copy of a file; false where there is no git.
    pub(super) fn is_untracked(&self, entry: &DirEntry) -> bool {
        self.tracked.as_ref().is_some_and(|git| !git.has(entry.path()))
    }

    fn leave(&mut self, entry: &DirEntry) {
        while self.levels.last().is_some_and(|level| level.depth > entry.depth()) {
            self.levels.pop();
        }
    }

    fn push(&mut self, depth: usize, directory: &Path, file: Option<&Path>, hidden: bool) {
        let mut rules = GitignoreBuilder::new(directory);
        if let Some(file) = file.filter(|file| file.is_file()) {
            // A line that is no pattern is skipped by git too.
            let _ = rules.add(file);
        }
        let rules = rules.build().unwrap_or_else(|_| Gitignore::empty());
        if hidden || !rules.is_empty() {
            self.levels.push(Level { depth, rules, hidden });
        }
    }

    fn ignores(&self, path: &Path, is_dir: bool) -> bool {
        if self.levels.iter().any(|level| level.hidden) {
            return true;
        }
        let verdicts = self.levels.iter().rev().map(|level| level.rules.matched(path, is_dir));
        verdicts
            .into_iter()
            .find_map(|verdict| match verdict {
                Match::None => None,
                Match::Ignore(_) => Some(true),
                Match::Whitelist(_) => Some(false),
            })
            .unwrap_or(false)
    }
}

impl Tracked {
    fn has(&self, path: &Path) -> bool {
        path.strip_prefix(&self.workdir).is_ok_and(|path| self.index.get_path(path, 0).is_some())
    }

    fn has_below(&self, directory: &Path) -> bool {
        let Ok(directory) = directory.strip_prefix(&self.workdir) else {
            return false;
        };
        self.index.find_prefix(directory.join("")).is_ok()
    }
}

/// The ignore file of the person who runs the program.
fn excludes_file(repository: &Repository) -> Option<PathBuf> {
    let config = repository.config().ok()?;
    config.get_path("core.excludesfile").ok().or_else(|| {
        let home = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
        let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".config")))?;
        Some(home.join("git/ignore"))
    })
}

/// Whether a file of this name carries environment variables.
pub fn is_dotenv(name: &str) -> bool {
    name.starts_with(".env.")
        || name.rsplit_once('.').is_some_and(|(_, last)| matches!(last, "env" | "envrc"))
}
