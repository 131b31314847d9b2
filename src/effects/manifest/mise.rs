//! Tasks of mise: `[tasks.NAME]` with `run`, a text or several, and `depends`.

use std::collections::BTreeSet;

use toml_edit::{DocumentMut, Item};

use super::DEEPEST;

/// The shell texts of a task, those of the tasks that it depends on first.
pub(super) fn task(text: &str, name: &str) -> Option<Vec<String>> {
    let parsed: DocumentMut = text.parse().ok()?;
    commands(parsed.get("tasks")?, name, &mut BTreeSet::new())
}

/// A task is followed once, however often others need it.
fn commands(tasks: &Item, name: &str, seen: &mut BTreeSet<String>) -> Option<Vec<String>> {
    let entry = tasks.get(name)?;
    if seen.len() > DEEPEST || !seen.insert(name.to_owned()) {
        return None;
    }
    let needed = entry.get("depends").map(texts).unwrap_or_default();
    let before: Vec<String> =
        needed.iter().filter_map(|name| commands(tasks, name, seen)).flatten().collect();
    Some([before, entry.get("run").map_or_else(|| texts(entry), texts)].concat())
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
