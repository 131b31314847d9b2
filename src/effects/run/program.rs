//! A program with its arguments: what the presets know about it, and what it carries.

use super::Run;
use super::state::{Input, State};
use crate::effects::knowledge::{language_of, program_name};
use crate::effects::manifest::{self, Step};
use crate::effects::tool::{self, Reading};
use crate::effects::value::{UNKNOWN, Value};
use crate::effects::{Effect, Found, Language, Scope, places};
use crate::presets::runners::{Manifest, Runner};
use crate::presets::tools::{Carrier, Rule, Sink, Tool};

/// Words of the input that a carrier appends.
const MOST_WORDS: usize = 100;

/// Files of a folder that are read as one program.
const MOST_FILES: usize = 32;

impl Run<'_> {
    /// Looks at a program. Several presets may know one of its name; all are asked.
    pub(super) fn program(&mut self, words: &[Value], state: &mut State, input: &Input) {
        let Some((name, arguments)) = words.split_first() else { return };
        if let Some((variable, value)) = assignment(name.text()) {
            state.exported.insert(variable.to_owned(), Value::known(value));
            return self.carried(arguments, state, input);
        }
        let state = &mut self.within_line(words, state);
        if !name.is_known() {
            return self.unknown_program(arguments, state);
        }
        // What a repository's own presets say adds to what is known, and ends no search.
        for tool in self.knowledge.own_tools(name.text()) {
            self.tool(tool, name.text(), arguments, state, input);
        }
        let tools = self.knowledge.tools(name.text());
        // An image's entrypoint may run the words: `compose run app db:drop`.
        if tools.is_empty() && state.elsewhere && name.text().contains(':') {
            return self.unknown_program(words, state);
        }
        let mut led_on = false;
        for tool in tools.iter() {
            led_on |= self.tool(tool, name.text(), arguments, state, input);
        }
        if !led_on {
            self.local_script(name.text(), arguments, state, input);
        }
    }

    /// What the line itself says about where it happens.
    fn within_line(&self, words: &[Value], state: &State) -> State {
        let mut inner = state.clone();
        inner.options.extend(tool::telling_options(words, self.knowledge.telling()));
        inner
    }

    /// One tool: true when it is known what the line leads to, so that nothing else need be tried.
    fn tool(
        &mut self,
        tool: &'static Tool,
        name: &str,
        arguments: &[Value],
        state: &mut State,
        input: &Input,
    ) -> bool {
        let files = self.with_files(tool, arguments, state, input);
        let arguments = files.as_deref().unwrap_or(arguments);
        for rule in &tool.rules {
            if let Some(reading) = tool::rule(tool, rule, &rule.words, arguments, state)
                && (!rule.shared || self.is_shared(state))
                && !self.is_read(rule, &reading, state)
            {
                self.rule(rule, &reading, state, input);
            }
        }
        if let Some((carrier, inner)) = tool::carrier(tool, arguments) {
            let mut state = state.clone();
            state.mounts.extend(tool::mounts(tool, carrier, arguments));
            let found = carrier.found.then(|| Input::Text(self.printed(name, arguments, &state, input)));
            let marks = tool::marks(tool, carrier, arguments);
            self.carrier(carrier, &inner, name, &marks, &state, found.as_ref().unwrap_or(input));
            return true;
        }
        if tool::is_harmless(tool, arguments) {
            return true;
        }
        if let Some((runner, reading)) = tool::runner(tool, arguments)
            && self.runner(runner, &reading, name, state, input)
        {
            return true;
        }
        let mut led_on = false;
        for sink in &tool.sinks {
            if let Some(reading) = tool::sink(tool, sink, arguments) {
                self.sink(sink, &reading, state, input);
                led_on = true;
                break;
            }
        }
        led_on
    }

    /// Whether the files that a rule is about can all be read, so that what is in them tells instead.
    fn is_read(&self, rule: &Rule, reading: &Reading<'_>, state: &State) -> bool {
        let mut files = rule.unread.iter().flat_map(|option| reading.line.values(option)).peekable();
        files.peek().is_some() && files.all(|file| self.file(&Value::known(file), state).is_known())
    }

    fn rule(&mut self, rule: &Rule, reading: &Reading<'_>, state: &State, input: &Input) {
        let targets = match (&*rule.target, input) {
            ("input", Input::Text(text)) => text.text().lines().map(str::to_owned).collect(),
            ("input", Input::None) => return,
            _ => tool::targets(rule, reading),
        };
        if rule.scope == Scope::Path {
            return self.paths(rule, &targets, state);
        }
        let target = (!targets.is_empty()).then(|| targets.join(" ").replace(UNKNOWN, "$…"));
        self.add(rule, rule.effect, target, state);
    }

    /// A rule about paths counts only where they hold data.
    fn paths(&mut self, rule: &Rule, targets: &[String], state: &State) {
        // An empty word names no file, as the one behind `sed -i` on macOS.
        let named = targets.iter().filter(|target| state.untold_input || !target.is_empty());
        for target in named {
            if let Some((_, path)) = remote_path(target) {
                self.remote(rule, target, path, state);
            } else if state.untold_input && target.chars().all(|letter| letter == UNKNOWN) {
                let what = "what goes comes from the output of a command, which cannot be told from here";
                self.doubt(what, state);
            } else {
                self.path(rule, target, state);
            }
        }
    }

    /// `HOST:PATH`, judged by its name.
    fn remote(&mut self, rule: &Rule, target: &str, path: &str, state: &State) {
        let judged = self.place(path, true);
        let removes = rule.effect == Effect::DestroysVolume;
        if let Some(effect) = if removes { judged } else { judged.map(|_| rule.effect) } {
            self.add(rule, effect, Some(target.to_owned()), state);
        }
    }

    fn path(&mut self, rule: &Rule, target: &str, state: &State) {
        let there = if state.folder.starts_with('/') { state.path(target) } else { target.to_owned() };
        let (target, elsewhere) = match mounted(&there, state) {
            Some(Mounted::Volume(source)) if rule.effect == Effect::DestroysVolume => {
                return self.add(rule, rule.effect, Some(source), state);
            }
            Some(Mounted::Path(path)) => (path, false),
            Some(Mounted::Volume(_)) | None => (target.to_owned(), state.elsewhere),
        };
        let path = if elsewhere { target.clone() } else { state.path(&target) };
        let Some(effect) = self.held(rule, &path, elsewhere) else { return };
        if rule.effect == Effect::WeakensGuard && effect != Effect::WeakensGuard {
            return;
        }
        let takes_guard_away = effect == Effect::WeakensGuard && &*rule.target != "last";
        if rule.effect == Effect::OverwritesDatabase
            && !takes_guard_away
            && self.is_new(&path, &rule.target, state)
        {
            return;
        }
        // Moving or copying over is what the rule says; removing is what the place says.
        let removes = matches!(rule.effect, Effect::DestroysVolume);
        let effect = if removes || effect == Effect::WeakensGuard { effect } else { rule.effect };
        self.add(rule, effect, Some(target), state);
    }

    /// What a path holds that a rule does something to. What is unpacked into a folder does nothing to those below it.
    fn held(&mut self, rule: &Rule, path: &str, elsewhere: bool) -> Option<Effect> {
        if rule.effect != Effect::OverwritesDatabase || &*rule.target == "last" {
            return self.place(path, elsewhere);
        }
        let facts = (!elsewhere).then_some(self.facts);
        places::effect_of_folder(path, facts, self.knowledge)
    }

    /// Whether there is nothing at a path that could be overwritten; a folder is only added to, and a name that is made up at run
    /// time is taken for a new one, but not within a server's own folder.
    fn is_new(&self, path: &str, place: &str, state: &State) -> bool {
        let made_up = path.rsplit_once('/').filter(|(_, name)| name.contains(UNKNOWN));
        if let Some((folder, _)) = made_up {
            return places::effect_of_file(folder, self.knowledge) != Some(Effect::DestroysVolume);
        }
        let ours = !state.elsewhere && !path.starts_with('/');
        ours && (!self.facts.exists(path) || place == "last" && !self.facts.names(path).is_empty())
    }

    pub(super) fn add(&mut self, rule: &Rule, effect: Effect, target: Option<String>, state: &State) {
        self.found.push(Found {
            effect,
            scope: rule.scope,
            target,
            instead: rule.instead.to_string(),
            why: rule.why.to_string(),
            span: state.span.clone().unwrap_or_default(),
            via: state.via.clone(),
            around: state.around(),
        });
    }

    fn carrier(
        &mut self,
        carrier: &Carrier,
        inner: &[Value],
        name: &str,
        marks: &[&str],
        state: &State,
        input: &Input,
    ) {
        let mut inside = state.inside(Some(program_name(name).to_owned()));
        inside.elsewhere |= carrier.elsewhere;
        if !carrier.appends && !carrier.found {
            return self.one_carried(carrier, inner, name, &mut inside, input);
        }
        inside.untold_input |= matches!(input, Input::Text(text) if !text.is_known());
        for command in appended(inner, input, marks) {
            self.one_carried(carrier, &command, name, &mut inside.clone(), &Input::None);
        }
    }

    fn one_carried(
        &mut self,
        carrier: &Carrier,
        inner: &[Value],
        name: &str,
        inside: &mut State,
        input: &Input,
    ) {
        if carrier.shell {
            let language = carrier.language.unwrap_or(Language::Shell);
            let text = inner.iter().map(Value::text).collect::<Vec<_>>().join(" ");
            if !text.trim().is_empty() {
                self.language_with_input(&Value(text), language, false, inside, input);
            } else if let Input::Text(text) = input {
                self.language(text, language, false, inside);
            }
            return;
        }
        if let [text] = inner
            && text.text().contains(' ')
        {
            return self.language_with_input(text, Language::Shell, false, inside, input);
        }
        if carrier.separators.is_empty() {
            return self.carried(inner, inside, input);
        }
        for part in inner.split(|word| carrier.separators.iter().any(|mark| **mark == *word.text())) {
            let words = part.iter().map(|word| Value::known(word.text().trim_end_matches(',')));
            let command: Vec<Value> = [Value::known(name)].into_iter().chain(words).collect();
            self.carried(&command, inside, input);
        }
    }

    fn carried(&mut self, words: &[Value], state: &mut State, input: &Input) {
        state.depth += 1;
        if state.depth > super::DEEPEST {
            self.sound = false;
            return;
        }
        self.invoke(words, state, input);
    }

    fn runner(
        &mut self,
        runner: &Runner,
        reading: &Reading<'_>,
        name: &str,
        state: &State,
        input: &Input,
    ) -> bool {
        let file = runner.file.iter().flat_map(|option| reading.line.values(option)).next();
        let folder = runner.folder.iter().flat_map(|option| reading.line.values(option)).next();
        let mut inside = state.inside(None);
        if let Some(folder) = folder {
            inside.folder = inside.path(folder);
        }
        let names = named(runner, reading);
        let words: Vec<Value> = reading.rest.iter().map(|word| (*word).clone()).collect();
        let mut any = false;
        for target in names {
            let pick = tool::pick(runner, reading);
            let folder = &inside.folder;
            let request = manifest::Request { runner, name: &target, file, folder, words: &words, pick };
            let Some(steps) = manifest::commands(&request, self.facts) else { continue };
            any = true;
            // An alias may have the name of the program that it starts.
            let starts = if runner.manifest == Manifest::CargoSource { " run" } else { "" };
            let step = format!("{}{starts} {target}", program_name(name)).trim_end().to_owned();
            // A target that calls itself adds nothing.
            if state.via.contains(&step) {
                continue;
            }
            let mut deeper = inside.inside(Some(step));
            deeper.arguments.clear();
            self.steps(steps, runner, reading, &mut deeper, input);
        }
        any
    }

    /// What a command of a manifest runs, one after the other.
    fn steps(
        &mut self,
        steps: Vec<Step>,
        runner: &Runner,
        reading: &Reading<'_>,
        deeper: &mut State,
        input: &Input,
    ) {
        let before = self.found.len();
        for step in steps {
            deeper.folder.clone_from(&step.folder);
            let is_shell = step.language == Language::Shell;
            let text = if is_shell { tool::with_arguments(&step.text, runner, reading) } else { step.text };
            self.language_with_input(&Value(text), step.language, false, deeper, input);
        }
        if runner.manifest == Manifest::Workflow {
            self.forget_files(before);
        }
    }

    /// A workflow's machine is thrown away with its files and containers: only what is found on servers since `before` counts.
    fn forget_files(&mut self, before: usize) {
        let late = self.found.split_off(before);
        let stays =
            |found: &Found| matches!(found.scope, Scope::Configured | Scope::Database | Scope::Remote);
        self.found.extend(late.into_iter().filter(stays));
    }

    fn sink(&mut self, sink: &Sink, reading: &Reading<'_>, state: &State, input: &Input) {
        let mut inside = state.inside(None);
        inside.database = tool::place(&sink.database, reading).or_else(|| inside.database.clone());
        inside.host = tool::place(&sink.host, reading).or_else(|| inside.host.clone());
        let mut texts = tool::texts(sink, reading);
        let mut files = Vec::new();
        for path in tool::files(sink, reading) {
            files.extend(self.files_of(sink, &path, state));
        }
        if texts.is_empty() && files.is_empty() && sink.stdin {
            match input {
                Input::Text(text) => texts.push(text.clone()),
                Input::None => {}
            }
        }
        if sink.language == Language::Shell {
            inside.arguments = tool::positional(&texts, reading, &mut inside.variables);
        }
        for text in texts {
            match text.text().strip_prefix('@').filter(|_| sink.text_files) {
                Some(path) => files.push((Value::known(path), self.file(&Value::known(path), &inside))),
                None => self.language(&text, sink.language, sink.implicit_commit, &inside),
            }
        }
        for (path, text) in files {
            self.sink_file(sink, &path, &text, reading, &inside);
        }
    }

    /// The file at a path, or the files of a folder where a program takes one as a whole.
    fn files_of(&self, sink: &Sink, path: &Value, state: &State) -> Vec<(Value, Value)> {
        let mut text = self.file(path, state);
        if !text.is_known() && !sink.file_ending.is_empty() {
            text = self.file(&Value(format!("{}{}", path.text(), sink.file_ending)), state);
        }
        if text.is_known() || sink.folder.is_empty() || !path.is_known() || state.elsewhere {
            return vec![(path.clone(), text)];
        }
        let names = self.facts.names(&state.path(path.text()));
        let names = names.into_iter().filter(|name| name.ends_with(&*sink.folder)).take(MOST_FILES);
        let path_of = |name: String| Value::known(format!("{}/{name}", path.text().trim_end_matches('/')));
        names.map(path_of).map(|path| (path.clone(), self.file(&path, state))).collect()
    }

    fn sink_file(&mut self, sink: &Sink, path: &Value, text: &Value, reading: &Reading<'_>, state: &State) {
        let program_text = !matches!(
            sink.language,
            Language::Sql | Language::Mongo | Language::RedisCommands | Language::Cypher
        );
        // A program's file that is not there cannot be judged, and that is no doubt about data.
        let by_option = sink.file.iter().any(|option| reading.line.values(option).contains(&path.text()))
            || tool::marked(sink, reading).contains(path);
        // A word without an ending is the database's name.
        let no_file = !text.is_known() && !path.text().contains(['.', '/']) && !by_option;
        if program_text && !text.is_known() || no_file {
            return;
        }
        let mut inside = state.inside(Some(path.shown()));
        inside.arguments = reading.rest.iter().skip(1).map(|value| (*value).clone()).collect();
        let language = if sink.language == Language::Shell {
            language_of(text.text(), path.text())
        } else {
            Some(sink.language)
        };
        self.language(text, language.unwrap_or(sink.language), sink.implicit_commit, &inside);
    }

    /// `./scripts/x.sh`, or a script of the repository by its path.
    fn local_script(&mut self, path: &str, arguments: &[Value], state: &State, input: &Input) {
        if !path.contains('/') || state.elsewhere {
            return;
        }
        let text = self.file(&Value::known(path), state);
        let Some(language) = language_of(text.text(), path).filter(|_| text.is_known()) else { return };
        let mut inside = state.inside(Some(path.to_owned()));
        inside.arguments = arguments.to_vec();
        self.language_with_input(&text, language, false, &inside, input);
    }
}

/// The commands with the words of the input: in place of a mark, one command a word, else all behind one command.
fn appended(command: &[Value], input: &Input, marks: &[&str]) -> Vec<Vec<Value>> {
    let more: Vec<Value> = match input {
        Input::Text(text) => text
            .text()
            .split(['\n', '\0', ' '])
            .filter(|word| !word.is_empty())
            .take(MOST_WORDS)
            .map(Value::known)
            .collect(),
        Input::None => Vec::new(),
    };
    let mark = marks.iter().find(|mark| command.iter().any(|word| word.text().contains(**mark)));
    let Some(mark) = mark.filter(|_| !more.is_empty()) else {
        return vec![command.iter().cloned().chain(more).collect()];
    };
    let filled =
        |by: &Value| command.iter().map(|word| Value(word.text().replace(*mark, by.text()))).collect();
    more.iter().map(filled).collect()
}

/// `HOST:/path`, as rsync and scp name it: a drive of Windows has one letter.
fn remote_path(target: &str) -> Option<(&str, &str)> {
    let (host, path) = target.split_once(':')?;
    (host.len() > 1 && !host.contains('/') && path.starts_with('/')).then_some((host, path))
}

/// The names of commands that a line gives to a runner; an empty one where it runs what is first.
fn named(runner: &Runner, reading: &Reading<'_>) -> Vec<String> {
    let by_option = runner.name.iter().flat_map(|option| reading.line.values(option));
    let by_option = by_option.flat_map(|names| names.split(',')).map(str::to_owned);
    let mut names: Vec<_> = by_option.collect();
    names.extend(reading.rest.iter().map(|word| word.text().to_owned()));
    if !runner.all {
        return tool::first_names(runner, &names);
    }
    if names.is_empty() { vec![String::new()] } else { names }
}

/// What of ours a path in a container is.
enum Mounted {
    /// It lies in a volume of this name.
    Volume(String),
    /// It is a file or folder of ours.
    Path(String),
}

/// The volume or folder of ours that a path in a container lies in.
fn mounted(path: &str, state: &State) -> Option<Mounted> {
    let rest_of = |at: &str| {
        let rest = path.strip_prefix(at.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
    };
    state.mounts.iter().find_map(|(source, at)| {
        let rest = rest_of(at)?;
        let is_volume = !source.contains(['/', '.', '~', '$', UNKNOWN]);
        Some(if is_volume {
            Mounted::Volume(source.clone())
        } else {
            Mounted::Path(format!("{source}{rest}"))
        })
    })
}

/// `NAME=value` as a carrier passes it on.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (plain && !name.is_empty() && !name.as_bytes()[0].is_ascii_digit()).then_some((name, value))
}
