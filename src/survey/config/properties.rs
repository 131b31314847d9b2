//! `key = value` lines: Java properties, INI files and their kin.

use super::super::script::{Entry, Expr, Kind};
use crate::source::SourceFile;

/// Longer keys are not taken apart, longer values not filled in.
const MAX_KEY: usize = 500;
const MAX_VALUE: usize = 4000;

/// The settings of `file`; dotted keys and section names become nested groups.
pub(super) fn entries(file: &SourceFile) -> Vec<Entry> {
    let mut root = Vec::new();
    let mut section = String::new();
    let mut start = 0;
    for line in file.text().split_inclusive('\n') {
        let text = line.trim();
        if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = format!("{}.", name.trim());
        } else if !text.starts_with(['#', ';', '!'])
            && let Some((key, value)) = text.split_once(['=', ':'])
        {
            let kind = Kind::Text(with_defaults(value.trim().trim_matches(['"', '\''])));
            let path = format!("{section}{}", key.trim());
            insert(&mut root, &path, start, Expr { start, kind });
        }
        start += line.len();
    }
    root
}

fn insert(group: &mut Vec<Entry>, path: &str, start: usize, value: Expr) {
    let Some((first, rest)) = path.split_once('.').filter(|_| path.len() <= MAX_KEY) else {
        group.push(Entry { key: Some(path.to_owned()), start, value });
        return;
    };
    let known = group.iter_mut().find(|entry| entry.key.as_deref() == Some(first));
    if let Some(Entry { value: Expr { kind: Kind::Group(inner), .. }, .. }) = known {
        return insert(inner, rest, start, value);
    }
    let mut inner = Vec::new();
    insert(&mut inner, rest, start, value);
    let value = Expr { start, kind: Kind::Group(inner) };
    group.push(Entry { key: Some(first.to_owned()), start, value });
}

/// `text` with `${NAME:default}` and `${NAME:-default}` replaced by the default, where there is one.
pub(super) fn with_defaults(text: &str) -> String {
    if text.len() > MAX_VALUE {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        let Some(end) = closing(after) else {
            plain.push_str("${");
            rest = after;
            continue;
        };
        let (inside, behind) = (&after[..end], &after[end + 1..]);
        match inside.split_once(':').map(|(_, default)| default.strip_prefix('-').unwrap_or(default)) {
            Some(default) => plain.push_str(&with_defaults(default)),
            None => plain.extend(["${", inside, "}"]),
        }
        rest = behind;
    }
    plain + rest
}

/// Offset of the brace that closes one opened before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    text.char_indices().find_map(|(at, character)| {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::with_defaults;

    #[test]
    fn defaults_stand_in_for_variables() {
        assert_eq!(
            with_defaults("${A:jdbc:postgresql://${H:localhost}/x}?a=${B}"),
            "jdbc:postgresql://localhost/x?a=${B}"
        );
        assert_eq!(with_defaults("${A:-b} ${unclosed"), "b ${unclosed");
    }
}
