//! Text that is or may be a command, wherever a repository keeps it: scripts, recipes, workflows, documents, comments, programs.
//!
//! A passage is the text as it would be run, with a map from its bytes to those of the file: indentation, quotes, escapes and
//! prompts are gone from the one and not from the other.

mod dockerfile;
mod fence;
mod keyed;
mod lines;
mod map;
mod markdown;
mod markup;
mod pipeline;
mod recipes;
mod shell;
mod source;
mod statements;

pub use fence::Fence;
pub use map::Map;
pub use statements::begins_way_forward;

use crate::presets::tools::Language;
use crate::source::{SourceFile, Span};
use crate::survey::paths;

/// How a passage stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Runs without anybody: a workflow's step, a container's command, a crontab's line.
    Step,
    /// A script.
    Script,
    /// A named command of a manifest.
    Recipe,
    /// A program's text.
    Source,
    /// A file of SQL.
    Statements,
    /// A block of code in a document.
    Block,
    /// Code in a sentence or a table.
    Inline,
    /// What a script prints for people.
    Advice,
    /// A comment.
    Comment,
}

/// A piece of text that is or may be a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The text as it would be run.
    pub text: String,
    /// Where each part of it stands in the file.
    pub map: Map,
    /// What it is written in.
    pub language: Language,
    /// How it stands there.
    pub form: Form,
    /// The script, target, job or key that it belongs to; empty without one.
    pub name: String,
}

impl Passage {
    /// A part of a file as it stands there.
    fn slice(file: &SourceFile, span: Span, language: Language, form: Form) -> Self {
        let text = file.slice(span).to_owned();
        Self { map: Map::shifted(span.start), text, language, form, name: String::new() }
    }

    /// `text`, which `span` of the file spells in another way: with escapes, indentation or prompts.
    fn aligned(file: &SourceFile, text: String, span: Span, language: Language, form: Form) -> Self {
        let map = Map::aligned(&text, file.slice(span), span.start);
        Self { text, map, language, form, name: String::new() }
    }

    fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The place in the file of a part of the text.
    pub fn place(&self, part: &std::ops::Range<usize>) -> Span {
        let start = self.map.place(part.start);
        let last = self.map.place(part.end.saturating_sub(1).max(part.start));
        Span::new(start, (last + 1).max(start))
    }
}

/// All passages of a file.
pub fn read(file: &SourceFile) -> Vec<Passage> {
    let path = file.path();
    let name = paths::name(path).to_ascii_lowercase();
    let ending = paths::ending(&name);
    match ending {
        "md" | "mdx" | "mdc" | "markdown" => return markdown::read(file),
        "rst" | "txt" | "adoc" | "html" | "htm" if !lines::knows(&name) => return markup::read(file),
        "sql" => return statements::read(file),
        "yml" | "yaml" | "json" | "jsonc" | "toml" => return keyed::read(file),
        "service" => return lines::systemd(file),
        _ => {}
    }
    if name.starts_with("dockerfile") || name.starts_with("containerfile") || ending == "dockerfile" {
        return dockerfile::read(file);
    }
    if recipes::is_makefile(&name) || recipes::is_justfile(&name) {
        return recipes::read(file);
    }
    if name.starts_with("jenkinsfile") || ending == "jenkinsfile" {
        return pipeline::read(file);
    }
    if lines::knows(&name) || path.contains("cron.d/") || path.contains("crontabs/") {
        return lines::read(file);
    }
    match source::language(file) {
        Some(Language::Shell) => shell::read(file),
        Some(language) => source::read(file, language),
        None => Vec::new(),
    }
}

/// Whether a file may hold commands, by its name alone: what a program wrote for programs does not.
pub fn may_hold_commands(path: &str) -> bool {
    let name = paths::name(path).to_ascii_lowercase();
    let ending = paths::ending(&name);
    let listed = ending == "lock"
        || name.contains("-lock.")
        || name.starts_with("changelog")
        || name.starts_with("license");
    let generated = name.contains(".min.") || matches!(ending, "map" | "snap" | "svg");
    !listed && !generated
}
