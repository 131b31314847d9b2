//! Compiles the TOML under `presets/` to static tables, so that nothing is parsed when the program starts.
#![allow(missing_docs, dead_code, unreachable_pub)]

#[path = "src/presets/agents.rs"]
mod agents;
#[path = "src/presets/containers.rs"]
mod containers;
#[path = "src/presets/dangers.rs"]
mod dangers;
#[path = "src/presets/effect.rs"]
mod effect;
#[path = "src/presets/infrastructure.rs"]
mod infrastructure;
#[path = "src/presets/languages.rs"]
mod languages;
#[path = "src/presets/load.rs"]
mod load;
#[path = "src/presets/model.rs"]
mod model;
#[path = "src/presets/runners.rs"]
mod runners;
#[path = "src/presets/tools.rs"]
mod tools;

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::de::DeserializeOwned;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=presets");
    println!("cargo::rerun-if-changed=templates");
    let tables = [
        table::<model::Engine>("ENGINES", "Engine", "presets/engines")?,
        table::<model::Stack>("STACKS", "Stack", "presets/stacks")?,
        table::<model::PolicyPreset>("POLICIES", "PolicyPreset", "presets/policies")?,
        table::<model::VolumeSigns>("VOLUMES", "VolumeSigns", "presets/volumes")?,
        table::<agents::Agent>("AGENTS", "Agent", "presets/agents")?,
        table::<agents::McpServer>("MCP_SERVERS", "McpServer", "presets/mcp")?,
        table::<infrastructure::Infrastructure>(
            "INFRASTRUCTURE",
            "Infrastructure",
            "presets/infrastructure",
        )?,
        table::<languages::DocumentLanguage>("LANGUAGES", "DocumentLanguage", "presets/languages")?,
        table::<containers::Container>("CONTAINERS", "Container", "presets/images")?,
        table::<tools::Tools>("TOOLS", "Tools", "presets/tools")?,
    ];
    let out = PathBuf::from(env::var("OUT_DIR")?).join("presets.rs");
    fs::write(out, tables.concat())?;
    Ok(())
}

/// One static slice: the `Debug` form of the presets is Rust source.
fn table<T: DeserializeOwned + Debug>(
    name: &str,
    item: &str,
    folder: &str,
) -> Result<String, Box<dyn std::error::Error>> {
    let mut items = Vec::new();
    for path in preset_files(Path::new(folder)) {
        let text = fs::read_to_string(&path)?;
        items.push(load::parse::<T>(&path.display().to_string(), &text).map_err(|error| error.to_string())?);
    }
    Ok(format!("/// From `{folder}`.\npub(super) static {name}: &[{item}] = &{items:?};\n"))
}

fn preset_files(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect()
}
