//! What dbguard knows about the world: TOML under `presets/`, typed, embedded, and extended by a user's own.

pub mod model;
