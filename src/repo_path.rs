//! Root-relative paths that cannot leave the repository: where a plan may write, what a policy may name.

use std::fmt;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A root-relative, `/`-separated path without `.`, `..` or `.git` components. Links are not resolved here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct RepoPath(String);

/// Why a text is not a path inside the repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path:?} is not a path inside the repository: {problem}")]
pub struct PathError {
    /// The text as given.
    pub path: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl RepoPath {
    /// Takes `text` if it names something below the root and outside `.git`.
    pub fn parse(text: impl Into<String>) -> Result<Self, PathError> {
        let path = text.into();
        match problem(&path) {
            Some(problem) => Err(PathError { path, problem }),
            None => Ok(Self(path)),
        }
    }

    /// A path that dbguard itself chose.
    pub(crate) fn known(text: &'static str) -> Self {
        debug_assert!(problem(text).is_none(), "{text}");
        Self(text.to_owned())
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path below `root`, for the operating system.
    pub fn under(&self, root: &Path) -> PathBuf {
        root.join(&self.0)
    }

    /// The way from inside this folder up to the root: `..` once per component.
    pub fn way_up(&self) -> String {
        vec![".."; self.0.split('/').count()].join("/")
    }

    /// The directories above the path, outermost first, the root excluded.
    pub fn parents(&self) -> impl Iterator<Item = Self> + '_ {
        self.0.match_indices('/').map(|(at, _)| Self(self.0[..at].to_owned()))
    }
}

impl TryFrom<String> for RepoPath {
    type Error = PathError;
    /// As a person writes it: a leading `./` and a trailing `/` are forgiven.
    fn try_from(text: String) -> Result<Self, PathError> {
        let tidy = text.strip_prefix("./").unwrap_or(&text);
        Self::parse(tidy.strip_suffix('/').unwrap_or(tidy))
    }
}

impl From<RepoPath> for String {
    fn from(path: RepoPath) -> Self {
        path.0
    }
}

impl fmt::Display for RepoPath {
    /// Names with control characters are shown escaped and in quotes.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.chars().any(char::is_control) {
            write!(out, "{:?}", self.0)
        } else {
            out.write_str(&self.0)
        }
    }
}

fn problem(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("it is empty");
    }
    if path.contains('\0') {
        return Some("it holds a NUL byte");
    }
    if path.starts_with('/') {
        return Some("it is absolute");
    }
    path.split('/').find_map(|part| match part {
        "" => Some("it has an empty component"),
        "." | ".." => Some("it has a relative component"),
        part if part.eq_ignore_ascii_case(".git") => Some("it is inside .git"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_inside_the_repository_parse() {
        for bad in
            ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", ".git/hooks/x", "a/.GIT/x", "a\0"]
        {
            assert!(RepoPath::parse(bad).is_err(), "{bad:?}");
        }
        for good in ["a", "a/b c", ".gitignore", "ünïcode/\"q\"", "two\nlines", "..a", "-n"] {
            assert_eq!(RepoPath::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn a_persons_way_of_writing_folders_is_forgiven() {
        let path = RepoPath::try_from("./scripts/db/".to_owned()).unwrap();
        assert_eq!((path.as_str(), path.way_up().as_str()), ("scripts/db", "../.."));
    }

    #[test]
    fn parents_come_outermost_first() {
        let path = RepoPath::parse("a/b/c").unwrap();
        assert_eq!(path.parents().map(|dir| dir.to_string()).collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(RepoPath::parse("x\ny").unwrap().to_string(), r#""x\ny""#);
    }
}
