//! One shape for YAML, JSON and TOML: text with its place, lists, tables.

use super::quoted;
use crate::json;
use crate::source::{SourceFile, Span};
use crate::survey::paths;
use crate::yaml::{self, Node};

/// Deepest nesting that is followed.
const DEEPEST: usize = 40;

/// A value; numbers and the like are left out.
pub(super) enum Value {
    Text(String, Span),
    List(Vec<Value>),
    Table(Vec<(String, Value)>),
}

impl Value {
    /// The words of a command line: text as it is, items of a list each as one word.
    pub(super) fn words(&self) -> Vec<(String, Span)> {
        match self {
            Self::Text(text, span) => vec![(text.clone(), *span)],
            Self::List(items) => items
                .iter()
                .filter_map(|item| match item {
                    Self::Text(text, span) => Some((quoted(text), *span)),
                    Self::List(_) | Self::Table(_) => None,
                })
                .collect(),
            Self::Table(_) => Vec::new(),
        }
    }
}

/// The documents of a file; none where it cannot be parsed, which the survey reports where it matters.
pub(super) fn documents(file: &SourceFile) -> Vec<Value> {
    match paths::ending(file.path()) {
        "json" | "jsonc" => {
            json::parse(file).ok().and_then(|value| of_json(&value, file)).into_iter().collect()
        }
        "toml" => of_toml_text(file).into_iter().collect(),
        _ => yaml::parse(file).unwrap_or_default().iter().filter_map(|node| of_yaml(node, 0)).collect(),
    }
}

fn of_yaml(node: &Node, depth: usize) -> Option<Value> {
    if depth > DEEPEST || node.is_alias() {
        return None;
    }
    if node.is_mapping() {
        let entries = node.own_entries();
        return Some(Value::Table(
            entries
                .filter_map(|entry| Some((entry.name().to_owned(), of_yaml(entry.value, depth + 1)?)))
                .collect(),
        ));
    }
    if node.is_sequence() {
        return Some(Value::List(node.items().iter().filter_map(|item| of_yaml(item, depth + 1)).collect()));
    }
    Some(Value::Text(node.as_str()?.to_owned(), node.span()))
}

fn of_json(value: &json::Value, file: &SourceFile) -> Option<Value> {
    match &value.kind {
        json::Kind::Word(_) => None,
        json::Kind::Text(text) => {
            // The reader tells where a string begins; an escape is six bytes at most.
            let mut end = (value.start + text.len() * 6 + 2).min(file.text().len());
            while !file.text().is_char_boundary(end) {
                end -= 1;
            }
            Some(Value::Text(text.clone(), Span::new(value.start, end)))
        }
        json::Kind::Array(items) => {
            Some(Value::List(items.iter().filter_map(|item| of_json(item, file)).collect()))
        }
        json::Kind::Object(members) => Some(Value::Table(
            members
                .iter()
                .filter_map(|member| Some((member.key.clone(), of_json(&member.value, file)?)))
                .collect(),
        )),
    }
}

fn of_toml_text(file: &SourceFile) -> Option<Value> {
    let document = toml_edit::Document::parse(file.text()).ok()?;
    of_toml(document.as_item())
}

fn of_toml(item: &toml_edit::Item) -> Option<Value> {
    match item {
        toml_edit::Item::None => None,
        toml_edit::Item::Value(value) => of_toml_value(value),
        toml_edit::Item::Table(table) => Some(Value::Table(
            table.iter().filter_map(|(key, item)| Some((key.to_owned(), of_toml(item)?))).collect(),
        )),
        toml_edit::Item::ArrayOfTables(tables) => Some(Value::List(
            tables
                .iter()
                .map(|table| {
                    let entries = table.iter();
                    Value::Table(
                        entries.filter_map(|(key, item)| Some((key.to_owned(), of_toml(item)?))).collect(),
                    )
                })
                .collect(),
        )),
    }
}

fn of_toml_value(value: &toml_edit::Value) -> Option<Value> {
    match value {
        toml_edit::Value::String(text) => {
            let span = text.span()?;
            Some(Value::Text(text.value().clone(), Span::new(span.start, span.end)))
        }
        toml_edit::Value::Array(items) => Some(Value::List(items.iter().filter_map(of_toml_value).collect())),
        toml_edit::Value::InlineTable(table) => Some(Value::Table(
            table.iter().filter_map(|(key, value)| Some((key.to_owned(), of_toml_value(value)?))).collect(),
        )),
        toml_edit::Value::Integer(_)
        | toml_edit::Value::Float(_)
        | toml_edit::Value::Boolean(_)
        | toml_edit::Value::Datetime(_) => None,
    }
}
