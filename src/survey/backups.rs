//! Scripts and manifests that back up or restore a database, judged by name and content together.

use std::collections::BTreeSet;

use super::found::{Field, Found};
use super::paths;
use super::tree::Tree;
use crate::presets::Presets;

/// Words of a file name that say what it does.
const DEEDS: [&str; 9] =
    ["backup", "backups", "restore", "dump", "dumps", "pgdump", "mysqldump", "mongodump", "export"];

/// Words of a file name that say to what.
const SUBJECTS: [&str; 13] = [
    "db",
    "dbs",
    "database",
    "databases",
    "postgres",
    "postgresql",
    "pg",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "redis",
    "sqlite",
];

/// Programs, sub-commands and images whose work is dumping or loading whole databases.
const TOOLS: [&str; 18] = [
    "pg_dump",
    "pg_restore",
    "pg_basebackup",
    "pgbackrest",
    "wal-g",
    "barman ",
    "mysqldump",
    "mariadb-dump",
    "mysqlpump",
    "xtrabackup",
    "mariabackup",
    "mongodump",
    "mongorestore",
    "mysql-backup",
    "postgres-backup",
    "supabase db dump",
    "wp db export",
    "litestream ",
];

/// Folders in which programs, and not parts of an application, live.
const SCRIPT_FOLDERS: [&str; 17] = [
    "scripts",
    "script",
    "bin",
    "tools",
    "ops",
    "backup",
    "backups",
    "cron",
    "deploy",
    "deployment",
    "infra",
    "devops",
    "hack",
    "docker",
    "jobs",
    "tasks",
    "commands",
];

/// Notes every such file.
pub fn detect(tree: &Tree, _presets: &Presets, found: &mut Found) {
    let candidates: Vec<&str> = tree.paths().filter(|path| Kind::of(path).is_some()).collect();
    let direct: BTreeSet<&str> =
        candidates.iter().copied().filter(|path| works_on_databases(tree, path)).collect();
    let names: Vec<&str> = direct.iter().map(|path| paths::name(path)).collect();
    for path in candidates {
        if direct.contains(path) || drives(tree, path, &names) {
            found.file(Field::BackupScripts, path);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Shell,
    Program,
    Manifest,
    Settings,
}

impl Kind {
    fn of(path: &str) -> Option<Self> {
        let name = paths::name(path);
        match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "sh" | "bash" | "zsh" | "ps1" | "bat" | "cmd" => Some(Self::Shell),
            "py" | "js" | "mjs" | "cjs" | "ts" | "rb" | "rake" | "pl" | "php" | "go"
                if in_script_folder(path) =>
            {
                Some(Self::Program)
            }
            "yml" | "yaml" => Some(Self::Manifest),
            "json" | "toml" | "conf" | "ini"
                if has_deed(name) && path.split('/').rev().skip(1).any(has_deed) =>
            {
                Some(Self::Settings)
            }
            "" if in_script_folder(path) => Some(Self::Shell),
            _ => None,
        }
    }
}

fn works_on_databases(tree: &Tree, path: &str) -> bool {
    let words = words(paths::name(path));
    let deed = words.iter().any(|word| DEEDS.contains(&word.as_str()));
    let subject = words.iter().any(|word| SUBJECTS.contains(&word.as_str()));
    match Kind::of(path) {
        Some(Kind::Settings) => true,
        Some(Kind::Manifest) => deed && mentions(tree, path, is_tool),
        Some(Kind::Shell | Kind::Program) if deed => subject || mentions(tree, path, is_tool),
        Some(Kind::Shell) if subject => mentions(tree, path, copies_data),
        Some(Kind::Shell | Kind::Program) | None => false,
    }
}

/// Whether a file named after backups only calls others that do the work: menus, schedulers.
fn drives(tree: &Tree, path: &str, names: &[&str]) -> bool {
    let kind = Kind::of(path);
    has_deed(paths::name(path))
        && matches!(kind, Some(Kind::Shell | Kind::Program))
        && mentions(tree, path, |line| names.iter().any(|name| line.contains(name)))
}

fn mentions(tree: &Tree, path: &str, accept: impl Fn(&str) -> bool) -> bool {
    tree.read(path).is_ok_and(|file| {
        file.text()
            .lines()
            .map(str::trim_start)
            .any(|line| !line.starts_with('#') && !line.starts_with("//") && accept(line))
    })
}

fn is_tool(line: &str) -> bool {
    TOOLS.iter().any(|tool| line.contains(tool)) || (line.contains("sqlite3") && line.contains(".backup"))
}

/// `cp -ra …/volumes/db/ …/backups/…`: a copy of a data directory to a place for backups.
fn copies_data(line: &str) -> bool {
    let copies = ["cp ", "rsync ", "tar "]
        .iter()
        .any(|command| line.starts_with(command) || line.contains(&format!(" {command}")));
    let words = words(line);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    copies && has(&DEEDS) && has(&SUBJECTS)
}

fn in_script_folder(path: &str) -> bool {
    let Some((folders, _)) = path.rsplit_once('/') else { return true };
    folders.split('/').any(|folder| SCRIPT_FOLDERS.iter().any(|known| known.eq_ignore_ascii_case(folder)))
}

fn has_deed(name: &str) -> bool {
    words(name).iter().any(|word| DEEDS.contains(&word.as_str()))
}

/// Words in lower case, split at everything but letters and digits and where camel case starts a new one.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = 'A';
    for letter in name.chars() {
        let starts = letter.is_ascii_uppercase() && before.is_ascii_lowercase();
        if !letter.is_ascii_alphanumeric() || starts {
            words.push(String::new());
        }
        if letter.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(letter.to_ascii_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scripts(files: &[(&str, &str)]) -> Vec<String> {
        let mut found = Found::default();
        detect(&Tree::in_memory(files.iter().copied()), &Presets::embedded(), &mut found);
        found.values(Field::BackupScripts)
    }

    #[test]
    fn names_and_contents_together() {
        let yes = [
            ("scripts/db-restore.sh", "psql < $1\n"),
            ("export.sh", "docker exec db mysqldump app > x.sql\n"),
            ("k8s/mysql-dumpJob.yaml", "image: databack/mysql-backup\n"),
            ("scripts/upgrade-postgres.sh", "cp -ra ./volumes/db/ ./backups/database-1/\n"),
            ("scripts/setup-backup-timer.sh", "cp db-restore.sh /usr/local/bin\n"),
            ("backups/backup-config.json", "{}\n"),
            ("bin/backup_database.py", "print()\n"),
            ("app/Console/Commands/BackupDatabase.php", "<?php\n"),
            ("lib/tasks/db_restore.rake", "task :restore\n"),
            ("k8s/cronjob-backup.yaml", "command: [pg_dump]\n"),
        ];
        assert_eq!(scripts(&yes).len(), yes.len(), "{:?}", scripts(&yes));
    }

    #[test]
    fn other_uses_of_the_words_do_not_count() {
        let no = [
            ("app/Access/BackupCodes.php", "pg_dump\n"),
            ("scripts/deploy.sh", "pg_dump app > before.sql\n"),
            ("scripts/restore_paid_search.sh", "python manage.py shell\n"),
            ("crds/restoredbs.yaml", "kind: CustomResourceDefinition\n"),
            ("src/export.ts", "export default 1\n"),
            ("export-styles.sh", "# mysqldump\nsass .\n"),
        ];
        assert_eq!(scripts(&no), Vec::<String>::new());
    }
}
