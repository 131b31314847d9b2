//! The calls in an agent's input.

use serde_json::Value;

use super::Malformed;
use crate::presets::agents::Agent;
use crate::presets::model::Str;
use crate::presets::wildcard;

/// Something that an agent wants to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Run shell text.
    Shell(String),
    /// Write a text to a file.
    Write {
        /// Its path.
        path: String,
        /// The text, or the part of it that is new.
        text: String,
    },
    /// Call a tool that may be a database's, with all strings among its arguments.
    Tool {
        /// Its name.
        name: String,
        /// The strings.
        texts: Vec<String>,
    },
}

/// All calls of an input: those of a batch, or the one.
pub(super) fn calls(agent: &Agent, input: &Value) -> Result<Vec<Call>, Malformed> {
    let batch = agent.batch.iter().find_map(|place| at(input, place)?.as_array());
    let mut calls = Vec::new();
    for one in batch.into_iter().flatten().chain(batch.is_none().then_some(input)) {
        calls.extend(call(agent, one)?);
    }
    Ok(calls)
}

fn call(agent: &Agent, input: &Value) -> Result<Option<Call>, Malformed> {
    let named = text_at(input, &agent.tool);
    let tool = named.clone().or_else(|| text_at(input, &[Str("name".into())])).unwrap_or_default();
    let given = agent
        .arguments
        .iter()
        .chain(&[Str("args".into()), Str("arguments".into())])
        .find_map(|place| arguments(input, place));
    let arguments = given.unwrap_or(Value::Null);
    let command = command_at(&arguments, &agent.command);
    if tool.is_empty() && command.is_none() {
        return Err(Malformed::NoTool);
    }
    if is_one_of(&tool, &agent.shell) || named.is_none() && command.is_some() {
        return command.map(|text| Some(Call::Shell(text))).ok_or(Malformed::NoCommand { tool });
    }
    if is_one_of(&tool, &agent.write) {
        let path = text_at(&arguments, &agent.path).unwrap_or_default();
        let texts: Vec<String> =
            agent.text.iter().filter_map(|key| at(&arguments, key)).flat_map(strings).collect();
        return Ok(Some(Call::Write { path, text: texts.join("\n") }));
    }
    let is_database = is_one_of(&tool, &agent.database);
    Ok(is_database.then(|| Call::Tool { name: tool, texts: strings(&arguments) }))
}

fn is_one_of(name: &str, patterns: &[Str]) -> bool {
    patterns.iter().any(|pattern| wildcard::matches(pattern, name))
}

/// The arguments at a place; some agents send them as a string of JSON.
fn arguments(input: &Value, place: &str) -> Option<Value> {
    let given = at(input, place)?;
    match given.as_str() {
        Some(text) => serde_json::from_str(text).ok(),
        None => Some(given.clone()),
    }
}

/// A command is a string, or a list of words.
fn command_at(arguments: &Value, keys: &[Str]) -> Option<String> {
    keys.iter().find_map(|key| match at(arguments, key)? {
        Value::String(text) => Some(text.clone()),
        Value::Array(words) => {
            let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
            Some(
                words
                    .iter()
                    .map(|word| format!("'{}'", word.replace('\'', "'\\''")))
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    })
}

/// The first text at any of the places.
pub(super) fn text_at(value: &Value, places: &[Str]) -> Option<String> {
    places.iter().find_map(|place| at(value, place)?.as_str().map(str::to_owned))
}

fn at<'a>(value: &'a Value, place: &str) -> Option<&'a Value> {
    if place.is_empty() {
        return Some(value);
    }
    place.split('/').try_fold(value, |value, key| value.get(key))
}

/// All strings in a value, those of a list of edits included; what an edit replaces is not new.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(all) => all.iter().flat_map(strings).collect(),
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| !key.starts_with("old"))
            .flat_map(|(_, value)| strings(value))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
