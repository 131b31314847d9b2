//! Which frameworks, ORMs and migration tools a repository uses.

use std::collections::BTreeMap;

use super::found::{Field, Found};
use super::glob::{GlobError, Globs};
use super::manifests::{self, Dependency, is_aside};
use super::tree::Tree;
use super::{Place, languages, packages};
use crate::presets::Presets;
use crate::presets::model::{Marker, Stack, Str};

/// Adds languages, package managers, frameworks, ORMs, their commands and migrations, and the databases that the
/// frameworks' configuration names.
pub fn read(tree: &Tree, presets: &Presets, found: &mut Found) -> Result<(), GlobError> {
    languages::read(tree, found);
    packages::read(tree, found);
    let dependencies = manifests::read(tree, found);
    present(tree, presets, &dependencies, found)
}

/// Adds every stack that the repository shows evidence of.
fn present(
    tree: &Tree,
    presets: &Presets,
    dependencies: &[Dependency],
    found: &mut Found,
) -> Result<(), GlobError> {
    let files = StackFiles::new(tree, &presets.stacks)?;
    for stack in &presets.stacks {
        let places: Vec<Place> =
            stack.markers.iter().filter_map(|marker| evidence(marker, dependencies, &files)).collect();
        if !places.is_empty() {
            note(stack, &places, found);
            migrations(stack, &files, found);
        }
    }
    Ok(())
}

fn note(stack: &Stack, places: &[Place], found: &mut Found) {
    let lists = [(Field::Frameworks, &stack.frameworks), (Field::Orms, &stack.orms)];
    for (field, id) in lists.into_iter().flat_map(|(field, ids)| ids.iter().map(move |id| (field, id))) {
        for place in places {
            found.note(field, &**id, place.clone());
        }
    }
    let lists =
        [(Field::TestCommands, &stack.test_commands), (Field::MigrateCommands, &stack.migrate_commands)];
    for (field, commands) in lists {
        for command in commands {
            found.note(field, &**command, places[0].clone());
        }
    }
}

fn migrations(stack: &Stack, files: &StackFiles<'_>, found: &mut Found) {
    for &path in stack.migrations.iter().flat_map(|glob| files.matching(glob)) {
        let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
        if !found.has(Field::Migrations, directory) {
            found.note(Field::Migrations, directory, Place::new(path, 1));
        }
    }
}

/// Files that any preset asks for, matched in one pass.
struct StackFiles<'a> {
    tree: &'a Tree,
    numbers: BTreeMap<&'a str, usize>,
    paths: BTreeMap<usize, Vec<&'a str>>,
}

impl<'a> StackFiles<'a> {
    fn new(tree: &'a Tree, stacks: &'a [Stack]) -> Result<Self, GlobError> {
        let mut globs: Vec<&str> = stacks
            .iter()
            .flat_map(|stack| {
                let markers = stack.markers.iter().filter_map(|marker| marker.file.as_deref());
                markers.chain(stack.migrations.iter().map(|glob| &**glob))
            })
            .collect();
        globs.sort_unstable();
        globs.dedup();
        let paths = tree.matching(&Globs::new(globs.iter().copied())?);
        let numbers = globs.into_iter().enumerate().map(|(number, glob)| (glob, number)).collect();
        Ok(Self { tree, numbers, paths })
    }

    fn matching(&self, glob: &str) -> &[&'a str] {
        self.numbers.get(glob).and_then(|number| self.paths.get(number)).map_or(&[], Vec::as_slice)
    }
}

/// Where `marker` shows, if all that it asks for is there.
fn evidence(marker: &Marker, dependencies: &[Dependency], files: &StackFiles<'_>) -> Option<Place> {
    let mut place = None;
    if let Some(wanted) = marker.dependency.as_deref() {
        let dependency = dependencies.iter().find(|dependency| {
            (marker.development || !dependency.development) && matches(wanted, &dependency.id)
        })?;
        place = Some(dependency.place.clone());
    }
    let explained = |other: &Str| dependencies.iter().any(|dependency| matches(other, &dependency.id));
    if marker.unless.iter().any(explained) {
        return None;
    }
    if let Some(glob) = marker.file.as_deref() {
        let mut paths = files.matching(glob).iter().filter(|path| !is_aside(path));
        let file = paths.find_map(|path| shows(files.tree, path, marker.contains.as_deref()))?;
        place.get_or_insert(file);
    }
    place
}

/// The line of `path` that holds `text`, or its first.
fn shows(tree: &Tree, path: &str, text: Option<&str>) -> Option<Place> {
    let Some(text) = text else {
        return Some(Place::new(path, 1));
    };
    let file = tree.read(path).ok()?;
    let (line, _) = file.lines().find(|(_, line)| line.contains(text))?;
    Some(Place::new(path, line))
}

/// Whether `pattern`, in which `*` stands for any run of characters, matches the whole of `text`.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(rest) = text.strip_prefix(head) else {
        return false;
    };
    rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| matches(tail, &rest[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(files: &[(&str, &str)]) -> Found {
        let tree = Tree::in_memory(files.iter().copied());
        let mut found = Found::default();
        read(&tree, &Presets::embedded(), &mut found).expect("globs");
        found
    }

    #[test]
    fn wildcards_match_any_run() {
        assert!(matches("maven:org.hibernate*:hibernate-*", "maven:org.hibernate.orm:hibernate-core"));
        assert!(matches("npm:a", "npm:a") && !matches("npm:a", "npm:ab") && matches("npm:*", "npm:"));
        assert!(!matches("x*z", "xy"));
    }

    #[test]
    fn every_preset_recognises_its_examples_and_nothing_else() {
        let presets = Presets::embedded();
        assert!(presets.stacks.len() >= 35, "{}", presets.stacks.len());
        for stack in &presets.stacks {
            let labels = [&stack.frameworks, &stack.orms, &stack.test_commands];
            let labels = labels.iter().find(|labels| !labels.is_empty()).expect("something to tell");
            for wanted in [true, false] {
                let any = stack.examples.iter().any(|example| example.matches == wanted);
                assert!(any, "{}: no example with matches = {wanted}", &*stack.id);
            }
            for example in &stack.examples {
                let found = survey(&[(&example.file, &example.text)]);
                for label in *labels {
                    let fields = [Field::Frameworks, Field::Orms, Field::TestCommands];
                    let seen = fields.iter().any(|field| found.has(*field, label));
                    assert_eq!(seen, example.matches, "{}: {:?}", &*stack.id, &*example.text);
                }
                assert!(found.incomplete.is_empty(), "{}: {:?}", &*stack.id, found.incomplete);
            }
        }
    }

    #[test]
    fn dependencies_of_markers_are_in_normal_form() {
        for stack in &Presets::embedded().stacks {
            for dependency in stack.markers.iter().filter_map(|marker| marker.dependency.as_deref()) {
                let (ecosystem, name) = dependency.split_once(':').expect("ecosystem:name");
                let known =
                    ["npm", "pypi", "gem", "composer", "go", "cargo", "maven", "gradle", "nuget", "hex"];
                assert!(known.contains(&ecosystem), "{dependency}");
                if matches!(ecosystem, "pypi" | "composer" | "nuget" | "cargo") {
                    assert_eq!(name, name.to_ascii_lowercase(), "{dependency}");
                }
                assert!(!matches!(ecosystem, "pypi" | "cargo") || !name.contains('_'), "{dependency}");
            }
        }
    }
}
