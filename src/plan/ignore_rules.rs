//! Whether ignore patterns would hide files that must stay in git: migrations, seeds, schemas.
//!
//! Asked of git's own matcher, in a repository that exists only in memory: nothing but the patterns counts.

use git2::{Odb, Repository};

/// A file that a pattern would hide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hidden {
    /// The line of the ignore file; all of its lines if only their combination hides the file.
    pub pattern: String,
    /// The file, relative to the directory of the ignore file.
    pub path: String,
}

/// The files of `protected` that an ignore file with the text `patterns` would hide, each with the pattern that does.
/// Paths are relative to the ignore file's directory. Sorted by path.
pub fn hidden_by<'a>(
    patterns: &str,
    protected: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Hidden>, git2::Error> {
    let matcher = Matcher::new()?;
    let protected: Vec<&str> = protected.into_iter().collect();
    let already = matcher.ignored("", &protected)?;
    let mut paths: Vec<&str> = matcher.ignored(patterns, &protected)?;
    paths.retain(|path| !already.contains(path));
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(|path| matcher.culprit(patterns, path)).collect()
}

/// `path` as a pattern that matches only itself.
pub fn literal(path: &str) -> String {
    let mut pattern = String::new();
    for letter in path.chars() {
        if matches!(letter, '\\' | '*' | '?' | '[' | ']' | '!' | '#' | ' ') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

struct Matcher(Repository);

impl Matcher {
    fn new() -> Result<Self, git2::Error> {
        Ok(Self(Repository::from_odb(Odb::new()?)?))
    }

    fn ignored<'a>(&self, patterns: &str, paths: &[&'a str]) -> Result<Vec<&'a str>, git2::Error> {
        self.0.clear_ignore_rules()?;
        self.0.add_ignore_rule(patterns)?;
        let mut ignored = Vec::new();
        for path in paths {
            if self.0.is_path_ignored(path)? {
                ignored.push(*path);
            }
        }
        Ok(ignored)
    }

    /// The last line that hides `path` on its own.
    fn culprit(&self, patterns: &str, path: &str) -> Result<Hidden, git2::Error> {
        let mut pattern = patterns.trim().to_owned();
        for line in patterns.lines().filter(|line| !line.trim().is_empty()) {
            if !self.ignored(line, &[path])?.is_empty() {
                line.clone_into(&mut pattern);
            }
        }
        Ok(Hidden { pattern, path: path.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROTECTED: [&str; 5] = [
        "supabase/migrations/20240101_init.sql",
        "db/seeds/ünïcode name.sql",
        "prisma/migrations/1/migration.sql",
        "schema.sql",
        "backups/README.md",
    ];

    fn hidden(patterns: &str) -> Vec<(String, String)> {
        let hidden = hidden_by(patterns, PROTECTED).unwrap();
        hidden.into_iter().map(|hidden| (hidden.pattern, hidden.path)).collect()
    }

    #[test]
    fn g4_7_broad_patterns_are_caught() {
        let found = hidden("# dumps\n*.dump\n*.sql\n");
        assert_eq!(found.len(), 4);
        assert!(found.iter().all(|(pattern, _)| pattern == "*.sql"), "{found:?}");
        for pattern in ["migrations/", "supabase/**", "/db", "seeds", "*.s?l", "**/migrations/*.sql"] {
            assert!(!hidden(pattern).is_empty(), "{pattern}");
        }
    }

    #[test]
    fn g4_7_anchored_and_negated_patterns_pass() {
        assert_eq!(hidden("/backups/*\n!/backups/README.md\n*.dump\n*.sql.gz\n/dumps/\n"), []);
        assert_eq!(hidden("*.sql\n!*.sql\n"), []);
        assert_eq!(hidden(""), []);
    }

    #[test]
    fn g4_7_a_file_below_a_hidden_directory_cannot_be_shown_again() {
        let found = hidden("/backups/\n!/backups/README.md\n");
        assert_eq!(found, [("/backups/".to_owned(), "backups/README.md".to_owned())]);
    }
}
