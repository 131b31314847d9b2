//! Functions of a Python file: the tasks of Invoke and Fabric, and the entry points of a package.

use std::collections::BTreeSet;

use super::{HIGHEST, Request, Step, above};
use crate::effects::facts::{self, Facts};
use crate::presets::tools::Language;

/// A task of `tasks.py` or `fabfile.py`: its function, and those that it calls or that its decorator names.
pub(super) fn task(request: &Request<'_>, facts: &dyn Facts) -> Option<Vec<Step>> {
    let files = super::names(request.runner.manifest);
    let given = |folder: &str| facts.read(&facts::join(folder, request.file?));
    let (folder, text) = above(request.folder, HIGHEST).find_map(|folder| {
        let own = files.iter().find_map(|file| facts.read(&facts::join(&folder, file)));
        Some((folder.clone(), given(&folder).or(own)?))
    })?;
    let name = request.name.rsplit('.').next()?.replace('-', "_");
    let text = function(&text, &name)?;
    Some(Step::all(vec![text], Language::Python, &folder))
}

/// `package.module:function`, which a packaging tool makes a command of.
pub(super) fn entry_point(text: &str, folder: &str, facts: &dyn Facts) -> Option<Step> {
    let (module, name) = text.split_once(':')?;
    let path = module.trim().replace('.', "/");
    let places = [
        format!("{path}.py"),
        format!("src/{path}.py"),
        format!("{path}/__init__.py"),
        format!("src/{path}/__init__.py"),
    ];
    let source = places.iter().find_map(|place| facts.read(&facts::join(folder, place)))?;
    let name = name.split(['(', ' ']).next().unwrap_or_default();
    Some(Step { text: function(&source, name)?, language: Language::Python, folder: folder.to_owned() })
}

/// The text of a function with its decorators, and of the functions of the same file that these name.
pub(super) fn function(text: &str, name: &str) -> Option<String> {
    let rows: Vec<&str> = text.lines().collect();
    let known: BTreeSet<&str> = rows.iter().filter_map(|row| defined(row)).collect();
    if !known.contains(name) {
        return None;
    }
    let (mut waiting, mut seen, mut out) = (vec![name], BTreeSet::new(), String::new());
    while let Some(name) = waiting.pop() {
        if !seen.insert(name) {
            continue;
        }
        for (at, _) in rows.iter().enumerate().filter(|(_, row)| defined(row) == Some(name)) {
            for row in block(&rows, at) {
                let words = row.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
                waiting.extend(words.filter(|word| known.contains(word)));
                out.push_str(row);
                out.push('\n');
            }
        }
    }
    Some(out)
}

/// The name that a row defines.
fn defined(row: &str) -> Option<&str> {
    let head = row.trim_start();
    let head = head.strip_prefix("async ").unwrap_or(head).strip_prefix("def ")?;
    head.split(['(', ' ', ':']).next().filter(|name| !name.is_empty())
}

/// The rows of a function whose head stands at a place, decorators included.
fn block<'a>(rows: &[&'a str], at: usize) -> Vec<&'a str> {
    let indent = |row: &str| row.len() - row.trim_start().len();
    let outer = rows.get(at).map_or(0, |row| indent(row));
    let above = rows.iter().take(at).rev().take_while(|row| !row.trim().is_empty() && defined(row).is_none());
    let decorators = above.take_while(|row| indent(row) > outer || row.trim_start().starts_with(['@', ')']));
    let ends = |row: &&str| {
        let code = row.split('#').next().unwrap_or_default().trim_end();
        code.ends_with(':') || code.contains("):")
    };
    let head = rows.iter().skip(at).position(ends);
    let body = rows.iter().skip(at + head.unwrap_or(0) + 1);
    let inside = body.take_while(|row| row.trim().is_empty() || indent(row) > outer);
    let heads = rows.iter().skip(at).take(head.unwrap_or(0) + 1);
    let mut found: Vec<&str> = decorators.copied().collect();
    found.reverse();
    found.extend(heads.chain(inside));
    found
}

#[cfg(test)]
mod tests {
    use super::function;

    const TEXT: &str = "@task\ndef a(c):\n    c.run('x')\n\n@task(\n    pre=[a],\n)\nasync def b(\n    c,\n):\n\n    helper()\n\ndef helper(): pass\ndef other():\n    y()\n";

    #[test]
    fn a_function_brings_those_that_it_names() {
        let text = function(TEXT, "b").unwrap_or_default();
        assert!(
            text.contains("pre=[a]") && text.contains("c.run('x')") && text.contains("def helper"),
            "{text}"
        );
        assert!(!text.contains("other") && !text.contains("y()"), "{text}");
        assert_eq!(function(TEXT, "z"), None);
    }
}
