//! Files of SQL: the part that migrates forward. What takes a migration back is not looked at: it is run on purpose.

use super::{Form, Passage};
use crate::presets::tools::Language;
use crate::source::{SourceFile, Span};
use crate::survey::paths;

/// Largest file that is read, in bytes: a longer one is a dump.
const LARGEST: usize = 512 * 1024;

/// Comments that begin the way back, in lower case and without blanks; more may follow.
const DOWN: [&str; 4] = ["--+goosedown", "--migrate:down", "--+migratedown", "--//@undo"];

/// Words that do so where a comment says nothing else: `--rollback DROP TABLE a;` of Liquibase is a comment and no more.
const DOWN_ALONE: [&str; 3] = ["--down", "--@down", "--rollback"];

/// Comments that begin the way forward again.
const UP: [&str; 6] = ["--+gooseup", "--migrate:up", "--+migrateup", "--changeset", "--up", "--@up"];

/// Whether a line is the comment with which a tool's migration begins.
pub fn begins_way_forward(line: &str) -> bool {
    let mark: String = line.to_ascii_lowercase().split_whitespace().collect();
    UP.iter().any(|known| known.len() > 4 && mark.starts_with(known))
}

fn begins_way_back(mark: &str) -> bool {
    let alone = mark.trim_end_matches([':', '-']);
    DOWN.iter().any(|known| mark.starts_with(known)) || DOWN_ALONE.contains(&alone)
}

pub(super) fn read(file: &SourceFile) -> Vec<Passage> {
    if file.text().len() > LARGEST || goes_back(file.path()) {
        return Vec::new();
    }
    forward(file)
        .into_iter()
        .map(|span| Passage::slice(file, span, Language::Sql, Form::Statements))
        .collect()
}

/// Whether a whole file takes a migration back, by its name.
fn goes_back(path: &str) -> bool {
    let name = paths::name(path).to_ascii_lowercase();
    let stem = name.strip_suffix(".sql").unwrap_or(&name);
    let words: Vec<&str> = stem.split(['.', '_', '-']).collect();
    words.iter().any(|word| matches!(*word, "down" | "rollback" | "revert" | "undo"))
        || stem.strip_prefix('u').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

fn forward(file: &SourceFile) -> Vec<Span> {
    let mut parts = Vec::new();
    let (mut at, mut start, mut down) = (0, 0, false);
    for line in file.text().split_inclusive('\n') {
        let mark: String = line.to_ascii_lowercase().split_whitespace().collect();
        if mark.starts_with("--") {
            if !down && begins_way_back(&mark) {
                parts.push(Span::new(start, at));
                down = true;
            } else if down && UP.iter().any(|known| mark.starts_with(known)) {
                (start, down) = (at, false);
            }
        }
        at += line.len();
    }
    if !down {
        parts.push(Span::new(start, at));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(path: &str, text: &str) -> Vec<String> {
        read(&SourceFile::new(path, text)).into_iter().map(|one| one.text).collect()
    }

    #[test]
    fn only_the_way_forward() {
        assert_eq!(
            texts("a.sql", "A;\n-- +goose Down\nB;\n-- +goose Up\nC;\n"),
            ["A;\n", "-- +goose Up\nC;\n"]
        );
        assert_eq!(texts("a.sql", "A;\n-- migrate:down\nB;\n"), ["A;\n"]);
        assert_eq!(texts("a.sql", "A; -- drops\n-- download\nB;\n"), ["A; -- drops\n-- download\nB;\n"]);
        assert_eq!(texts("a.sql", "A;\n-- Rollback:\nB;\n"), ["A;\n"]);
        let liquibase = "--changeset a:1\nA;\n--rollback DROP TABLE a;\n--changeset a:2\nB;\n";
        assert_eq!(texts("a.sql", liquibase), [liquibase]);
        for path in ["1_x.down.sql", "0001_users_down.sql", "m/down.sql", "U2__x.sql"] {
            assert!(texts(path, "A;").is_empty(), "{path}");
        }
        assert_eq!(texts("V2__user.sql", "A;").len(), 1);
    }
}
