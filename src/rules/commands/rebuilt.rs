//! What a program derives from other data, empties and fills again: an index for searching, a cache, a stored view.

use crate::effects::{Effect, Found};
use crate::source::SourceFile;
use crate::survey::passages::{Form, Passage};

/// Lines below in which the program fills it again, and above in which it says what it is about to do.
const FILLS_WITHIN: usize = 15;
const SAID_WITHIN: usize = 4;

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

fn holds(line: &str, known: &[&str]) -> bool {
    words(line).any(|word| known.contains(&word.as_str()))
}

/// The lines below that belong to the same block.
fn below<'a>(lines: &'a [&'a str], own: &str) -> impl Iterator<Item = &'a str> {
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let inside = indentation(own);
    let same = move |line: &&&str| line.trim().is_empty() || indentation(line) >= inside;
    lines.iter().take(FILLS_WITHIN).take_while(same).copied()
}

/// The words of a line in lower case: `rebuildForAll` is three.
fn words(line: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for letter in line.chars() {
        if letter.is_uppercase() && lower_before || !letter.is_alphabetic() {
            words.push(String::new());
        }
        lower_before = letter.is_lowercase();
        if letter.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words.into_iter().filter(|word| !word.is_empty())
}
