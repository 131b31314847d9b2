//! What presets know about container images that are no database servers, and still decide over data.

use serde::Deserialize;

use super::model::{List, Str};

/// A family of images: `presets/images/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// Lower-case id.
    pub id: Str,
    /// Name for people.
    pub title: Str,
    /// Repositories without registry and tag, matched from their end; `*` within one component.
    pub images: List<Str>,
    /// Replaces the images of other containers by newer ones, unasked.
    #[serde(default)]
    pub updates: bool,
    /// Label (`name=value`) that keeps such a program away from a container.
    #[serde(default)]
    pub spared_by: List<Str>,
    /// Engines that it backs up; `*` is any.
    #[serde(default)]
    pub backs_up: List<Str>,
    /// Directory where it keeps an embedded database, unless told to use a server.
    #[serde(default)]
    pub data: List<Str>,
    /// Whether the image declares that directory a `VOLUME`.
    #[serde(default)]
    pub declared: bool,
    /// Variables that make it use a server instead.
    #[serde(default)]
    pub served_by: List<Str>,
    /// Variables that hold the key without which its data cannot be read.
    #[serde(default)]
    pub keys: List<Str>,
    /// Directory where it keeps a key that it has made up itself.
    #[serde(default)]
    pub key_directory: Option<Str>,
}
