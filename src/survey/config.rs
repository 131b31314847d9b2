//! Databases that the configuration of frameworks names.
//!
//! A preset says which files to read and with which of the readers here; every format is first brought into the one
//! shape of [`script::Entry`](super::script::Entry), so that the readers know keys and values only.

mod calls;
mod connections;
mod dotnet;
mod ecto;
mod fields;
mod properties;
pub mod shape;
mod supabase;

use std::collections::BTreeMap;

use super::found::Found;
use super::manifests::{Dependency, is_aside};
use super::script::Entry;
use super::stacks::StackFiles;
use super::{Database, Incomplete};
use crate::presets::Presets;
use crate::presets::model::Stack;
use crate::source::SourceFile;

/// What a reader may look at.
struct Context<'a> {
    presets: &'a Presets,
    dependencies: &'a [Dependency],
    file: &'a SourceFile,
    entries: &'a [Entry],
    /// Keys, calls or settings to look for, as the presets name them.
    keys: &'a [&'a str],
}

/// Turns one configuration file into databases.
type Reader = fn(&Context<'_>) -> Vec<Database>;

/// The readers that presets can name.
const READERS: [(&str, Reader); 5] = [
    ("calls", calls::read),
    ("connection-strings", dotnet::read),
    ("connections", connections::read),
    ("ecto", ecto::read),
    ("supabase", supabase::read),
];

/// Adds the databases that the configuration files of `stacks` name.
pub(super) fn read(
    presets: &Presets,
    stacks: &[&Stack],
    dependencies: &[Dependency],
    files: &StackFiles<'_>,
    found: &mut Found,
) {
    for ((path, reader), keys) in tasks(files, stacks) {
        let Some((_, reader)) = READERS.iter().find(|(name, _)| *name == reader) else {
            continue;
        };
        let file = match files.tree.read(path) {
            Ok(file) => file,
            Err(error) => {
                found.incomplete.push(incomplete(path, None, error.to_string()));
                continue;
            }
        };
        match shape::entries(&file) {
            Ok(entries) => {
                let context = Context { presets, dependencies, file: &file, entries: &entries, keys: &keys };
                // What lives in memory only is nobody's data.
                found
                    .databases
                    .extend(reader(&context).into_iter().filter(|database| !is_in_memory(database)));
            }
            Err(broken) => {
                found.incomplete.push(incomplete(path, Some((broken.line, broken.column)), broken.message));
            }
        }
    }
}

/// Files by reader, with the keys of all presets that ask for them.
type Tasks<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a str>>;

fn tasks<'a>(files: &StackFiles<'a>, stacks: &[&'a Stack]) -> Tasks<'a> {
    let mut tasks = Tasks::new();
    for config in stacks.iter().flat_map(|stack| stack.configs.iter()) {
        let paths = config.files.iter().flat_map(|glob| files.matching(glob));
        for path in paths.filter(|path| !is_aside(path) && !is_unit_test(path)) {
            let keys = tasks.entry((*path, &*config.reader)).or_default();
            for key in &config.keys {
                if !keys.contains(&&**key) {
                    keys.push(key);
                }
            }
        }
    }
    tasks
}

fn is_in_memory(database: &Database) -> bool {
    let name = database.database.as_deref().unwrap_or_default();
    name.contains(":memory:") || name.starts_with("mem:")
}

/// Whether `path` holds tests rather than what they run with.
fn is_unit_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with("_test.go") || name.contains(".test.") || name.contains(".spec.")
}

fn incomplete(path: &str, place: Option<(usize, usize)>, message: String) -> Incomplete {
    let (line, column) = place.unzip();
    Incomplete { path: path.to_owned(), line, column, message, matters: false }
}

#[cfg(test)]
mod tests;
