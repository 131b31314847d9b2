//! Places of a connection string that are filled in elsewhere.

/// Stands for one placeholder after masking; no connection string holds it itself.
const MARK: char = '\u{fffc}';

const BRACKETS: [(&str, char, char); 6] = [
    ("${", '{', '}'),
    ("$(", '(', ')'),
    ("{{", '{', '}'),
    ("#{", '{', '}'),
    ("%(", '(', ')'),
    ("<", '<', '>'),
];

/// Replaces every `${…}`, `$(…)`, `{{…}}`, `#{…}`, `%(…)s`, `<…>`, `{name}`, `[YOUR-…]` and `$NAME` by a mark, so that what stands inside cannot
/// be taken for a part of the address.
pub(super) fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (replacement, skipped) = length(rest).map_or((first, first.len_utf8()), |length| (MARK, length));
        masked.push(replacement);
        rest = &rest[skipped..];
    }
    masked
}

/// `text` as a fact: none when it is empty, invites to be replaced (`your_database`), or holds a placeholder.
pub(super) fn known(text: &str) -> Option<String> {
    let empty = text.is_empty()
        || text.chars().all(|character| matches!(character, '*' | '.' | 'x' | 'X') && text.len() > 1);
    let lower = text.to_ascii_lowercase();
    let invitation = lower.starts_with("your_") || lower.starts_with("your-") || lower.contains("changeme");
    (!empty && !invitation && !text.contains(MARK)).then(|| text.to_owned())
}

fn length(text: &str) -> Option<usize> {
    for (start, open, close) in BRACKETS {
        if text.starts_with(start) {
            let length = balanced(&text[start.len() - 1..], open, close)? + start.len() - 1;
            return Some(length + usize::from(start == "%(" && text[length..].starts_with('s')));
        }
    }
    if text.starts_with("[YOUR") || text.starts_with("[your") {
        return balanced(text, '[', ']');
    }
    if text.starts_with('{') {
        return balanced(text, '{', '}');
    }
    let name = text.strip_prefix('$')?;
    let length = name
        .find(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
        .unwrap_or(name.len());
    (length > 0).then_some(length + 1)
}

/// Bytes up to and including the bracket that closes the first one.
fn balanced(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        if character == open {
            depth += 1;
        } else if character == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some(at + close.len_utf8());
            }
        }
    }
    None
}
