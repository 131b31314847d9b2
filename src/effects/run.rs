//! Goes through a parsed text as a shell would, without running anything: variables, functions, folders and pipes are followed.

mod bodies;
mod builtin;
mod expand;
mod language;
mod program;
mod shared;
pub(super) mod state;
mod unknown;

use std::collections::BTreeMap;
use std::ops::Range;

pub(super) use self::state::{Input, State};
pub(super) use self::unknown::Telling;
use super::facts::Facts;
use super::knowledge::Knowledge;
use super::shell::{self, Command, Node, Part, Redirect, Word};
use super::value::Value;
use super::{Analysis, Effect, Found, Language, Scope, places};

/// Simple commands that are looked at; a text with more is not judged further and becomes a doubt.
const MOST_COMMANDS: usize = 5000;

/// Texts and commands within others that are followed; deeper ones make the text unsound, so that it is at least asked about.
const DEEPEST: usize = 32;

/// Bytes of text within other text that are followed, and what each text counts beside its length: a file that names itself twice
/// would have no end otherwise.
const MOST_BYTES: usize = 4 * 1024 * 1024;
const TEXT_BYTES: usize = 1024;

/// Beginning of the paths that `<(…)` gets here.
const OUTPUT: &str = "/dev/fd/output-";

/// Values of a loop's variable that are tried.
const MOST_VALUES: usize = 32;

pub(super) fn analyse(text: &str, facts: &dyn Facts, knowledge: &Knowledge) -> Analysis {
    let mut run = Run::new(facts, knowledge);
    let parsed = shell::parse(text);
    let mut state = State { own_text: true, ..State::default() };
    run.nodes(&parsed.body, &mut state, &Input::None);
    Analysis { sound: parsed.sound && run.sound, found: distinct(run.found) }
}

pub(super) fn analyse_language(
    text: &str,
    language: Language,
    facts: &dyn Facts,
    knowledge: &Knowledge,
) -> Analysis {
    let mut run = Run::new(facts, knowledge);
    let state = State { span: Some(0..text.len()), own_text: true, ..State::default() };
    run.language(&Value::known(text), language, false, &state);
    Analysis { sound: run.sound, found: distinct(run.found) }
}

/// Two presets may know one program, and see the same in it.
fn distinct(found: Vec<Found>) -> Vec<Found> {
    let mut kept: Vec<Found> = Vec::new();
    for one in found {
        let same = |other: &Found| {
            (other.effect, &other.target, &other.span) == (one.effect, &one.target, &one.span)
        };
        if !kept.iter().any(same) {
            kept.push(one);
        }
    }
    kept
}

/// One analysis in progress.
pub(super) struct Run<'a> {
    pub(super) facts: &'a dyn Facts,
    pub(super) knowledge: &'a Knowledge,
    pub(super) found: Vec<Found>,
    pub(super) sound: bool,
    commands: usize,
    bytes: usize,
    /// What removing each path does that was asked about, by whether it lies elsewhere: a program may name one many times.
    judged: BTreeMap<(String, bool), Option<Effect>>,
    /// What `<(…)` printed, by the number in its made-up path.
    outputs: Vec<Value>,
}

impl<'a> Run<'a> {
    fn new(facts: &'a dyn Facts, knowledge: &'a Knowledge) -> Self {
        Self {
            facts,
            knowledge,
            found: Vec::new(),
            sound: true,
            commands: 0,
            bytes: 0,
            judged: BTreeMap::new(),
            outputs: Vec::new(),
        }
    }

    /// What removing a path does to data, elsewhere or here.
    fn place(&mut self, path: &str, elsewhere: bool) -> Option<Effect> {
        let (facts, knowledge) = (self.facts, self.knowledge);
        let key = (path.to_owned(), elsewhere);
        *self.judged.entry(key).or_insert_with(|| places::effect(path, elsewhere, facts, knowledge))
    }

    /// Runs nodes one after the other; gives what they print, as far as it is known.
    pub(super) fn nodes(&mut self, nodes: &[Node], state: &mut State, input: &Input) -> Value {
        let outputs: Vec<String> = nodes.iter().map(|node| self.node(node, state, input).0).collect();
        Value(outputs.concat())
    }

    fn node(&mut self, node: &Node, state: &mut State, input: &Input) -> Value {
        match node {
            Node::Command(command) => self.command(command, state, input),
            Node::Pipeline(stages) => self.pipeline(stages, state, input),
            Node::Group(nodes) => self.nodes(nodes, state, input),
            Node::Redirected(body, redirects) => {
                let (given, files) = self.redirect(redirects, state, 0..0);
                let printed = self.node(body, state, &given.unwrap_or_else(|| input.clone()));
                state.write(files, &printed);
                printed
            }
            Node::Function(name, body) => {
                state.functions.insert(name.clone(), body.clone());
                if state.own_text {
                    state.foreign.remove(name);
                } else {
                    state.foreign.insert(name.clone());
                }
                Value::default()
            }
            Node::Loop(variable, values, body) => {
                let values = self.words(values, state);
                let mut printed = String::new();
                for value in values.into_iter().take(MOST_VALUES) {
                    state.variables.insert(variable.clone(), value);
                    printed.push_str(&self.nodes(body, state, input).0);
                }
                Value(printed)
            }
            Node::Lines(names, body) => self.lines(names, body, state, input),
        }
    }

    /// The body of `while read`, once a line.
    fn lines(&mut self, names: &[String], body: &[Node], state: &mut State, input: &Input) -> Value {
        let text = match input {
            Input::Text(text) => text.clone(),
            Input::None => Value::unknown(),
        };
        let untold = state.untold_input;
        let mut printed = String::new();
        for line in text.text().split(['\n', '\0']).filter(|line| !line.is_empty()).take(MOST_VALUES) {
            state.untold_input |= !Value::known(line).is_known();
            state.read(names, line);
            printed.push_str(&self.nodes(body, state, &Input::None).0);
        }
        state.untold_input = untold;
        Value(printed)
    }

    fn pipeline(&mut self, stages: &[Node], state: &mut State, input: &Input) -> Value {
        let mut printed = Value::default();
        for (number, stage) in stages.iter().enumerate() {
            let input = if number == 0 { input.clone() } else { Input::Text(printed) };
            printed = self.node(stage, state, &input);
        }
        printed
    }

    fn command(&mut self, command: &Command, state: &mut State, input: &Input) -> Value {
        self.commands += 1;
        if self.commands > MOST_COMMANDS || state.depth > DEEPEST {
            self.sound = false;
            return Value::unknown();
        }
        let span = match &state.span {
            Some(outer) if !state.own_text => outer.clone(),
            Some(_) | None => command.span.clone(),
        };
        let assigned: Vec<_> = command
            .assignments
            .iter()
            .map(|(name, word)| (name.clone(), self.assigned(name, word, state)))
            .collect();
        let words = self.words(&command.words, state);
        let (given, files) = self.redirect(&command.redirects, state, span.clone());
        let input = given.unwrap_or_else(|| input.clone());
        let declares = words.first().is_some_and(|name| builtin::declares(name.text()));
        if words.is_empty() || declares {
            state.assign(assigned, words.first().is_some_and(|name| name.text() == "export"));
            return Value::default();
        }
        let before: Vec<String> = assigned.iter().map(|(name, _)| name.clone()).collect();
        let mut inner = state.for_command(assigned, span);
        let printed = self.invoke(&words, &mut inner, &input);
        state.after_command(inner, &before);
        for (path, _) in &files {
            self.sent_to_port(path, &printed, state, command);
        }
        state.write(files, &printed);
        printed
    }

    /// `> /dev/tcp/HOST/PORT`: what goes there is what a client would send.
    fn sent_to_port(&mut self, path: &Value, printed: &Value, state: &State, command: &Command) {
        let Some((host, port)) = path.text().strip_prefix("/dev/tcp/").and_then(|rest| rest.split_once('/'))
        else {
            return;
        };
        let words = [Value::known("nc"), Value::known(host), Value::known(port)];
        let span = state.span.clone().unwrap_or_else(|| command.span.clone());
        let mut inner = state.for_command(Vec::new(), span);
        self.invoke(&words, &mut inner, &Input::Text(printed.clone()));
    }

    /// The value of an assignment; an array is kept, and its first element stands for it.
    fn assigned(&mut self, name: &str, word: &Word, state: &mut State) -> Value {
        let [Part::List(elements)] = word.parts.as_slice() else { return self.one_word(word, state) };
        let elements = self.words(elements, state);
        let first = elements.first().cloned().unwrap_or_default();
        state.arrays.insert(name.to_owned(), elements);
        first
    }

    /// What redirections do to files, the input that they give, and the files that the output goes to (true: behind what is there).
    fn redirect(
        &mut self,
        redirects: &[Redirect],
        state: &mut State,
        span: Range<usize>,
    ) -> (Option<Input>, Vec<(Value, bool)>) {
        let (mut input, mut files) = (None, Vec::new());
        for redirect in redirects {
            match redirect {
                Redirect::Text(word) => input = Some(Input::Text(self.one_word(word, state))),
                Redirect::Read(word) => {
                    let path = self.one_word(word, state);
                    input = Some(Input::Text(self.file(&path, state)));
                }
                Redirect::Write(word) => {
                    let path = self.one_word(word, state);
                    let span = state.span.clone().unwrap_or_else(|| span.clone());
                    self.empties(&path, state, span);
                    files.push((path, false));
                }
                Redirect::Append(word) => {
                    let path = self.one_word(word, state);
                    let span = state.span.clone().unwrap_or_else(|| span.clone());
                    self.appends(&path, state, span);
                    files.push((path, true));
                }
            }
        }
        (input, files)
    }

    /// The text of a file that a command reads; unknown when it cannot be had.
    pub(super) fn file(&self, path: &Value, state: &State) -> Value {
        if !path.is_known() || state.elsewhere {
            return Value::unknown();
        }
        if path.text() == "/dev/null" {
            return Value::default();
        }
        if let Some(number) = path.text().strip_prefix(OUTPUT) {
            return number
                .parse::<usize>()
                .ok()
                .and_then(|at| self.outputs.get(at).cloned())
                .unwrap_or_default();
        }
        let path = state.path(path.text());
        state
            .written
            .get(&path)
            .cloned()
            .or_else(|| self.facts.read(&path).map(Value))
            .unwrap_or_else(Value::unknown)
    }

    /// The path under which a command finds what `<(…)` printed.
    fn keep_output(&mut self, printed: Value) -> String {
        self.outputs.push(printed);
        format!("{OUTPUT}{}", self.outputs.len() - 1)
    }

    /// `> FILE` on data: what was in it is gone. A new file is no loss.
    fn empties(&mut self, path: &Value, state: &State, span: Range<usize>) {
        if let Some(effect) = self.redirected(path, state) {
            let says = ("write to a new file", "`>` empties the file before anything is written");
            self.found_at(effect, path, says, state, span);
        }
    }

    /// `>> FILE`: data stays, but a policy or a hook may say something else with one line more.
    fn appends(&mut self, path: &Value, state: &State, span: Range<usize>) {
        if self.redirected(path, state) == Some(Effect::WeakensGuard) {
            let says = ("change it by hand", "a line more can allow what was refused");
            self.found_at(Effect::WeakensGuard, path, says, state, span);
        }
    }

    /// What a file is that output goes to, where there is one.
    fn redirected(&self, path: &Value, state: &State) -> Option<Effect> {
        let here = state.path(path.text());
        let is_there = path.text().starts_with('/') || self.facts.exists(&here);
        let ours = is_there && !state.elsewhere;
        ours.then(|| places::effect_of_file(&here, self.knowledge)).flatten()
    }

    /// A path that something happens to; `says` is what to do instead, and why.
    fn found_at(
        &mut self,
        effect: Effect,
        path: &Value,
        says: (&str, &str),
        state: &State,
        span: Range<usize>,
    ) {
        self.found.push(Found {
            effect,
            scope: Scope::Path,
            target: Some(path.text().to_owned()),
            instead: says.0.to_owned(),
            why: says.1.to_owned(),
            span,
            via: state.via.clone(),
            around: state.around(),
        });
    }

    /// Text that reaches data and cannot be told.
    pub(super) fn doubt(&mut self, what: &str, state: &State) {
        self.found.push(Found {
            effect: Effect::Untold,
            scope: Scope::Configured,
            target: None,
            instead: String::new(),
            why: what.to_owned(),
            span: state.span.clone().unwrap_or_default(),
            via: state.via.clone(),
            around: state.around(),
        });
    }
}

#[cfg(test)]
mod tests;
