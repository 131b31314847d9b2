//! Makes lines of a person's file fit to be printed: no secrets, no terminal sequences. Rather too much is hidden.

mod clients;

pub(crate) use clients::without_passwords;

const WORDS: [&str; 12] = [
    "passwd",
    "passphrase",
    "password",
    "pass",
    "pwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "private_key",
    "access_key",
    "credential",
];
const HIDDEN: &str = "***";
/// Shorter mixed words are ordinary names.
const KEY_MATERIAL: usize = 32;

/// Control characters except tab, escaped.
pub(crate) fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut shown, letter| {
        if letter.is_control() && letter != '\t' {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
        shown
    })
}

/// A line that a person wrote: whatever follows a word that sounds like a secret is hidden, and so is key material.
pub(crate) fn masked_line(line: &str) -> String {
    let line = &clients::without_passwords(line);
    let masked = masked_assignment(line);
    if masked.ends_with(HIDDEN) || is_reference_only(line) {
        return masked;
    }
    let masked = without_key_material(&masked);
    let lower = masked.to_ascii_lowercase().replace('-', "_");
    let found = WORDS.iter().filter_map(|word| Some((lower.find(word)?, word.len())));
    let first = found.min_by_key(|&(start, length)| (start, usize::MAX - length));
    let after_word = first.map(|(start, length)| start + length);
    match after_word.filter(|&end| !masked[end..].trim_matches(['s', ':', ' ']).is_empty()) {
        Some(end) => format!("{} {HIDDEN}", &masked[..end]),
        None => masked,
    }
}

/// Hides the value of `key: value` or `key=value` if the key sounds like a secret, and the user part of URLs.
pub(crate) fn masked_assignment(line: &str) -> String {
    let line = without_userinfo(line);
    let Some(at) = assignment(&line) else { return line };
    let value = &line[at + 1..];
    if value.trim().is_empty() || is_reference(value) {
        return line;
    }
    let gap = &value[..value.len() - value.trim_start().len()];
    format!("{}{gap}{HIDDEN}", &line[..=at])
}

/// Where the `:` or `=` after a key that sounds like a secret is.
fn assignment(line: &str) -> Option<usize> {
    let at = line.find([':', '='])?;
    let key = line[..at].to_ascii_lowercase().replace('-', "_");
    WORDS.iter().any(|word| key.contains(word)).then_some(at)
}

fn is_reference_only(line: &str) -> bool {
    assignment(line).is_some_and(|at| is_reference(&line[at + 1..]))
}

/// `${NAME}` without a default: names where a secret is, not what it is.
fn is_reference(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    let name = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
}

fn without_userinfo(line: &str) -> String {
    let mut shown = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        shown.push_str(head);
        let end = tail
            .find(|letter: char| letter.is_whitespace() || "\"'`<>".contains(letter))
            .unwrap_or(tail.len());
        // A password may hold a raw slash: the last @ of the word counts.
        rest = match tail[..end].rfind('@') {
            Some(at) => {
                shown.push_str(HIDDEN);
                &tail[at..]
            }
            None => tail,
        };
    }
    shown + rest
}

fn without_key_material(line: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "+/=_-".contains(letter);
    line.split(|letter| !is_part(letter))
        .filter(|word| is_key_material(word))
        .fold(line.to_owned(), |shown, word| shown.replace(word, HIDDEN))
}

fn is_key_material(word: &str) -> bool {
    word.len() >= KEY_MATERIAL
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_lowercase())
        && word.bytes().any(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_hidden_wherever_they_stand() {
        for line in [
            "PASSWORD: hunter2",
            "  - \"PGPASSWORD=hunter2\"",
            "PASSWORD: ${DB_PASSWORD:-hunter2}",
            "command: redis-server --requirepass hunter2",
            "url: postgres://u:pa/hunter2@db:5432/x",
            "url: postgres://hunter2@db:5432/x",
            "mysql -u root --password hunter2 app",
            "api-key = hunter2",
            "key: hunter2aB3hunter2aB3hunter2aB3hunter2",
        ] {
            let shown = masked_line(line);
            assert!(!shown.contains("hunter2") && shown.contains("***"), "{shown}");
        }
    }

    #[test]
    fn what_is_no_secret_stays_readable() {
        for line in [
            "PASSWORD: ${DB_PASSWORD}",
            "name: app_pgdata",
            "image: postgres:16",
            "see https://example.org/a/b",
            "secrets:",
            "/var/lib/postgresql/data",
        ] {
            assert_eq!(masked_line(line), line);
        }
    }
}
