//! `environment:` and `env_file:` of a service, as one effective environment.

use super::model::{EnvFile, Variable};
use super::names;
use super::project::Reader;
use crate::survey::Place;
use crate::survey::dotenv;
use crate::survey::hidden::Hidden;
use crate::yaml::Node;

/// `environment:` alone, sorted by name.
pub(super) fn own(reader: Reader<'_>, service: &Node) -> Vec<Variable> {
    let mut variables = Vec::new();
    let Some(node) = service.get("environment") else { return variables };
    for entry in node.entries() {
        set(&mut variables, variable(reader, entry.name(), entry.value.as_str(), reader.place(entry.key)));
    }
    for item in node.items() {
        let text = item.as_str().unwrap_or_default();
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        set(&mut variables, variable(reader, name.trim(), value, reader.place(item)));
    }
    variables
}

/// `env_file:`.
pub(super) fn files(reader: Reader<'_>, service: &Node) -> Vec<EnvFile> {
    let Some(node) = service.get("env_file") else { return Vec::new() };
    let items = if node.is_sequence() { node.items() } else { std::slice::from_ref(node) };
    let file = |item: &Node| {
        let declared = if item.is_mapping() { reader.text_of(item, "path")? } else { reader.text(item)? };
        let required = item.get("required").and_then(Node::as_bool).unwrap_or(true);
        let path = names::join(reader.directory, &declared).unwrap_or(declared);
        Some(EnvFile { path, required, place: reader.place(item) })
    };
    items.iter().filter_map(file).collect()
}

/// What `files` set, later ones winning, with the variables of `own` over them.
pub(super) fn effective(reader: Reader<'_>, files: &[EnvFile], own: Vec<Variable>) -> Vec<Variable> {
    let mut variables = Vec::new();
    for path in files.iter().filter_map(|file| existing(reader, &file.path)) {
        read_file(reader, &path, &mut variables);
    }
    for variable in own {
        set(&mut variables, variable);
    }
    variables
}

/// Puts `variable` in its place by name, over one of the same name.
pub(super) fn set(variables: &mut Vec<Variable>, variable: Variable) {
    match variables.binary_search_by(|known| known.name.cmp(&variable.name)) {
        Ok(at) => variables[at] = variable,
        Err(at) => variables.insert(at, variable),
    }
}

fn variable(reader: Reader<'_>, name: &str, value: Option<&str>, place: Place) -> Variable {
    let name = name.to_owned();
    let Some(value) = value else {
        return match reader.scope.setting(&name) {
            Some(found) => Variable {
                value: Some(found.value.clone()),
                place: found.place.clone(),
                set_as: name.clone(),
                name,
            },
            None => Variable { value: None, place, set_as: name.clone(), name },
        };
    };
    let expanded = reader.scope.expand(value);
    let (set_as, place) = expanded.from.unwrap_or((name.clone(), place));
    Variable { name, value: Some(Hidden::new(expanded.text)), place, set_as }
}

fn read_file(reader: Reader<'_>, path: &str, variables: &mut Vec<Variable>) {
    let Ok(file) = reader.tree.read(path) else { return };
    for entry in dotenv::parse(&file) {
        let value = if entry.expands() {
            Hidden::new(reader.scope.expand(entry.value.reveal()).text)
        } else {
            entry.value.clone()
        };
        let place = Place::new(path, entry.line);
        set(variables, Variable { set_as: entry.key.clone(), name: entry.key, value: Some(value), place });
    }
}

/// The file itself, or the example that people make it from.
fn existing(reader: Reader<'_>, path: &str) -> Option<String> {
    if reader.tree.has(path) {
        return Some(path.to_owned());
    }
    let (directory, name) = names::split(path);
    let wanted = name.trim_start_matches('.').to_ascii_lowercase();
    let is_example = |other: &&str| {
        let (parent, name) = names::split(other);
        parent == directory && names::example_of(name).as_ref() == Some(&wanted)
    };
    reader.tree.paths().find(is_example).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::survey::compose::scope::Scope;
    use crate::survey::tree::Tree;
    use crate::yaml;

    fn read(tree: &Tree, text: &str) -> Vec<String> {
        let scope = Scope::read(tree, "", &[]);
        let file = SourceFile::new("compose.yml", text);
        let reader = Reader { tree, file: &file, scope: &scope, directory: "" };
        let node = yaml::parse_one(&file).unwrap();
        let all = effective(reader, &files(reader, &node), own(reader, &node));
        let show = |variable: &Variable| {
            let value = variable.value.as_ref().map_or("-", Hidden::reveal);
            format!(
                "{}={value} {}:{} {}",
                variable.name, variable.place.path, variable.place.line, variable.set_as
            )
        };
        all.iter().map(show).collect()
    }

    #[test]
    fn each_value_knows_where_it_is_really_set() {
        let tree = Tree::in_memory([
            (".env", "PW=secret\nDB=app\n"),
            ("db.env", "POSTGRES_DB=x\nUSER='$DB'\nB=${DB}1\n"),
        ]);
        let text = "env_file: [db.env]\nenvironment:\n  POSTGRES_PASSWORD: ${PW:?}\n  POSTGRES_DB: $DB-y\n  DB:\n  NONE:\n";
        let expected = [
            "B=app1 db.env:3 B",
            "DB=app .env:2 DB",
            "NONE=- compose.yml:6 NONE",
            "POSTGRES_DB=app-y compose.yml:4 POSTGRES_DB",
            "POSTGRES_PASSWORD=secret .env:1 PW",
            "USER=$DB db.env:2 USER",
        ];
        assert_eq!(read(&tree, text), expected);
    }

    #[test]
    fn lists_and_examples_of_missing_files_are_read() {
        let tree = Tree::in_memory([
            ("db.env.example", "A=1\n"),
            (".env.example", "B=2\n"),
            ("prod.example.env", "C=3\n"),
        ]);
        let text = "env_file:\n- db.env\n- path: .env\n  required: false\n- prod.env\nenvironment:\n- A=${A:-x}=y\n- D\n";
        let expected = [
            "A=x=y compose.yml:7 A",
            "B=2 .env.example:1 B",
            "C=3 prod.example.env:1 C",
            "D=- compose.yml:8 D",
        ];
        assert_eq!(read(&tree, text), expected);
    }

    #[test]
    fn debug_output_shows_no_value() {
        let hidden = Variable {
            name: "A".into(),
            value: Some(Hidden::new("hunter2")),
            place: Place::new("a", 1),
            set_as: "A".into(),
        };
        assert!(!format!("{hidden:?}").contains("hunter2"));
    }
}
