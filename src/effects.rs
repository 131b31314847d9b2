//! What a command would do to data: shell text and a few facts of the repository in, effects with their targets out.
//!
//! Nothing is run and nothing is written. Steps: parse, resolve variables, functions and aliases, unwrap programs that carry other
//! programs (sudo, ssh, docker exec, npx), follow scripts and targets of manifests inside the repository, read text in other
//! languages where a program runs it, and match what is left against the presets. Whatever is only mentioned has no effect.

mod calls;
mod escapes;
#[cfg(test)]
mod examples;
pub mod facts;
pub mod knowledge;
pub mod manifest;
pub mod options;
mod places;
mod run;
pub mod shell;
pub mod sql;
mod stdout;
mod tool;
pub mod value;

use std::collections::BTreeMap;
use std::ops::Range;

pub use crate::presets::tools::{Effect, Language, Scope};
use facts::Facts;
use knowledge::Knowledge;

/// One thing that a command would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it does.
    pub effect: Effect,
    /// What the target names.
    pub scope: Scope,
    /// The database, volume, path … as the command names it, if it does.
    pub target: Option<String>,
    /// A safer command, one line; may be empty.
    pub instead: String,
    /// What people do not expect about it; may be empty.
    pub why: String,
    /// The simple command that does it, in bytes of the text given.
    pub span: Range<usize>,
    /// What led there from that command: `npm run db:reset`, `prisma migrate reset`.
    pub via: Vec<String>,
    /// What is known about where it happens.
    pub around: Around,
}

/// What is known about where a command takes effect.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Around {
    /// Variables that the command sees and the text sets.
    pub variables: BTreeMap<String, String>,
    /// Options that say which environment, server or project is meant, with their values.
    pub options: Vec<(String, String)>,
    /// The database that the client connects to.
    pub database: Option<String>,
    /// The host that it connects to.
    pub host: Option<String>,
    /// The folder, relative to the one that the command was given in.
    pub folder: String,
    /// It happens on another machine or in a container, whose paths are not ours.
    pub elsewhere: bool,
}

/// All that a text would do.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    /// In the order in which it would happen.
    pub found: Vec<Found>,
    /// False when a part of the text could not be parsed.
    pub sound: bool,
}

/// Analyses shell text.
pub fn analyse(text: &str, facts: &dyn Facts, knowledge: &Knowledge) -> Analysis {
    run::analyse(text, facts, knowledge)
}

/// Analyses text in another language, such as a script or an SQL file.
pub fn analyse_language(
    text: &str,
    language: Language,
    facts: &dyn Facts,
    knowledge: &Knowledge,
) -> Analysis {
    run::analyse_language(text, language, facts, knowledge)
}

/// Whether a program's text may hold a call, or a string that is run, that presets know. False is certain, and told without parsing.
pub fn may_call(text: &str, language: Language, knowledge: &Knowledge) -> bool {
    knowledge.patterns(language).may_be_in(text)
}

/// Whether a path is one of the files that guard a repository.
pub fn weakens_guard(path: &str, knowledge: &Knowledge) -> bool {
    places::effect_of_file(path, knowledge) == Some(Effect::WeakensGuard)
}

/// The language of a script, by its first line, else by its name.
pub fn language_of(text: &str, path: &str) -> Option<Language> {
    knowledge::language_of(text, path)
}
