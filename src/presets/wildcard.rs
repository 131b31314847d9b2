//! The one kind of pattern that presets use outside file globs: `*` stands for any run of characters.

/// Whether `text` matches `pattern`, letters compared without case.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern.eq_ignore_ascii_case(text);
    };
    let Some(tail) = strip_prefix(text, head) else { return false };
    if !rest.contains('*') {
        return tail.len() >= rest.len() && ends_with(tail, rest);
    }
    tail.char_indices().map(|(at, _)| at).chain([tail.len()]).any(|at| matches(rest, &tail[at..]))
}

/// The same, letters compared with their case, as the names of options are.
pub fn matches_exactly(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, _)) => text.starts_with(head) && matches(pattern, text),
    }
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

fn ends_with(text: &str, suffix: &str) -> bool {
    text.get(text.len() - suffix.len()..).is_some_and(|tail| tail.eq_ignore_ascii_case(suffix))
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
        assert!(matches("*", ""));
    }
}
