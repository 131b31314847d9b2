//! A directory to apply plans to, and short ways to make steps.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use dbguard::plan::{self, CommentStyle, Desired, Mode, Options, RepoPath, Resolved, Snapshot, Step};
use dbguard::{apply, plan::snapshot::SnapshotError};
use git2::{IndexAddOption, Repository, Signature, Time};

/// A temporary repository root.
pub(crate) struct Sandbox {
    root: PathBuf,
    _dir: Option<tempfile::TempDir>,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { root: dir.path().to_owned(), _dir: Some(dir) }
    }

    /// An existing directory, which is not removed at the end.
    pub(crate) fn at(root: &Path) -> Self {
        Self { root: root.to_owned(), _dir: None }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Makes the sandbox a git repository if it is none, and commits all of it.
    pub(crate) fn commit_all(&self) {
        let repository = Repository::init(self.root()).unwrap();
        let mut index = repository.index().unwrap();
        index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let author = Signature::new("a", "a@example.org", &Time::new(0, 0)).unwrap();
        let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
        let parents: Vec<_> = parent.iter().collect();
        repository.commit(Some("HEAD"), &author, &author, "c", &tree, &parents).unwrap();
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.root().join(path)).unwrap();
    }

    pub(crate) fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.root().join(path)).unwrap().permissions().mode() & 0o7777
    }

    pub(crate) fn chmod(&self, path: &str, mode: u32) {
        fs::set_permissions(self.root().join(path), Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn try_resolve(&self, steps: Vec<Step>, force: bool) -> Result<Resolved, SnapshotError> {
        let snapshot = Snapshot::load(self.root(), steps.iter().map(|step| &step.path))?;
        Ok(plan::resolve(steps, &snapshot, Options { force }))
    }

    pub(crate) fn resolve(&self, steps: Vec<Step>) -> Resolved {
        self.try_resolve(steps, false).unwrap()
    }

    pub(crate) fn apply(&self, steps: Vec<Step>) -> Resolved {
        let resolved = self.resolve(steps);
        apply::apply(self.root(), &resolved).unwrap();
        resolved
    }

    /// Every path with its kind, mode and bytes; undo records left out.
    pub(crate) fn tree(&self) -> BTreeMap<String, (u32, Vec<u8>)> {
        let mut tree = BTreeMap::new();
        for entry in walkdir::WalkDir::new(self.root()).min_depth(1) {
            let entry = entry.unwrap();
            let name = entry.path().strip_prefix(self.root()).unwrap().to_str().unwrap().to_owned();
            if name.starts_with(".dbguard/journal") || name.starts_with(".git/") {
                continue;
            }
            let bytes =
                if entry.file_type().is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() };
            tree.insert(name, (entry.metadata().unwrap().permissions().mode(), bytes));
        }
        tree
    }
}

pub(crate) fn step(path: &str, desired: Desired) -> Step {
    let is_script = Path::new(path).extension().is_some_and(|extension| extension == "sh");
    let mode = if is_script { Mode::Executable } else { Mode::Plain };
    let path = RepoPath::parse(path).unwrap();
    Step { path, template: "test".to_owned(), mode, desired, reason: "a test".to_owned() }
}

pub(crate) fn whole(path: &str, text: &str) -> Step {
    step(path, Desired::WholeFile { text: text.to_owned() })
}

pub(crate) fn once(path: &str, text: &str) -> Step {
    step(path, Desired::Once { text: text.to_owned() })
}

pub(crate) fn block(path: &str, id: &str, style: CommentStyle, body: &str) -> Step {
    step(path, Desired::Block { id: id.to_owned(), style, body: body.to_owned() })
}

pub(crate) fn keys(path: &str, from: &str, text: &str) -> Step {
    let keys = vec!["services.db.volumes".to_owned()];
    step(path, Desired::Keys { from: Some(from.to_owned()), text: text.to_owned(), keys })
}
