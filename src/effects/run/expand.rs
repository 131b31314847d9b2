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
            let value = Self::variable(name, state);
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
            Part::Variable(name, _) => Self::variable(name, state),
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
            Part::Unknown => UNKNOWN.to_string(),
        }
    }

    fn variable(name: &str, state: &State) -> String {
        if let Ok(number) = name.parse::<usize>() {
            let argument = number.checked_sub(1).and_then(|at| state.arguments.get(at));
            return argument.map_or_else(|| UNKNOWN.to_string(), |value| value.0.clone());
        }
        if name == "@" || name == "*" {
            return state.arguments.iter().map(Value::text).collect::<Vec<_>>().join(" ");
        }
        let (name, default) = name.split_once(":-").map_or((name, None), |(name, value)| (name, Some(value)));
        match (state.variables.get(name), default) {
            (Some(value), _) => value.0.clone(),
            (None, Some(default)) => default.to_owned(),
            (None, None) => UNKNOWN.to_string(),
        }
    }
}

fn split(text: &str) -> Vec<Value> {
    text.split_whitespace().map(Value::known).collect()
}
