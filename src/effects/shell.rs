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
    /// A command whose output stands here; true when it stands in quotes, so that it stays one word.
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
    let Some(tree) = parser.parse(legible(bounded), None) else { return Parsed::default() };
    let root = tree.root_node();
    let body = build::children(root, &build::Source { text: bounded, depth: 0 });
    Parsed { body: Rc::new(body), sound: !root.has_error() && end == text.len() }
}

/// The text as the grammar (0.25) can read it; offsets stay the same, and words are taken from the text itself.
///
/// - A letter stands for every byte that is not ASCII. To a shell these are letters like others; the scanner reads out of bounds for
///   some of them.
/// - A letter stands for a backslash in front of one: at the start of a line it would hide the end of the line before.
/// - Blanks stand for the `!` that negates what follows, which is only understood in front of a simple command, and for `coproc NAME`,
///   which is not understood at all.
fn legible(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        text.bytes().map(|byte| if byte.is_ascii() && byte != 0 { byte } else { b'x' }).collect();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        match byte {
            b'\\' if next.is_ascii_alphanumeric() || b"_-./".contains(&next) => set(&mut bytes, at, b'x'),
            b'\\' => at += 1,
            b'!' | b'c' => blank(&mut bytes, at),
            _ => {}
        }
        at += 1;
    }
    bytes
}

fn set(bytes: &mut [u8], at: usize, to: u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = to;
    }
}

/// Blanks out the keyword that starts here, if one does.
fn blank(bytes: &mut [u8], at: usize) {
    let (before, rest) = bytes.split_at_mut(at);
    let Some(length) = keyword(rest).filter(|_| starts_command(before)) else { return };
    rest.iter_mut().take(length).for_each(|byte| *byte = b' ');
}

/// The length of `!`, `coproc` or `coproc NAME` at the start of a text.
fn keyword(text: &[u8]) -> Option<usize> {
    let word_ends = |at: usize| text.get(at).is_some_and(u8::is_ascii_whitespace);
    if text.first() == Some(&b'!') {
        return word_ends(1).then_some(1);
    }
    let after = text.strip_prefix(b"coproc").filter(|_| word_ends(6))?.trim_ascii_start();
    let name = after.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let body = after.get(name..).unwrap_or_default();
    let named = name > 0 && matches!(body.trim_ascii_start().first(), Some(b'{' | b'('));
    Some(if named { text.len() - body.len() } else { 6 })
}

/// Whether a command may start behind this text.
fn starts_command(before: &[u8]) -> bool {
    const WORDS: [&[u8]; 8] = [b"if", b"then", b"elif", b"else", b"while", b"until", b"do", b"time"];
    let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let is_mark = |byte: &u8| b";&|({`)".contains(byte);
    let word = line.rsplit(|byte| byte.is_ascii_whitespace() || is_mark(byte)).next().unwrap_or_default();
    line.last().is_none_or(is_mark) || WORDS.contains(&word)
}

#[cfg(test)]
mod tests;
