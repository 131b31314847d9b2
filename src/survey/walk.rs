//! The walk: which files of a directory belong to the repository.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::Incomplete;
use super::ignored::{Ignores, Kept};
use super::tree::Entry;
use super::vendored::is_vendored;

/// What the walk found.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// The root without links, where it exists.
    pub(super) root: Option<PathBuf>,
    /// Root-relative, `/`-separated paths.
    pub(super) files: Vec<(Box<str>, Entry)>,
    /// Those of them that git ignores.
    pub(super) ignored: Vec<Box<str>>,
    /// Those that git does not ignore and has no copy of.
    pub(super) untracked: Vec<Box<str>>,
    /// What could not be seen.
    pub(super) incomplete: Vec<Incomplete>,
}

/// Walks `root`, never following a link to a directory.
pub(super) fn walk(root: &Path) -> Walked {
    let real = match root.canonicalize() {
        Ok(real) => real,
        Err(error) => {
            let mut walked = Walked::default();
            walked.miss(".", &format!("cannot be read: {}", error.kind()), true);
            return walked;
        }
    };
    let mut ignores = Ignores::new(&real);
    let mut walked = Walked { root: Some(real.clone()), ..Walked::default() };
    let mut entries = WalkDir::new(&real).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let Some(entry) = walked.entry(&real, entry) else {
            continue;
        };
        if entry.file_type().is_dir() {
            if entry.depth() > 0 && (is_vendored(&entry) || !ignores.enters(&entry)) {
                entries.skip_current_dir();
            } else {
                ignores.read(&entry);
            }
            continue;
        }
        let kept = ignores.keeps(&entry);
        let before = walked.files.len();
        if kept != Kept::Not {
            walked.file(&real, &entry);
        }
        let new = walked.files.iter().skip(before).map(|(path, _)| path.clone());
        if kept == Kept::ThoughIgnored {
            walked.ignored.extend(new);
        } else if kept == Kept::Shared && ignores.is_untracked(&entry) {
            walked.untracked.extend(new);
        }
    }
    walked
}

/// The regular file below `root` that the link at `path` leads to.
pub(super) fn link_target(root: &Path, path: &Path) -> Option<PathBuf> {
    let target = path.canonicalize().ok()?;
    (target.starts_with(root) && fs::metadata(&target).ok()?.is_file()).then_some(target)
}

impl Walked {
    /// The entry, or a note that it could not be read.
    fn entry(&mut self, root: &Path, entry: walkdir::Result<DirEntry>) -> Option<DirEntry> {
        match entry {
            Ok(entry) => Some(entry),
            Err(error) => {
                let path = error.path().map_or_else(|| ".".to_owned(), |path| shown(root, path));
                let reason = error.io_error().map_or("a loop".to_owned(), |error| error.kind().to_string());
                self.miss(&path, &format!("cannot be read: {reason}"), path == ".");
                None
            }
        }
    }

    fn file(&mut self, root: &Path, entry: &DirEntry) {
        let Some(path) = relative(root, entry.path()) else {
            let path = shown(root, entry.path());
            return self.miss(&path, "its name is not UTF-8, so it was not read", false);
        };
        let kind = entry.file_type();
        if kind.is_file() {
            self.files.push((path.into(), Entry::OnDisk));
        } else if kind.is_symlink() {
            self.link(root, entry.path(), &path);
        } else {
            self.miss(&path, "neither a file, a directory nor a link, so it was not read", false);
        }
    }

    fn link(&mut self, root: &Path, path: &Path, relative: &str) {
        if link_target(root, path).is_some() {
            self.files.push((relative.into(), Entry::Link));
            return;
        }
        match fs::metadata(path) {
            Ok(target) if target.is_dir() => {}
            Ok(_) => self.miss(relative, "a link out of the repository, so it was not read", false),
            Err(_) => self.miss(relative, "a link that leads nowhere", false),
        }
    }

    fn miss(&mut self, path: &str, message: &str, matters: bool) {
        self.incomplete.push(Incomplete {
            path: path.to_owned(),
            line: None,
            column: None,
            message: message.to_owned(),
            matters,
        });
    }
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let relative = path.strip_prefix(root).ok()?.to_str()?;
    Some(if cfg!(windows) { relative.replace('\\', "/") } else { relative.to_owned() })
}

fn shown(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
    if relative.is_empty() { ".".to_owned() } else { relative.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::tree::Tree;

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("parent")).expect("directory");
            fs::write(path, text).expect("file");
        }
    }

    fn seen(root: &Path) -> Vec<String> {
        Tree::walk(root).0.paths().map(str::to_owned).collect()
    }

    #[test]
    fn follows_nested_ignore_rules_with_negation() {
        let root = tempfile::tempdir().expect("temporary directory");
        write(
            root.path(),
            &[
                (".gitignore", "*.log\n/dist\nlogs/\n"),
                ("a.log", ""),
                ("sub/.gitignore", "!keep.log\n/local\n"),
                ("sub/keep.log", ""),
                ("sub/local/x", ""),
                ("other/local/x", ""),
                ("dist/x", ""),
                ("logs/.gitignore", "!*\n"),
                ("logs/x", ""),
            ],
        );
        assert_eq!(seen(root.path()), [".gitignore", "other/local/x", "sub/.gitignore", "sub/keep.log"]);
    }

    #[test]
    fn sees_dotenv_files_and_tracked_files_that_are_ignored() {
        let root = tempfile::tempdir().expect("temporary directory");
        write(
            root.path(),
            &[
                (".gitignore", ".env*\n*.env\ngenerated/\n*.sql\n"),
                (".env.local", ""),
                ("config/db.env", ""),
                ("tracked.sql", ""),
                ("untracked.sql", ""),
                ("generated/deep/tracked.ts", ""),
                ("generated/deep/untracked.ts", ""),
            ],
        );
        let repository = git2::Repository::init(root.path()).expect("repository");
        fs::write(repository.path().join("info/exclude"), "*.bak\n").expect("file");
        write(root.path(), &[("notes.bak", "")]);
        let mut index = repository.index().expect("index");
        index.add_path(Path::new("tracked.sql")).expect("tracked");
        index.add_path(Path::new("generated/deep/tracked.ts")).expect("tracked");
        index.write().expect("index");
        let expected =
            [".env.local", ".gitignore", "config/db.env", "generated/deep/tracked.ts", "tracked.sql"];
        assert_eq!(seen(root.path()), expected);
        write(root.path(), &[("config/x.sql", "")]);
        assert_eq!(seen(&root.path().join("config")), ["db.env"], "rules above the root hold");
    }

    #[test]
    fn leaves_out_vendored_trees() {
        let root = tempfile::tempdir().expect("temporary directory");
        write(
            root.path(),
            &[
                ("node_modules/x/package.json", ""),
                ("php/composer.json", ""),
                ("php/vendor/x.php", ""),
                ("shop/vendor/model.py", ""),
                ("rust/Cargo.toml", ""),
                ("rust/target/x", ""),
                ("target/x", ""),
                ("dist/x", ""),
                (".dbguard/base/docker-compose.yml", ""),
            ],
        );
        let expected = ["dist/x", "php/composer.json", "rust/Cargo.toml", "shop/vendor/model.py", "target/x"];
        assert_eq!(seen(root.path()), expected);
    }

    #[test]
    fn a_missing_root_matters() {
        let walked = walk(Path::new("/nonexistent/by/all/means"));
        assert!(walked.files.is_empty() && walked.incomplete.iter().any(|miss| miss.matters));
    }

    #[cfg(unix)]
    #[test]
    fn survives_links_loops_sockets_and_odd_names() {
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::fs::symlink;
        use std::os::unix::net::UnixListener;

        let outside = tempfile::tempdir().expect("temporary directory");
        let root = tempfile::tempdir().expect("temporary directory");
        write(outside.path(), &[("secret", "s")]);
        write(root.path(), &[("real/a.txt", "text"), ("with space\n\"é\".txt", "odd")]);
        symlink("real/a.txt", root.path().join("inside")).expect("link");
        symlink(outside.path().join("secret"), root.path().join("outside")).expect("link");
        symlink(outside.path(), root.path().join("outside-directory")).expect("link");
        symlink("nowhere", root.path().join("dangling")).expect("link");
        symlink("loop", root.path().join("loop")).expect("link");
        symlink("..", root.path().join("real/up")).expect("link");
        let _socket = UnixListener::bind(root.path().join("socket")).expect("socket");
        fs::write(root.path().join(std::ffi::OsStr::from_bytes(b"bad\xff")), "").expect("file");

        let (tree, incomplete) = Tree::walk(root.path());
        let paths: Vec<_> = tree.paths().collect();
        assert_eq!(paths, ["inside", "real/a.txt", "with space\n\"é\".txt"]);
        assert_eq!(tree.read("inside").expect("text").text(), "text");
        let missed: Vec<_> = incomplete.iter().map(|miss| miss.path.as_str()).collect();
        assert_eq!(missed, ["bad\u{fffd}", "dangling", "loop", "outside", "socket"]);
    }
}
