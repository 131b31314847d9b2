//! Words in pieces: quotes removed, escapes resolved, expansions kept apart.

use std::rc::Rc;

use tree_sitter::Node as Tree;

use super::build::{Source, children, named};
use super::{Node, Part, Word, brace};
use crate::effects::escapes;

/// The word that a node stands for.
pub(super) fn word(node: Tree<'_>, source: Source<'_>) -> Word {
    let mut parts = Vec::new();
    push(node, source, false, &mut parts);
    Word { parts }
}

/// The words that a node stands for: several where it has alternatives in braces.
pub(super) fn words(node: Tree<'_>, source: Source<'_>) -> Vec<Word> {
    match brace::alternatives(source.of(node)) {
        None => vec![word(node, source)],
        Some(texts) => texts.iter().flat_map(|text| parsed(text)).collect(),
    }
}

/// The words of a text that stands on a command line.
fn parsed(text: &str) -> Vec<Word> {
    match super::parse(&format!("x {text}")).body.first() {
        Some(Node::Command(command)) => command.words.iter().skip(1).cloned().collect(),
        _ => vec![Word { parts: vec![Part::Unknown] }],
    }
}

fn push(node: Tree<'_>, source: Source<'_>, quoted: bool, parts: &mut Vec<Part>) {
    let text = source.of(node);
    match node.kind() {
        "word"
        | "number"
        | "test_operator"
        | "regex"
        | "extglob_pattern"
        | "special_variable_name"
        | "variable_name"
        | "file_descriptor"
        | "brace_expression" => {
            parts.push(Part::Literal(unescaped(text)));
        }
        "raw_string" => parts.push(Part::Literal(trimmed(text, 1, 1).to_owned())),
        "ansi_c_string" => parts.push(Part::Literal(escapes::of_quotes(trimmed(text, 2, 1)))),
        "string" | "translated_string" | "heredoc_body" => mixed(node, source, parts),
        "concatenation" => named(node).into_iter().for_each(|child| push(child, source, quoted, parts)),
        "simple_expansion" => parts.push(Part::Variable(text.trim_start_matches('$').to_owned(), quoted)),
        "expansion" => parts.push(expansion(text, quoted)),
        "command_substitution" => parts.push(Part::Output(Rc::new(children(node, &source)), quoted)),
        "process_substitution" => parts.push(Part::File(Rc::new(children(node, &source)))),
        "array" => {
            parts.push(Part::List(named(node).into_iter().flat_map(|one| words(one, source)).collect()));
        }
        "comment" => {}
        _ if node.named_child_count() == 0 => parts.push(Part::Literal(unescaped(text))),
        _ => parts.push(Part::Unknown),
    }
}

/// Text with expansions in it: what lies between them is read from the text itself, since the grammar leaves out blanks.
fn mixed(node: Tree<'_>, source: Source<'_>, parts: &mut Vec<Part>) {
    let quotes = usize::from(node.kind() != "heredoc_body");
    let opening = if node.kind() == "translated_string" { 2 } else { quotes };
    let (mut at, end) = (node.start_byte() + opening, node.end_byte().saturating_sub(quotes));
    for child in named(node) {
        if matches!(child.kind(), "string_content" | "heredoc_content") {
            continue;
        }
        literal(source, at, child.start_byte(), parts);
        if child.kind() == "string" {
            mixed(child, source, parts);
        } else {
            push(child, source, true, parts);
        }
        at = child.end_byte();
    }
    literal(source, at, end, parts);
}

fn literal(source: Source<'_>, from: usize, to: usize, parts: &mut Vec<Part>) {
    if let Some(text) = source.text.get(from..to).filter(|text| !text.is_empty()) {
        parts.push(Part::Literal(unescaped_in_quotes(text)));
    }
}

/// `${NAME}` and `${NAME:-default}`, whose default is as good as known where the variable is not.
fn expansion(text: &str, quoted: bool) -> Part {
    let inner = trimmed(text, 2, 1);
    let name: String = inner.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let rest = inner.get(name.len()..).unwrap_or_default();
    if let Some((element, _)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return Part::Variable(format!("{name}[{element}]"), quoted);
    }
    if name.is_empty() {
        return match inner {
            "@" | "*" => Part::Variable(inner.to_owned(), quoted),
            _ => Part::Unknown,
        };
    }
    let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'));
    match default {
        _ if rest.is_empty() => Part::Variable(name, quoted),
        Some(value) if !value.contains(['$', '`', '"', '\'']) => {
            Part::Variable(format!("{name}:-{value}"), quoted)
        }
        _ => Part::Variable(name, quoted),
    }
}

fn trimmed(text: &str, front: usize, back: usize) -> &str {
    text.get(front..text.len().saturating_sub(back)).unwrap_or_default()
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next().filter(|next| *next != '\n')),
            _ => out.push(letter),
        }
    }
    out
}

fn unescaped_in_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('$' | '`' | '"' | '\\')) => out.extend(letters.next()),
            ('\\', Some('\n')) => {
                letters.next();
            }
            _ => out.push(letter),
        }
    }
    out
}
