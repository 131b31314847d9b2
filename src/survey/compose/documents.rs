//! Parsed files, each parsed once, with a note of those that could not be.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::names;
use crate::source::SourceFile;
use crate::survey::Incomplete;
use crate::survey::tree::Tree;
use crate::yaml::{self, Node};

/// A parsed Compose file.
pub(super) struct Document {
    pub(super) file: Rc<SourceFile>,
    pub(super) root: Node,
}

/// All files parsed so far.
pub(super) struct Documents<'t> {
    tree: &'t Tree,
    parsed: BTreeMap<String, Option<Rc<Document>>>,
    incomplete: Vec<Incomplete>,
}

impl<'t> Documents<'t> {
    pub(super) fn new(tree: &'t Tree) -> Self {
        Self { tree, parsed: BTreeMap::new(), incomplete: Vec::new() }
    }

    /// The first document of `path`; what stops it from being read is noted once.
    pub(super) fn get(&mut self, path: &str) -> Option<Rc<Document>> {
        if let Some(known) = self.parsed.get(path) {
            return known.clone();
        }
        let document = self.load(path).map_err(|why| self.incomplete.push(why)).ok();
        self.parsed.insert(path.to_owned(), document.clone());
        document
    }

    /// Notes that `path` refers to something that is not there.
    pub(super) fn note(&mut self, path: &str, line: usize, message: String) {
        let note =
            Incomplete { path: path.to_owned(), line: Some(line), column: None, message, matters: false };
        if !self.incomplete.contains(&note) {
            self.incomplete.push(note);
        }
    }

    pub(super) fn into_incomplete(mut self) -> Vec<Incomplete> {
        self.incomplete.sort();
        self.incomplete
    }

    fn load(&self, path: &str) -> Result<Rc<Document>, Incomplete> {
        let matters = names::is_compose_name(path) && !names::is_throwaway(path);
        let unreadable =
            |line, column, message| Incomplete { path: path.to_owned(), line, column, message, matters };
        let file = self.tree.read(path).map_err(|error| unreadable(None, None, error.to_string()))?;
        let root = yaml::parse_one(&file).map_err(|error| {
            let (line, column) = error.at();
            unreadable(Some(line), Some(column), error.reason().to_owned())
        })?;
        Ok(Rc::new(Document { file, root }))
    }
}
