//! What dbguard itself wrote: it is judged as drift, not as what a person wrote.

use super::Command;
use crate::plan::block;
use crate::plan::manifest::{Entry, MANIFEST_PATH, Manifest, Ownership};
use crate::source::SourceFile;
use crate::survey::tree::Tree;

/// Files that are generated as a whole.
pub(super) fn files(tree: &Tree) -> Vec<String> {
    let manifest = tree.read(MANIFEST_PATH).ok().and_then(|file| Manifest::parse(file.text()).ok());
    let whole = |entry: &&Entry| matches!(entry.ownership, Ownership::WholeFile);
    manifest
        .iter()
        .flat_map(|manifest| manifest.entries().filter(whole).map(|entry| entry.path.clone()))
        .collect()
}

/// Takes out the commands that stand in managed blocks of a person's file.
pub(super) fn leave_out_blocks(file: &SourceFile, commands: &mut Vec<Command>) {
    if commands.is_empty() || !file.text().contains(block::BEGIN) {
        return;
    }
    let mut blocks: Vec<(usize, usize)> = Vec::new();
    let mut open = None;
    for (number, line) in file.lines() {
        if line.contains(block::BEGIN) {
            open = Some(number);
        } else if line.contains(block::END) {
            blocks.extend(open.take().map(|begin| (begin, number)));
        }
    }
    commands.retain(|one| !blocks.iter().any(|(begin, end)| (*begin..=*end).contains(&one.place.line)));
}
