//! What a word comes to, as far as that can be told from the text.

/// Stands for text that only the shell will know.
pub const UNKNOWN: char = '\u{fffc}';

/// The text of a word; [`UNKNOWN`] stands where it cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Value(pub String);

impl Value {
    /// Plain text.
    pub fn known(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Text that cannot be told at all.
    pub fn unknown() -> Self {
        Self(UNKNOWN.to_string())
    }

    /// Whether every part of it is known.
    pub fn is_known(&self) -> bool {
        !self.0.contains(UNKNOWN)
    }

    /// The text, with [`UNKNOWN`] where it cannot be told.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The text for people and for other languages, with `$…` where it cannot be told.
    pub fn shown(&self) -> String {
        self.0.replace(UNKNOWN, "$UNKNOWN")
    }
}
