//! Text in a language, wherever it comes from.

use super::Run;
use super::state::{Input, State};
use crate::effects::calls::{self, Hit};
use crate::effects::shell;
use crate::effects::sql::{self, Dialect, Directive};
use crate::effects::stdout;
use crate::effects::value::Value;
use crate::effects::{Effect, Found, Language, Scope};

impl Run<'_> {
    /// Judges text in a language; it reads nothing from standard input.
    pub(super) fn language(
        &mut self,
        text: &Value,
        language: Language,
        implicit_commit: bool,
        state: &State,
    ) {
        self.language_with_input(text, language, implicit_commit, state, &Input::None);
    }

    pub(super) fn language_with_input(
        &mut self,
        text: &Value,
        language: Language,
        implicit_commit: bool,
        state: &State,
        input: &Input,
    ) {
        self.bytes += text.text().len() + super::TEXT_BYTES;
        if state.depth > super::DEEPEST || self.bytes > super::MOST_BYTES {
            self.sound = false;
            return;
        }
        match language {
            Language::Shell => self.shell_text(text, state, input),
            Language::PowerShell => {
                let text = Value(text.text().replace("`\n", " ").replace('\\', "/"));
                self.shell_text(&text, state, input);
            }
            Language::PowerShellBase64 => match stdout::from_base64_utf16(text.text()) {
                Some(text) => {
                    self.language_with_input(&Value(text), Language::PowerShell, false, state, input);
                }
                None => self.doubt("the encoded command cannot be told from here", state),
            },
            Language::Sql => self.sql(text, implicit_commit, state),
            Language::Mongo
            | Language::RedisCommands
            | Language::Cypher
            | Language::Python
            | Language::JavaScript
            | Language::Ruby
            | Language::Php
            | Language::Elixir
            | Language::Perl
            | Language::Lua
            | Language::CLike => self.program_text(text, language, state),
        }
    }

    fn shell_text(&mut self, text: &Value, state: &State, input: &Input) {
        let parsed = shell::parse(&text.shown());
        self.sound &= parsed.sound || !text.is_known();
        let mut inner = state.inside(None);
        self.nodes(&parsed.body, &mut inner, input);
    }

    fn sql(&mut self, text: &Value, implicit_commit: bool, state: &State) {
        if text.text().trim().chars().all(|letter| letter == crate::effects::value::UNKNOWN)
            && !text.is_known()
        {
            return self.doubt("the SQL that reaches the database cannot be told from here", state);
        }
        let dialect = if implicit_commit { Dialect::ImplicitCommit } else { Dialect::Transactional };
        let shown = text.shown();
        let script = sql::read(&shown, dialect);
        let mut inner = state.clone();
        for directive in script.directives {
            self.directive(directive, implicit_commit, &mut inner);
        }
        for statement in script.statements {
            let inner = inner.narrowed(statement.span);
            self.effect_in_text(statement.effect, statement.object, String::new(), &inner);
        }
        if !script.understood {
            self.doubt("a part of the SQL cannot be told from here", state);
        }
    }

    fn directive(&mut self, directive: Directive, implicit_commit: bool, state: &mut State) {
        match directive {
            Directive::Include(path, _) => {
                let path = Value::known(path);
                let text = self.included(&path, state);
                self.language(&text, Language::Sql, implicit_commit, &state.inside(Some(path.shown())));
            }
            Directive::Shell(text, _) => {
                self.language(&Value(text), Language::Shell, false, &state.inside(None));
            }
            Directive::Connect(name, _) => state.database = Some(name),
            Directive::Restore(file, _) => {
                self.effect_in_text(Effect::OverwritesDatabase, Some(file), String::new(), state);
            }
        }
    }

    /// The file that a script names: from the folder of the command, with the ending of SQL, or from the script's own folder.
    fn included(&self, path: &Value, state: &State) -> Value {
        let beside = state.via.last().and_then(|script| script.rsplit_once('/'));
        let beside = beside.map(|(folder, _)| format!("{folder}/{}", path.text()));
        let places = [Some(path.text().to_owned()), beside];
        let spelled =
            places.into_iter().flatten().flat_map(|place| [format!("{place}.sql"), place].into_iter().rev());
        let mut texts = spelled.map(|place| self.file(&Value(place), state));
        texts.find(Value::is_known).unwrap_or_else(Value::unknown)
    }

    /// Programs' text: calls that presets know, and strings that calls hand to another language.
    fn program_text(&mut self, text: &Value, language: Language, state: &State) {
        if !text.is_known() && text.text().chars().count() == 1 {
            // A server's own language is data; a program that cannot be read is none.
            if matches!(language, Language::Mongo | Language::RedisCommands | Language::Cypher) {
                self.doubt("the text that reaches the database cannot be told from here", state);
            }
            return;
        }
        for (at, hit) in calls::scan(&text.shown(), language, self.knowledge) {
            let state = state.narrowed(at..at + 1);
            match hit {
                Hit::Effect(effect, what, instead) => {
                    self.effect_in_text(effect, Some(what), instead, &state);
                }
                Hit::Path(path, removes) => self.path_in_text(&path, removes, &state),
                Hit::Text(text, other) => {
                    self.language(&Value(text), other, false, &state.inside(None));
                }
            }
        }
    }

    /// A call on a path counts only where that holds data.
    fn path_in_text(&mut self, path: &str, call: Effect, state: &State) {
        let seen = if state.elsewhere { path.to_owned() } else { state.path(path) };
        let ours = !state.elsewhere && !seen.starts_with('/');
        if call == Effect::OverwritesDatabase && ours && !self.facts.exists(&seen) {
            return;
        }
        let Some(place) = self.place(&seen, state.elsewhere) else { return };
        let effect =
            if call == Effect::DestroysVolume || place == Effect::WeakensGuard { place } else { call };
        self.effect_in_text(effect, Some(path.to_owned()), String::new(), state);
        if let Some(found) = self.found.last_mut() {
            found.scope = Scope::Path;
        }
    }

    fn effect_in_text(&mut self, effect: Effect, object: Option<String>, instead: String, state: &State) {
        if matches!(effect, Effect::Reads | Effect::SchemaChange) {
            return;
        }
        self.found.push(Found {
            effect,
            scope: Scope::Database,
            target: object,
            instead,
            why: String::new(),
            span: state.span.clone().unwrap_or_default(),
            via: state.via.clone(),
            around: state.around(),
        });
    }
}
