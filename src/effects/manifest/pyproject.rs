//! Scripts of pyproject.toml and Pipfile: entry points, and the commands of pdm, hatch, poe, taskipy and others.

use std::collections::BTreeSet;

use toml_edit::{DocumentMut, Item, Value};

use super::python::entry_point;
use super::{DEEPEST, Request, Step, found};
use crate::effects::facts::Facts;

/// Keys whose value is a command.
const COMMANDS: [&str; 5] = ["cmd", "shell", "run", "command", "expr"];

/// Keys whose value is a function of a module.
const FUNCTIONS: [&str; 4] = ["call", "script", "callable", "reference"];

/// Keys whose value is a list of other scripts.
const OTHERS: [&str; 8] = ["composite", "sequence", "chain", "parallel", "deps", "depends", "uses", "ref"];

/// The texts behind a script of one of the runner's tables.
pub(super) fn steps(request: &Request<'_>, facts: &dyn Facts) -> Option<Vec<Step>> {
    let (folder, text) = found(request.runner.manifest, request.file, request.folder, facts)?;
    let document: DocumentMut = text.parse().ok()?;
    let mut tables = Vec::new();
    for path in &request.runner.tables {
        below(document.as_item(), &path.split('.').collect::<Vec<_>>(), &mut tables);
    }
    let mut scripts = Scripts { tables, folder, facts, seen: BTreeSet::new(), steps: Vec::new() };
    // `dev:clean` of hatch: a script of an environment.
    let known =
        scripts.follow(request.name) || scripts.follow(request.name.rsplit(':').next().unwrap_or_default());
    known.then_some(scripts.steps)
}

/// The tables at a path; `*` stands for any key.
fn below<'a>(item: &'a Item, path: &[&str], tables: &mut Vec<&'a Item>) {
    let Some((key, rest)) = path.split_first() else {
        return tables.push(item);
    };
    let Some(table) = item.as_table_like() else { return };
    for (_, inner) in table.iter().filter(|(name, _)| *key == "*" || name == key) {
        below(inner, rest, tables);
    }
}

struct Scripts<'a> {
    tables: Vec<&'a Item>,
    folder: String,
    facts: &'a dyn Facts,
    seen: BTreeSet<String>,
    steps: Vec<Step>,
}

impl Scripts<'_> {
    /// Adds what a script runs; false when there is none of that name. Each is followed once.
    fn follow(&mut self, name: &str) -> bool {
        let entries: Vec<_> = self.tables.iter().filter_map(|table| table.get(name)).collect();
        if entries.is_empty() {
            return false;
        }
        if self.seen.len() <= DEEPEST && self.seen.insert(name.to_owned()) {
            for entry in entries {
                self.entry(entry);
            }
        }
        true
    }

    fn entry(&mut self, entry: &Item) {
        if let Some(value) = entry.as_value() {
            self.value(value);
        } else if let Some(table) = entry.as_table_like() {
            self.table(&|key| table.get(key).and_then(Item::as_value));
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.text(text.value()),
            Value::Array(all) => all.iter().for_each(|one| self.value(one)),
            Value::InlineTable(table) => self.table(&|key| table.get(key)),
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {}
        }
    }

    fn table<'v>(&mut self, get: &dyn Fn(&str) -> Option<&'v Value>) {
        for value in OTHERS.iter().filter_map(|key| get(key)) {
            self.value(value);
        }
        for function in FUNCTIONS.iter().filter_map(|key| get(key)?.as_str()) {
            self.steps.extend(entry_point(function, &self.folder, self.facts));
        }
        for command in COMMANDS.iter().filter_map(|key| get(key)) {
            let words = command.as_array().into_iter().flatten().filter_map(Value::as_str);
            let words = words.chain(command.as_str()).collect::<Vec<_>>().join(" ");
            self.command(&words);
        }
    }

    /// A string: another script, a function, or a command.
    fn text(&mut self, text: &str) {
        let first = text.split_whitespace().next().unwrap_or_default();
        let is_known = !self.seen.contains(first) && self.follow(first);
        let is_name =
            |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte));
        let is_function = text.split_once(':').is_some_and(|(module, name)| is_name(module) && is_name(name));
        if is_function {
            self.steps.extend(entry_point(text, &self.folder, self.facts));
        } else if !is_known {
            self.command(text);
        }
    }

    fn command(&mut self, text: &str) {
        self.steps.extend(Step::shell(vec![text.to_owned()], &self.folder));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::facts::InMemory;

    #[test]
    fn scripts_are_texts_lists_tables_and_functions() {
        let text = "[tool.x.scripts]\na = 'one'\nb = ['a', 'two']\nc = {composite = ['b'], cmd = ['three', 'four']}\nd = {call = 'm:f'}\n[tool.x.scripts.e]\nshell = 'five'\n";
        let files = InMemory([("m.py".to_owned(), "def f():\n    six()\n".to_owned())].into());
        let document: DocumentMut = text.parse().expect("toml");
        let mut tables = Vec::new();
        below(document.as_item(), &["tool", "*", "scripts"], &mut tables);
        let texts = |name: &str| {
            let mut scripts = Scripts {
                tables: tables.clone(),
                folder: String::new(),
                facts: &files,
                seen: BTreeSet::new(),
                steps: Vec::new(),
            };
            scripts.follow(name);
            scripts.steps.into_iter().map(|step| step.text).collect::<Vec<_>>()
        };
        assert_eq!(texts("c"), ["one", "two", "three four"]);
        assert_eq!(texts("d"), ["def f():\n    six()\n"]);
        assert_eq!(texts("e"), ["five"]);
        assert!(texts("z").is_empty());
    }
}
