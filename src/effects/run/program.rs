//! A program with its arguments: what the presets know about it, and what it carries.

use super::Run;
use super::state::{Input, State};
use crate::effects::knowledge::program_name;
use crate::effects::tool::{self, Reading};
use crate::effects::value::Value;
use crate::effects::{Effect, Found, Language, Scope, manifest, places};
use crate::presets::tools::{Carrier, Rule, Runner, Sink, Tool};

/// Words of the input that a carrier appends.
const MOST_WORDS: usize = 100;

impl Run<'_> {
    /// Looks at a program. Several presets may know one of its name; all are asked.
    pub(super) fn program(&mut self, words: &[Value], state: &mut State, input: &Input) {
        let Some((name, arguments)) = words.split_first() else { return };
        if let Some((variable, value)) = assignment(name.text()) {
            state.exported.insert(variable.to_owned(), Value::known(value));
            return self.carried(arguments, state, input);
        }
        let state = &mut Self::within_line(words, state);
        if !name.is_known() {
            return self.unknown_program(arguments, state);
        }
        let tools = self.knowledge.tools(name.text());
        // An image's entrypoint may run the words: `compose run app db:drop`.
        if tools.is_empty() && state.elsewhere && name.text().contains(':') {
            return self.unknown_program(words, state);
        }
        let mut led_on = false;
        for tool in &tools {
            led_on |= self.tool(tool, name.text(), arguments, state, input);
        }
        if !led_on {
            self.local_script(name.text(), arguments, state, input);
        }
    }

    /// What the line itself says about where it happens.
    fn within_line(words: &[Value], state: &State) -> State {
        let mut inner = state.clone();
        inner.options.extend(tool::telling_options(words));
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
        for rule in &tool.rules {
            if let Some(reading) = tool::rule(tool, rule, arguments, state) {
                self.rule(rule, &reading, name, state);
            }
        }
        if let Some((carrier, inner)) = tool::carrier(tool, arguments) {
            let mut state = state.clone();
            state.mounts.extend(tool::mounts(tool, carrier, arguments));
            self.carrier(carrier, &inner, name, &state, input);
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

    fn rule(&mut self, rule: &Rule, reading: &Reading<'_>, name: &str, state: &State) {
        let targets = tool::targets(rule, reading);
        if rule.scope == Scope::Path {
            return self.paths(rule, reading, &targets, name, state);
        }
        let target =
            (!targets.is_empty()).then(|| targets.join(" ").replace(crate::effects::value::UNKNOWN, "$…"));
        self.add(rule, rule.effect, target, state);
    }

    /// A rule about paths counts only where they hold data.
    fn paths(&mut self, rule: &Rule, reading: &Reading<'_>, targets: &[String], name: &str, state: &State) {
        let patterns = reading.line.values("-name|-iname|-path|-regex|-wholename");
        for target in targets {
            if let Some(source) = mounted(target, state).filter(|_| rule.effect == Effect::DestroysVolume) {
                self.add(rule, rule.effect, Some(source.to_owned()), state);
                continue;
            }
            let path = if state.elsewhere { target.clone() } else { state.path(target) };
            if rule.effect == Effect::OverwritesDatabase && self.is_new(&path, &rule.target, state) {
                continue;
            }
            let judged = if program_name(name) == "find" && !patterns.is_empty() {
                patterns.iter().find_map(|pattern| places::effect_of_name(pattern, self.knowledge))
            } else {
                places::effect(&path, state.elsewhere, self.facts, self.knowledge)
            };
            let Some(effect) = judged else { continue };
            // Moving or copying over is what the rule says; removing is what the place says.
            let removes = matches!(rule.effect, Effect::DestroysVolume);
            let effect = if removes || effect == Effect::WeakensGuard { effect } else { rule.effect };
            self.add(rule, effect, Some(target.clone()), state);
        }
    }

    /// Whether there is nothing at a path that could be overwritten; a folder is only added to.
    fn is_new(&self, path: &str, place: &str, state: &State) -> bool {
        let ours = !state.elsewhere && !path.starts_with('/');
        ours && (!self.facts.exists(path) || place == "last" && !self.facts.names(path).is_empty())
    }

    fn add(&mut self, rule: &Rule, effect: Effect, target: Option<String>, state: &State) {
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

    fn carrier(&mut self, carrier: &Carrier, inner: &[Value], name: &str, state: &State, input: &Input) {
        let mut inside = state.inside(Some(program_name(name).to_owned()));
        inside.elsewhere |= carrier.elsewhere;
        if carrier.shell {
            let text = inner.iter().map(Value::text).collect::<Vec<_>>().join(" ");
            if !text.trim().is_empty() {
                self.language_with_input(&Value(text), Language::Shell, false, &inside, input);
            } else if let Input::Text(text) = input {
                self.language(text, Language::Shell, false, &inside);
            }
            return;
        }
        let inner = &if carrier.appends { appended(inner, input) } else { inner.to_vec() };
        if let [text] = inner.as_slice()
            && text.text().contains(' ')
        {
            return self.language_with_input(text, Language::Shell, false, &inside, input);
        }
        if carrier.separators.is_empty() {
            return self.carried(inner, &mut inside, input);
        }
        for part in inner.split(|word| carrier.separators.iter().any(|mark| **mark == *word.text())) {
            let words = part.iter().map(|word| Value::known(word.text().trim_end_matches(',')));
            let command: Vec<Value> = [Value::known(name)].into_iter().chain(words).collect();
            self.carried(&command, &mut inside, input);
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
        let names: Vec<_> = reading.rest.iter().map(|word| word.text().to_owned()).collect();
        let names = if runner.all { names } else { names.into_iter().take(1).collect() };
        let mut any = false;
        for target in if names.is_empty() && runner.all { vec![String::new()] } else { names } {
            let Some(texts) = manifest::commands(runner.manifest, &target, file, &inside.folder, self.facts)
            else {
                continue;
            };
            any = true;
            let mut deeper =
                inside.inside(Some(format!("{} {target}", program_name(name)).trim_end().to_owned()));
            deeper.arguments.clear();
            for text in texts {
                let text = tool::with_arguments(&text, runner, reading);
                self.language_with_input(&Value(text), Language::Shell, false, &deeper, input);
            }
        }
        any
    }

    fn sink(&mut self, sink: &Sink, reading: &Reading<'_>, state: &State, input: &Input) {
        let mut inside = state.inside(None);
        inside.database = tool::place(&sink.database, reading).or_else(|| inside.database.clone());
        inside.host = tool::place(&sink.host, reading).or_else(|| inside.host.clone());
        let mut texts = tool::texts(sink, reading);
        let mut files = Vec::new();
        for path in tool::files(sink, reading) {
            files.push((path.clone(), self.file(&path, state)));
        }
        if texts.is_empty() && files.is_empty() && sink.stdin {
            match input {
                Input::Text(text) => texts.push(text.clone()),
                Input::None => {}
            }
        }
        for text in texts {
            self.language(&text, sink.language, sink.implicit_commit, &inside);
        }
        for (path, text) in files {
            self.sink_file(sink, &path, &text, reading, &inside);
        }
    }

    fn sink_file(&mut self, sink: &Sink, path: &Value, text: &Value, reading: &Reading<'_>, state: &State) {
        let program_text =
            !matches!(sink.language, Language::Sql | Language::Mongo | Language::RedisCommands);
        // A program's file that is not there cannot be judged, and that is no doubt about data.
        let by_option = sink.file.iter().any(|option| reading.line.values(option).contains(&path.text()));
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
        let Some(text) = self.facts.read(&state.path(path)) else { return };
        let Some(language) = language_of(&text, path) else { return };
        let mut inside = state.inside(Some(path.to_owned()));
        inside.arguments = arguments.to_vec();
        self.language_with_input(&Value(text), language, false, &inside, input);
    }

    /// `$DC down -v`: the words behind a program that cannot be told are tried with every tool; the worst that fits counts.
    fn unknown_program(&mut self, arguments: &[Value], state: &State) {
        if !arguments.iter().any(|one| one.is_known() && !one.text().is_empty()) {
            return;
        }
        let rules = self
            .knowledge
            .all_tools()
            .iter()
            .flat_map(|tool| tool.rules.iter().map(move |rule| (*tool, rule)));
        let fitting = rules.filter(|(_, rule)| tells_by_itself(rule)).filter_map(|(tool, rule)| {
            let reading = tool::rule(tool, rule, arguments, state).or_else(|| {
                tool::rule_behind_first_word(tool, rule, arguments, state).filter(|_| !rule.with.is_empty())
            })?;
            Some((rule, tool::targets(rule, &reading)))
        });
        if let Some((rule, targets)) = fitting.min_by_key(|(rule, _)| rule.effect) {
            self.add(rule, rule.effect, (!targets.is_empty()).then(|| targets.join(" ")), state);
        }
    }
}

/// Whether a rule's words say enough without the program's name: `down` alone does not, `down -v` and `db:drop` do.
fn tells_by_itself(rule: &Rule) -> bool {
    let words = rule.words.split_whitespace().count();
    let plain = !rule.words.contains([':', '/', '-']);
    let vague = words == 0 || rule.words.starts_with('*') || words == 1 && plain && rule.with.is_empty();
    rule.scope != Scope::Path && !vague
}

/// The command with the words of its input behind it; with one that cannot be told where that cannot.
fn appended(command: &[Value], input: &Input) -> Vec<Value> {
    let more: Vec<Value> = match input {
        Input::Text(text) if text.is_known() => {
            text.text().split_whitespace().take(MOST_WORDS).map(Value::known).collect()
        }
        Input::Text(_) => vec![Value::unknown()],
        Input::None => Vec::new(),
    };
    command.iter().cloned().chain(more).collect()
}

/// The volume or folder of ours that a path in a container lies in; a folder of build results is none.
fn mounted<'a>(path: &str, state: &'a State) -> Option<&'a str> {
    let lies_in = |at: &str| {
        path.trim_end_matches("/*")
            .strip_prefix(at.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let volume = |source: &str| !source.contains(['/', '.', '~', '$']);
    state.mounts.iter().find(|(source, at)| volume(source) && lies_in(at)).map(|(source, _)| source.as_str())
}

/// `NAME=value` as a carrier passes it on.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (plain && !name.is_empty() && !name.as_bytes()[0].is_ascii_digit()).then_some((name, value))
}

/// The language of a script, by its first line, else by its name.
pub(crate) fn language_of(text: &str, path: &str) -> Option<Language> {
    let first = text.lines().next().filter(|line| line.starts_with("#!")).unwrap_or_default();
    let interpreter =
        first.rsplit(['/', ' ']).find(|part| !part.is_empty() && !part.starts_with('-')).unwrap_or_default();
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let by_line = [
        ("python", Language::Python),
        ("node", Language::JavaScript),
        ("deno", Language::JavaScript),
        ("bun", Language::JavaScript),
        ("tsx", Language::JavaScript),
        ("ruby", Language::Ruby),
        ("php", Language::Php),
        ("elixir", Language::Elixir),
        ("perl", Language::Perl),
        ("sh", Language::Shell),
        ("bash", Language::Shell),
        ("zsh", Language::Shell),
        ("dash", Language::Shell),
        ("ksh", Language::Shell),
    ];
    if !interpreter.is_empty() {
        return by_line.iter().find(|(name, _)| interpreter.starts_with(name)).map(|(_, language)| *language);
    }
    match ending {
        "" | "sh" | "bash" | "zsh" | "ksh" => Some(Language::Shell),
        "py" => Some(Language::Python),
        "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" | "tsx" | "jsx" => Some(Language::JavaScript),
        "rb" | "rake" => Some(Language::Ruby),
        "php" => Some(Language::Php),
        "exs" | "ex" => Some(Language::Elixir),
        "pl" => Some(Language::Perl),
        "go" | "java" | "kt" | "cs" | "rs" | "scala" | "swift" => Some(Language::Compiled),
        "sql" => Some(Language::Sql),
        _ => None,
    }
}
