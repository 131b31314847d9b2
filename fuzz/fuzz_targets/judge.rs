//! Any text, as a command and in every nested language: no panic, no hang.
#![no_main]

use dbguard::effects::facts::InMemory;
use dbguard::effects::knowledge::Knowledge;
use dbguard::effects::{self, Language};
use dbguard::guard;
use libfuzzer_sys::fuzz_target;

const LANGUAGES: [Language; 8] = [
    Language::Sql,
    Language::Mongo,
    Language::RedisCommands,
    Language::Python,
    Language::JavaScript,
    Language::Ruby,
    Language::Php,
    Language::PowerShell,
];

fuzz_target!(|text: &str| {
    let facts = InMemory([("drop.sql".to_owned(), text.to_owned()), ("Makefile".to_owned(), text.to_owned())].into());
    let knowledge = Knowledge::embedded();
    let _ = guard::judge(text, &facts, &knowledge, 0);
    let _ = guard::judge("make all; psql shop -f drop.sql", &facts, &knowledge, 0);
    for language in LANGUAGES {
        let _ = effects::analyse_language(text, language, &facts, &knowledge);
    }
});
