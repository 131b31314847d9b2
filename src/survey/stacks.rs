//! Which frameworks, ORMs and migration tools a repository uses.

use std::collections::BTreeMap;

use super::found::{Field, Found};
use super::glob::{GlobError, Globs};
use super::manifests::{self, Dependency, is_aside};
use super::tree::Tree;
use super::{Confidence, Database, Origin, Place, config, languages, packages};
use crate::presets::Presets;
use crate::presets::model::{Marker, Stack, Str};
use crate::presets::wildcard::matches;

/// The detector, with the globs of all stack presets compiled.
pub struct Stacks<'a> {
    presets: &'a Presets,
    numbers: BTreeMap<&'a str, usize>,
    globs: Globs,
}

impl<'a> Stacks<'a> {
    /// Compiles what `presets` ask for; a glob of a user's preset may be broken.
    pub fn new(presets: &'a Presets) -> Result<Self, GlobError> {
        let mut globs: Vec<&str> = presets.stacks.iter().flat_map(globs_of).collect();
        globs.sort_unstable();
        globs.dedup();
        let compiled = Globs::new(globs.iter().copied())?;
        let numbers = globs.into_iter().enumerate().map(|(number, glob)| (glob, number)).collect();
        Ok(Self { presets, numbers, globs: compiled })
    }

    /// Adds languages, package managers, frameworks, ORMs, their commands and migrations, and the databases that the
    /// frameworks' configuration names; drivers among the dependencies come as databases of low confidence.
    pub fn read(&self, tree: &Tree, found: &mut Found) {
        languages::read(tree, found);
        packages::read(tree, found);
        let dependencies = manifests::read(tree, found);
        let files = StackFiles { tree, numbers: &self.numbers, paths: tree.matching(&self.globs) };
        let mut present = Vec::new();
        for stack in &self.presets.stacks {
            let markers = stack.markers.iter();
            let places: Vec<Place> =
                markers.filter_map(|marker| evidence(marker, &dependencies, &files)).collect();
            if !places.is_empty() {
                note(stack, &places, found);
                migrations(stack, &files, found);
                present.push(stack);
            }
        }
        config::read(self.presets, &present, &dependencies, &files, found);
        drivers(self.presets, &dependencies, found);
        found.dependencies = dependencies;
    }
}

/// Compiles the globs of `presets` and reads `tree` once: see [`Stacks`].
pub fn read(tree: &Tree, presets: &Presets, found: &mut Found) -> Result<(), GlobError> {
    Stacks::new(presets)?.read(tree, found);
    Ok(())
}

/// Every glob of a stack: markers, migrations and configuration files.
fn globs_of(stack: &Stack) -> impl Iterator<Item = &str> {
    let markers = stack.markers.iter().filter_map(|marker| marker.file.as_deref());
    let migrations = stack.migrations.iter().map(|glob| &**glob);
    let configs = stack.configs.iter().flat_map(|config| config.files.iter().map(|glob| &**glob));
    markers.chain(migrations).chain(configs)
}

/// A driver among the dependencies is a hint that the assembly weighs against better evidence.
fn drivers(presets: &Presets, dependencies: &[Dependency], found: &mut Found) {
    for dependency in dependencies.iter().filter(|dependency| !dependency.development) {
        if let Some(engine) = presets.by_driver(&dependency.id) {
            let mut database = Database::new(&engine.id, Origin::Dependency, dependency.place.clone());
            database.confidence = Confidence::Low;
            found.database(database);
        }
    }
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
    for glob in &stack.migrations {
        let varying = glob.split('/').skip_while(|part| !part.contains('*')).count();
        for &path in files.matching(glob) {
            let directory = path.rsplitn(varying + 1, '/').nth(varying).unwrap_or(".");
            if !found.has(Field::Migrations, directory) {
                found.note(Field::Migrations, directory, Place::new(path, 1));
            }
        }
    }
}

/// The files of a tree that presets ask for, matched in one pass.
pub(super) struct StackFiles<'a> {
    /// The tree itself.
    pub(super) tree: &'a Tree,
    numbers: &'a BTreeMap<&'a str, usize>,
    paths: BTreeMap<usize, Vec<&'a str>>,
}

impl<'a> StackFiles<'a> {
    /// The paths that match a preset's glob, sorted.
    pub(super) fn matching(&self, glob: &str) -> &[&'a str] {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_recognises_its_examples_and_nothing_else() {
        let presets = Presets::embedded();
        let detector = Stacks::new(&presets).expect("globs");
        assert!(presets.stacks.len() >= 35, "{}", presets.stacks.len());
        for stack in &presets.stacks {
            let labels = [&stack.frameworks, &stack.orms, &stack.test_commands];
            let labels = labels.iter().find(|labels| !labels.is_empty()).expect("something to tell");
            for wanted in [true, false] {
                let any = stack.examples.iter().any(|example| example.matches == wanted);
                assert!(any, "{}: no example with matches = {wanted}", &*stack.id);
            }
            for example in &stack.examples {
                let mut found = Found::default();
                detector.read(&Tree::in_memory([(&*example.file, &*example.text)]), &mut found);
                for label in *labels {
                    let fields = [Field::Frameworks, Field::Orms, Field::TestCommands];
                    let seen = fields.iter().any(|field| found.has(*field, label));
                    assert_eq!(seen, example.matches, "{}: {:?}", &*stack.id, &*example.text);
                }
                for engine in &example.engines {
                    let told = found.databases.iter().any(|database| database.engine == **engine);
                    assert!(told, "{}: no {} in {:?}", &*stack.id, &**engine, &*example.text);
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
