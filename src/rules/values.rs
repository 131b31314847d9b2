//! Values that may be secrets: told apart from placeholders and examples, and never shown.

use crate::survey::url;

/// Values that everybody knows.
const KNOWN: [&str; 34] = [
    "password",
    "passwd",
    "pass",
    "secret",
    "postgres",
    "root",
    "admin",
    "mysql",
    "mariadb",
    "mongo",
    "redis",
    "test",
    "testing",
    "example",
    "changeme",
    "change",
    "default",
    "dummy",
    "sample",
    "user",
    "username",
    "demo",
    "guest",
    "true",
    "false",
    "null",
    "none",
    "development",
    "local",
    "localhost",
    "app",
    "db",
    "database",
    "development",
];

/// Parts of a text that stand for something to be filled in.
const INVITATIONS: [&str; 22] = [
    "your",
    "change",
    "replace",
    "example",
    "placeholder",
    "xxx",
    "todo",
    "dummy",
    "sample",
    "insert",
    "fixme",
    "secret-here",
    "_here",
    "-here",
    "put_",
    "enter",
    "redacted",
    "generate",
    "insecure",
    "fake",
    "not-a-secret",
    "test",
];

/// Beginnings of values that are encrypted, or that name a place in a vault.
const SEALED: [&str; 6] = ["ENC[", "encrypted:", "vault:", "op://", "age1", "-----BEGIN PGP"];

/// Whether `text` looks like a secret somebody uses: long, mixed, nothing that everybody knows or that invites to be replaced.
pub(super) fn is_real(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let plain = lower.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '!');
    let sealed = SEALED.iter().any(|start| text.starts_with(start));
    let reference = sealed
        || url::known(text).is_none()
        || text.contains("$(")
        || text.contains("{{")
        || text.starts_with('<');
    if text.len() < 8
        || reference
        || KNOWN.contains(&plain)
        || INVITATIONS.iter().any(|part| lower.contains(part))
    {
        return false;
    }
    let mut kinds = [false; 3];
    for letter in text.chars() {
        let kind = if letter.is_ascii_digit() {
            0
        } else if letter.is_alphabetic() {
            1
        } else {
            2
        };
        kinds[kind] = true;
    }
    let mut distinct: Vec<char> = text.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let uniform = |word: &str| {
        word.chars().all(|letter| letter.is_ascii_lowercase())
            || word.chars().all(|letter| letter.is_ascii_uppercase())
    };
    let words = text.split(['-', '_', ' ']).all(uniform);
    kinds.iter().filter(|kind| **kind).count() > 1 && distinct.len() > 5 && !words && !is_sequence(&lower)
}

/// `12345678`, `abcdef…`: what the keyboard suggests.
fn is_sequence(lower: &str) -> bool {
    ["1234567", "abcdefg", "qwerty", "0000000", "asdfgh"].iter().any(|run| lower.contains(run))
}

/// The password that stands in a URL, as written.
pub(super) fn password_in(text: &str) -> Option<&str> {
    let rest = text.split_once("://")?.1;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (account, _) = rest.get(..end)?.rsplit_once('@')?;
    let (_, password) = account.split_once(':')?;
    Some(password).filter(|password| !password.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_stand_ins() {
        for real in ["kT9-vQ2m!xZ7", "9f8e7d6c5b4a39281706", "sk_live_4eC39HqLyjWD", "aGVsbG8gd29ybGQh"] {
            assert!(is_real(real), "{real}");
        }
        for stand_in in [
            "password",
            "postgres123",
            "changeme-please1",
            "your-secret-key1",
            "${SECRET}",
            "<password>",
            "aaaaaaaa1111",
            "my-dev-database",
            "MY_SECURE_KEY",
            "12345678",
            "{{ secret }}",
            "$(openssl rand -hex 32)",
            "xxxxxxxx-1",
            "short1",
            "9072615483",
            "qwertyUIOP99",
            "kT9{{x}}vQ2m",
            "<kT9vQ2mxZ7>",
            "kT9$(id)vQ2m",
            "Password2024!",
            "my-fake-kT9vQ2",
            "ENC[AES256_GCM,data:s0gwIlrb1UM5]",
        ] {
            assert!(!is_real(stand_in), "{stand_in}");
        }
    }

    #[test]
    fn passwords_of_urls() {
        assert_eq!(password_in("postgres://app:p4ss@db:5432/x"), Some("p4ss"));
        assert_eq!(password_in("redis://:p4ss@cache"), Some("p4ss"));
        assert_eq!(password_in("postgres://app:@db/x"), None);
        assert_eq!(password_in("postgres://db/x"), None);
        assert_eq!(password_in("postgres://db/x?a=b:c@d"), None);
    }
}
