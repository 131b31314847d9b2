//! The fix of a command in a document: a warning above its block, in the document's language. One a block, not one a command.

mod language;
mod steps;
mod text;

use std::collections::BTreeMap;

use super::View;
use super::commands::Command;
use super::context::anchor::{self, Anchor, Markup};
use super::surroundings::Surroundings;
use crate::finding::{Finding, Fix, Kind, Severity};
use crate::source::{Edit, SourceFile};
use crate::survey::passages::Form;

/// Gives the findings about commands in documents their fix.
pub(super) fn apply(findings: &mut [Finding], view: &View<'_>) {
    let mut blocks: BTreeMap<(String, usize), Block> = BTreeMap::new();
    for (number, finding) in findings.iter().enumerate() {
        if let Some((anchor, command)) = block_of(finding, view) {
            let key = (finding.place.path.clone(), anchor.line);
            let block = blocks.entry(key).or_insert_with(|| Block {
                anchor,
                commands: Vec::new(),
                members: Vec::new(),
            });
            block.commands.push(command);
            block.members.push(number);
        }
    }
    for ((path, _), block) in blocks {
        let Some(fix) = fix(&path, &block, view) else { continue };
        for number in block.members {
            if let Some(finding) = findings.get_mut(number) {
                finding.fix = Some(fix.clone());
            }
        }
    }
}

/// Commands under one warning.
struct Block<'a> {
    anchor: Anchor,
    commands: Vec<&'a Command>,
    /// Numbers of their findings.
    members: Vec<usize>,
}

/// The block that a finding's command stands in; none where it does not count, or no warning can stand above it.
fn block_of<'a>(finding: &Finding, view: &'a View<'_>) -> Option<(Anchor, &'a Command)> {
    let is_open = finding.kind == Kind::Doc && finding.fix.is_none() && finding.counts(Severity::Low);
    let path = finding.place.path.as_str();
    if !is_open || finding.command.is_none() || Surroundings::of(path) == Surroundings::ThrowAway {
        return None;
    }
    let mut commands = view.commands.get()?.iter();
    let command = commands.find(|one| one.rule == finding.rule && one.place == finding.place)?;
    let file = view.tree.read(path).ok()?;
    let anchor = anchor::of(&file, finding.place.line, command.form == Form::Block)?;
    Some((anchor, command))
}

fn fix(path: &str, block: &Block<'_>, view: &View<'_>) -> Option<Fix> {
    let file = view.tree.read(path).ok()?;
    let language = language::of(&file);
    let lines = text::lines(language, Markup::of(path)?, &block.commands, view.tree)?;
    let edit = insertion(&file, &block.anchor, &lines);
    Some(Fix {
        safe: true,
        summary: format!("a warning above it ({})", language.id),
        edits: BTreeMap::from([(path.to_owned(), vec![edit])]),
    })
}

/// `lines` above the block, set off by empty lines, with the block's indentation.
fn insertion(file: &SourceFile, anchor: &Anchor, lines: &[String]) -> Edit {
    let empty = anchor.prefix.trim_end();
    let above = file.lines().nth(anchor.line.wrapping_sub(2)).map(|(_, line)| line);
    let is_apart = anchor.line == 1
        || above.is_none_or(|line| line.chars().all(|letter| letter.is_whitespace() || letter == '>'));
    let mut text = String::new();
    if !is_apart {
        text.extend([empty, "\n"]);
    }
    for line in lines {
        text.extend([format!("{}{line}", anchor.prefix).trim_end(), "\n"]);
    }
    text.extend([empty, "\n"]);
    Edit::insert(start(file, anchor.line), text)
}

/// The byte at which line `number` begins, behind a byte order mark.
fn start(file: &SourceFile, number: usize) -> usize {
    let text = file.text();
    let lines = text.split_inclusive('\n').take(number - 1);
    let at: usize = lines.map(str::len).sum();
    if at == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { at }
}
