//! Directories of migrations, by conventions that most tools share.

use std::collections::BTreeMap;

use super::Place;
use super::found::{Field, Found};
use super::tree::Tree;
use crate::presets::Presets;

/// Directory names that hold migrations.
const NAMES: [&str; 6] = ["migrations", "migration", "migrate", "changelog", "changelogs", "changesets"];

/// Kinds of files that a migration is written in.
const ENDINGS: [&str; 18] = [
    "sql", "py", "php", "rb", "js", "mjs", "cjs", "ts", "exs", "cs", "java", "kt", "go", "xml", "yml",
    "yaml", "json", "rs",
];

/// Notes every directory that holds migrations, with the first of them as its place.
pub fn detect(tree: &Tree, _presets: &Presets, found: &mut Found) {
    let mut directories: BTreeMap<&str, &str> = BTreeMap::new();
    for path in tree.paths() {
        if let Some(directory) = directory(path) {
            directories.entry(directory).or_insert(path);
        }
    }
    for (directory, first) in directories {
        found.note(Field::Migrations, directory, Place::new(first, 1));
    }
}

/// The migration directory that the file at `path` belongs to.
fn directory(path: &str) -> Option<&str> {
    let (folders, name) = path.rsplit_once('/')?;
    let (parent, last) = folders.rsplit_once('/').unwrap_or(("", folders));
    if !is_migration_file(name, last) {
        return None;
    }
    if is_directory(parent, last) {
        return Some(folders);
    }
    let (grandparent, folder) = parent.rsplit_once('/').unwrap_or(("", parent));
    let numbered = last.starts_with(|letter: char| letter.is_ascii_digit());
    (numbered && is_directory(grandparent, folder)).then_some(parent)
}

fn is_directory(parent: &str, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let above = parent.rsplit('/').next().unwrap_or_default();
    NAMES.contains(&lower.as_str())
        || (lower == "versions" && matches!(above, "alembic" | "migrations" | "migration"))
        || (lower == "drizzle")
}

/// Whether a file is named like a step: numbered, dated, versioned, or SQL.
fn is_migration_file(name: &str, folder: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    if !ENDINGS.contains(&ending) || stem.starts_with("__") || name.ends_with(".d.ts") {
        return false;
    }
    let body = stem.trim_start_matches(['V', 'U', 'R', 'm']);
    let body = body.strip_prefix("Version").or_else(|| stem.strip_prefix("Version")).unwrap_or(body);
    let numbered = body.starts_with(|letter: char| letter.is_ascii_digit());
    let revision = folder == "versions" && stem.split('_').next().is_some_and(|hash| hash.len() >= 8);
    ending == "sql" || numbered || revision
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conventions_of_many_tools() {
        for (path, expected) in [
            ("prisma/migrations/20240101_init/migration.sql", "prisma/migrations"),
            ("supabase/migrations/20240101_x.sql", "supabase/migrations"),
            ("db/migrate/20240101000000_create_users.rb", "db/migrate"),
            ("app/users/migrations/0001_initial.py", "app/users/migrations"),
            ("database/migrations/2024_01_01_000000_create_users.php", "database/migrations"),
            ("alembic/versions/ab12cd34ef56_init.py", "alembic/versions"),
            ("migrations/versions/0001_init.py", "migrations/versions"),
            ("src/main/resources/db/migration/V1__init.sql", "src/main/resources/db/migration"),
            ("migrations/Version20240101000000.php", "migrations"),
            ("Data/Migrations/20240101_Init.cs", "Data/Migrations"),
            ("migrations/2024-01-01-000000_x/up.sql", "migrations"),
            ("drizzle/0000_init.sql", "drizzle"),
            ("src/migrations/20260309_100641.ts", "src/migrations"),
        ] {
            assert_eq!(directory(path), Some(expected), "{path}");
        }
    }

    #[test]
    fn other_files_are_no_migrations() {
        for path in [
            "src/migrations/index.ts",
            "app/migrations/__init__.py",
            "docs/migration/guide.md",
            "migrations/env.py",
            "api/versions/v1.py",
            "a.sql",
        ] {
            assert_eq!(directory(path), None, "{path}");
        }
    }
}
