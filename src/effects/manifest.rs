//! Commands that a repository gives names: scripts of package.json and composer.json, targets of make, just and task.

mod mise;
mod recipes;

use std::collections::BTreeSet;

use super::facts::{self, Facts};
use crate::presets::tools::Manifest;
use crate::source::SourceFile;
use crate::yaml::{self, Node};
use recipes::Kind;

/// Tasks that may call each other, one within the other.
const DEEPEST: usize = 128;

/// The files that hold such commands, in the order in which they are looked for.
pub const fn names(manifest: Manifest) -> &'static [&'static str] {
    match manifest {
        Manifest::PackageJson => &["package.json"],
        Manifest::ComposerJson => &["composer.json"],
        Manifest::DenoJson => &["deno.json", "deno.jsonc"],
        Manifest::Mise => &["mise.toml", ".mise.toml", "mise/config.toml", ".config/mise.toml"],
        Manifest::Makefile => &["GNUmakefile", "makefile", "Makefile"],
        Manifest::Justfile => &["justfile", "Justfile", ".justfile"],
        Manifest::MixExs => &["mix.exs"],
        Manifest::Taskfile => &["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml"],
    }
}

/// The shell texts behind a name, those it depends on first; None when the manifest or the name is not there.
pub(super) fn commands(
    manifest: Manifest,
    name: &str,
    file: Option<&str>,
    folder: &str,
    facts: &dyn Facts,
) -> Option<Vec<String>> {
    let text = match file {
        Some(file) => facts.read(&facts::join(folder, file))?,
        None => names(manifest).iter().find_map(|name| facts.read(&facts::join(folder, name)))?,
    };
    match manifest {
        Manifest::PackageJson => json_scripts(&text, "scripts", name, true),
        Manifest::ComposerJson => json_scripts(&text, "scripts", name, false),
        Manifest::DenoJson => json_scripts(&text, "tasks", name, false),
        Manifest::Mise => mise::task(&text, name),
        Manifest::Makefile => recipes::recipe(&text, name, Kind::Make),
        Manifest::Justfile => recipes::recipe(&text, name, Kind::Just),
        Manifest::Taskfile => task(&text, name),
        Manifest::MixExs => mix_alias(&text, name),
    }
}

/// A script by name, with what npm runs before and after it. Composer's `@php x` and `@other` are commands as well.
fn json_scripts(text: &str, key: &str, name: &str, hooks: bool) -> Option<Vec<String>> {
    let parsed: serde_json::Value = serde_json::from_str(text).ok()?;
    let scripts = parsed.get(key)?;
    let script = scripts.get(name)?;
    let by_wireit = script.as_str().is_some_and(|text| text.trim() == "wireit");
    let main = if by_wireit { wireit(&parsed, name, &mut BTreeSet::new()) } else { lines(script) };
    let around = |prefix: &str| {
        let found = hooks.then(|| scripts.get(format!("{prefix}{name}"))).flatten();
        found.map(lines).unwrap_or_default()
    };
    Some([around("pre"), main, around("post")].concat())
}

/// A script that wireit runs: its dependencies in the same manifest, then its command. Each is followed once.
fn wireit(manifest: &serde_json::Value, name: &str, seen: &mut BTreeSet<String>) -> Vec<String> {
    if seen.len() > DEEPEST || !seen.insert(name.to_owned()) {
        return Vec::new();
    }
    let Some(entry) = manifest.get("wireit").and_then(|all| all.get(name)) else {
        return manifest.get("scripts").and_then(|all| all.get(name)).map(lines).unwrap_or_default();
    };
    let needed = entry.get("dependencies").and_then(serde_json::Value::as_array).into_iter().flatten();
    let name_of =
        |one: &serde_json::Value| one.as_str().or_else(|| one.get("script")?.as_str()).map(str::to_owned);
    let before: Vec<String> =
        needed.filter_map(name_of).flat_map(|name| wireit(manifest, &name, seen)).collect();
    [before, entry.get("command").map(lines).unwrap_or_default()].concat()
}

fn lines(value: &serde_json::Value) -> Vec<String> {
    let composer = |text: &str| match text.strip_prefix('@') {
        Some(rest) if rest.starts_with("php ") => rest.to_owned(),
        Some(rest) if rest.starts_with("putenv ") => format!("export {}", rest.trim_start_matches("putenv ")),
        Some(rest) => format!("composer run {rest}"),
        None => text.to_owned(),
    };
    match value {
        serde_json::Value::String(text) => vec![composer(text)],
        serde_json::Value::Array(all) => all.iter().filter_map(|one| one.as_str().map(composer)).collect(),
        serde_json::Value::Object(task) => task.get("command").map(lines).unwrap_or_default(),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => Vec::new(),
    }
}

/// The commands of an alias: the strings of the list behind its name.
fn mix_alias(text: &str, name: &str) -> Option<Vec<String>> {
    let heads = [format!("\"{name}\":"), format!("{name}:")];
    let row =
        text.lines().find(|row| heads.iter().any(|head| row.trim_start().starts_with(head.as_str())))?;
    let (_, list) = row.split_once('[')?;
    let steps = list.split('"').skip(1).step_by(2);
    Some(steps.filter(|step| *step != name).map(|step| format!("mix {step}")).collect())
}

/// A task of a Taskfile: `cmds` in order, those of `deps` first; `task: other` calls another one.
fn task(text: &str, name: &str) -> Option<Vec<String>> {
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
    use super::super::facts::InMemory;
    use super::*;

    fn facts(path: &str, text: &str) -> InMemory {
        InMemory([(path.to_owned(), text.to_owned())].into())
    }

    #[test]
    fn npm_runs_what_stands_before_and_after() {
        let facts =
            facts("web/package.json", r#"{"scripts": {"prex": "a", "x": "b", "postx": "c", "y": "d"}}"#);
        let found = commands(Manifest::PackageJson, "x", None, "web", &facts);
        assert_eq!(found, Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
        assert_eq!(commands(Manifest::PackageJson, "z", None, "web", &facts), None);
    }

    #[test]
    fn wireit_keeps_its_commands_beside() {
        let text = r#"{"scripts": {"all": "wireit", "x": "a"}, "wireit": {"all": {"command": "b", "dependencies": ["x", "y"]}}}"#;
        let found = commands(Manifest::PackageJson, "all", None, "", &facts("package.json", text));
        assert_eq!(found.unwrap_or_default(), ["a", "b"]);
    }

    #[test]
    fn a_task_calls_others() {
        let text = "tasks:\n  a:\n    deps: [b]\n    cmds:\n      - one\n      - task: c\n      - cmd: two\n  b: zero\n  c:\n    cmd: three\n";
        let found = commands(Manifest::Taskfile, "a", None, "", &facts("Taskfile.yml", text));
        assert_eq!(found.unwrap_or_default(), ["zero", "one", "three", "two"]);
    }

    #[test]
    fn tasks_that_call_each_other_end() {
        let text = format!("tasks:\n  a:\n    deps: [{}]\n    cmds: [x]\n", "a, ".repeat(50));
        let found = commands(Manifest::Taskfile, "a", None, "", &facts("Taskfile.yml", &text));
        assert_eq!(found.unwrap_or_default(), ["x"]);
    }
}
