//! Package managers, and the test commands that depend on them.

use std::collections::BTreeSet;

use super::Place;
use super::found::{Field, Found};
use super::manifests::is_aside;
use super::tree::Tree;

/// Files whose presence is a package manager at work.
const SIGNS: [(&str, &str); 20] = [
    ("pnpm-lock.yaml", "pnpm"),
    ("yarn.lock", "yarn"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
    ("package-lock.json", "npm"),
    ("npm-shrinkwrap.json", "npm"),
    ("poetry.lock", "poetry"),
    ("Pipfile", "pipenv"),
    ("uv.lock", "uv"),
    ("pdm.lock", "pdm"),
    ("Gemfile", "bundler"),
    ("gems.rb", "bundler"),
    ("composer.json", "composer"),
    ("go.mod", "go"),
    ("Cargo.toml", "cargo"),
    ("pom.xml", "maven"),
    ("build.gradle", "gradle"),
    ("build.gradle.kts", "gradle"),
    ("mix.exs", "mix"),
    ("packages.config", "nuget"),
];

/// Managers of `package.json`.
const JAVASCRIPT: [&str; 4] = ["pnpm", "yarn", "bun", "npm"];

/// Adds the package managers in use, and `npm test` and its like where a script stands behind it.
pub(super) fn read(tree: &Tree, found: &mut Found) {
    let only_aside = tree.paths().filter(|path| sign(path).is_some()).all(is_aside);
    let paths: Vec<&str> = tree.paths().filter(|path| only_aside || !is_aside(path)).collect();
    for path in &paths {
        if let Some(manager) = sign(path) {
            found.note(Field::PackageManagers, manager, Place::new(*path, 1));
        }
    }
    python(tree, &paths, found);
    let packages: Vec<&str> = paths.into_iter().filter(|path| name(path) == "package.json").collect();
    let locked = JAVASCRIPT.iter().any(|manager| found.has(Field::PackageManagers, manager));
    for path in packages {
        package(tree, path, locked, found);
    }
}

fn sign(path: &str) -> Option<&'static str> {
    let name = name(path);
    let known = SIGNS.iter().find(|(file, _)| *file == name).map(|(_, manager)| *manager);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    known.or_else(|| matches!(extension, Some("csproj" | "fsproj" | "vbproj")).then_some("nuget"))
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Files of pip count unless another manager of Python's works in their place.
fn python(tree: &Tree, paths: &[&str], found: &mut Found) {
    let mut elsewhere = BTreeSet::new();
    for path in
        paths.iter().filter(|path| matches!(name(path), "poetry.lock" | "Pipfile" | "uv.lock" | "pdm.lock"))
    {
        elsewhere.insert(directory(path));
    }
    for path in paths {
        let manager = match name(path) {
            "pyproject.toml" => tree.read(path).ok().and_then(|file| declared_tool(file.text())),
            "setup.py" => Some("pip"),
            _ if super::manifests::is_requirements(path) => Some("pip"),
            _ => None,
        };
        if let Some(manager) = manager
            && !(manager == "pip" && elsewhere.contains(directory(path)))
        {
            found.note(Field::PackageManagers, manager, Place::new(*path, 1));
        }
    }
}

fn declared_tool(pyproject: &str) -> Option<&'static str> {
    let table = |name: &str| pyproject.lines().any(|line| line.trim_start().starts_with(name));
    let tools = [("[tool.poetry", "poetry"), ("[tool.uv", "uv"), ("[tool.pdm", "pdm"), ("[project]", "pip")];
    tools.into_iter().find(|(name, _)| table(name)).map(|(_, manager)| manager)
}

/// The manager of one `package.json`, and its test script.
fn package(tree: &Tree, path: &str, locked: bool, found: &mut Found) {
    let Some(manifest) = tree.read(path).ok().and_then(|file| Some((crate::json::parse(&file).ok()?, file)))
    else {
        return;
    };
    let (manifest, file) = manifest;
    let declared = manifest.get("packageManager").and_then(|field| Some((field.as_str()?, field.start)));
    let declared = declared.and_then(|(text, start)| {
        let manager = JAVASCRIPT.into_iter().find(|manager| text.split('@').next() == Some(*manager))?;
        found.note(Field::PackageManagers, manager, Place::new(path, file.line_of(start)));
        Some(manager)
    });
    let manager = declared.or_else(|| locked_by(tree, path));
    if manager.is_none() && !locked {
        found.note(Field::PackageManagers, "npm", Place::new(path, 1));
    }
    if let Some(script) = manifest.path(&["scripts", "test"])
        && script.as_str().is_some_and(|script| !script.contains("no test specified"))
    {
        let command = format!("{} test", manager.unwrap_or("npm"));
        found.note(Field::TestCommands, command, Place::new(path, file.line_of(script.start)));
    }
}

/// The manager whose lock file stands beside `path` or above it.
fn locked_by(tree: &Tree, path: &str) -> Option<&'static str> {
    let mut folder = directory(path);
    loop {
        let beside =
            |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let signs = SIGNS.iter().take_while(|(_, manager)| JAVASCRIPT.contains(manager));
        if let Some((_, manager)) = signs.into_iter().find(|(lock, _)| tree.has(&beside(lock))) {
            return Some(manager);
        }
        if folder.is_empty() {
            return None;
        }
        folder = directory(folder);
    }
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let tree = Tree::in_memory(files.iter().copied());
        let mut found = Found::default();
        read(&tree, &mut found);
        (found.values(Field::PackageManagers), found.values(Field::TestCommands))
    }

    #[test]
    fn lock_files_and_fields_name_the_manager() {
        let tested = "{\"scripts\": {\"test\": \"vitest\"}}";
        assert_eq!(
            survey(&[("web/package.json", tested), ("pnpm-lock.yaml", "")]),
            (vec!["pnpm".into()], vec!["pnpm test".into()])
        );
        assert_eq!(
            survey(&[("package.json", "{\"packageManager\": \"yarn@4.1.0\"}")]),
            (vec!["yarn".into()], vec![])
        );
        assert_eq!(survey(&[("package.json", tested)]), (vec!["npm".into()], vec!["npm test".into()]));
        let unlocked = [("package.json", "{}"), ("api/package.json", "{}"), ("api/yarn.lock", "")];
        assert_eq!(survey(&unlocked).0, ["yarn"]);
        let placeholder = "{\"scripts\": {\"test\": \"echo \\\"Error: no test specified\\\" && exit 1\"}}";
        assert!(survey(&[("package.json", placeholder)]).1.is_empty());
    }

    #[test]
    fn pip_gives_way_to_the_manager_in_charge() {
        assert_eq!(survey(&[("requirements.txt", "x"), ("Pipfile", "")]).0, ["pipenv"]);
        assert_eq!(survey(&[("pyproject.toml", "[tool.poetry]\n")]).0, ["poetry"]);
        assert_eq!(survey(&[("pyproject.toml", "[project]\n"), ("uv.lock", "")]).0, ["uv"]);
        assert_eq!(survey(&[("pyproject.toml", "[tool.black]\n")]).0, Vec::<String>::new());
        assert_eq!(survey(&[("docs/requirements.txt", "sphinx"), ("go.mod", "")]).0, ["go"]);
    }
}
