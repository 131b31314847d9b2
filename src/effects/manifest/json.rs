//! Scripts of package.json and composer.json, tasks of deno.json.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::DEEPEST;

/// The part of a manifest that holds its scripts: the rest may be long, and is not kept.
#[derive(Deserialize)]
struct Scripts {
    scripts: serde_json::Map<String, serde_json::Value>,
}

/// A script by name, with what npm runs before and after it. Composer's `@php x` and `@other` are commands as well.
pub(super) fn scripts(text: &str, name: &str, hooks: bool) -> Option<Vec<String>> {
    let Scripts { scripts } = serde_json::from_str(text).ok()?;
    let script = scripts.get(name)?;
    let by_wireit = script.as_str().is_some_and(|text| text.trim() == "wireit");
    let main = if by_wireit {
        wireit(&serde_json::from_str(text).ok()?, name, &mut BTreeSet::new())
    } else {
        lines(script)
    };
    let around = |prefix: &str| {
        let found = hooks.then(|| scripts.get(&format!("{prefix}{name}"))).flatten();
        found.map(lines).unwrap_or_default()
    };
    Some([around("pre"), main, around("post")].concat())
}

/// A task of deno.json, those that it depends on first.
pub(super) fn deno(text: &str, name: &str) -> Option<Vec<String>> {
    let parsed: serde_json::Value = serde_json::from_str(text).ok()?;
    deno_task(parsed.get("tasks")?, name, &mut BTreeSet::new())
}

/// A task is followed once, however often others need it.
fn deno_task(tasks: &serde_json::Value, name: &str, seen: &mut BTreeSet<String>) -> Option<Vec<String>> {
    let task = tasks.get(name)?;
    if seen.len() > DEEPEST || !seen.insert(name.to_owned()) {
        return None;
    }
    let needed = task.get("dependencies").and_then(serde_json::Value::as_array).into_iter().flatten();
    let before = needed.filter_map(|name| deno_task(tasks, name.as_str()?, seen)).flatten();
    Some(before.collect::<Vec<_>>().into_iter().chain(lines(task)).collect())
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

#[cfg(test)]
mod tests {
    use super::{deno, scripts};

    #[test]
    fn npm_runs_what_stands_before_and_after() {
        let text = r#"{"scripts": {"prex": "a", "x": "b", "postx": "c", "y": "d"}}"#;
        assert_eq!(scripts(text, "x", true).unwrap_or_default(), ["a", "b", "c"]);
        assert_eq!(scripts(text, "z", true), None);
    }

    #[test]
    fn deno_runs_what_a_task_needs() {
        let text = r#"{"tasks": {"a": {"command": "x", "dependencies": ["b"]}, "b": "y"}}"#;
        assert_eq!(deno(text, "a").unwrap_or_default(), ["y", "x"]);
    }

    #[test]
    fn wireit_keeps_its_commands_beside() {
        let text = r#"{"scripts": {"all": "wireit", "x": "a"}, "wireit": {"all": {"command": "b", "dependencies": ["x", "y"]}}}"#;
        assert_eq!(scripts(text, "all", true).unwrap_or_default(), ["a", "b"]);
    }
}
