//! Packages of a workspace: which folders its own file lists, and whose script a line means.

use super::{HIGHEST, Request, Step, above, json};
use crate::effects::facts::{self, Facts};
use crate::effects::value::Value;
use crate::presets::wildcard;
use crate::source::SourceFile;
use crate::yaml;

/// Folders that are looked into.
const MOST: usize = 300;

/// Levels that `**` stands for.
const DEEPEST: usize = 3;

/// Folders in which Nx keeps its projects by convention, where no file lists them.
const BY_CONVENTION: [&str; 5] = ["apps/*", "libs/*", "packages/*", "apps/*/*", "libs/*/*"];

/// Whose command of a name is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::effects) enum Pick<'a> {
    /// That of the folder at hand.
    Here,
    /// That of every package.
    All,
    /// Those of packages by name, folder, or pattern.
    Named(Vec<&'a str>),
}

impl Pick<'_> {
    /// Whether a package is meant, whose name is only looked for where it matters. What cannot be told means every one.
    pub(super) fn means(&self, name: impl FnOnce() -> String, folder: &str) -> bool {
        let Self::Named(patterns) = self else { return true };
        let name = name();
        let mut chosen =
            patterns.iter().flat_map(|one| one.split(',')).filter(|one| !one.starts_with('!')).peekable();
        chosen.peek().is_none() || chosen.any(|pattern| fits(pattern, &name, folder))
    }
}

fn fits(pattern: &str, name: &str, folder: &str) -> bool {
    let graph = pattern.contains("...") || pattern.contains('[') || !Value::known(pattern).is_known();
    let path = pattern.trim_matches(['{', '}']).trim_start_matches("./").trim_end_matches('/');
    let is_one = |text: &str| wildcard::matches(path, text);
    let below = format!("/{folder}").ends_with(&format!("/{path}"));
    graph || below || is_one(name) || is_one(folder) || name.rsplit('/').next().is_some_and(is_one)
}

/// The folder of the nearest workspace, and the folders of its packages; the first one is its own.
pub(super) fn packages(folder: &str, facts: &dyn Facts) -> (String, Vec<String>) {
    for base in above(folder, HIGHEST) {
        let globs = globs(&base, facts);
        if globs.is_empty() {
            continue;
        }
        let mut folders = vec![base.clone()];
        for glob in globs.iter().filter(|glob| !glob.starts_with('!')) {
            let parts: Vec<&str> = glob.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
            expand(&base, &parts, facts, &mut folders);
        }
        return (base, folders);
    }
    (folder.to_owned(), vec![folder.to_owned()])
}

/// The folders of the members that a Cargo workspace lists, relative to its own.
pub(super) fn members(base: &str, facts: &dyn Facts) -> Vec<String> {
    let text = facts.read(&facts::join(base, "Cargo.toml")).unwrap_or_default();
    let document: toml_edit::DocumentMut = text.parse().unwrap_or_default();
    let listed = document.get("workspace").and_then(|all| all.get("members")).and_then(|all| all.as_array());
    let mut folders = Vec::new();
    for glob in listed.into_iter().flatten().filter_map(toml_edit::Value::as_str) {
        expand(base, &glob.split('/').collect::<Vec<_>>(), facts, &mut folders);
    }
    let relative =
        |folder: String| folder.strip_prefix(base).unwrap_or(&folder).trim_start_matches('/').to_owned();
    folders.into_iter().map(relative).collect()
}

/// The patterns of folders that the files of a workspace list.
fn globs(base: &str, facts: &dyn Facts) -> Vec<String> {
    let read = |name: &str| facts.read(&facts::join(base, name));
    let of_json = |name: &str, keys: &[&str]| {
        let parsed: Option<serde_json::Value> = read(name).and_then(|text| serde_json::from_str(&text).ok());
        let listed = parsed.and_then(|all| keys.iter().find_map(|key| all.get(key).cloned()));
        let listed = listed.and_then(|all| all.get("packages").cloned().or(Some(all)));
        listed.map(|all| json_strings(&all)).unwrap_or_default()
    };
    let of_yaml = |name: &str, key: &str| {
        let text = read(name)?;
        let parsed = yaml::parse_one(&SourceFile::new(name, text.as_str())).ok()?;
        Some(yaml_strings(parsed.get(key)?))
    };
    let mut globs = of_json("package.json", &["workspaces"]);
    globs.extend(of_yaml("pnpm-workspace.yaml", "packages").unwrap_or_default());
    globs.extend(of_yaml(".moon/workspace.yml", "projects").unwrap_or_default());
    globs.extend(of_json("lerna.json", &["packages"]));
    globs.extend(of_json("deno.json", &["workspace"]));
    if globs.is_empty() && facts.exists(&facts::join(base, "nx.json")) {
        globs.extend(BY_CONVENTION.map(str::to_owned));
    }
    globs
}

fn json_strings(value: &serde_json::Value) -> Vec<String> {
    let all = value.as_array().into_iter().flatten();
    all.filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

/// The strings of a list, or of a map's values, which may be such lists themselves.
fn yaml_strings(node: &yaml::Node) -> Vec<String> {
    let own = node.items().iter().filter_map(|one| one.as_str().map(str::to_owned));
    let below = node.entries().into_iter().flat_map(|entry| match entry.value.as_str() {
        Some(text) => vec![text.to_owned()],
        None => yaml_strings(entry.value),
    });
    own.chain(below).collect()
}

fn expand(base: &str, parts: &[&str], facts: &dyn Facts, folders: &mut Vec<String>) {
    let Some((part, rest)) = parts.split_first() else {
        if folders.len() < MOST && !folders.iter().any(|known| known == base) {
            folders.push(base.to_owned());
        }
        return;
    };
    if *part == "**" {
        for depth in 0..DEEPEST {
            let stars: Vec<&str> = vec!["*"; depth].into_iter().chain(rest.iter().copied()).collect();
            expand(base, &stars, facts, folders);
        }
    } else if !part.contains('*') {
        expand(&facts::join(base, part), rest, facts, folders);
    } else if folders.len() < MOST {
        let names = facts.names(if base.is_empty() { "." } else { base });
        let is_folder = |name: &&String| {
            !name.starts_with('.') && *name != "node_modules" && wildcard::matches(part, name)
        };
        for name in names.iter().filter(is_folder).take(MOST) {
            expand(&facts::join(base, name), rest, facts, folders);
        }
    }
}

/// The scripts of a name in the packages that are meant.
pub(super) fn scripts(request: &Request<'_>, facts: &dyn Facts) -> Option<Vec<Step>> {
    let quoted = format!("\"{}\"", request.name);
    let mut steps = Vec::new();
    for folder in packages(request.folder, facts).1 {
        let Some(text) = facts.read(&facts::join(&folder, "package.json")) else { continue };
        if !text.contains(&quoted) || !request.pick.means(|| package_name(&text), &folder) {
            continue;
        }
        steps.extend(Step::shell(json::scripts(&text, request.name, true).unwrap_or_default(), &folder));
    }
    (!steps.is_empty()).then_some(steps)
}

/// The name that a package gives itself; empty without one.
pub(super) fn package_name(text: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Package {
        name: Option<String>,
    }
    let parsed: Option<Package> = serde_json::from_str(text).ok();
    parsed.and_then(|package| package.name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::facts::InMemory;

    fn facts(files: &[(&str, &str)]) -> InMemory {
        InMemory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn a_workspace_lists_its_packages() {
        let files = facts(&[
            ("package.json", r#"{"workspaces": {"packages": ["apps/*", "!apps/old"]}}"#),
            ("pnpm-workspace.yaml", "packages: ['libs/**']\n"),
            ("apps/api/package.json", "{}"),
            ("apps/web/src/a.ts", ""),
            ("libs/a/b/package.json", "{}"),
        ]);
        let (base, folders) = packages("apps/web/src", &files);
        assert_eq!(base, "");
        assert_eq!(folders, ["", "apps/api", "apps/web", "libs", "libs/a", "libs/a/b"]);
        assert_eq!(packages("x", &facts(&[])), ("x".to_owned(), vec!["x".to_owned()]));
    }

    #[test]
    fn a_package_is_meant_by_name_or_folder() {
        let means = |pattern: &str| Pick::Named(vec![pattern]).means(|| "@ward/api".to_owned(), "apps/api");
        for pattern in
            ["@ward/api", "api", "./apps/api", "apps/api", "@ward/*", "{apps/*}", "web...", "web,api", "!web"]
        {
            assert!(means(pattern), "{pattern}");
        }
        assert!(!means("web") && !means("ap") && !means("./apps/web"));
    }
}
