//! Where the block that holds a passage begins in a document: above it a warning stands, or would have to.

mod markdown;
mod plain;
mod rst;

use crate::source::SourceFile;
use crate::survey::paths;

/// The first line of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Its number, from 1.
    pub line: usize,
    /// What stands before everything on that level: indentation, marks of a quotation.
    pub prefix: String,
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// Markdown and its relatives.
    Markdown,
    /// reStructuredText.
    Rst,
    /// Text without markup.
    Plain,
}

/// Words of the names of plain texts that people read; others are read by programs.
const READ_BY_PEOPLE: [&str; 9] =
    ["readme", "install", "notes", "howto", "guide", "manual", "runbook", "upgrade", "usage"];

impl Markup {
    /// The markup of the document at `path`; none where a program may read it, or where it is not understood.
    pub fn of(path: &str) -> Option<Self> {
        let name = paths::name(path).to_ascii_lowercase();
        match paths::ending(&name) {
            "md" | "mdx" | "mdc" | "markdown" => Some(Self::Markdown),
            "rst" => Some(Self::Rst),
            "txt" => {
                let words = name.split(|letter: char| !letter.is_alphanumeric());
                words.into_iter().any(|word| READ_BY_PEOPLE.contains(&word)).then_some(Self::Plain)
            }
            _ => None,
        }
    }
}

/// The block that line `line` (from 1) of a document belongs to: a fenced or indented block of code, a table, a list, a paragraph.
/// None where no warning can stand above it: in headings, comments, front matter and markup that is not text.
pub fn of(file: &SourceFile, line: usize, in_block: bool) -> Option<Anchor> {
    let lines: Vec<&str> = file.text().lines().collect();
    let at = line.checked_sub(1).filter(|at| *at < lines.len())?;
    match Markup::of(file.path())? {
        Markup::Markdown => markdown::anchor(&lines, at, in_block),
        Markup::Rst => rst::anchor(&lines, at),
        Markup::Plain => plain::anchor(&lines, at),
    }
}

/// The texts in which a warning about the block at `anchor` may stand: the block above it, and the one above that where only a
/// sentence leads from one to the other.
pub(super) fn above(file: &SourceFile, anchor: &Anchor) -> Vec<String> {
    let lines: Vec<&str> = file.text().lines().collect();
    let Some((first, start)) = block_before(&lines, anchor.line - 1) else { return Vec::new() };
    let second = block_before(&lines, start).map(|(text, _)| text).filter(|_| is_lead(&first));
    std::iter::once(first).chain(second).collect()
}

/// The block that line `line` itself stands in.
pub(super) fn around(file: &SourceFile, line: usize) -> String {
    let lines: Vec<&str> = file.text().lines().collect();
    let at = line.saturating_sub(1).min(lines.len());
    let start = lines[..at].iter().rposition(|line| is_blank(line)).map_or(0, |blank| blank + 1);
    let end = lines[at..].iter().position(|line| is_blank(line)).map_or(lines.len(), |length| at + length);
    with_directive(&lines, start, lines[start..end].join("\n"))
}

/// Indentation in columns; a tab goes on to the next multiple of four.
fn indentation(line: &str) -> usize {
    let blanks = line.chars().take_while(|letter| matches!(letter, ' ' | '\t'));
    blanks.fold(0, |column, letter| if letter == '\t' { column / 4 * 4 + 4 } else { column + 1 })
}

/// Nothing, but for the marks of a quotation and the end of a container.
fn is_blank(line: &str) -> bool {
    line.chars().all(|letter| letter.is_whitespace() || letter == '>')
}

/// One line of prose, or a few, that a block follows.
fn is_lead(text: &str) -> bool {
    text.lines().count() <= 3 && !text.trim_start().starts_with(['#', '|', '`', '<'])
}

/// The text of the nearest block that ends above line `end` (from 0), and where it begins.
fn block_before(lines: &[&str], end: usize) -> Option<(String, usize)> {
    let last = lines[..end.min(lines.len())].iter().rposition(|line| !is_blank(line))?;
    let start = lines[..last].iter().rposition(|line| is_blank(line)).map_or(0, |blank| blank + 1);
    let start = quotation(lines, start).or_else(|| container(lines, last, start)).unwrap_or(start);
    Some((with_directive(lines, start, lines[start..=last].join("\n")), start))
}

/// Where the quotation begins that line `start` is part of: its own empty lines carry the mark.
fn quotation(lines: &[&str], start: usize) -> Option<usize> {
    let quoted = |line: &&str| line.trim_start().starts_with('>');
    let depth = |line: &str| {
        line.chars().take_while(|letter| matches!(letter, '>' | ' ')).filter(|one| *one == '>').count()
    };
    let deep = depth(lines.get(start)?.trim_start());
    (deep > 0).then(|| {
        let same = |line: &&&str| quoted(line) && depth(line.trim_start()) >= deep;
        start - lines[..start].iter().rev().take_while(same).count()
    })
}

/// Where the container begins that ends with `:::` in line `last`.
fn container(lines: &[&str], last: usize, start: usize) -> Option<usize> {
    (lines[last].trim() == ":::")
        .then(|| lines[..last].iter().rposition(|line| line.trim_start().starts_with(":::")).unwrap_or(start))
}

/// The text with the directive of reStructuredText that it is the content of.
fn with_directive(lines: &[&str], start: usize, text: String) -> String {
    let Some(own) = lines.get(start).map(|line| indentation(line)).filter(|columns| *columns > 0) else {
        return text;
    };
    let parent = lines[..start].iter().rfind(|line| !is_blank(line) && indentation(line) < own);
    match parent.map(|line| line.trim_start()).filter(|line| line.starts_with(".. ") && line.contains("::")) {
        Some(directive) => format!("{directive}\n{text}"),
        None => text,
    }
}
