//! Languages of documents: how one is recognised, and how a warning reads in it.

use serde::Deserialize;

use super::effect::Effect;
use super::model::{List, Str};

/// A natural language: `presets/languages/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentLanguage {
    /// Its ISO 639-1 code.
    pub id: Str,
    /// The letters that it is written in.
    pub script: Writing,
    /// Letters of which every text of some length has one.
    #[serde(default)]
    pub own: Str,
    /// Letters of other languages in the same script, or a neighbouring one, that it does not have.
    #[serde(default)]
    pub foreign: Str,
    /// Its commonest short words, in lower case; none where the script tells enough.
    pub words: List<Str>,
    /// The sentences of a warning.
    pub warning: WarningTexts,
    /// What each effect does, as the rest of a sentence that begins with the command.
    pub effects: EffectTexts,
    /// What warnings that people wrote are recognised by.
    pub signs: WarningSigns,
}

/// A script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Writing {
    /// `a b c`.
    Latin,
    /// `а б в`.
    Cyrillic,
    /// Chinese characters.
    Han,
}

/// The sentences of a warning; words in braces are filled in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarningTexts {
    /// What it begins with, colon included.
    pub heading: Str,
    /// About one command: `{command}`, `{effect}`.
    pub one: Str,
    /// Before a list of several.
    pub several: Str,
    /// Some of several: `{command}`, which may be a list, and `{effect}`.
    pub item: Str,
    /// What to do instead: `{steps}`.
    pub instead: Str,
    /// What to do before: `{steps}`.
    pub before: Str,
    /// Stands for a command that is too long to be named.
    pub unnamed: Str,
}

/// What each effect does, in words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each field is the effect of its name")]
pub struct EffectTexts {
    pub destroys_volume: Str,
    pub destroys_infrastructure: Str,
    pub destroys_database: Str,
    pub destroys_schema: Str,
    pub destroys_table: Str,
    pub destroys_rows: Str,
    pub destroys_backup: Str,
    pub destroys_container_state: Str,
    pub resets_migrations: Str,
    pub overwrites_database: Str,
    pub overwrites_rows: Str,
    pub drops_column: Str,
    pub weakens_guard: Str,
    pub prunes: Str,
}

/// What a warning that matters says: that it is one, that data is meant, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarningSigns {
    /// Words that begin a warning, in lower case.
    pub warning: List<Str>,
    /// Words for data.
    pub data: List<Str>,
    /// Words for a way out: a backup, another command.
    pub way_out: List<Str>,
}

impl EffectTexts {
    /// The words for `effect`; none for one that takes nothing away.
    pub fn of(&self, effect: Effect) -> Option<&str> {
        Some(match effect {
            Effect::DestroysVolume => &self.destroys_volume,
            Effect::DestroysDatabase => &self.destroys_database,
            Effect::DestroysSchema => &self.destroys_schema,
            Effect::DestroysTable => &self.destroys_table,
            Effect::DestroysRows => &self.destroys_rows,
            Effect::DestroysBackup => &self.destroys_backup,
            Effect::DestroysContainerState => &self.destroys_container_state,
            Effect::ResetsMigrations => &self.resets_migrations,
            Effect::OverwritesDatabase => &self.overwrites_database,
            Effect::DropsColumn => &self.drops_column,
            Effect::WeakensGuard => &self.weakens_guard,
            Effect::Prunes => &self.prunes,
            Effect::SchemaChange | Effect::Reads | Effect::Untold => return None,
        })
    }
}
