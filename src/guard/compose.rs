//! The volumes of a Compose project that a command would remove: which there are, and what is in them.

mod loss;

pub use loss::{Loss, losses};

use super::stake::Stake;
use crate::effects::facts::{self, Facts};
use crate::effects::{Found, Scope};
use crate::source::SourceFile;
use crate::survey::compose::{self, ComposeFacts};
use crate::survey::environment::{self, Clues};
use crate::survey::tree::Tree;
use crate::survey::{Environment, VolumeKind};
use crate::yaml;

/// Names that Compose looks for, in its order.
const NAMES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const OVERRIDES: [&str; 4] = [
    "compose.override.yaml",
    "compose.override.yml",
    "docker-compose.override.yaml",
    "docker-compose.override.yml",
];

/// The stake of removing a project's volumes, and which these are.
pub(super) fn stake(found: &Found, facts: &dyn Facts) -> (Stake, String) {
    let files = files(found, facts);
    let unseen = "the volumes of its project, which cannot be seen from here".to_owned();
    if files.is_empty() || found.around.elsewhere {
        return (Stake::Unknown, unseen);
    }
    let Some(texts) = read(&files, facts) else { return (Stake::Unknown, unseen) };
    let tree = Tree::in_memory(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let seen = compose::read(&tree);
    if seen.files.is_empty() || !tree.unread().is_empty() || !all_parse(&texts) {
        return (Stake::Unknown, unseen);
    }
    let lost = lost(&seen, found.scope);
    if lost.is_empty() {
        return (Stake::Nothing, String::new());
    }
    let project = found.around.options.iter().filter(|(name, _)| matches!(&**name, "-p" | "--project-name"));
    let mut names: Vec<&str> = project.map(|(_, value)| value.as_str()).collect();
    let given: Vec<&str> =
        seen.files.iter().filter_map(|file| Some(file.project_name.as_ref()?.text.as_str())).collect();
    names.extend(given);
    (of_names(&names, &files), lost.join(", "))
}

/// Whether the project has a volume that is `external`, or data in memory.
pub(super) fn is_kept(found: &Found, facts: &dyn Facts) -> bool {
    let Some(texts) = read(&files(found, facts), facts) else { return false };
    let tree = Tree::in_memory(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let seen = compose::read(&tree);
    seen.files.iter().any(|file| {
        let mut mounts = file.services.iter().flat_map(|service| service.mounts.iter());
        file.volumes.iter().any(|volume| volume.external)
            || mounts.any(|mount| mount.kind == VolumeKind::Tmpfs)
    })
}

fn all_parse(texts: &[(String, String)]) -> bool {
    let files = texts.iter().filter(|(path, _)| path.ends_with("ml"));
    files.map(|(path, text)| SourceFile::new(path, text)).all(|file| yaml::parse(&file).is_ok())
}

fn of_names(names: &[&str], files: &[String]) -> Stake {
    let joined = names.join(" ");
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let clues = Clues { database: Some(&joined), files: &files, is_local: true, ..Clues::default() };
    match environment::classify(&clues) {
        Environment::Production => Stake::Production,
        Environment::Test => Stake::ThrowAway,
        Environment::Development | Environment::Staging | Environment::Unknown => Stake::Development,
    }
}

/// The files that the command names, or those that Compose finds by itself, as seen from where the command was given.
pub fn files(found: &Found, facts: &dyn Facts) -> Vec<String> {
    let folder = option(found, "--project-directory")
        .map_or_else(|| found.around.folder.clone(), |named| facts::join(&found.around.folder, named));
    let named = found.around.options.iter().filter(|(name, _)| matches!(&**name, "-f" | "--file"));
    let mut files: Vec<String> = named
        .map(|(_, path)| facts::join(&found.around.folder, path))
        .filter(|path| path.ends_with("ml"))
        .collect();
    if let Some(listed) = found.around.variables.get("COMPOSE_FILE").filter(|_| files.is_empty()) {
        files.extend(listed.split(':').map(|path| facts::join(&folder, path)));
    }
    if files.is_empty() {
        let first = |names: &[&str]| {
            names.iter().map(|name| facts::join(&folder, name)).find(|path| facts.exists(path))
        };
        files.extend(first(&NAMES).into_iter().chain(first(&OVERRIDES)));
    }
    files
}

fn option<'a>(found: &'a Found, name: &str) -> Option<&'a str> {
    found.around.options.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}

/// The texts of the files and of the `.env` that fills them in; None when one cannot be read.
fn read(files: &[String], facts: &dyn Facts) -> Option<Vec<(String, String)>> {
    let mut texts = Vec::new();
    for path in files {
        texts.push((path.trim_start_matches('/').to_owned(), facts.read(path)?));
        let beside =
            path.rsplit_once('/').map_or_else(|| ".env".to_owned(), |(folder, _)| format!("{folder}/.env"));
        texts.extend(facts.read(&beside).map(|text| (beside.trim_start_matches('/').to_owned(), text)));
    }
    Some(texts)
}

/// What would be gone, in words.
fn lost(seen: &ComposeFacts, scope: Scope) -> Vec<String> {
    let mut lost: Vec<String> =
        seen.files.iter().flat_map(|file| losses(file, scope)).map(Loss::words).collect();
    lost.sort();
    lost.dedup();
    lost
}
