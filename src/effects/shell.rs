//! Shell text to a small tree of commands: what tree-sitter-bash reads, without its details.

mod brace;
mod build;
mod word;

use std::ops::Range;
use std::rc::Rc;

/// Longest text that is parsed; what is behind it makes the text unsound.
pub const LONGEST: usize = 256 * 1024;

/// A parsed text.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// What it runs, in order.
    pub body: Rc<Vec<Node>>,
    /// False when a part could not be parsed.
    pub sound: bool,
}

/// Something that a shell runs.
#[derive(Debug, Clone)]
pub enum Node {
    /// A simple command.
    Command(Command),
    /// Commands whose output is the next one's input.
    Pipeline(Vec<Node>),
    /// Commands one after the other, in whatever construct.
    Group(Vec<Node>),
    /// A construct whose input or output is redirected.
    Redirected(Box<Node>, Vec<Redirect>),
    /// A function that is only defined here.
    Function(String, Rc<Vec<Node>>),
    /// `for NAME in VALUES`.
    Loop(String, Vec<Word>, Vec<Node>),
    /// `while read NAMES`: the body, once a line of the input.
    Lines(Vec<String>, Vec<Node>),
}

/// A simple command, or only assignments, or only redirections.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// `NAME=value` in front of it.
    pub assignments: Vec<(String, Word)>,
    /// Name and arguments.
    pub words: Vec<Word>,
    /// Where its input comes from and its output goes to.
    pub redirects: Vec<Redirect>,
    /// Where it stands, in bytes of the text.
    pub span: Range<usize>,
}

/// A redirection that matters to data.
#[derive(Debug, Clone)]
pub enum Redirect {
    /// `> FILE`: the file is emptied first.
    Write(Word),
    /// `>> FILE`.
    Append(Word),
    /// `< FILE`.
    Read(Word),
    /// A here-document or here-string.
    Text(Word),
}

/// A word, in pieces.
#[derive(Debug, Clone, Default)]
pub struct Word {
    /// The pieces, in order.
    pub parts: Vec<Part>,
}

/// A piece of a word.
#[derive(Debug, Clone)]
pub enum Part {
    /// Text as it is.
    Literal(String),
    /// A variable; true when it stands in quotes, so that it stays one word.
    Variable(String, bool),
    /// A command whose output stands here; true in quotes.
    Output(Rc<Vec<Node>>, bool),
    /// A command whose output is a file named here, `<(…)`.
    File(Rc<Vec<Node>>),
    /// The elements of an array.
    List(Vec<Word>),
    /// Something else that only the shell knows.
    Unknown,
}

impl Word {
    /// A word of plain text.
    pub fn literal(text: impl Into<String>) -> Self {
        Self { parts: vec![Part::Literal(text.into())] }
    }
}

/// Parses `text`; never fails, but may be unsound.
pub fn parse(text: &str) -> Parsed {
    let end = (0..=LONGEST.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let bounded = text.get(..end).unwrap_or_default();
    let mut parser = tree_sitter::Parser::new();
    if parser.set_language(&tree_sitter_bash::LANGUAGE.into()).is_err() {
        return Parsed::default();
    }
    let Some(tree) = parser.parse(ascii(bounded), None) else { return Parsed::default() };
    let root = tree.root_node();
    let body = build::children(root, &build::Source { text: bounded, depth: 0 });
    Parsed { body: Rc::new(body), sound: !root.has_error() && end == text.len() }
}

/// The text with a letter for every byte that is not ASCII. To a shell these are letters like others, while the grammar's scanner
/// (0.25) reads out of bounds for some of them. Offsets stay the same, and words are taken from the text itself.
fn ascii(text: &str) -> Vec<u8> {
    text.bytes().map(|byte| if byte.is_ascii() && byte != 0 { byte } else { b'x' }).collect()
}

#[cfg(test)]
mod tests;
