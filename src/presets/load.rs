//! TOML text to a typed preset; shared by the build step and by the loader of a user's own presets.

use serde::de::DeserializeOwned;

/// A preset that cannot be used, with the place that says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {message}")]
pub struct PresetError {
    /// Path of the preset.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Reads one preset; unknown keys are errors.
pub fn parse<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, PresetError> {
    toml_edit::de::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start).min(text.len());
        let before = text.get(..offset).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        PresetError {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            message: error.message().to_owned(),
        }
    })
}
