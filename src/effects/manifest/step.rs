//! One text that a named command runs.

use crate::presets::tools::Language;

/// A text, where it runs, and in which language it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::effects) struct Step {
    /// The text.
    pub(in crate::effects) text: String,
    /// Its language.
    pub(in crate::effects) language: Language,
    /// The folder that it runs in, as seen from where the first text was given.
    pub(in crate::effects) folder: String,
}

impl Step {
    /// Shell texts that run in a folder.
    pub(super) fn shell(texts: Vec<String>, folder: &str) -> Vec<Self> {
        Self::all(texts, Language::Shell, folder)
    }

    /// Texts of one language that run in a folder.
    pub(super) fn all(texts: Vec<String>, language: Language, folder: &str) -> Vec<Self> {
        texts.into_iter().map(|text| Self { text, language, folder: folder.to_owned() }).collect()
    }
}
