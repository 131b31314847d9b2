//! A cheap look before the expensive one: most text names nothing that could do harm.

use std::collections::BTreeSet;

use crate::effects::knowledge::{Knowledge, program_name};
use crate::presets::tools::Language;
use crate::presets::wildcard;
use crate::survey::passages::Passage;

/// Beginnings of SQL that destroys or changes, in lower case.
const STATEMENTS: [&str; 9] =
    ["drop ", "truncate", "delete ", "alter ", "replace ", "update ", "restore ", "flush", "purge"];

/// What presets know, as words.
pub(super) struct Trigger {
    programs: BTreeSet<&'static str>,
    patterns: Vec<&'static str>,
    calls: Vec<(Language, String)>,
}

impl Trigger {
    pub(super) fn new(knowledge: &Knowledge) -> Self {
        let matters = |tool: &&&crate::presets::tools::Tool| {
            !tool.rules.is_empty() || !tool.sinks.is_empty() || !tool.runners.is_empty()
        };
        let names = knowledge.all_tools().iter().filter(matters).flat_map(|tool| tool.programs.iter());
        let (patterns, programs): (Vec<&str>, Vec<&str>) =
            names.map(|name| &**name).partition(|name| name.contains('*'));
        Self { programs: programs.into_iter().collect(), patterns, calls: calls(knowledge) }
    }

    /// Whether a passage is worth parsing.
    pub(super) fn wants(&self, passage: &Passage) -> bool {
        match passage.language {
            Language::Shell | Language::PowerShell | Language::PowerShellBase64 => {
                self.names_a_program(&passage.text)
            }
            Language::Sql => holds_statement(&passage.text),
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
            | Language::CLike => {
                let known = |(language, word): &(Language, String)| {
                    *language == passage.language && passage.text.contains(word)
                };
                self.calls.iter().any(known) || holds_statement(&passage.text)
            }
        }
    }

    /// Whether a text names a program that presets know.
    pub(super) fn names_a_program(&self, text: &str) -> bool {
        let is_name =
            |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/' | '@' | ':');
        let mut words = text.split(|letter| !is_name(letter)).filter(|word| word.len() > 1);
        words.any(|word| {
            let name = program_name(word);
            self.programs.contains(name)
                || self.patterns.iter().any(|pattern| wildcard::matches_exactly(pattern, name))
                || word.contains(':') && !word.contains("://")
        })
    }
}

/// Whether a file may hold something: any statement, any word that presets' rules are made of.
pub(super) fn may_matter(text: &str) -> bool {
    let words = [
        "drop",
        "DROP",
        "Drop",
        "truncate",
        "TRUNCATE",
        "delete",
        "DELETE",
        "Delete",
        "reset",
        "prune",
        "down",
        "rm ",
        "flush",
        "FLUSH",
        "destroy",
        "wipe",
        "purge",
        "fresh",
        "clean",
        "restore",
        "push",
        "sync",
        "volume",
        "uninstall",
        "remove",
        "setup",
        "schema",
        "UPDATE",
        "update",
        "ALTER",
        "alter",
        "rollback",
        "refresh",
        "--force",
        "revert",
        "undo",
        "--yes",
        "accept-data-loss",
        "nuke",
    ];
    words.iter().any(|word| text.contains(word))
}

fn holds_statement(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    STATEMENTS.iter().any(|beginning| lower.contains(beginning))
}

/// The longest word of each call that presets know.
fn calls(knowledge: &Knowledge) -> Vec<(Language, String)> {
    let languages = [
        Language::Python,
        Language::JavaScript,
        Language::Ruby,
        Language::Php,
        Language::Elixir,
        Language::Perl,
        Language::CLike,
        Language::Mongo,
        Language::RedisCommands,
        Language::Cypher,
    ];
    let of = |language| {
        knowledge.calls(language).map(move |call| {
            let words = call.text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            (language, words.max_by_key(|word| word.len()).unwrap_or_default().to_owned())
        })
    };
    languages.into_iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_statements() {
        let trigger = Trigger::new(&Knowledge::embedded());
        assert!(
            trigger.names_a_program("sudo docker-compose down")
                && trigger.names_a_program("a && /usr/bin/psql")
        );
        assert!(!trigger.names_a_program("let us walk down there"));
        assert!(holds_statement("x; Drop Table a") && !holds_statement("dropped"));
    }
}
