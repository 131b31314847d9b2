//! The section `[audit]` of `dbguard.toml`: findings that do not count.

use globset::{GlobBuilder, GlobMatcher};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::guard::Reason;
use crate::repo_path::RepoPath;

/// How `dbguard audit` judges, where it differs from the program's own way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// A file of findings that are accepted for now; `--baseline` names another one.
    pub baseline: Option<RepoPath>,
    /// Findings that do not count.
    #[serde(rename = "ignore")]
    pub ignores: Vec<Ignore>,
}

/// The findings of one rule that do not count, everywhere or in some files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ignore {
    /// Id of the rule, as `dbguard rules` lists it.
    pub rule: String,
    /// The files, as a glob from the root of the repository: `*` stays within a folder, `**` does not. Without it: all.
    pub path: Option<PathGlob>,
    /// Why they do not count, for those who read this later.
    pub reason: Reason,
    /// The day from which they count again; without it: never.
    pub expires: Option<Day>,
}

impl Ignore {
    /// Whether it is about the findings of `rule` in the file at the root-relative `path`, expired or not.
    pub fn covers(&self, rule: &str, path: &str) -> bool {
        self.rule == rule && self.path.as_ref().is_none_or(|glob| glob.matches(path))
    }

    /// Whether it counts no more at `now`, in seconds since 1970.
    pub fn has_expired(&self, now: u64) -> bool {
        self.expires.is_some_and(|day| day.has_come(now))
    }
}

/// A glob of root-relative, `/`-separated paths.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("minLength" = 1))]
pub struct PathGlob(GlobMatcher);

impl PartialEq for PathGlob {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for PathGlob {}

impl PathGlob {
    /// Whether the whole path matches.
    pub fn matches(&self, path: &str) -> bool {
        self.0.is_match(path)
    }

    /// The glob as it is written.
    pub fn text(&self) -> &str {
        self.0.glob().glob()
    }
}

impl TryFrom<String> for PathGlob {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let shown = text.escape_debug();
        // No path of the tree begins so: it would silently match nothing.
        if text.trim().is_empty() || ["/", "./", "../"].iter().any(|start| text.starts_with(start)) {
            return Err(format!("`{shown}` is no path from the root of the repository"));
        }
        let glob = GlobBuilder::new(&text).literal_separator(true).build();
        glob.map(|glob| Self(glob.compile_matcher()))
            .map_err(|error| format!("`{shown}` is no glob: {}", error.kind()))
    }
}

impl From<PathGlob> for String {
    fn from(glob: PathGlob) -> Self {
        glob.text().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::load::Loaded;

    fn parse(text: &str) -> Result<Audit, String> {
        let loaded = Loaded::parse(&format!("version = 1\n[[audit.ignore]]\n{text}\n"));
        loaded.map(|loaded| loaded.file.audit).map_err(|error| error.to_string())
    }

    #[test]
    fn a_path_starts_at_the_root() {
        let covers = |glob: &str, path: &str| {
            let audit = parse(&format!("rule = \"a\"\nreason = \"x\"\npath = \"{glob}\"")).expect("valid");
            audit.ignores[0].covers("a", path) && !audit.ignores[0].covers("b", path)
        };
        for (glob, path) in [
            ("README.md", "README.md"),
            ("docs/*.md", "docs/a.md"),
            ("docs/**", "docs/a/b.md"),
            ("**/*.sh", "a.sh"),
        ] {
            assert!(covers(glob, path), "{glob} {path}");
        }
        for (glob, path) in
            [("README.md", "docs/README.md"), ("docs/*.md", "docs/a/b.md"), ("docs", "docs/a.md")]
        {
            assert!(!covers(glob, path), "{glob} {path}");
        }
    }

    #[test]
    fn it_needs_a_rule_and_a_reason() {
        let whole = "rule = \"a\"\nreason = \"x\"";
        let audit = parse(whole).expect("valid");
        assert!(audit.ignores[0].covers("a", "anywhere") && !audit.ignores[0].has_expired(u64::MAX));
        let audit = parse(&format!("{whole}\nexpires = 1970-01-03")).expect("valid");
        assert!(!audit.ignores[0].has_expired(0) && audit.ignores[0].has_expired(2 * 86_400));
        for (text, complaint) in [
            ("rule = \"a\"".to_owned(), "missing field `reason`"),
            ("reason = \"a\"".to_owned(), "missing field `rule`"),
            ("rule = \"a\"\nreason = \" \"".to_owned(), "needs a reason"),
            (format!("{whole}\nexpires = \"soon\""), "`soon` is no day"),
            (format!("{whole}\npath = \"/a\""), "`/a` is no path from the root"),
            (format!("{whole}\npath = \"a[\""), "`a[` is no glob"),
            (format!("{whole}\nfile = \"a\""), "unknown key `file`"),
        ] {
            let error = parse(&text).expect_err(&text);
            assert!(error.starts_with("dbguard.toml:") && error.contains(complaint), "{error}");
        }
    }
}
