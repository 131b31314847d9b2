//! Tasks of moon: `moon.yml` of each project, and those that every project inherits.

use std::collections::BTreeSet;

use super::workspace::{Pick, packages};
use super::{DEEPEST, Request, Step};
use crate::effects::facts::{self, Facts};
use crate::source::SourceFile;
use crate::yaml::{self, Node};

/// Files of tasks that every project has.
const INHERITED: [&str; 2] = [".moon/tasks.yml", ".moon/tasks/all.yml"];

/// The texts of `PROJECT:TASK`, or of a task of every project (`:TASK`, `#tag:TASK`).
pub(super) fn steps(request: &Request<'_>, facts: &dyn Facts) -> Option<Vec<Step>> {
    let (base, folders) = packages(request.folder, facts);
    let files = folders.iter().map(|folder| (folder.clone(), facts::join(folder, "moon.yml")));
    let inherited = INHERITED.iter().map(|file| (base.clone(), facts::join(&base, file)));
    let read = |(folder, path): (String, String)| {
        let text = facts.read(&path)?;
        Some((folder, yaml::parse_one(&SourceFile::new(&path, text.as_str())).ok()?))
    };
    let projects: Vec<_> = files.chain(inherited).filter_map(read).collect();
    let mut steps = Vec::new();
    follow(&projects, None, request.name, &mut BTreeSet::new(), &mut steps).then_some(steps)
}

/// Adds the texts of a task and of what it needs; false when there is none. Each is followed once.
fn follow(
    projects: &[(String, Node)],
    own: Option<&str>,
    name: &str,
    seen: &mut BTreeSet<String>,
    steps: &mut Vec<Step>,
) -> bool {
    let (project, task) = name.split_once(':').unwrap_or(("", name));
    let mut any = false;
    for (folder, file) in projects.iter().filter(|(folder, _)| is_meant(project, folder, own)) {
        let Some(entry) = file.path(&["tasks", task]) else { continue };
        any = true;
        if seen.len() > DEEPEST || !seen.insert(format!("{folder}:{task}")) {
            continue;
        }
        for need in entry.get("deps").map(Node::items).unwrap_or_default() {
            let need = need.as_str().or_else(|| need.get("target")?.as_str()).unwrap_or_default();
            let need = need.strip_prefix("^:").unwrap_or(need);
            let need = if need.contains(':') { need.to_owned() } else { format!("~:{need}") };
            follow(projects, Some(folder), &need, seen, steps);
        }
        steps.extend(Step::shell(texts(entry), folder));
    }
    any
}

fn is_meant(project: &str, folder: &str, own: Option<&str>) -> bool {
    match project {
        "~" => own == Some(folder),
        "" => true,
        tag if tag.starts_with('#') => true,
        project => Pick::Named(vec![project]).means(String::new, folder),
    }
}

/// `command` (a text or its words) with `args`, or `script`.
fn texts(entry: &Node) -> Vec<String> {
    let joined = |node: &Node| match node.as_str() {
        Some(text) => text.to_owned(),
        None => node.items().iter().filter_map(Node::as_str).collect::<Vec<_>>().join(" "),
    };
    let command = entry.get("command").map(joined);
    let command = command.map(|text| match entry.get("args").map(joined) {
        Some(more) => format!("{text} {more}"),
        None => text,
    });
    command.into_iter().chain(entry.get("script").map(joined)).collect()
}
