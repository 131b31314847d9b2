//! The calls of one language, found by one of their words: a text is compared with the few that can begin at a token.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::RUN_BY_METHOD;
use super::presence::Presence;
use super::tokens::{Token, tokens};
use crate::effects::Language;
use crate::presets::tools::{Call, TextCall};

/// The calls of a language.
#[derive(Debug, Clone)]
pub(in crate::effects) struct Patterns {
    all: Vec<Pattern>,
    /// Patterns by a word of theirs; each with the number of tokens in front of it.
    by_word: HashMap<String, Vec<(usize, usize)>>,
    /// Those without a word at a fixed place, which may begin anywhere.
    rest: Vec<usize>,
    /// What functions run a string of theirs in, and how many strings stand in front of it.
    handed: HashMap<&'static str, Vec<(Language, usize)>>,
    /// Names that are given a string which is run later.
    assigned: HashMap<&'static str, Language>,
    language: Language,
    /// What a text has to hold at least; made when it is first asked for.
    presence: OnceCell<Presence>,
}

/// One call as tokens.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// What it does.
    pub(super) call: &'static Call,
    /// `_` is any one word or string; `...` is any run of tokens within the same bracket.
    pub(super) tokens: Vec<Token<'static>>,
}

impl Patterns {
    /// The patterns of `calls`, in their order.
    pub(in crate::effects) fn new(
        calls: impl Iterator<Item = &'static Call>,
        text_calls: impl Iterator<Item = &'static TextCall>,
        language: Language,
    ) -> Self {
        let any_case = is_any_case(language);
        let all: Vec<Pattern> =
            calls.map(|call| Pattern { call, tokens: tokens(&call.text, language) }).collect();
        let mut by_word: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        let mut rest = Vec::new();
        for (number, pattern) in all.iter().enumerate() {
            match anchor(&pattern.tokens) {
                Some((before, word)) => {
                    by_word.entry(spelled(word, any_case)).or_default().push((number, before));
                }
                None => rest.push(number),
            }
        }
        let mut handed: HashMap<&str, Vec<(Language, usize)>> = HashMap::new();
        let mut assigned = HashMap::new();
        for call in text_calls {
            for name in &*call.names {
                if call.assigned {
                    assigned.insert(&**name, call.text);
                    continue;
                }
                handed.entry(&**name).or_default().push((call.text, call.skip));
            }
        }
        Self { all, by_word, rest, handed, assigned, language, presence: OnceCell::new() }
    }

    /// Whether a text may hold a call or a string that is run. False is certain.
    pub(in crate::effects) fn may_be_in(&self, text: &str) -> bool {
        self.presence.get_or_init(|| self.presence()).is_in(text)
    }

    fn presence(&self) -> Presence {
        let mut presence = Presence::default();
        for pattern in &self.all {
            presence.add(&pattern.tokens, anchor(&pattern.tokens).map(|(at, _)| at));
        }
        for name in self.handed.keys() {
            presence.add_function(name);
        }
        for name in self.assigned.keys() {
            presence.add_name(name);
        }
        if self.language == Language::CLike {
            for name in RUN_BY_METHOD {
                presence.add_method(name);
            }
        }
        presence.ready(is_any_case(self.language))
    }

    /// What the strings of a function are, if they are text in other languages, each with how many strings stand in front of it.
    pub(super) fn handed_to(&self, function: &str) -> &[(Language, usize)] {
        self.handed.get(function).map_or(&[], Vec::as_slice)
    }

    /// What a string is that is given to a name (`CommandText = "…"`).
    pub(super) fn assigned_to(&self, name: &str) -> Option<Language> {
        self.assigned.get(name).copied()
    }

    /// Patterns whose word stands at token `at`, each with its number and where it would begin.
    pub(super) fn around<'a>(
        &'a self,
        token: &Token<'_>,
        at: usize,
    ) -> impl Iterator<Item = (usize, usize, &'a Pattern)> {
        let word = match token {
            Token::Word(word) if is_any_case(self.language) => self.by_word.get(&word.to_ascii_lowercase()),
            Token::Word(word) => self.by_word.get(*word),
            Token::Text(_) | Token::Mark(_) => None,
        };
        let known = word.into_iter().flatten().filter_map(move |(number, before)| {
            Some((*number, at.checked_sub(*before)?, self.all.get(*number)?))
        });
        known.chain(self.rest.iter().filter_map(move |number| Some((*number, at, self.all.get(*number)?))))
    }
}

/// Whether letters are compared without case in calls of a language.
pub(super) const fn is_any_case(language: Language) -> bool {
    matches!(language, Language::RedisCommands | Language::Cypher)
}

/// The longest word that stands at a fixed place, and the number of tokens in front of it.
fn anchor(tokens: &[Token<'static>]) -> Option<(usize, &'static str)> {
    let fixed = tokens.iter().take_while(|token| !matches!(token, Token::Mark("...")));
    let words = fixed.enumerate().filter_map(|(at, token)| match token {
        Token::Word(word) if *word != "_" => Some((at, *word)),
        Token::Word(_) | Token::Text(_) | Token::Mark(_) => None,
    });
    words.max_by_key(|(_, word)| word.len())
}

fn spelled(word: &str, any_case: bool) -> String {
    if any_case { word.to_ascii_lowercase() } else { word.to_owned() }
}
