//! The variables that a Compose file's references see.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::names;
use crate::survey::Place;
use crate::survey::dotenv;
use crate::survey::hidden::Hidden;
use crate::survey::interpolate;
use crate::survey::tree::Tree;

/// A value, where it is set and whether that file is the one that Compose reads.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) value: Hidden,
    pub(super) place: Place,
    pub(super) certain: bool,
}

/// Variables by name: `.env` first, example files for what it lacks.
#[derive(Default)]
pub(super) struct Scope {
    variables: BTreeMap<String, Setting>,
}

/// Text after replacement.
pub(super) struct Expanded {
    pub(super) text: String,
    /// Name and place of the variable that alone made up the text.
    pub(super) from: Option<(String, Place)>,
    /// Whether nothing in it was unset or only known from an example.
    pub(super) certain: bool,
}

impl Scope {
    /// Reads `env_files` (root-relative, later ones win), or `.env` of `directory` when there are none; example files
    /// of the directory fill in.
    pub(super) fn read(tree: &Tree, directory: &str, env_files: &[String]) -> Self {
        let default = [at(directory, ".env")];
        let files = if env_files.is_empty() { &default[..] } else { env_files };
        let mut scope = Self::default();
        for path in files {
            scope.add(tree, path, true);
        }
        for path in examples(tree, directory) {
            let mut example = Self::default();
            example.add(tree, &path, false);
            for (name, setting) in example.variables {
                scope.variables.entry(name).or_insert(setting);
            }
        }
        scope
    }

    /// The setting of `name`.
    pub(super) fn setting(&self, name: &str) -> Option<&Setting> {
        self.variables.get(name)
    }

    /// Replaces the variables of `text`.
    pub(super) fn expand(&self, text: &str) -> Expanded {
        if !text.contains('$') {
            return Expanded { text: text.to_owned(), from: None, certain: true };
        }
        let certain = RefCell::new(true);
        let expansion = interpolate::expand(text, &|name| match self.variables.get(name) {
            Some(setting) => {
                *certain.borrow_mut() &= setting.certain;
                Some(setting.value.reveal().to_owned())
            }
            None => shell_variable(name),
        });
        let certain = *certain.borrow() && expansion.unset.is_empty();
        let from = expansion.sole.and_then(|name| {
            let place = self.variables.get(&name)?.place.clone();
            Some((name, place))
        });
        Expanded { text: expansion.text, from, certain }
    }

    fn add(&mut self, tree: &Tree, path: &str, certain: bool) {
        let Ok(file) = tree.read(path) else { return };
        for entry in dotenv::parse(&file) {
            let value = if entry.expands() {
                self.expand(entry.value.reveal()).text
            } else {
                entry.value.reveal().into()
            };
            let setting = Setting { value: Hidden::new(value), place: Place::new(path, entry.line), certain };
            self.variables.insert(entry.key, setting);
        }
    }
}

/// Example files of `directory` for its `.env` (or variants of it, such as `.env.prod.example`, but none for
/// tests), the plainest first.
fn examples(tree: &Tree, directory: &str) -> Vec<String> {
    let stands_for_env = |path: &&str| {
        let (parent, name) = names::split(path);
        let variant = |made: &str| made.starts_with("env.") && !made.contains("test");
        parent == directory && names::example_of(name).is_some_and(|made| made == "env" || variant(&made))
    };
    let mut found: Vec<String> = tree.paths().filter(stands_for_env).map(str::to_owned).collect();
    found.sort_by_key(|path| (names::example_of(names::split(path).1), path.len(), path.clone()));
    found
}

/// `name` in `directory`.
pub(super) fn at(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// What every shell sets, written the way that paths in Compose files write it.
fn shell_variable(name: &str) -> Option<String> {
    match name {
        "PWD" => Some(".".to_owned()),
        "HOME" => Some("~".to_owned()),
        _ => None,
    }
}
