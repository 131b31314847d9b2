//! Pieces that a script made itself a few lines above: the copy that an editor leaves, a dump that did not come to its end.

use crate::effects::{Effect, Found};
use crate::survey::passages::{Form, Passage};

/// Lines above a removal in which the piece was written, and below it in which the script gives up.
const NEAR: usize = 40;
const GIVES_UP_WITHIN: usize = 4;

/// Lines above a removal in which the loop around it begins.
const LOOP_WITHIN: usize = 6;

/// How old files are listed, or those beyond a number.
const LISTS_OLD: [&str; 5] = ["-mtime", "-mmin", "tail -n +", "tail -n+", "head -n -"];

/// Ends of names of what is not meant to stay.
const ENDINGS: [&str; 9] =
    [".bak", ".tmp", ".temp", ".part", ".partial", ".incomplete", ".unfinished", ".new", "~"];

/// Options behind which a program is told where to write.
const WRITES_TO: [&str; 6] = [">", ">|", "-f", "-o", "--file", "--output"];

/// Whether a command removes nothing but what the same script wrote before, on its way to something else or where that failed.
pub(super) fn is_leftover(passage: &Passage, found: &Found) -> bool {
    let script = matches!(passage.form, Form::Script | Form::Step | Form::Recipe);
    if !script || found.effect != Effect::DestroysBackup {
        return false;
    }
    let (Some(before), Some(own)) =
        (passage.text.get(..found.span.start), passage.text.get(found.span.clone()))
    else {
        return false;
    };
    let after = passage.text.get(found.span.end..).unwrap_or_default();
    let paths = paths(own);
    let above: Vec<&str> = before.lines().rev().take(NEAR).collect();
    let one = |path: &String| {
        let ending = ENDINGS.iter().any(|ending| value(path, &above).ends_with(ending));
        (ending || fails(before, after)) && above.iter().any(|line| writes(line, path))
    };
    !paths.is_empty() && paths.iter().all(one)
}

/// Whether a script removes backups by their age or number, on one line or in a loop over such a list. Whether the new ones were
/// looked at before is the question of a rule of its own.
pub(super) fn is_rotation(passage: &Passage, found: &Found) -> bool {
    let script = matches!(passage.form, Form::Script | Form::Step | Form::Recipe);
    let Some(before) = passage.text.get(..found.span.start) else { return false };
    if !script || found.effect != Effect::DestroysBackup {
        return false;
    }
    let lists = |line: &str| LISTS_OLD.iter().any(|old| line.contains(old));
    let rest = passage.text.get(found.span.start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let (above, begun) = before.rsplit_once('\n').unwrap_or(("", before));
    let own = format!("{begun}{rest}");
    let loops = |line: &str| line.contains("while read") || line.trim_start().starts_with("for ");
    let mut body = above.lines().rev().take(LOOP_WITHIN).take_while(|line| line.trim() != "done");
    lists(&own) || body.any(|line| lists(line) && loops(line))
}

/// The paths of `rm -f a b`, each a single file.
fn paths(command: &str) -> Vec<String> {
    let words = command.split_whitespace().skip_while(|word| !word.ends_with("rm")).skip(1);
    let all: Vec<String> = words.filter(|word| !word.starts_with('-')).map(plain).collect();
    if all.iter().any(|path| path.contains(['*', '?', '>', '|']) || path.ends_with('/')) {
        return Vec::new();
    }
    all
}

/// A word without quotes, `${NAME}` as `$NAME`.
fn plain(word: &str) -> String {
    let word = word.trim_end_matches([';', ')']);
    word.replace(['"', '\'', '{', '}'], "")
}

/// What a variable was given above; the word itself where it is no variable alone.
fn value(path: &str, above: &[&str]) -> String {
    let Some(name) = path.strip_prefix('$') else { return path.to_owned() };
    let given = |line: &&str| {
        let line = line.trim_start().trim_start_matches("local ").trim_start_matches("export ");
        line.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).map(plain)
    };
    above.iter().find_map(given).unwrap_or_else(|| path.to_owned())
}

/// Whether a line writes the file at `path`.
fn writes(line: &str, path: &str) -> bool {
    let words: Vec<String> = line.split_whitespace().map(plain).collect();
    let directed = words.windows(2).any(|pair| WRITES_TO.contains(&pair[0].as_str()) && pair[1] == path)
        || words.iter().any(|word| {
            let glued = word.strip_prefix('>').or_else(|| word.split_once('=').map(|(_, path)| path));
            word.starts_with(['>', '-']) && glued == Some(path)
        });
    let program = words.first().map(String::as_str);
    let copied =
        matches!(program, Some("cp" | "mv" | "tee")) && words.last().is_some_and(|last| last == path);
    let suffix = words.iter().find_map(|word| word.strip_prefix("-i")).filter(|suffix| !suffix.is_empty());
    let edited = program == Some("sed")
        && suffix.is_some_and(|suffix| {
            words.last().is_some_and(|file| path.strip_suffix(suffix).is_some_and(|stem| stem == file))
        });
    directed || copied || edited
}

/// Whether the command stands where something failed: behind `||`, or before the script gives up.
fn fails(before: &str, after: &str) -> bool {
    let own = before.rsplit('\n').next().unwrap_or_default();
    let gives_up = |line: &str| {
        let words: Vec<&str> = line.split([' ', ';', '}']).filter(|word| !word.is_empty()).collect();
        words.windows(2).any(|pair| matches!(pair[0], "exit" | "return") && pair[1] != "0")
    };
    let mut below = after.lines().take(GIVES_UP_WITHIN);
    own.contains("||") || below.by_ref().take_while(|line| !line.trim().starts_with("fi")).any(gives_up)
}
