//! What a shell does itself, and what programs print whose output can be told without running them.

use super::Run;
use super::state::{Input, State};
use crate::effects::facts;
use crate::effects::value::Value;
use crate::effects::{stdout, tool};

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
            "unset" => forget(arguments, state),
            "read" => read(arguments, state, input),
            "mapfile" | "readarray" => read_all(arguments, state, input),
            "set" => set(arguments, state),
            "shift" => shift(arguments, state),
            "cp" | "mv" | "ln" | "install" => {
                self.program(words, state, input);
                self.copy(arguments, state);
            }
            "tee" => return self.tee(arguments, state, input),
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

    /// `cp FILE FILE`: a text that can be read is there as well from now on.
    fn copy(&mut self, arguments: &[Value], state: &mut State) {
        let paths: Vec<&Value> = arguments.iter().filter(|one| !one.text().starts_with('-')).collect();
        let [.., from, to] = paths.as_slice() else { return };
        let text = self.file(from, state);
        if text.is_known() {
            state.write(vec![((*to).clone(), false)], &text);
        }
    }

    /// `tee FILES`: what it reads goes there, and on.
    fn tee(&mut self, arguments: &[Value], state: &mut State, input: &Input) -> Value {
        let text = match input {
            Input::Text(text) => text.clone(),
            Input::None => Value::unknown(),
        };
        let appends = arguments.iter().any(|one| matches!(one.text(), "-a" | "--append"));
        let files: Vec<Value> =
            arguments.iter().filter(|one| !one.text().starts_with('-')).cloned().collect();
        for path in files.iter().filter(|_| !appends) {
            self.empties(path, state, state.span.clone().unwrap_or_default());
        }
        state.write(files.into_iter().map(|path| (path, appends)).collect(), &text);
        text
    }

    pub(super) fn printed(&mut self, name: &str, arguments: &[Value], state: &State, input: &Input) -> Value {
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
            "ls" if arguments.iter().any(|one| !one.text().starts_with('-')) => stdout::words(arguments),
            "true" | "false" | ":" | "sleep" => Value::default(),
            "base64" => stdout::decoded(arguments, input),
            _ => self.output(name, arguments, input),
        }
    }

    /// What presets know about a program's output.
    fn output(&self, name: &str, arguments: &[Value], input: &Input) -> Value {
        let tools = self.knowledge.tools(name);
        let carries = |one: &Value| matches!(one.text(), "-x" | "-X" | "--exec" | "--exec-batch");
        let own = arguments.iter().position(carries).unwrap_or(arguments.len());
        let own = arguments.get(..own).unwrap_or_default();
        let outputs = tools.iter().flat_map(|tool| tool.outputs.iter().map(move |output| (tool, output)));
        let fitting = outputs.filter_map(|(tool, output)| Some((output, tool::output(tool, output, own)?)));
        let told = fitting.filter_map(|(output, reading)| match (output.passes, input) {
            (true, Input::Text(text)) => Some(text.clone()),
            (true, Input::None) => None,
            (false, _) if output.found => Some(stdout::find(arguments)),
            (false, _) if !output.extension.is_empty() => Some(stdout::fd(&reading, &output.extension)),
            (false, _) if !output.pattern.is_empty() => Some(stdout::folders(&reading, &output.pattern)),
            (false, _) if output.text.is_empty() => {
                Some(Value(reading.rest.iter().flat_map(|word| [word.text(), "\n"]).collect()))
            }
            (false, _) => Some(Value(format!("{}\n", output.text))),
        });
        told.into_iter().next().unwrap_or_else(Value::unknown)
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

/// `read NAMES`: a line of the input that is known.
fn read(arguments: &[Value], state: &mut State, input: &Input) {
    forget(arguments, state);
    if let Input::Text(text) = input {
        let is_name = |one: &&Value| !one.text().starts_with('-');
        let names: Vec<String> = arguments.iter().filter(is_name).map(|one| one.text().to_owned()).collect();
        state.read(&names, text.text().lines().next().unwrap_or_default());
    }
}

/// `mapfile -t NAME`: the lines of the input.
fn read_all(arguments: &[Value], state: &mut State, input: &Input) {
    let Some(name) = arguments.last().filter(|one| !one.text().starts_with('-')) else { return };
    let lines = match input {
        Input::Text(text) => text.text().lines().map(Value::known).collect(),
        Input::None => vec![Value::unknown()],
    };
    state.arrays.insert(name.text().to_owned(), lines);
}

/// `set -- WORDS`; options of the shell itself change nothing here.
fn set(arguments: &[Value], state: &mut State) {
    let is_option =
        |one: &&Value| one.text().starts_with(['-', '+']) && one.text() != "--" || one.text() == "pipefail";
    let options = arguments.iter().take_while(is_option).count();
    let Some(words) = arguments.get(options..).filter(|words| !words.is_empty()) else { return };
    let marked = words.first().is_some_and(|one| one.text() == "--");
    state.arguments = words.iter().skip(usize::from(marked)).cloned().collect();
}

fn shift(arguments: &[Value], state: &mut State) {
    let by = arguments.first().and_then(|one| one.text().parse().ok()).unwrap_or(1);
    state.arguments = state.arguments.get(by..).unwrap_or_default().to_vec();
}
