//! What presets know about AI agents: how their hooks ask, and how they want to be answered.
//!
//! A place in the agent's JSON is written as keys with `/` between them (`tool_input/command`).

use serde::Deserialize;

use super::model::{List, Str};

/// Root-relative path of the launcher that the agents' hooks call.
pub const LAUNCHER: &str = ".dbguard/hook.sh";

/// An agent: `presets/agents/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Lower-case id, as in `dbguard hook ID`.
    pub id: Str,
    /// Name for people.
    pub title: Str,
    /// Where its documentation of hooks is.
    pub source: Str,
    /// Where the name of the tool stands; the first place that is there counts.
    #[serde(default)]
    pub tool: List<Str>,
    /// Where the tool's arguments stand: an object, or a string of JSON.
    #[serde(default)]
    pub arguments: List<Str>,
    /// Where several calls stand, each with its own tool and arguments.
    #[serde(default)]
    pub batch: List<Str>,
    /// Where the folder stands.
    #[serde(default)]
    pub folder: List<Str>,
    /// Names of tools that run shell text; stars allowed. Empty: every call with a command is one.
    #[serde(default)]
    pub shell: List<Str>,
    /// Arguments that are shell text.
    #[serde(default)]
    pub command: List<Str>,
    /// Names of tools that write files.
    #[serde(default)]
    pub write: List<Str>,
    /// Arguments that name the file.
    #[serde(default)]
    pub path: List<Str>,
    /// Arguments that are the new text.
    #[serde(default)]
    pub text: List<Str>,
    /// Names of tools that may be a database's (`mcp__*`).
    #[serde(default)]
    pub database: List<Str>,
    /// Whether a person can be asked.
    #[serde(default)]
    pub asks: bool,
    /// Its files of settings and what in them decides over questions.
    #[serde(default)]
    pub settings: Settings,
    /// How to say yes; silence where empty, so that the agent's own questions stay.
    #[serde(default)]
    pub allow: Reply,
    /// How to let a person decide.
    #[serde(default)]
    pub ask: Reply,
    /// How to say no.
    pub deny: Reply,
    /// Other agents that read its settings, and how their calls are told apart.
    #[serde(default, rename = "dialect")]
    pub dialects: List<Dialect>,
    /// How a repository is set up for it.
    #[serde(default)]
    pub onboarding: Onboarding,
}

/// An agent that reads another one's settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialect {
    /// A top-level key that only its calls have.
    pub key: Str,
    /// Its id: it is read and answered in its own way.
    pub agent: Str,
}

/// What `dbguard init` puts into a repository for an agent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Onboarding {
    /// Paths that show that the repository is worked on with it; stars allowed. None of them is written for another agent.
    #[serde(default)]
    pub signs: List<Str>,
    /// The file of instructions that it reads; it gets the managed block. Empty: it reads `AGENTS.md`.
    #[serde(default)]
    pub instructions: Str,
    /// The JSON file that configures its hooks.
    #[serde(default)]
    pub settings: Str,
    /// What goes into that file.
    #[serde(default, rename = "entry")]
    pub entries: List<SettingsEntry>,
    /// Files that are dbguard's own.
    #[serde(default, rename = "file")]
    pub files: List<OwnFile>,
    /// The variable in which the agent gives its hooks the repository.
    #[serde(default)]
    pub root_variable: Str,
    /// How its hook is started, where no entry of the settings says so.
    #[serde(default)]
    pub command: Str,
    /// A call of its shell as the hook gets it, for the self-test: `COMMAND` and `FOLDER` stand for JSON strings.
    #[serde(default)]
    pub probe: Str,
}

/// Something in an agent's settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsEntry {
    /// The keys that lead there, with `/` between them.
    pub at: Str,
    /// JSON: items of the array there. One that calls the launcher takes the place of an older one that does.
    #[serde(default)]
    pub items: List<Str>,
    /// JSON that is set where nothing is.
    #[serde(default)]
    pub value: Str,
}

/// A file that belongs to dbguard.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnFile {
    /// Its path.
    pub path: Str,
    /// Its template, below `templates/`.
    pub template: Str,
}

/// An agent's files of settings, JSON or TOML.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Paths from the root of the repository, or below any folder of it.
    pub files: List<Str>,
    /// Where the lists stand whose entries run without a question.
    pub allow: List<Str>,
    /// Where the lists stand whose entries do not.
    pub deny: List<Str>,
    /// Names under which an entry writes a shell command: `Bash` for `Bash(psql:*)`. Empty: the entry is the command.
    pub shell: List<Str>,
    /// `place=value` that switch all questions off.
    pub unasked: List<Str>,
    /// Where the hooks stand that see a call before it runs.
    pub hooks: List<Str>,
    /// Exit code by which such a hook refuses; others only complain. 0: it answers in JSON.
    pub refuses_with: u8,
    /// Where the MCP servers stand.
    pub servers: List<Str>,
}

/// A family of MCP servers that reach a database: `presets/mcp/<id>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct McpServer {
    /// Lower-case id.
    pub id: Str,
    /// Name for people.
    pub title: Str,
    /// Parts of a command or address by which it is known.
    pub signs: List<Str>,
    /// Settings under which it only reads, any of which will do.
    #[serde(default)]
    pub read_only: List<Str>,
    /// For servers that only read unless told otherwise: settings that let them write.
    #[serde(default)]
    pub writes: List<Str>,
    /// How to make it read only, one sentence.
    pub advice: Str,
}

/// One answer. `REASON` in it stands for a JSON string.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// JSON for standard output.
    #[serde(default)]
    pub stdout: Str,
    /// Whether the reason goes to standard error, in plain text.
    #[serde(default)]
    pub stderr: bool,
    /// Exit code.
    #[serde(default)]
    pub code: u8,
}
