//! Goes through a parsed text as a shell would, without running anything: variables, functions, folders and pipes are followed.

mod builtin;
mod expand;
mod language;
mod program;
pub(super) mod state;

use std::ops::Range;

pub(super) use self::program::language_of;
pub(super) use self::state::{Input, State};
use super::facts::Facts;
use super::knowledge::Knowledge;
use super::shell::{self, Command, Node, Redirect};
use super::value::Value;
use super::{Analysis, Effect, Found, Language, Scope, places};

/// Simple commands that are looked at; a text with more is not judged further and becomes a doubt.
const MOST_COMMANDS: usize = 5000;

/// Texts and commands within others that are followed; deeper ones make the text unsound, so that it is at least asked about.
const DEEPEST: usize = 32;

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
    /// What `<(…)` printed, by the number in its made-up path.
    outputs: Vec<Value>,
}

impl<'a> Run<'a> {
    fn new(facts: &'a dyn Facts, knowledge: &'a Knowledge) -> Self {
        Self { facts, knowledge, found: Vec::new(), sound: true, commands: 0, outputs: Vec::new() }
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
                let input = self.redirect(redirects, state, 0..0).unwrap_or_else(|| input.clone());
                self.node(body, state, &input)
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
        }
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
            .map(|(name, word)| (name.clone(), self.one_word(word, state)))
            .collect();
        let words = self.words(&command.words, state);
        let redirected = self.redirect(&command.redirects, state, span.clone());
        let input = redirected.unwrap_or_else(|| input.clone());
        let declares = words.first().is_some_and(|name| builtin::declares(name.text()));
        if words.is_empty() || declares {
            state.assign(assigned, words.first().is_some_and(|name| name.text() == "export"));
            return Value::default();
        }
        let mut inner = state.for_command(assigned, span);
        let printed = self.invoke(&words, &mut inner, &input);
        state.after_command(inner);
        printed
    }

    /// What redirections do to files, and the input that they give.
    fn redirect(&mut self, redirects: &[Redirect], state: &mut State, span: Range<usize>) -> Option<Input> {
        let mut input = None;
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
                }
                Redirect::Append(_) => {}
            }
        }
        input
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
        self.facts.read(&state.path(path.text())).map_or_else(Value::unknown, Value)
    }

    /// The path under which a command finds what `<(…)` printed.
    fn keep_output(&mut self, printed: Value) -> String {
        self.outputs.push(printed);
        format!("{OUTPUT}{}", self.outputs.len() - 1)
    }

    /// `> FILE` on data: what was in it is gone. A new file is no loss.
    fn empties(&mut self, path: &Value, state: &State, span: Range<usize>) {
        let path = path.text();
        let there = path.starts_with('/') || self.facts.exists(&state.path(path));
        if !there || state.elsewhere {
            return;
        }
        if let Some(effect) = places::effect_of_file(&state.path(path), self.knowledge) {
            let found = Found {
                effect,
                scope: Scope::Path,
                target: Some(path.to_owned()),
                instead: "write to a new file".to_owned(),
                why: "`>` empties the file before anything is written".to_owned(),
                span,
                via: state.via.clone(),
                around: state.around(),
            };
            self.found.push(found);
        }
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
