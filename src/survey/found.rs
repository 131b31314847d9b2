//! What the detectors gather, before it is put in order.

use std::collections::{BTreeMap, BTreeSet};

use super::manifests::Dependency;
use super::{Database, Evidence, Incomplete, Place};

/// A list of the survey whose entries are strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Programming languages; keeps the order of the sightings.
    Languages,
    /// Package managers.
    PackageManagers,
    /// Framework ids.
    Frameworks,
    /// ORM and migration tool ids.
    Orms,
    /// Test commands; keeps the order of the sightings.
    TestCommands,
    /// Forward migration commands; keeps the order of the sightings.
    MigrateCommands,
    /// Compose files.
    ComposeFiles,
    /// Dotenv files and examples.
    EnvFiles,
    /// CI systems.
    Ci,
    /// Files that instruct AI agents.
    AgentFiles,
    /// Scripts and manifests that back up or restore.
    BackupScripts,
    /// Migration directories.
    Migrations,
}

impl Field {
    /// The list's name in the JSON of `detect`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Languages => "languages",
            Self::PackageManagers => "package_managers",
            Self::Frameworks => "frameworks",
            Self::Orms => "orms",
            Self::TestCommands => "test_commands",
            Self::MigrateCommands => "migrate_commands",
            Self::ComposeFiles => "compose_files",
            Self::EnvFiles => "env_files",
            Self::Ci => "ci",
            Self::AgentFiles => "agent_files",
            Self::BackupScripts => "backup_scripts",
            Self::Migrations => "migrations",
        }
    }

    const fn keeps_order(self) -> bool {
        matches!(self, Self::Languages | Self::TestCommands | Self::MigrateCommands)
    }
}

/// The accumulator that every detector writes to.
#[derive(Debug, Clone, Default)]
pub struct Found {
    entries: BTreeMap<Field, Vec<(String, Place)>>,
    seen: BTreeSet<(Field, String, Place)>,
    /// Sightings of databases, unmerged.
    pub databases: Vec<Database>,
    /// Declared dependencies, by manifest.
    pub dependencies: Vec<Dependency>,
    /// Files that could not be understood.
    pub incomplete: Vec<Incomplete>,
}

impl Found {
    /// Adds `value` to a list because of what stands at `place`.
    pub fn note(&mut self, field: Field, value: impl Into<String>, place: Place) {
        let value = value.into();
        if self.seen.insert((field, value.clone(), place.clone())) {
            self.entries.entry(field).or_default().push((value, place));
        }
    }

    /// Adds the file `path` to a list of paths.
    pub fn file(&mut self, field: Field, path: &str) {
        self.note(field, path, Place::new(path, 1));
    }

    /// Adds a sighting of a database.
    pub fn database(&mut self, database: Database) {
        self.databases.push(database);
    }

    /// Whether `value` is already in a list.
    pub fn has(&self, field: Field, value: &str) -> bool {
        self.entries.get(&field).is_some_and(|entries| entries.iter().any(|(known, _)| known == value))
    }

    /// The distinct values of a list: sorted, or in the order of their sightings where that carries meaning.
    pub fn values(&self, field: Field) -> Vec<String> {
        let mut known = BTreeSet::new();
        let sightings = self.entries.get(&field).into_iter().flatten();
        let mut values: Vec<String> =
            sightings.map(|(value, _)| value).filter(|value| known.insert(*value)).cloned().collect();
        if !field.keeps_order() {
            values.sort();
        }
        values
    }

    /// Every sighting of a list entry, sorted by list, entry and place.
    pub fn evidence(&self) -> Vec<Evidence> {
        let mut evidence: Vec<Evidence> = self
            .entries
            .iter()
            .flat_map(|(field, entries)| {
                entries.iter().map(|(value, place)| Evidence {
                    field: field.name(),
                    value: value.clone(),
                    place: place.clone(),
                })
            })
            .collect();
        evidence.sort();
        evidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_distinct_and_sorted_but_languages_keep_their_order() {
        let mut found = Found::default();
        found.note(Field::Orms, "prisma", Place::new("b", 2));
        found.note(Field::Orms, "alembic", Place::new("a", 1));
        found.note(Field::Orms, "prisma", Place::new("a", 1));
        found.note(Field::Languages, "TypeScript", Place::new("a", 1));
        found.note(Field::Languages, "Shell", Place::new("a", 1));
        assert_eq!(found.values(Field::Orms), ["alembic", "prisma"]);
        assert_eq!(found.values(Field::Languages), ["TypeScript", "Shell"]);
        assert_eq!(found.evidence().len(), 5);
    }

    #[test]
    fn the_same_sighting_counts_once() {
        let mut found = Found::default();
        found.file(Field::EnvFiles, ".env");
        found.file(Field::EnvFiles, ".env");
        assert!(found.has(Field::EnvFiles, ".env"));
        assert_eq!(found.evidence().len(), 1);
    }
}
