//! A tolerant reading of source code: literals, names, calls and groups, enough to understand configuration.
//!
//! One reader serves the languages in which frameworks keep their configuration. Braces, brackets and parentheses all
//! become [`Kind::Group`]s of entries with or without a key, so that a dictionary, an object, keyword arguments and a
//! block of assignments look alike. What it does not understand it steps over.

mod lex;
mod parse;
mod value;

pub use value::Value;

use crate::source::SourceFile;

/// A language, as far as comments, strings and commands differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    JavaScript,
    /// PHP.
    Php,
    /// Ruby.
    Ruby,
    /// Elixir.
    Elixir,
    /// Go.
    Go,
    /// C#.
    CSharp,
    /// Groovy and Kotlin build scripts.
    Gradle,
    /// Prisma's schema language.
    Prisma,
}

impl Language {
    /// The language of a file, by its name.
    pub fn of(path: &str) -> Option<Self> {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        Some(match extension {
            "py" => Self::Python,
            "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" | "jsx" | "tsx" => Self::JavaScript,
            "php" => Self::Php,
            "rb" => Self::Ruby,
            "exs" | "ex" => Self::Elixir,
            "go" => Self::Go,
            "cs" => Self::CSharp,
            "gradle" | "kts" => Self::Gradle,
            "prisma" => Self::Prisma,
            _ => return None,
        })
    }
}

/// A piece of code and where it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// Offset of its first byte.
    pub start: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a piece of code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A string literal.
    Text(String),
    /// A number, a symbol or a dotted name (`process.env.X`).
    Name(String),
    /// A call: dotted name, what it is called on, arguments. `ENV['X']` is a call of `ENV[]`.
    Call(String, Option<Box<Expr>>, Vec<Entry>),
    /// Anything in brackets, or a comparison.
    Group(Vec<Entry>),
    /// Alternatives, first choice first (`a || b`).
    Choice(Vec<Expr>),
    /// Pieces put together (`a + b`).
    Join(Vec<Expr>),
    /// Nothing that could be understood.
    Nothing,
}

/// One member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its key or the name that it is assigned to.
    pub key: Option<String>,
    /// Offset of its first byte.
    pub start: usize,
    /// Its value.
    pub value: Expr,
}

/// Reads a whole file as one group of entries.
pub fn read(file: &SourceFile, language: Language) -> Vec<Entry> {
    parse::parse(lex::tokens(file.text(), language), language)
}

/// Every word of the code with its offset; comments and strings are left out.
pub fn words(file: &SourceFile, language: Language) -> Vec<(String, usize)> {
    let tokens = lex::tokens(file.text(), language).into_iter();
    tokens
        .filter_map(|token| match token.kind {
            lex::TokenKind::Word(word) => Some((word, token.start)),
            lex::TokenKind::Text(_)
            | lex::TokenKind::Number(_)
            | lex::TokenKind::Symbol(_)
            | lex::TokenKind::Char(_) => None,
        })
        .collect()
}

/// Calls `visit` with every entry of `entries` and below, outer ones first.
pub fn each_entry<'a>(entries: &'a [Entry], visit: &mut impl FnMut(&'a Entry)) {
    for entry in entries {
        visit(entry);
        entry.value.each_group(&mut |inner| each_entry(inner, visit));
    }
}

/// Calls `visit` with every call in `entries` and below: name, arguments, offset.
pub fn each_call<'a>(entries: &'a [Entry], visit: &mut impl FnMut(&'a str, &'a [Entry], usize)) {
    each_call_in(entries, visit);
}

/// The value of the entry with the key `key`.
pub fn get<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Expr> {
    entries.iter().find(|entry| entry.key.as_deref() == Some(key)).map(|entry| &entry.value)
}

fn each_call_in<'a>(entries: &'a [Entry], visit: &mut dyn FnMut(&'a str, &'a [Entry], usize)) {
    for entry in entries {
        entry.value.each_call(visit);
    }
}

impl Expr {
    /// The entries of a group, or the arguments of a call.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Group(entries) | Kind::Call(_, _, entries) => entries,
            Kind::Text(_) | Kind::Name(_) | Kind::Choice(_) | Kind::Join(_) | Kind::Nothing => &[],
        }
    }

    /// Groups directly inside, wherever they stand in the expression.
    fn each_group<'a>(&'a self, visit: &mut dyn FnMut(&'a [Entry])) {
        match &self.kind {
            Kind::Group(entries) => visit(entries),
            Kind::Call(_, on, entries) => {
                if let Some(on) = on {
                    on.each_group(visit);
                }
                visit(entries);
            }
            Kind::Choice(parts) | Kind::Join(parts) => {
                for part in parts {
                    part.each_group(visit);
                }
            }
            Kind::Text(_) | Kind::Name(_) | Kind::Nothing => {}
        }
    }

    fn each_call<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a [Entry], usize)) {
        match &self.kind {
            Kind::Group(entries) => each_call_in(entries, visit),
            Kind::Call(name, on, entries) => {
                if let Some(on) = on {
                    on.each_call(visit);
                }
                visit(name, entries, self.start);
                each_call_in(entries, visit);
            }
            Kind::Choice(parts) | Kind::Join(parts) => {
                for part in parts {
                    part.each_call(visit);
                }
            }
            Kind::Text(_) | Kind::Name(_) | Kind::Nothing => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LANGUAGES: [Language; 9] = [
        Language::Python,
        Language::JavaScript,
        Language::Php,
        Language::Ruby,
        Language::Elixir,
        Language::Go,
        Language::CSharp,
        Language::Gradle,
        Language::Prisma,
    ];

    fn count(text: &str) -> usize {
        let mut count = 0;
        for language in LANGUAGES {
            let entries = read(&SourceFile::new("f", text), language);
            each_entry(&entries, &mut |entry| count += usize::from(entry.value.value().text.is_some()));
            each_call(&entries, &mut |_, _, _| count += 1);
        }
        count
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in r#"([a-z .,:;=?&|'"`#$(){}\[\]\\\n/*é]|do|end|=>|env|\.a\(){0,60}"#) {
            count(&text);
        }
    }

    #[test]
    fn hostile_text_costs_neither_stack_nor_time() {
        for piece in ["(", "a.b().", "a && ", "a ? ", "\\\"", "\"#{", "{a: ", "x = ", "a b ", "[ || "] {
            count(&piece.repeat(2_000));
        }
    }
}
