//! What dbguard knows about the world: TOML under `presets/`, typed, embedded, and extended by a user's own.

pub mod agents;
pub mod containers;
pub mod dangers;
pub mod effect;
pub mod engines;
pub mod guide;
pub mod images;
pub mod infrastructure;
pub mod languages;
pub mod load;
pub mod model;
pub mod runners;
pub mod tools;
pub mod volumes;
pub mod wildcard;

use std::path::Path;

pub use load::PresetError;
use model::{Engine, PolicyPreset, Stack, VolumeSigns};
use tools::Tools;

/// Folder of a repository whose presets extend the embedded ones.
pub const USER_PRESETS: &str = ".dbguard/presets";

/// The presets in force for one repository.
#[derive(Debug, Clone)]
pub struct Presets {
    /// Database engines, by id.
    pub engines: Vec<Engine>,
    /// Frameworks, ORMs and migration tools, by id.
    pub stacks: Vec<Stack>,
    /// Policy presets, by id.
    pub policies: Vec<PolicyPreset>,
    /// What tells how much a volume matters.
    pub volumes: Vec<VolumeSigns>,
    /// Programs that belong to no engine or stack, by id.
    pub tools: Vec<Tools>,
}

impl Presets {
    /// The presets that come with the program.
    pub fn embedded() -> Self {
        Self {
            engines: embedded::ENGINES.to_vec(),
            stacks: embedded::STACKS.to_vec(),
            policies: embedded::POLICIES.to_vec(),
            volumes: embedded::VOLUMES.to_vec(),
            tools: embedded::TOOLS.to_vec(),
        }
    }

    /// The embedded presets, extended by those under [`USER_PRESETS`] of `root`. A user's preset with the id of an
    /// embedded one adds to its lists; it can take nothing away.
    pub fn for_repository(root: &Path) -> Result<Self, PresetError> {
        let mut presets = Self::embedded();
        for (path, text) in user_files(root, "engines")? {
            presets.add_engine(load::parse(&path, &text)?);
        }
        for (path, text) in user_files(root, "stacks")? {
            presets.add_stack(load::parse(&path, &text)?);
        }
        Ok(presets)
    }

    /// All that the embedded presets know about programs, without a copy of it.
    pub fn embedded_tools() -> impl Iterator<Item = &'static tools::Tool> {
        let engines = embedded::ENGINES.iter().flat_map(|one| one.tools.iter());
        let stacks = embedded::STACKS.iter().flat_map(|one| one.tools.iter());
        embedded::TOOLS.iter().flat_map(|one| one.programs.iter()).chain(engines).chain(stacks)
    }

    /// All calls that the embedded presets know.
    pub fn embedded_calls() -> impl Iterator<Item = &'static tools::Call> {
        let engines = embedded::ENGINES.iter().flat_map(|one| one.calls.iter());
        let stacks = embedded::STACKS.iter().flat_map(|one| one.calls.iter());
        embedded::TOOLS.iter().flat_map(|one| one.calls.iter()).chain(engines).chain(stacks)
    }

    /// All examples of what commands do.
    pub fn embedded_examples() -> impl Iterator<Item = &'static tools::CommandExample> {
        let engines = embedded::ENGINES.iter().flat_map(|one| one.commands.iter());
        let stacks = embedded::STACKS.iter().flat_map(|one| one.commands.iter());
        embedded::TOOLS.iter().flat_map(|one| one.commands.iter()).chain(engines).chain(stacks)
    }

    /// The embedded presets of AI agents.
    pub fn embedded_agents() -> &'static [agents::Agent] {
        embedded::AGENTS
    }

    /// The embedded presets of MCP servers that reach a database.
    pub fn embedded_mcp_servers() -> &'static [agents::McpServer] {
        embedded::MCP_SERVERS
    }

    /// The embedded presets' families of programs.
    pub fn embedded_families() -> &'static [Tools] {
        embedded::TOOLS
    }

    /// The languages of documents, by id.
    pub fn embedded_languages() -> &'static [languages::DocumentLanguage] {
        embedded::LANGUAGES
    }

    /// What is known about images that hold no engine of their own.
    pub fn embedded_containers() -> &'static [containers::Container] {
        embedded::CONTAINERS
    }

    /// What is known about databases declared as infrastructure.
    pub fn embedded_infrastructure() -> &'static [infrastructure::Infrastructure] {
        embedded::INFRASTRUCTURE
    }

    /// The engine with this id.
    pub fn engine(&self, id: &str) -> Option<&Engine> {
        self.engines.iter().find(|engine| &*engine.id == id)
    }

    /// The policy preset with this id.
    pub fn policy(&self, id: &str) -> Option<&PolicyPreset> {
        self.policies.iter().find(|policy| &*policy.id == id)
    }

    fn add_engine(&mut self, more: Engine) {
        match self.engines.iter_mut().find(|engine| engine.id == more.id) {
            Some(engine) => engine.extend(&more),
            None => self.engines.push(more),
        }
    }

    fn add_stack(&mut self, more: Stack) {
        match self.stacks.iter_mut().find(|stack| stack.id == more.id) {
            Some(stack) => stack.extend(&more),
            None => self.stacks.push(more),
        }
    }
}

impl Engine {
    fn extend(&mut self, more: &Self) {
        self.url_schemes.extend(&more.url_schemes);
        self.adapters.extend(&more.adapters);
        self.drivers.extend(&more.drivers);
        self.ports.extend(&more.ports);
        self.images.extend(&more.images);
        self.database_files.extend(&more.database_files);
        self.connection.url.extend(&more.connection.url);
        self.connection.host.extend(&more.connection.host);
        self.connection.port.extend(&more.connection.port);
        self.connection.database.extend(&more.connection.database);
        self.connection.user.extend(&more.connection.user);
        self.connection.password.extend(&more.connection.password);
        self.terraform.extend(&more.terraform);
        self.helm_charts.extend(&more.helm_charts);
        self.kubernetes_kinds.extend(&more.kubernetes_kinds);
        self.ignore.extend(&more.ignore);
        self.hosted.extend(&more.hosted);
        self.queues.extend(&more.queues);
        self.server_programs.extend(&more.server_programs);
        self.access.open.extend(&more.access.open);
        self.access.closed.extend(&more.access.closed);
        self.undurable.extend(&more.undurable);
        self.dumps.names.extend(&more.dumps.names);
        self.dumps.heads.extend(&more.dumps.heads);
        self.dumps.rows.extend(&more.dumps.rows);
        self.dumps.programs.extend(&more.dumps.programs);
    }
}

impl Stack {
    fn extend(&mut self, more: &Self) {
        self.frameworks.extend(&more.frameworks);
        self.orms.extend(&more.orms);
        self.markers.extend(&more.markers);
        self.test_commands.extend(&more.test_commands);
        self.migrate_commands.extend(&more.migrate_commands);
        self.migrations.extend(&more.migrations);
        self.configs.extend(&more.configs);
        self.hazards.extend(&more.hazards);
    }
}

/// TOML files of one kind under the user's presets, as (path for messages, text), sorted.
fn user_files(root: &Path, kind: &str) -> Result<Vec<(String, String)>, PresetError> {
    let folder = root.join(USER_PRESETS).join(kind);
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter().filter_map(Result::ok) {
        if !entry.file_type().is_file()
            || entry.path().extension().is_none_or(|extension| extension != "toml")
        {
            continue;
        }
        let path = format!("{USER_PRESETS}/{kind}/{}", entry.file_name().to_string_lossy());
        let text = std::fs::read_to_string(entry.path()).map_err(|error| PresetError {
            path: path.clone(),
            line: 1,
            column: 1,
            message: error.to_string(),
        })?;
        files.push((path, text));
    }
    Ok(files)
}

// The generated tables name whatever the presets use; which that is, only the build step knows.
#[allow(clippy::wildcard_imports, clippy::enum_glob_use)]
mod embedded {
    use std::borrow::Cow;

    use super::agents::*;
    use super::containers::*;
    use super::dangers::*;
    use super::infrastructure::*;
    use super::languages::Writing::*;
    use super::languages::*;
    use super::model::Role::*;
    use super::model::Support::*;
    use super::model::VolumeClass::*;
    use super::model::*;
    use super::runners::Manifest::*;
    use super::runners::Runner;
    use super::tools::Effect::*;
    use super::tools::Language::*;
    use super::tools::Scope::*;
    use super::tools::*;

    include!(concat!(env!("OUT_DIR"), "/presets.rs"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_rejected_with_its_place() {
        let error = load::parse::<Engine>(
            "e.toml",
            "id = \"x\"\ntitle = \"X\"\nsupport = \"full\"\nrole = \"primary\"\ncolour = 1\n",
        )
        .expect_err("unknown key");
        assert_eq!((error.line, error.column), (5, 1), "{error}");
        assert!(error.message.contains("colour"), "{error}");
    }

    #[test]
    fn a_users_preset_adds_to_an_embedded_one() {
        let root = tempfile::tempdir().expect("temporary directory");
        let folder = root.path().join(USER_PRESETS).join("engines");
        std::fs::create_dir_all(&folder).expect("folder");
        let text = "id = \"postgres\"\ntitle = \"x\"\nsupport = \"full\"\nrole = \"primary\"\n[[images]]\npattern = \"acme/pg-fork\"\n";
        std::fs::write(folder.join("pg.toml"), text).expect("preset");
        let presets = Presets::for_repository(root.path()).expect("presets");
        let postgres = presets.engine("postgres").expect("postgres");
        assert_eq!(&*postgres.title, "PostgreSQL");
        assert!(postgres.images.iter().any(|image| &*image.pattern == "acme/pg-fork"));
    }
}
