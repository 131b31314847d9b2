//! What a program derives from other data, empties and fills again: an index for searching, a cache, a stored view.

use super::direction::words;
use crate::effects::{Effect, Found};
use crate::source::SourceFile;
use crate::survey::passages::{Form, Passage};

/// Lines below in which the program fills it again, and above in which it says what it is about to do.
const FILLS_WITHIN: usize = 15;
const SAID_WITHIN: usize = 4;

/// What a table is called that holds no data of its own.
const PASSING: [&str; 4] = ["temporary ", "temp ", "unlogged ", "virtual "];

/// Bytes behind a call in which its statement begins.
const NEAR: usize = 200;

/// Words of the names of what is made from other data; the call itself has to name it.
const DERIVED: [&str; 11] = [
    "index",
    "indexes",
    "indices",
    "search",
    "cache",
    "cached",
    "caches",
    "view",
    "embedding",
    "embeddings",
    "vector",
];

/// Words for making again all that is derived, in the call or right above it.
const REBUILDS: [&str; 7] =
    ["rebuild", "rebuilding", "reindex", "reindexing", "regenerate", "recompute", "recalculate"];

/// Tables in which a program keeps the number of its schema.
const VERSIONS: [&str; 3] = ["schema_version", "schema_versions", "schema_migrations"];

/// Words of calls and statements that fill.
const FILLS: [&str; 12] = [
    "insert", "add", "create", "save", "store", "bulk", "index", "update", "upsert", "copy", "build",
    "refresh",
];

/// Whether a call empties something derived that the lines below it fill again.
pub(super) fn is_rebuilt(file: &SourceFile, passage: &Passage, found: &Found) -> bool {
    let empties = matches!(found.effect, Effect::DestroysRows | Effect::DestroysTable);
    if passage.form != Form::Source || !empties {
        return false;
    }
    let at = file.line_of(passage.place(&found.span).start);
    let lines: Vec<&str> = file.text().lines().collect();
    let Some(own) = lines.get(at - 1) else { return false };
    let above = &lines[at.saturating_sub(1 + SAID_WITHIN)..at];
    let derived = holds(own, &DERIVED)
        || VERSIONS.iter().any(|table| own.contains(table))
        || above.iter().any(|line| holds(line, &REBUILDS));
    derived && below(&lines[at..], own).any(|line| holds(line, &FILLS))
}

/// Whether a program drops a table that it makes itself as one for passing data: temporary, unlogged, or virtual.
pub(super) fn is_for_passing_data(passage: &Passage, found: &Found) -> bool {
    if passage.form != Form::Source || found.effect != Effect::DestroysTable {
        return false;
    }
    let text = passage.text.to_ascii_lowercase();
    let Some(name) = text.get(found.span.start..).and_then(dropped) else { return false };
    let made = text.match_indices("create ").filter_map(|(at, _)| text.get(at..));
    let made = made.filter(|rest| PASSING.iter().any(|kind| rest["create ".len()..].starts_with(kind)));
    made.filter_map(|rest| named(rest)).any(|made| made == name)
}

/// The name of the table that a statement drops; it begins a few tokens behind the call.
fn dropped(text: &str) -> Option<&str> {
    let near = text.get(..text.len().min(NEAR)).or_else(|| text.lines().next())?;
    named(near.get(near.find("drop table")?..)?)
}

/// The word behind `table`, as the program spells it.
fn named(statement: &str) -> Option<&str> {
    let mut words = statement.split_whitespace().skip_while(|word| *word != "table").skip(1);
    let word = words.find(|word| !matches!(*word, "if" | "not" | "exists"))?;
    let name = word.trim_matches(|letter: char| "\"'`;,)".contains(letter));
    (!name.is_empty() && name != "(").then_some(name)
}

fn holds(line: &str, known: &[&str]) -> bool {
    words(line).iter().any(|word| known.contains(&word.as_str()))
}

/// The lines below that belong to the same block.
fn below<'a>(lines: &'a [&'a str], own: &str) -> impl Iterator<Item = &'a str> {
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let inside = indentation(own);
    let same = move |line: &&&str| line.trim().is_empty() || indentation(line) >= inside;
    lines.iter().take(FILLS_WITHIN).take_while(same).copied()
}
