//! Text that may be a secret.

/// A value that may be a secret: it can be asked for, but never prints itself.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Hidden(String);

impl Hidden {
    /// Takes `text` out of sight.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for comparing and for values that are known not to be secret (user, database name).
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "(empty)" } else { "(hidden)" })
    }
}

#[cfg(test)]
mod tests {
    use super::Hidden;

    #[test]
    fn printing_shows_nothing() {
        assert_eq!(format!("{:?} {:?}", Hidden::new("hunter2"), Hidden::default()), "(hidden) (empty)");
        assert_eq!(Hidden::new("x").reveal(), "x");
    }
}
