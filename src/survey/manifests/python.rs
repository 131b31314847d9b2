//! `requirements.txt`, `pyproject.toml`, `Pipfile`, `setup.py` and `setup.cfg`.

use toml_edit::{Item, TableLike};

use super::{Broken, Declared, key_start, toml};
use crate::source::SourceFile;
use crate::survey::script::{self, Expr, Language};

/// Words in a file's or group's name that mean "not needed to run".
const DEVELOPMENT: [&str; 7] = ["dev", "test", "lint", "doc", "typing", "ci", "build"];

/// Whether `path` looks like a list of requirements.
pub(super) fn is_requirements(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let folder = parts.next().unwrap_or_default();
    let Some(stem) = name.strip_suffix(".txt").or_else(|| name.strip_suffix(".in")) else {
        return false;
    };
    stem.contains("requirements") || folder == "requirements"
}

pub(super) fn requirements(file: &SourceFile) -> Vec<Declared> {
    let name = file.path().rsplit('/').next().unwrap_or_default();
    let development = is_development(name);
    let lines: Vec<&str> = file.text().split_inclusive('\n').collect();
    let mut start = 0;
    let mut declared = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let egg = line.split_once("#egg=").map(|(_, egg)| egg);
        if let Some(name) = requirement(egg.unwrap_or(line))
            && !is_pulled_in(&lines[number + 1..])
        {
            declared.push(Declared::new("pypi", &name, development, start));
        }
        start += line.len();
    }
    declared
}

/// Whether the comment below a line of a compiled list says that only other packages want it.
fn is_pulled_in(below: &[&str]) -> bool {
    let comment: Vec<&str> =
        below.iter().map_while(|line| line.strip_prefix("    #")).map(str::trim).collect();
    comment.first().is_some_and(|first| first.starts_with("via"))
        && !comment
            .iter()
            .any(|line| line.contains("-r ") || line.contains("(pyproject.toml)") || line.contains("(setup."))
}

pub(super) fn pyproject(file: &SourceFile) -> Result<Vec<Declared>, Broken> {
    let document = toml(file)?;
    let root = document.as_item();
    let mut declared = Vec::new();
    if let Some(project) = root.get("project") {
        listed(project.get("dependencies"), false, &mut declared);
        for (name, group) in tables(project.get("optional-dependencies")) {
            listed(Some(group), is_development(name), &mut declared);
        }
    }
    for (name, group) in tables(root.get("dependency-groups")) {
        listed(Some(group), is_development(name), &mut declared);
    }
    let Some(tool) = root.get("tool") else {
        return Ok(declared);
    };
    for (name, group) in tables(tool.get("pdm").and_then(|pdm| pdm.get("dev-dependencies"))) {
        listed(Some(group), name != "main", &mut declared);
    }
    listed(tool.get("uv").and_then(|uv| uv.get("dev-dependencies")), true, &mut declared);
    if let Some(poetry) = tool.get("poetry") {
        keyed(poetry.get("dependencies"), false, &mut declared);
        keyed(poetry.get("dev-dependencies"), true, &mut declared);
        for (name, group) in tables(poetry.get("group")) {
            keyed(group.get("dependencies"), is_development(name), &mut declared);
        }
    }
    Ok(declared)
}

pub(super) fn pipfile(file: &SourceFile) -> Result<Vec<Declared>, Broken> {
    let document = toml(file)?;
    let mut declared = Vec::new();
    keyed(document.as_item().get("packages"), false, &mut declared);
    keyed(document.as_item().get("dev-packages"), true, &mut declared);
    Ok(declared)
}

pub(super) fn setup_py(file: &SourceFile) -> Vec<Declared> {
    let entries = script::read(file, Language::Python);
    let mut declared = Vec::new();
    script::each_entry(&entries, &mut |entry| {
        let development = match entry.key.as_deref() {
            Some("install_requires") => false,
            Some("tests_require") => true,
            _ => return,
        };
        for item in entry.value.entries() {
            let name = item.value.text().and_then(|text| requirement(&text));
            declared
                .extend(name.map(|name| Declared::new("pypi", &name, development, start_of(&item.value))));
        }
    });
    declared
}

pub(super) fn setup_cfg(file: &SourceFile) -> Vec<Declared> {
    let mut declared = Vec::new();
    let mut inside = false;
    let mut start = 0;
    for line in file.text().split_inclusive('\n') {
        let mut value = line;
        if !line.starts_with([' ', '\t']) {
            let (key, rest) = line.split_once('=').unwrap_or((line, ""));
            inside = key.trim() == "install_requires";
            value = rest;
        }
        if inside {
            declared.extend(requirement(value).map(|name| Declared::new("pypi", &name, false, start)));
        }
        start += line.len();
    }
    declared
}

fn start_of(expr: &Expr) -> usize {
    expr.start
}

/// Requirements in an array of strings.
fn listed(item: Option<&Item>, development: bool, declared: &mut Vec<Declared>) {
    for value in item.and_then(Item::as_array).into_iter().flatten() {
        let start = value.span().map_or(0, |span| span.start);
        let name = value.as_str().and_then(requirement);
        declared.extend(name.map(|name| Declared::new("pypi", &name, development, start)));
    }
}

/// Requirements as keys of a table.
fn keyed(item: Option<&Item>, development: bool, declared: &mut Vec<Declared>) {
    let Some(table) = item.and_then(Item::as_table_like) else {
        return;
    };
    for (name, value) in table.iter() {
        let optional = value.as_table_like().and_then(|table| table.get("optional")).and_then(Item::as_bool);
        let development = development || optional == Some(true);
        declared.push(Declared::new("pypi", &normal(name), development, key_start(table, name)));
    }
}

fn tables(item: Option<&Item>) -> impl Iterator<Item = (&str, &Item)> {
    item.and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter)
}

fn is_development(name: &str) -> bool {
    name.to_ascii_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| DEVELOPMENT.iter().any(|known| word == *known || word.strip_suffix('s') == Some(known)))
}

/// The package that a requirement line names.
fn requirement(line: &str) -> Option<String> {
    let line = line.trim();
    if !line.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
    let (name, rest) = line.split_at(end.unwrap_or(line.len()));
    (!rest.starts_with([':', '+', '/'])).then(|| normal(name))
}

/// The normal form of PEP 503.
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            _ => normal.push(character.to_ascii_lowercase()),
        }
    }
    normal
}
