//! What new ignore rules would hide, as git sees it.

use std::collections::BTreeMap;

use crate::plan::ignore_rules::hidden_by;
use crate::survey::paths;
use crate::survey::tree::Tree;

/// The files that git has no copy of and that the ignore files among `texts` would hide from it.
pub(super) fn newly(tree: &Tree, texts: &BTreeMap<String, String>) -> Vec<String> {
    let ignore_files = texts.iter().filter(|(path, _)| paths::name(path) == ".gitignore");
    ignore_files.flat_map(|(path, text)| below(tree, paths::folder(path), text)).collect()
}

fn below(tree: &Tree, folder: &str, rules: &str) -> Vec<String> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let inside = tree.untracked().filter_map(|path| path.strip_prefix(&prefix));
    let hidden = hidden_by(rules, inside).unwrap_or_default();
    hidden.into_iter().map(|hidden| format!("{prefix}{}", hidden.path)).collect()
}
