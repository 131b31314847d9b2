//! Patterns of paths, matched against what is there.

use crate::effects::facts::Facts;
use crate::effects::value::UNKNOWN;
use crate::presets::wildcard;

/// Folders below `**` that are gone through, and paths that a pattern may match.
const DEEPEST: usize = 4;
const MOST: usize = 500;

/// Whether a path has stars or other signs of a pattern.
pub(super) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// Paths that a pattern matches; the first ones where there are many.
pub(super) fn matching(pattern: &str, facts: &dyn Facts) -> Vec<String> {
    if pattern.contains(UNKNOWN) {
        return Vec::new();
    }
    let mut found = vec![if pattern.starts_with('/') { "/".to_owned() } else { String::new() }];
    for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
        found = found.iter().flat_map(|folder| below(folder, part, facts)).take(MOST).collect();
    }
    found.retain(|path| facts.exists(path));
    found
}

fn below(folder: &str, part: &str, facts: &dyn Facts) -> Vec<String> {
    if part == "**" {
        return every_folder(folder, facts);
    }
    if !is_pattern(part) {
        return vec![joined(folder, part)];
    }
    let star = simple(part);
    let names = facts.names(folder).into_iter();
    names.filter(|name| wildcard::matches(&star, name)).map(|name| joined(folder, &name)).collect()
}

/// The folder itself and those below it.
fn every_folder(folder: &str, facts: &dyn Facts) -> Vec<String> {
    let mut all = vec![folder.to_owned()];
    let mut last = all.clone();
    for _ in 0..DEEPEST {
        let next = last.iter().flat_map(|folder| {
            let names = facts.names(folder).into_iter();
            names.filter(|name| !name.contains('.')).map(|name| joined(folder, &name)).collect::<Vec<_>>()
        });
        last = next.take(MOST).collect();
        all.extend(last.iter().cloned());
    }
    all.truncate(MOST);
    all
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() || folder == "/" { format!("{folder}{name}") } else { format!("{folder}/{name}") }
}

/// `?` and `[…]` as a star: more than the shell would match, never less.
fn simple(part: &str) -> String {
    let mut out = String::new();
    let mut in_set = false;
    for letter in part.chars() {
        match letter {
            '[' => in_set = true,
            ']' if in_set => {
                in_set = false;
                out.push('*');
            }
            '?' => out.push('*'),
            _ if in_set => {}
            other => out.push(other),
        }
    }
    if in_set { format!("{out}*") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::facts::InMemory;

    #[test]
    fn patterns_match_what_is_there() {
        let files = ["data/app.db", "data/deep/log.db", "pgdata/PG_VERSION", "src/a.rs"];
        let facts = InMemory(files.iter().map(|path| ((*path).to_owned(), String::new())).collect());
        assert_eq!(matching("./pg*", &facts), ["pgdata"]);
        assert_eq!(matching("d?ta/[a-c]*.db", &facts), ["data/app.db"]);
        assert_eq!(matching("./**/log*", &facts), ["data/deep/log.db"]);
        assert!(matching("*.sqlite3", &facts).is_empty());
    }
}
