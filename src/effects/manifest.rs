//! Commands that a repository gives names: scripts of package.json and composer.json, targets of make, just and task.

use super::facts::{self, Facts};
use crate::presets::tools::Manifest;
use crate::source::SourceFile;
use crate::yaml::{self, Node};

/// Targets that a target may need, one after the other.
const DEEPEST: usize = 8;

/// The shell texts behind a name, those it depends on first; None when the manifest or the name is not there.
pub(super) fn commands(
    manifest: Manifest,
    name: &str,
    file: Option<&str>,
    folder: &str,
    facts: &dyn Facts,
) -> Option<Vec<String>> {
    let names: &[&str] = match manifest {
        Manifest::PackageJson => &["package.json"],
        Manifest::ComposerJson => &["composer.json"],
        Manifest::DenoJson => &["deno.json", "deno.jsonc"],
        Manifest::Makefile => &["GNUmakefile", "makefile", "Makefile"],
        Manifest::Justfile => &["justfile", "Justfile", ".justfile"],
        Manifest::MixExs => &["mix.exs"],
        Manifest::Taskfile => &["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml"],
    };
    let text = match file {
        Some(file) => facts.read(&facts::join(folder, file))?,
        None => names.iter().find_map(|name| facts.read(&facts::join(folder, name)))?,
    };
    match manifest {
        Manifest::PackageJson => json_scripts(&text, "scripts", name, true),
        Manifest::ComposerJson => json_scripts(&text, "scripts", name, false),
        Manifest::DenoJson => json_scripts(&text, "tasks", name, false),
        Manifest::Makefile => recipe(&text, name, Recipes::Make, 0),
        Manifest::Justfile => recipe(&text, name, Recipes::Just, 0),
        Manifest::Taskfile => task(&text, name),
        Manifest::MixExs => mix_alias(&text, name),
    }
}

/// A script by name, with what npm runs before and after it. Composer's `@php x` and `@other` are commands as well.
fn json_scripts(text: &str, key: &str, name: &str, hooks: bool) -> Option<Vec<String>> {
    let parsed: serde_json::Value = serde_json::from_str(text).ok()?;
    let scripts = parsed.get(key)?;
    let main = lines(scripts.get(name)?);
    let around = |prefix: &str| {
        let found = hooks.then(|| scripts.get(format!("{prefix}{name}"))).flatten();
        found.map(lines).unwrap_or_default()
    };
    Some([around("pre"), main, around("post")].concat())
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

#[derive(Clone, Copy, PartialEq)]
enum Recipes {
    Make,
    Just,
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

/// A recipe of a Makefile or justfile: the lines indented below its head, those of its dependencies first.
fn recipe(text: &str, name: &str, kind: Recipes, depth: usize) -> Option<Vec<String>> {
    let joined = text.replace("\\\n", " ");
    let mut rows = joined.lines().peekable();
    let (mut found, mut commands, mut needed) = (false, Vec::new(), Vec::new());
    while let Some(row) = rows.next() {
        let Some(dependencies) = head(row, name, kind) else { continue };
        found = true;
        needed.extend(dependencies);
        let mut body = Vec::new();
        while let Some(next) = rows.next_if(|next| next.starts_with([' ', '\t']) || next.trim().is_empty()) {
            body.push(expanded(next.trim().trim_start_matches(['@', '-', '+']), &joined, kind));
        }
        commands.push(body.join("\n").trim_end().to_owned());
        if name.is_empty() {
            break;
        }
    }
    if !found {
        return None;
    }
    let before =
        needed.iter().filter(|_| depth < DEEPEST).filter_map(|one| recipe(text, one, kind, depth + 1));
    Some(before.flatten().chain(commands).collect())
}

/// The dependencies in a head that defines `name`; an empty name is the first target.
fn head(row: &str, name: &str, kind: Recipes) -> Option<Vec<String>> {
    if row.starts_with([' ', '\t', '#', '.', '[']) && !row.starts_with("..") {
        return None;
    }
    let (targets, rest) = row.split_once(':')?;
    if rest.starts_with('=') || targets.contains('=') && kind == Recipes::Make {
        return None;
    }
    let mut names = targets.trim_start_matches('@').split_whitespace();
    let defines = match kind {
        Recipes::Make => name.is_empty() || names.any(|target| target == name),
        Recipes::Just => names.next().is_some_and(|target| name.is_empty() || target == name),
    };
    let plain =
        |word: &&str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
    let rest = rest.trim_start_matches(':');
    let rest = rest.split(['#', '|', ';']).next().unwrap_or_default();
    defines.then(|| rest.split_whitespace().filter(plain).map(str::to_owned).collect())
}

/// Variables of the file itself; `$$X` is the shell's own `$X`.
fn expanded(line: &str, text: &str, kind: Recipes) -> String {
    let (open, close) = if kind == Recipes::Make { ("$(", ")") } else { ("{{", "}}") };
    let mut out = line.to_owned();
    for _ in 0..DEEPEST {
        let Some(start) = out.find(open) else { break };
        let Some(length) = out.get(start..).and_then(|rest| rest.find(close)) else { break };
        let name = out[start + open.len()..start + length].trim().to_owned();
        let value = if name == "MAKE" { Some("make".to_owned()) } else { definition(text, &name) };
        out.replace_range(
            start..start + length + close.len(),
            &value.unwrap_or_else(|| "$UNKNOWN".to_owned()),
        );
    }
    if kind == Recipes::Make { out.replace("$$", "$") } else { out }
}

fn definition(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|row| {
        let rest = row.strip_prefix("export ").unwrap_or(row).strip_prefix(name)?.trim_start();
        let value = [":=", "?=", "::=", "="].iter().find_map(|operator| rest.strip_prefix(operator))?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned())
    })
}

/// A task of a Taskfile: `cmds` in order, those of `deps` first; `task: other` calls another one.
fn task(text: &str, name: &str) -> Option<Vec<String>> {
    let parsed = yaml::parse_one(&SourceFile::new("Taskfile.yml", text)).ok()?;
    task_commands(parsed.get("tasks")?, name, 0)
}

fn task_commands(tasks: &Node, name: &str, depth: usize) -> Option<Vec<String>> {
    let entry = tasks.get(if name.is_empty() { "default" } else { name })?;
    let other = |name: Option<&str>| {
        name.filter(|_| depth < DEEPEST)
            .and_then(|name| task_commands(tasks, name, depth + 1))
            .unwrap_or_default()
    };
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
    fn make_resolves_variables_and_dependencies() {
        let text = "DC := docker compose\n\nall: wipe\n\techo $$X\nwipe: ; \n\t@$(DC) down -v\n\nx=1\n";
        let found = commands(Manifest::Makefile, "all", None, "", &facts("Makefile", text));
        assert_eq!(found, Some(vec!["docker compose down -v".to_owned(), "echo $X".to_owned()]));
    }

    #[test]
    fn a_task_calls_others() {
        let text = "tasks:\n  a:\n    deps: [b]\n    cmds:\n      - one\n      - task: c\n      - cmd: two\n  b: zero\n  c:\n    cmd: three\n";
        let found = commands(Manifest::Taskfile, "a", None, "", &facts("Taskfile.yml", text));
        assert_eq!(found.unwrap_or_default(), ["zero", "one", "three", "two"]);
    }

    #[test]
    fn just_reads_parameters_and_dependencies() {
        let text = "db := \"clinic\"\nwipe target='x': stop\n    dropdb {{db}}\nstop:\n    docker stop db\n";
        let found = commands(Manifest::Justfile, "wipe", None, "", &facts("justfile", text));
        assert_eq!(found.unwrap_or_default(), ["docker stop db", "dropdb clinic"]);
    }
}
