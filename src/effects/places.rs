//! Which paths hold data, by their names and by what lies in them.

mod glob;
mod names;

pub(super) use self::names::Names;
use super::Effect;
use super::facts::Facts;
use super::knowledge::Knowledge;
use super::value::UNKNOWN;
use crate::presets::wildcard;

/// Folders that are looked into below a path, and how deep.
const DEEPEST: usize = 4;
const MOST_FOLDERS: usize = 300;

/// What removing a path or pattern does to data; None where it holds none, as far as can be seen.
pub(super) fn effect(
    path: &str,
    elsewhere: bool,
    facts: &dyn Facts,
    knowledge: &Knowledge,
) -> Option<Effect> {
    if is_made_again(path, knowledge) {
        return None;
    }
    let by_name = effect_of_file(path, knowledge);
    if by_name.is_some() || elsewhere {
        return by_name;
    }
    if swallows_everything(path, knowledge) {
        return Some(Effect::DestroysVolume);
    }
    let whole = path.trim_end_matches("/*").trim_end_matches("**");
    if whole == "*" || !glob::is_pattern(whole) {
        return inside(whole.trim_end_matches('*'), facts, knowledge, &mut 0, 0);
    }
    let matching = glob::matching(whole, facts);
    matching.iter().filter(|path| !is_made_again(path, knowledge)).find_map(|path| {
        effect_of_file(path, knowledge).or_else(|| inside(path, facts, knowledge, &mut 0, 0))
    })
}

/// The same by the path's names alone: what it names, and every folder that it lies in.
pub(super) fn effect_of_file(path: &str, knowledge: &Knowledge) -> Option<Effect> {
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix("/*").unwrap_or(path).trim_end_matches('/');
    if is_made_again(path, knowledge) || path.starts_with("/tmp/") || path.starts_with("/dev/") {
        return None;
    }
    // What a pattern with a star at its end matches begins like a name of data.
    let open = path.trim_end_matches('*');
    let names = knowledge.place_names();
    let of_open = if open == path { None } else { names.place(open) };
    let first = names.place(path).into_iter().chain(of_open).min()?;
    knowledge.places().get(first).map(|place| place.effect)
}

/// The same for a folder that files are put into: what its name says, and what lies in it, but not deeper. Without `facts` by its
/// name alone.
pub(super) fn effect_of_folder(
    path: &str,
    facts: Option<&dyn Facts>,
    knowledge: &Knowledge,
) -> Option<Effect> {
    let by_name = effect_of_file(path, knowledge);
    let Some(facts) = facts.filter(|_| by_name.is_none()) else { return by_name };
    let names = facts.names(path);
    let told = knowledge.place_names().told_by(&names).and_then(|place| knowledge.places().get(place));
    let path = path.trim_end_matches('/');
    let file = |name: &String| effect_of_file(&format!("{path}/{name}"), knowledge);
    let in_files = || names.iter().filter_map(file).find(|effect| *effect == Effect::DestroysDatabase);
    told.map(|place| place.effect).or_else(in_files)
}

/// Whether a path is the one that a pattern names, or lies below it.
fn is_at_or_below(name: &str, path: &str) -> bool {
    wildcard::matches(name, path) || wildcard::matches(&format!("{}/*", name.trim_end_matches('*')), path)
}

/// Whether a path ends with these folders, or goes through them.
fn lies_on_the_way(name: &str, path: &str) -> bool {
    let ends = path.strip_suffix(name).is_some_and(|head| head.is_empty() || head.ends_with('/'));
    ends || path.match_indices(name).any(|(at, _)| path[at + name.len()..].starts_with('/'))
}

fn is_made_again(path: &str, knowledge: &Knowledge) -> bool {
    !path.starts_with('/') && path.split('/').any(|part| knowledge.is_made_again(part))
}

/// Removing the root, the home or everything here takes the data with it, wherever it lies.
fn swallows_everything(path: &str, knowledge: &Knowledge) -> bool {
    let whole = match path.strip_suffix("/*").unwrap_or(path).trim_end_matches('/') {
        "" if path.starts_with('/') => "/",
        whole => whole,
    };
    knowledge.is_root(whole) || path == UNKNOWN.to_string() + "/*"
}

fn inside(
    path: &str,
    facts: &dyn Facts,
    knowledge: &Knowledge,
    seen: &mut usize,
    depth: usize,
) -> Option<Effect> {
    *seen += 1;
    if depth > DEEPEST || *seen > MOST_FOLDERS || path.contains(UNKNOWN) {
        return None;
    }
    let names = facts.names(path);
    let told = knowledge.place_names().told_by(&names);
    if let Some(place) = told.and_then(|place| knowledge.places().get(place)) {
        return Some(place.effect);
    }
    let here = if path.is_empty() { String::new() } else { format!("{}/", path.trim_end_matches('/')) };
    let told = names
        .iter()
        .filter(|name| !knowledge.is_made_again(name))
        .find_map(|name| effect_of_file(&format!("{here}{name}"), knowledge));
    told.or_else(|| {
        names
            .iter()
            .filter(|name| !knowledge.is_made_again(name) && !name.contains('.'))
            .find_map(|name| inside(&format!("{here}{name}"), facts, knowledge, seen, depth + 1))
    })
}
