//! Where a Compose file stands: the directory, variables and files that it is read together with.

use super::documents::Document;
use super::scope::{Expanded, Scope};
use crate::source::SourceFile;
use crate::survey::Place;
use crate::survey::tree::Tree;
use crate::yaml::Node;

/// How one Compose file is reached.
#[derive(Debug, Clone, Default)]
pub(super) struct Project {
    pub(super) path: String,
    /// Directory that relative paths start from.
    pub(super) directory: String,
    /// Dotenv files that replace `.env`.
    pub(super) env_files: Vec<String>,
    /// The file that includes it.
    pub(super) includer: Option<String>,
    /// The file that it is merged onto …
    pub(super) base: Option<String>,
    /// … and whether that happens by default.
    pub(super) applied: bool,
    /// Files that it includes.
    pub(super) includes: Vec<String>,
}

/// Everything needed to read nodes of one file.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) tree: &'a Tree,
    pub(super) file: &'a SourceFile,
    pub(super) scope: &'a Scope,
    pub(super) directory: &'a str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(tree: &'a Tree, document: &'a Document, scope: &'a Scope, directory: &'a str) -> Self {
        Self { tree, file: &document.file, scope, directory }
    }

    /// Where `node` starts.
    pub(super) fn place(&self, node: &Node) -> Place {
        Place::new(self.file.path(), self.file.line_of(node.start()))
    }

    /// The scalar's text, variables replaced.
    pub(super) fn expanded(&self, node: &Node) -> Option<Expanded> {
        node.as_str().map(|text| self.scope.expand(text))
    }

    /// The scalar's text, variables replaced; none where that leaves nothing.
    pub(super) fn text(&self, node: &Node) -> Option<String> {
        self.expanded(node).map(|expanded| expanded.text).filter(|text| !text.is_empty())
    }

    /// The text under `key` of `node`.
    pub(super) fn text_of(&self, node: &Node, key: &str) -> Option<String> {
        self.text(node.get(key)?)
    }

    /// A scalar, or the items of a list, or the keys of a mapping.
    pub(super) fn texts(&self, node: &Node) -> Vec<String> {
        if node.is_mapping() {
            return node.entries().iter().map(|entry| entry.name().to_owned()).collect();
        }
        let items = if node.is_sequence() { node.items() } else { std::slice::from_ref(node) };
        items.iter().filter_map(|item| self.text(item)).collect()
    }

    /// The truth value under `key`, false when there is none.
    pub(super) fn flag(&self, node: &Node, key: &str) -> bool {
        let text = self.text_of(node, key).unwrap_or_default();
        matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on")
    }
}
