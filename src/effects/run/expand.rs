//! Words to values: variables, command output, splitting.

use super::Run;
use super::state::{Input, State};
use crate::effects::shell::{Part, Word};
use crate::effects::value::{UNKNOWN, Value};

impl Run<'_> {
    /// All words of a command; an expansion outside quotes may become several or none.
    pub(super) fn words(&mut self, words: &[Word], state: &mut State) -> Vec<Value> {
        words.iter().flat_map(|word| self.split_word(word, state)).collect()
    }

    /// A word that is never split: an assignment, a file of a redirection, a here-document.
    pub(super) fn one_word(&mut self, word: &Word, state: &mut State) -> Value {
        Value(word.parts.iter().map(|part| self.part(part, state)).collect())
    }

    fn split_word(&mut self, word: &Word, state: &mut State) -> Vec<Value> {
        if let [Part::Variable(name, quoted)] = word.parts.as_slice() {
            if name == "@" || name == "*" && !quoted {
                return state.arguments.clone();
            }
            if let Some(array) = name.strip_suffix("[@]").or_else(|| name.strip_suffix("[*]")) {
                return state.arrays.get(array).cloned().unwrap_or_else(|| vec![Value::unknown()]);
            }
            let value = self.variable(name, state);
            return if *quoted { vec![Value(value)] } else { split(&value) };
        }
        if let [Part::Output(_, false)] = word.parts.as_slice() {
            return split(&self.one_word(word, state).0);
        }
        vec![self.one_word(word, state)]
    }

    fn part(&mut self, part: &Part, state: &mut State) -> String {
        match part {
            Part::Literal(text) => text.clone(),
            Part::Variable(name, _) => self.variable(name, state),
            Part::Output(nodes, _) => {
                let mut inner = state.inside(None);
                let printed = self.nodes(nodes, &mut inner, &Input::None).0;
                printed.trim_end_matches('\n').to_owned()
            }
            Part::File(nodes) => {
                let mut inner = state.inside(None);
                let printed = self.nodes(nodes, &mut inner, &Input::None);
                self.keep_output(printed)
            }
            Part::List(_) | Part::Unknown => UNKNOWN.to_string(),
        }
    }

    fn variable(&self, name: &str, state: &State) -> String {
        if let Some((array, element)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            return element_of(array, element, state);
        }
        if let Ok(number) = name.parse::<usize>() {
            let argument = match number.checked_sub(1) {
                Some(at) => state.arguments.get(at),
                None => state.variables.get("0"),
            };
            return argument.map_or_else(|| UNKNOWN.to_string(), |value| value.0.clone());
        }
        if name == "@" || name == "*" {
            return state.arguments.iter().map(Value::text).collect::<Vec<_>>().join(" ");
        }
        let (name, default) = name.split_once(":-").map_or((name, None), |(name, value)| (name, Some(value)));
        match (state.variables.get(name), default) {
            (Some(value), _) => value.0.clone(),
            (None, Some(default)) => default.to_owned(),
            (None, None) => self.unset(name),
        }
    }

    /// A variable that nothing in the text sets: the shell's own, those that presets know a folder for.
    fn unset(&self, name: &str) -> String {
        if name == "PWD" {
            return ".".to_owned();
        }
        self.knowledge.folder_of_variable(name).map_or_else(|| UNKNOWN.to_string(), str::to_owned)
    }
}

fn element_of(array: &str, element: &str, state: &State) -> String {
    let known = state.arrays.get(array);
    let element = match element {
        "@" | "*" => known.map(|all| all.iter().map(Value::text).collect::<Vec<_>>().join(" ")),
        number => known
            .and_then(|all| all.get(number.parse::<usize>().ok()?))
            .or_else(|| state.variables.get(&format!("{array}[{number}]")))
            .map(|value| value.0.clone()),
    };
    element.unwrap_or_else(|| UNKNOWN.to_string())
}

fn split(text: &str) -> Vec<Value> {
    text.split_whitespace().map(Value::known).collect()
}
