//! A cheap look before the expensive one: most text names nothing that could do harm.

use std::collections::HashSet;

use aho_corasick::AhoCorasick;

use crate::effects;
use crate::effects::knowledge::{Knowledge, program_name};
use crate::presets::tools::Language;
use crate::presets::wildcard;
use crate::survey::passages::Passage;

/// Beginnings of SQL that destroys or changes, letters of any case.
const STATEMENTS: [&str; 9] =
    ["drop ", "truncate", "delete ", "alter ", "replace ", "update ", "restore ", "flush", "purge"];

/// Words that are searched for at once. Where they are too many for that, any text may hold one.
struct Words(Option<AhoCorasick>);

impl Words {
    fn are_in(&self, text: &str) -> bool {
        self.0.as_ref().is_none_or(|words| words.is_match(text))
    }
}

/// What presets know, as words.
pub(super) struct Trigger {
    programs: HashSet<&'static str>,
    patterns: Vec<&'static str>,
    statements: Words,
}

impl Trigger {
    pub(super) fn new(knowledge: &Knowledge) -> Self {
        let matters = |tool: &&&crate::presets::tools::Tool| {
            !tool.rules.is_empty() || !tool.sinks.is_empty() || !tool.runners.is_empty()
        };
        let names = knowledge.all_tools().iter().filter(matters).flat_map(|tool| tool.programs.iter());
        let (patterns, programs): (Vec<&str>, Vec<&str>) =
            names.map(|name| &**name).partition(|name| name.contains('*'));
        Self {
            programs: programs.into_iter().collect(),
            patterns,
            statements: Words(AhoCorasick::builder().ascii_case_insensitive(true).build(STATEMENTS).ok()),
        }
    }

    /// Whether a passage is worth parsing.
    pub(super) fn wants(&self, passage: &Passage, knowledge: &Knowledge) -> bool {
        match passage.language {
            Language::Shell | Language::PowerShell | Language::PowerShellBase64 => {
                self.may_run_a_program(&passage.text)
            }
            Language::Sql => self.holds_statement(&passage.text),
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
            | Language::CLike => effects::may_call(&passage.text, passage.language, knowledge),
        }
    }

    fn holds_statement(&self, text: &str) -> bool {
        self.statements.are_in(text)
    }

    /// Whether a shell's text names a program that presets know, or one that only the shell knows.
    fn may_run_a_program(&self, text: &str) -> bool {
        self.names_a_program(text) || holds_program_by_variable(text)
    }

    /// Whether a text names a program that presets know.
    pub(super) fn names_a_program(&self, text: &str) -> bool {
        let is_name =
            |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/' | '@' | ':');
        let mut words = text.split(|letter| !is_name(letter)).filter(|word| !word.is_empty());
        words.any(|word| {
            let name = program_name(word);
            self.programs.contains(name)
                || self.patterns.iter().any(|pattern| wildcard::matches_exactly(pattern, name))
                || is_task(word)
        })
    }
}

/// `db:reset`, but neither an address, nor a line of a file (`a.rs:12`), nor the word in front of a list.
fn is_task(word: &str) -> bool {
    let letter = |text: &str, at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_alphabetic);
    word.match_indices(':').any(|(at, _)| letter(word, at + 1) && at > 0)
}

/// `$DC down -v`: a line whose program only the shell knows.
fn holds_program_by_variable(text: &str) -> bool {
    let variable = |line: &str| {
        let line = line.trim_start().trim_start_matches('"');
        line.strip_prefix('$')
            .is_some_and(|name| name.starts_with(|letter: char| letter.is_alphabetic() || letter == '{'))
    };
    text.lines().any(variable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::Effect;
    use crate::presets::Presets;

    #[test]
    fn programs_and_statements() {
        let trigger = Trigger::new(&Knowledge::embedded());
        assert!(
            trigger.names_a_program("sudo docker-compose down")
                && trigger.names_a_program("a && /usr/bin/psql")
        );
        assert!(!trigger.names_a_program("let us walk down there"));
        assert!(trigger.names_a_program("db:reset") && trigger.names_a_program("a1:b:c"));
        for text in ["note: all", "http://shop", "12:30", "src/a.x:12: so", ":up"] {
            assert!(!trigger.names_a_program(text), "{text}");
        }
        assert!(trigger.holds_statement("x; Drop Table a") && !trigger.holds_statement("dropped"));
    }

    /// What is skipped here is seen by no rule, so every example of a preset that destroys has to pass.
    #[test]
    fn no_example_of_a_preset_that_does_harm_is_skipped() {
        let presets = Presets::embedded();
        let engines = presets.engines.iter().map(|one| &one.commands);
        let stacks = presets.stacks.iter().map(|one| &one.commands);
        let all = engines.chain(stacks).chain(presets.tools.iter().map(|one| &one.commands)).flatten();
        let told = |effect: Option<Effect>| {
            effect.is_some_and(|effect| {
                !matches!(effect, Effect::Untold | Effect::Reads | Effect::SchemaChange)
            })
        };
        let trigger = Trigger::new(&Knowledge::embedded());
        let skipped: Vec<&str> = all
            .filter(|example| told(example.effect))
            .map(|example| &*example.command)
            .filter(|command| !trigger.may_run_a_program(command))
            .collect();
        assert_eq!(skipped, Vec::<&str>::new());
    }
}
