//! What presets know about configuration that endangers data, and about copies of it.

use serde::Deserialize;

use super::model::{List, Str};

/// What decides whether a server asks for a password. A setting is `name=value` as a variable, an option or a
/// configuration key; `*` in the value is any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Access {
    /// Settings that let everybody in.
    pub open: List<Str>,
    /// For servers that let everybody in unless told otherwise: words of the command or names of variables that tell.
    pub closed: List<Str>,
}

/// Files that hold the data of an engine.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dumps {
    /// Names of files that are dumps whatever they hold, as globs of one component.
    pub names: List<Str>,
    /// Text near the beginning of a dump in plain text.
    pub heads: List<Str>,
    /// Beginnings of the lines that carry rows.
    pub rows: List<Str>,
    /// Programs that back it up.
    pub programs: List<Str>,
}

/// A setting, or a call, that changes or empties a database by itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    /// Id of the rule that reports it.
    pub rule: Str,
    /// Globs of the files that it is looked for in, at any depth.
    pub files: List<Str>,
    /// Last components of the setting's path (`jpa.hibernate.ddl-auto`), or the name of the call's argument.
    #[serde(default)]
    pub key: Str,
    /// Values that are hazardous; none for any.
    #[serde(default)]
    pub values: List<Str>,
    /// Settings one of which must stand beside it, so that a word that many things are called by is the right one.
    #[serde(default)]
    pub beside: List<Str>,
    /// Last component of the call's name; the setting is then one of its arguments.
    #[serde(default)]
    pub call: Str,
    /// Whether it is the lack of the setting (with one of `values`) that is hazardous, in the call or in the whole file.
    #[serde(default)]
    pub missing: bool,
    /// Words one of which the file must hold.
    #[serde(default)]
    pub needs: List<Str>,
    /// `critical`, `high`, `medium` or `low`.
    pub severity: Str,
    /// What it does to data, as a part of a sentence after the setting's name.
    pub does: Str,
    /// What to do instead, one sentence.
    pub instead: Str,
}

/// How a framework's tests get a database of their own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Isolation {
    /// Files, as globs, in which the test runner sets variables (XML elements with `name` and `value`).
    pub settings: List<Str>,
    /// The variables any of which leads the tests elsewhere.
    pub variables: List<Str>,
    /// A dotenv file that does the same.
    pub file: Str,
    /// Globs of the tests.
    pub tests: List<Str>,
    /// Words in the tests that empty the database.
    pub empties: List<Str>,
}
