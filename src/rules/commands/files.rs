//! The files of the audited tree, as a command sees them that runs in one of its folders.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::effects::facts::{Facts, LARGEST, join};
use crate::survey::paths;
use crate::survey::tree::Tree;

/// Files whose folder is where a project's commands are given.
const ROOTS: [&str; 16] = [
    "package.json",
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "Makefile",
    "justfile",
    "manage.py",
    "artisan",
    "Gemfile",
    "mix.exs",
    "go.mod",
    "Cargo.toml",
    "composer.json",
    "pyproject.toml",
    "Taskfile.yml",
];

/// Where the commands of each folder's files are given, told once a folder.
pub(super) struct Projects<'a> {
    tree: &'a Tree,
    known: RefCell<BTreeMap<String, String>>,
}

impl<'a> Projects<'a> {
    pub(super) fn of(tree: &'a Tree) -> Self {
        Self { tree, known: RefCell::default() }
    }

    /// The files as a command of the file at `path` sees them.
    pub(super) fn around(&self, path: &str) -> InTree<'a> {
        InTree { tree: self.tree, folder: self.project(paths::folder(path)) }
    }

    /// The nearest folder with a project, from `folder` upwards; what is told of a folder serves all that lie in it.
    fn project(&self, folder: &str) -> String {
        if let Some(known) = self.known.borrow().get(folder) {
            return known.clone();
        }
        let ends = folder.is_empty() || is_project(self.tree, folder);
        let project = if ends { folder.to_owned() } else { self.project(paths::folder(folder)) };
        self.known.borrow_mut().insert(folder.to_owned(), project.clone());
        project
    }
}

fn is_project(tree: &Tree, folder: &str) -> bool {
    ROOTS.iter().any(|name| tree.has(&format!("{folder}/{name}")))
}

/// Files below a folder of the tree.
pub(super) struct InTree<'a> {
    tree: &'a Tree,
    folder: String,
}

impl<'a> InTree<'a> {
    /// Where the commands of the file at `path` are given: the nearest folder above it with a project, else the root.
    pub(super) fn of(tree: &'a Tree, path: &str) -> Self {
        let mut folder = paths::folder(path);
        while !folder.is_empty() {
            if is_project(tree, folder) {
                break;
            }
            folder = paths::folder(folder);
        }
        Self { tree, folder: folder.to_owned() }
    }

    /// The path in the tree; None for one outside of it.
    pub(super) fn inside(&self, path: &str) -> Option<String> {
        if path.starts_with('/') {
            return None;
        }
        let path = join(&self.folder, path);
        (!path.starts_with("..")).then_some(path)
    }
}

impl Facts for InTree<'_> {
    fn read(&self, path: &str) -> Option<String> {
        let path = self.inside(path)?;
        let file = self.tree.has(&path).then(|| self.tree.read(&path).ok()).flatten()?;
        (file.text().len() as u64 <= LARGEST).then(|| file.text().to_owned())
    }

    fn exists(&self, path: &str) -> bool {
        self.inside(path)
            .is_some_and(|path| path.is_empty() || self.tree.has(&path) || self.tree.has_directory(&path))
    }

    fn names(&self, path: &str) -> Vec<String> {
        let names = self.inside(path).map(|path| self.tree.names(&path)).unwrap_or_default();
        names.into_iter().map(str::to_owned).collect()
    }
}

/// Whether a step of the way is a script or file of the repository, which is a passage of its own.
pub(super) fn is_script(step: &str) -> bool {
    let program = step.split_whitespace().next().unwrap_or_default();
    [".sh", ".bash", ".sql", ".py", ".js", ".ts", ".rb", ".php", ".mjs"].iter().any(|end| step.ends_with(end))
        || program.starts_with("./")
        || program.starts_with("bin/")
        || program.starts_with("scripts/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_a_file_are_given_where_its_project_is() {
        let tree =
            Tree::in_memory([("a/compose.yml", "x"), ("a/docs/b.md", ""), ("c/d.md", ""), ("top", "y")]);
        let facts = InTree::of(&tree, "a/docs/b.md");
        assert_eq!(facts.read("compose.yml").as_deref(), Some("x"));
        assert_eq!(facts.read("../top").as_deref(), Some("y"));
        assert!(!facts.exists("/top") && !facts.exists("../../top") && facts.exists("docs"));
        assert_eq!(facts.names(""), ["compose.yml", "docs"]);
        assert_eq!(InTree::of(&tree, "c/d.md").names("c"), ["d.md"]);
    }
}
