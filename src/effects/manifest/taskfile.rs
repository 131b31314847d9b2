//! Tasks of a Taskfile.

use std::collections::BTreeSet;

use super::DEEPEST;
use crate::source::SourceFile;
use crate::yaml::{self, Node};

/// A task of a Taskfile: `cmds` in order, those of `deps` first; `task: other` calls another one.
pub(super) fn task(text: &str, name: &str) -> Option<Vec<String>> {
    let parsed = yaml::parse_one(&SourceFile::new("Taskfile.yml", text)).ok()?;
    task_commands(parsed.get("tasks")?, name, &mut BTreeSet::new())
}

/// A task is followed once, however often others call it.
fn task_commands(tasks: &Node, name: &str, seen: &mut BTreeSet<String>) -> Option<Vec<String>> {
    let name = if name.is_empty() { "default" } else { name };
    let entry = tasks.get(name)?;
    if seen.len() > DEEPEST || !seen.insert(name.to_owned()) {
        return None;
    }
    let mut other =
        |name: Option<&str>| name.and_then(|name| task_commands(tasks, name, seen)).unwrap_or_default();
    let called = |node: &Node| node.get("task").and_then(Node::as_str).map(str::to_owned);
    let needed = entry.get("deps").map(Node::items).unwrap_or_default().iter();
    let mut commands: Vec<String> =
        needed.flat_map(|node| other(node.as_str().or(called(node).as_deref()))).collect();
    let listed = entry.get("cmds").map(Node::items).unwrap_or_default().iter();
    for node in [entry].into_iter().chain(entry.get("cmd")).chain(entry.items()).chain(listed) {
        let own = node.as_str().or_else(|| node.get("cmd").and_then(Node::as_str));
        commands
            .extend(own.filter(|_| node.as_str().is_some() || !std::ptr::eq(node, entry)).map(str::to_owned));
        commands.extend(other(called(node).as_deref()));
    }
    Some(commands)
}

#[cfg(test)]
mod tests {
    use super::task;

    #[test]
    fn a_task_calls_others() {
        let text = "tasks:\n  a:\n    deps: [b]\n    cmds:\n      - one\n      - task: c\n      - cmd: two\n  b: zero\n  c:\n    cmd: three\n";
        assert_eq!(task(text, "a").unwrap_or_default(), ["zero", "one", "three", "two"]);
    }

    #[test]
    fn tasks_that_call_each_other_end() {
        let text = format!("tasks:\n  a:\n    deps: [{}]\n    cmds: [x]\n", "a, ".repeat(50));
        assert_eq!(task(&text, "a").unwrap_or_default(), ["x"]);
    }
}
