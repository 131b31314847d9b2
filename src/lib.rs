//! dbguard reads a repository, understands which databases it has and where their data lives, and guards them.
//!
//! Two straight lines carry all the data, with nothing running backwards:
//!
//! ```text
//! repository ─ survey ─> facts ─┬─ policy ─> plan ─> diff | apply          (init, update, undo)
//!                               └─ policy ─> rules ─> findings ─> report   (audit)
//! command text ─ effects ─> what it would do to which data ─> verdict      (guard, hook)
//! ```

pub mod apply;
pub mod baseline;
pub mod cli;
pub mod effects;
pub mod finding;
pub mod fix;
pub mod guard;
pub mod json;
mod mask;
pub mod plan;
pub mod policy;
pub mod presets;
pub mod repo_path;
pub mod report;
pub mod rules;
pub mod source;
pub mod survey;
pub mod template;
pub mod yaml;
