//! Files that instruct AI agents.

use super::found::{Field, Found};
use super::tree::Tree;
use crate::presets::Presets;

/// File names that agents read wherever they stand, written in any case.
const NAMES: [&str; 6] = [
    "agents.md",
    "agent.md",
    "agents.override.md",
    "claude.md",
    "claude.local.md",
    "copilot-instructions.md",
];

/// File names that only count as written: in other case they are words, or products' names.
const EXACT_NAMES: [&str; 14] = [
    "GEMINI.md",
    "QWEN.md",
    "CODEX.md",
    ".cursorrules",
    ".windsurfrules",
    ".clinerules",
    ".roorules",
    ".goosehints",
    ".aider.conf.yml",
    ".aiderignore",
    ".cursorignore",
    "WARP.md",
    "CRUSH.md",
    ".rules",
];

/// Folders that belong to an agent, with everything in them.
const FOLDERS: [&str; 19] = [
    ".claude",
    ".cursor",
    ".codex",
    ".gemini",
    ".windsurf",
    ".clinerules",
    ".roo",
    ".kilocode",
    ".junie",
    ".augment",
    ".continue",
    ".amazonq",
    ".kiro",
    ".trae",
    ".opencode",
    ".qwen",
    ".agents",
    ".aider",
    ".factory",
];

/// Folders of the repository's host that hold instructions among other things.
const HOST_FOLDERS: [&str; 4] =
    [".github/instructions/", ".github/prompts/", ".github/chatmodes/", ".github/agents/"];

/// Notes every file that instructs an AI agent.
pub fn detect(tree: &Tree, _presets: &Presets, found: &mut Found) {
    for path in tree.paths().filter(|path| instructs_an_agent(path)) {
        found.file(Field::AgentFiles, path);
    }
}

fn instructs_an_agent(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
        || EXACT_NAMES.contains(&name)
        || folders.split('/').any(|folder| FOLDERS.contains(&folder))
        || HOST_FOLDERS.iter().any(|folder| path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_folders() {
        for path in [
            "AGENTS.md",
            "docs/claude.md",
            ".claude/agents/x.sh",
            "a/.cursor/rules/db.mdc",
            ".github/copilot-instructions.md",
            ".codex/hooks.json",
            ".clinerules",
        ] {
            assert!(instructs_an_agent(path), "{path}");
        }
        for path in [
            "src/agents.py",
            "docs/agents-of-change.md",
            "claude/readme.md",
            ".github/workflows/agents.yml",
            "cursor.rs",
        ] {
            assert!(!instructs_an_agent(path), "{path}");
        }
    }
}
