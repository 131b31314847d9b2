//! Scripts that start a database container themselves: `docker run`, or a Compose document that they write.

use super::found::Found;
use super::image::ImageRef;
use super::tree::Tree;
use super::{Confidence, Database, Environment, Origin, Place, Role, VolumeKind, environment};
use crate::presets::Presets;
use crate::presets::images::KnownImage;
use crate::source::SourceFile;

/// Endings of shell scripts.
const SHELLS: [&str; 4] = ["sh", "bash", "zsh", "ps1"];

/// Endings of programs that may be scripts.
const PROGRAMS: [&str; 6] = ["js", "mjs", "cjs", "ts", "mts", "py"];

/// Names of programs that set a project up, and of folders in which such programs lie.
const SETUP: [&str; 14] = [
    "setup",
    "install",
    "bootstrap",
    "init",
    "docker",
    "database",
    "db",
    "dev",
    "start",
    "up",
    "script",
    "scripts",
    "bin",
    "tools",
];

/// File names of task runners.
const RUNNERS: [&str; 8] = [
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "Justfile",
    "Taskfile.yml",
    "Taskfile.yaml",
    "package.json",
];

/// Notes the database containers that scripts of `tree` start.
pub fn detect(tree: &Tree, presets: &Presets, found: &mut Found) {
    for path in tree.paths().filter(|path| is_script(path)) {
        let Ok(file) = tree.read(path) else { continue };
        let text = file.text();
        if text.contains("docker run") || text.contains("podman run") {
            found.databases.extend(containers(&file, presets));
        }
        if text.contains("services:") && text.contains("image:") {
            found.databases.extend(document(&file, presets));
        }
    }
}

/// Programs are only read where their name or folder says that they set something up: an application has thousands.
fn is_script(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let aside =
        |folder: &str| matches!(folder, "test" | "tests" | "__tests__" | "spec" | "fixtures" | "docs");
    if folders.split('/').any(aside) || name.contains(".test.") || name.contains(".spec.") {
        return false;
    }
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let sets_up = || {
        let last = folders.rsplit('/').next().unwrap_or_default();
        stem.split(['-', '_', '.'])
            .chain([last])
            .any(|word| SETUP.contains(&word.to_ascii_lowercase().as_str()))
    };
    RUNNERS.contains(&name) || SHELLS.contains(&ending) || (PROGRAMS.contains(&ending) && sets_up())
}

/// `docker run … postgres:16`, with lines that end in `\` joined.
fn containers(file: &SourceFile, presets: &Presets) -> Vec<Database> {
    let mut databases = Vec::new();
    let mut command = String::new();
    let mut start = 0;
    for (number, line) in file.lines() {
        if command.is_empty() {
            start = number;
        }
        if let Some(open) = line.trim_end().strip_suffix('\\') {
            command.push_str(open);
            command.push(' ');
            continue;
        }
        command.push_str(line);
        databases.extend(started(&command, presets).map(|started| container(file.path(), start, started)));
        command.clear();
    }
    databases
}

/// A container that a command starts.
struct Started<'a> {
    known: KnownImage<'a>,
    tag: Option<String>,
    options: Vec<String>,
}

/// The image of a known engine and the words before it, when `command` runs it and does not only call a client in it.
fn started<'a>(command: &str, presets: &'a Presets) -> Option<Started<'a>> {
    let trimmed = command.trim_start();
    if trimmed.starts_with(['#', '/', '*']) || trimmed.starts_with("echo") || trimmed.contains("console.log")
    {
        return None;
    }
    let at = ["docker run ", "podman run "].iter().find_map(|run| Some(trimmed.find(run)? + run.len()))?;
    let words: Vec<&str> = trimmed[at..]
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'', '`', ',', ';', ')']))
        .collect();
    let detached = words.iter().any(|word| {
        matches!(*word, "-d" | "--detach" | "-itd" | "-dit" | "-td") || word.starts_with("--name")
    });
    let position = words.iter().position(|word| {
        !word.starts_with('-')
            && ImageRef::parse(word).is_some_and(|image| presets.by_image(&image).is_some())
    })?;
    let image = ImageRef::parse(words.get(position)?)?;
    let before = words[..position].iter().map(|word| (*word).to_owned()).collect();
    detached.then_some(Started { known: presets.by_image(&image)?, tag: image.tag, options: before })
}

fn container(path: &str, line: usize, started: Started<'_>) -> Database {
    let known = started.known;
    let mut database = server(path, line, known, started.tag);
    for pair in started.options.windows(2) {
        let [option, value] = pair else { continue };
        match option.as_str() {
            "-e" | "--env" => take_variable(&mut database, known, value),
            "-v" | "--volume" => take_mount(&mut database, known, value),
            "-p" | "--publish" => take_port(&mut database, value),
            "--name" => database.aliases.push(value.clone()),
            _ => {}
        }
    }
    database
}

/// The database services of a Compose document inside another text, read line by line.
fn document(file: &SourceFile, presets: &Presets) -> Vec<Database> {
    let mut databases: Vec<Database> = Vec::new();
    let mut current: Option<KnownImage<'_>> = None;
    for (number, line) in file.lines() {
        let text = line.trim();
        if let Some(image) = text.strip_prefix("image:") {
            let reference = ImageRef::parse(image.trim().trim_matches(['"', '\'']));
            current = reference.as_ref().and_then(|image| presets.by_image(image));
            let tag = reference.and_then(|image| image.tag);
            databases.extend(current.map(|known| server(file.path(), number, known, tag)));
        } else if let (Some(known), Some(database)) = (current, databases.last_mut()) {
            let item = text.trim_start_matches("- ").trim_matches(['"', '\'']);
            take_variable(database, known, &item.replacen(": ", "=", 1));
            if text.starts_with("- ") {
                take_mount(database, known, item);
                take_port(database, item);
            } else if text.is_empty() || text.starts_with('`') {
                current = None;
            }
        }
    }
    databases
}

fn server(path: &str, line: usize, known: KnownImage<'_>, tag: Option<String>) -> Database {
    let mut database = Database::new(&known.engine.id, Origin::Script, Place::new(path, line));
    database.version = tag;
    database.port = known.engine.ports.first().copied();
    database.host = Some("localhost".to_owned());
    database.environment = environment::classify(&environment::Clues {
        host: Some("localhost"),
        files: &[path],
        is_local: true,
        ..environment::Clues::default()
    });
    database.role = if database.environment == Environment::Test { Role::Test } else { known.engine.role };
    database.confidence = Confidence::Medium;
    database
}

fn take_variable(database: &mut Database, known: KnownImage<'_>, pair: &str) {
    let Some((name, value)) = pair.split_once('=') else { return };
    let is_in = |names: &[crate::presets::model::Str]| names.iter().any(|known| **known == *name);
    let value = super::url::known(value.trim_matches(['"', '\'']));
    if is_in(&known.variables().database) {
        database.database = value;
    } else if is_in(&known.variables().user) {
        database.user = value;
    }
}

fn take_mount(database: &mut Database, known: KnownImage<'_>, mount: &str) {
    let Some((source, target)) = mount.split_once(":/") else { return };
    let target = format!("/{}", target.split(':').next().unwrap_or_default());
    if !known.data_directories().any(|directory| directory == target.trim_end_matches('/')) {
        return;
    }
    let bind = source.starts_with(['.', '/', '~', '$']);
    database.volume_kind = if bind { VolumeKind::Bind } else { VolumeKind::Named };
    database.volume = Some(source.to_owned());
    database.data_mount = Some(target);
}

fn take_port(database: &mut Database, mapping: &str) {
    let mut numbers = mapping.rsplit(':').filter_map(|number| number.parse().ok());
    if let (Some(target), Some(published)) = (numbers.next(), numbers.next())
        && database.port == Some(target)
    {
        database.published_ports.push(published);
        database.port = Some(published);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<Database> {
        let mut found = Found::default();
        detect(&Tree::in_memory([(path, text)]), &Presets::embedded(), &mut found);
        found.databases
    }

    #[test]
    fn containers_that_a_script_starts() {
        let text = "#!/bin/sh\ndocker run -d --name pg -e POSTGRES_DB=shop \\\n  -p 5433:5432 -v pgdata:/var/lib/postgresql/data postgres:16\n";
        let databases = found("scripts/up.sh", text);
        let [db] = databases.as_slice() else { panic!("{databases:?}") };
        assert_eq!(
            (&*db.engine, db.version.as_deref(), db.database.as_deref(), db.sources[0].line),
            ("postgres", Some("16"), Some("shop"), 2)
        );
        assert_eq!((db.volume.as_deref(), db.port), (Some("pgdata"), Some(5433)));
    }

    #[test]
    fn clients_comments_and_tests_start_nothing() {
        assert!(found("a.sh", "docker run --rm postgres:16 pg_dump -h db app\n").is_empty());
        assert!(found("a.sh", "# docker run -d postgres\necho docker run -d postgres\n").is_empty());
        assert!(found("tests/a.sh", "docker run -d postgres\n").is_empty());
    }

    #[test]
    fn a_compose_document_inside_a_program() {
        let text = "const doc = `\nservices:\n  db:\n    image: postgres:16.4-alpine\n    environment:\n      POSTGRES_DB: shop\n    ports:\n      - \"54322:5432\"\n    volumes:\n      - data:/var/lib/postgresql/data\n`;\n";
        let databases = found("lib/setup.ts", text);
        assert_eq!(
            (
                databases.len(),
                databases[0].database.as_deref(),
                databases[0].volume.as_deref(),
                databases[0].port
            ),
            (1, Some("shop"), Some("data"), Some(54322))
        );
        assert_eq!(databases[0].confidence, Confidence::Medium);
    }
}
