//! Globs of presets, compiled once and matched against every path in one go.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// A set of globs, each known by the number of its turn.
#[derive(Debug)]
pub struct Globs {
    set: GlobSet,
}

/// A glob that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a glob: {message}")]
pub struct GlobError {
    /// The pattern as written in the preset.
    pub pattern: String,
    /// What is wrong with it.
    pub message: String,
}

impl Globs {
    /// Compiles `patterns`; each matches at any depth, and `*` stays within one path component.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, GlobError> {
        let mut builder = GlobSetBuilder::new();
        let mut failed = None;
        for pattern in patterns {
            let anywhere =
                if pattern.starts_with("**/") { pattern.to_owned() } else { format!("**/{pattern}") };
            match GlobBuilder::new(&anywhere).literal_separator(true).build() {
                Ok(glob) => {
                    builder.add(glob);
                }
                Err(error) => {
                    failed.get_or_insert((pattern.to_owned(), error));
                }
            }
        }
        if let Some((pattern, error)) = failed {
            return Err(GlobError { pattern, message: error.kind().to_string() });
        }
        let set = builder.build().map_err(|error| GlobError {
            pattern: error.glob().unwrap_or_default().to_owned(),
            message: error.kind().to_string(),
        })?;
        Ok(Self { set })
    }

    /// Numbers of the globs that match the root-relative `path`, ascending.
    pub fn matches(&self, path: &str) -> Vec<usize> {
        self.set.matches(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_at_any_depth_within_components() {
        let globs = Globs::new(["config/*.exs", "settings.py", "**/prisma/**/*.prisma"]).expect("globs");
        assert_eq!(globs.matches("config/dev.exs"), [0]);
        assert_eq!(globs.matches("apps/web/config/dev.exs"), [0]);
        assert!(globs.matches("config/deep/dev.exs").is_empty());
        assert_eq!(globs.matches("a/settings.py"), [1]);
        assert_eq!(globs.matches("prisma/schema/a.prisma"), [2]);
    }

    #[test]
    fn names_a_bad_glob() {
        assert_eq!(Globs::new(["a", "b["]).expect_err("bad glob").pattern, "b[");
    }
}
