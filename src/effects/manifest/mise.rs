//! Tasks of mise: `[tasks.NAME]` with `run` or `file` and `depends`, and scripts in folders of tasks.

use std::collections::BTreeSet;

use toml_edit::{DocumentMut, Item};

use super::{DEEPEST, HIGHEST, Request, Step, above, found};
use crate::effects::facts::{self, Facts};
use crate::effects::knowledge::language_of;
use crate::presets::runners::Manifest;
use crate::presets::tools::Language;

/// Folders in which each script is a task of its name.
const FOLDERS: [&str; 5] = ["mise-tasks", ".mise-tasks", "mise/tasks", ".mise/tasks", ".config/mise/tasks"];

/// The texts of a task: in the configuration, else a script.
pub(super) fn steps(request: &Request<'_>, facts: &dyn Facts) -> Option<Vec<Step>> {
    let by_name = found(Manifest::Mise, request.file, request.folder, facts);
    let listed = by_name.and_then(|(folder, text)| Some(Step::shell(task(&text, request.name)?, &folder)));
    listed.or_else(|| above(request.folder, HIGHEST).find_map(|folder| script(&folder, request.name, facts)))
}

/// `db:reset` is `db/reset` in a folder of tasks, with an ending or without.
fn script(base: &str, name: &str, facts: &dyn Facts) -> Option<Vec<Step>> {
    let name = name.replace(':', "/");
    let (path, text) = FOLDERS.iter().find_map(|folder| {
        let path = facts::join(base, &format!("{folder}/{name}"));
        let (above, own) = path.rsplit_once('/')?;
        let with_ending = || facts.names(above).into_iter().find(|one| one.split('.').next() == Some(own));
        let read = |path: String| Some((path.clone(), facts.read(&path)?));
        read(path.clone()).or_else(|| read(format!("{above}/{}", with_ending()?)))
    })?;
    let language = language_of(&text, &path).unwrap_or(Language::Shell);
    Some(Step::all(vec![text], language, base))
}

/// The shell texts of a task, those of the tasks that it depends on first.
fn task(text: &str, name: &str) -> Option<Vec<String>> {
    let parsed: DocumentMut = text.parse().ok()?;
    commands(parsed.get("tasks")?, name, &mut BTreeSet::new())
}

/// A task is followed once, however often others need it.
fn commands(tasks: &Item, name: &str, seen: &mut BTreeSet<String>) -> Option<Vec<String>> {
    let entry = tasks.get(name)?;
    if seen.len() > DEEPEST || !seen.insert(name.to_owned()) {
        return None;
    }
    let needed: Vec<String> =
        ["depends", "depends_post"].iter().filter_map(|key| entry.get(key)).flat_map(texts).collect();
    let before: Vec<String> =
        needed.iter().filter_map(|name| commands(tasks, name, seen)).flatten().collect();
    let file = entry.get("file").and_then(Item::as_str).map(|path| format!("./{path}"));
    Some([before, entry.get("run").map_or_else(|| texts(entry), texts), file.into_iter().collect()].concat())
}

fn texts(item: &Item) -> Vec<String> {
    match (item.as_str(), item.as_array()) {
        (Some(text), _) => vec![text.to_owned()],
        (None, Some(all)) => all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        (None, None) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::task;

    #[test]
    fn tasks_and_what_they_need_are_read() {
        let text = "[tools]\nnode = '22'\n[tasks]\nstop = 'docker stop db'\n[tasks.wipe]\ndepends = ['stop']\nrun = ['dropdb x', 'createdb x']\n";
        assert_eq!(task(text, "wipe").unwrap_or_default(), ["docker stop db", "dropdb x", "createdb x"]);
        assert_eq!(task(text, "other"), None);
    }
}
