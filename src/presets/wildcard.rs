//! The one kind of pattern that presets use outside file globs: `*` stands for any run of characters.

/// Whether `text` matches `pattern`, letters compared without case. Only the last star is tried anew, so that the time is at most
/// that of comparing every byte of one with every byte of the other.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut here) = (0, 0);
    let mut star = None;
    while let Some(byte) = text.get(here) {
        match pattern.get(at) {
            Some(b'*') => {
                at += 1;
                star = Some((at, here));
            }
            Some(wanted) if wanted.eq_ignore_ascii_case(byte) => (at, here) = (at + 1, here + 1),
            _ => {
                let Some((behind, from)) = star else { return false };
                (at, here) = (behind, from + 1);
                star = Some((behind, from + 1));
            }
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

/// The same, letters compared with their case, as the names of options are.
pub fn matches_exactly(pattern: &str, text: &str) -> bool {
    // Most names begin with another letter: that is told without looking for a star.
    if let Some(first) = pattern.bytes().next()
        && first != b'*'
        && text.bytes().next() != Some(first)
    {
        return false;
    }
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, _)) => text.starts_with(head) && matches(pattern, text),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_run() {
        assert!(matches("postgres", "Postgres"));
        assert!(matches("POSTGRES_*", "POSTGRES_15"));
        assert!(matches("bitnami*", "bitnami"));
        assert!(matches("postgresql-*-c*s", "postgresql-15-c9s"));
        assert!(!matches("postgresql-*-c*s", "postgresql-15"));
        assert!(!matches("aurora-*", "aurora"));
        assert!(!matches("ab*ba", "aba"));
        assert!(!matches("a*", "é"));
        assert!(matches("*", "") && matches("", "") && !matches("", "a"));
        assert!(matches("*ab*ab", "abab") && matches("**", "é") && !matches("*é", "e"));
    }

    #[test]
    fn many_stars_take_no_longer() {
        assert!(!matches(&"*a".repeat(200), &"a".repeat(150)));
        assert!(!matches(&format!("{}b", "*".repeat(500)), &"a".repeat(5000)));
    }
}
