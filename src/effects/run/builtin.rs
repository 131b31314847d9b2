//! What a shell does itself, and what programs print whose output can be told without running them.

use super::Run;
use super::state::{Input, State};
use crate::effects::facts;
use crate::effects::stdout;
use crate::effects::value::Value;

/// Builtins whose arguments are assignments.
pub(super) fn declares(name: &str) -> bool {
    matches!(name, "export" | "declare" | "local" | "readonly" | "typeset")
}

impl Run<'_> {
    /// Runs a builtin, an alias, a function, or else a program; gives what it prints.
    pub(super) fn invoke(&mut self, words: &[Value], state: &mut State, input: &Input) -> Value {
        let Some((name, arguments)) = words.split_first() else { return Value::default() };
        if let Some(text) = state.aliases.remove(name.text()) {
            return self.alias(&text, arguments, state, input);
        }
        if let Some(body) = state.functions.get(name.text()).cloned() {
            return self.function(name.text(), &body, arguments, state, input);
        }
        match name.text() {
            "cd" | "pushd" => change_folder(arguments, state),
            "alias" => define_aliases(arguments, state),
            "unset" | "read" => forget(arguments, state),
            _ => {
                self.program(words, state, input);
                return self.printed(name.text(), arguments, state, input);
            }
        }
        Value::default()
    }

    fn alias(&mut self, text: &str, arguments: &[Value], state: &mut State, input: &Input) -> Value {
        let mut words: Vec<Value> = text.split_whitespace().map(Value::known).collect();
        words.extend_from_slice(arguments);
        self.invoke(&words, state, input)
    }

    fn function(
        &mut self,
        name: &str,
        body: &[crate::effects::shell::Node],
        arguments: &[Value],
        state: &State,
        input: &Input,
    ) -> Value {
        if state.depth > super::DEEPEST {
            self.sound = false;
            return Value::unknown();
        }
        let mut inner = state.inside(Some(name.to_owned()));
        inner.own_text = state.own_text && !state.foreign.contains(name);
        inner.arguments = arguments.to_vec();
        // A function that calls itself ends here; so does one that wraps a program of its own name.
        inner.functions.remove(name);
        self.nodes(body, &mut inner, input)
    }

    fn printed(&mut self, name: &str, arguments: &[Value], state: &State, input: &Input) -> Value {
        match name.rsplit('/').next().unwrap_or(name) {
            "echo" => stdout::echo(arguments),
            "printf" => stdout::printf(arguments),
            "cat" | "tac" if arguments.iter().all(|one| one.text() == "-") => match input {
                Input::Text(text) => text.clone(),
                Input::None => Value::unknown(),
            },
            "cat" => {
                let files = arguments.iter().filter(|one| !one.text().starts_with('-'));
                let texts: Vec<String> = files.map(|path| self.file(path, state).0).collect();
                Value(texts.concat())
            }
            "find" => stdout::find(arguments),
            "ls" if arguments.iter().any(|one| !one.text().starts_with('-')) => stdout::words(arguments),
            "true" | ":" | "sleep" => Value::default(),
            "base64" => stdout::decoded(arguments, input),
            _ => Value::unknown(),
        }
    }
}

fn change_folder(arguments: &[Value], state: &mut State) {
    if let Some(folder) = arguments.iter().find(|one| !one.text().starts_with('-')) {
        state.folder =
            if folder.is_known() { facts::join(&state.folder, folder.text()) } else { "?".to_owned() };
    }
}

fn define_aliases(arguments: &[Value], state: &mut State) {
    for definition in arguments {
        if let Some((name, text)) = definition.text().split_once('=') {
            state.aliases.insert(name.to_owned(), text.to_owned());
        }
    }
}

fn forget(names: &[Value], state: &mut State) {
    for name in names {
        state.exported.remove(name.text());
        state.variables.insert(name.text().to_owned(), Value::unknown());
    }
}
