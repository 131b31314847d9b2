//! The declared database that a command means by its name, or by what its tool is configured for.

use super::Scene;
use crate::effects::knowledge::program_name;
use crate::effects::{Effect, Scope};
use crate::finding::Related;
use crate::guard::stake::Stake;
use crate::presets::tools::Tool;
use crate::survey::environment::is_loopback;
use crate::survey::{Database, Environment, Origin, Role, paths, url};

/// Programs whose containers the repository's own Compose files start; what `ssh` or `kubectl` reaches is not told by them.
const CONTAINERS: [&str; 4] = ["docker", "docker-compose", "podman", "podman-compose"];

/// The only database of the survey that fits; none where several do.
pub(super) fn meant(scene: &Scene<'_>) -> Vec<Related> {
    let Some(wanted) = Wanted::of(scene) else { return Vec::new() };
    let databases = scene.view.survey.databases.iter();
    let mut fitting = databases.filter(|database| wanted.is(database) && is_of_project(scene, database));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => scene.database(only).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether the database may be the one of the command's project: declared in its folder, below or above it, and not known to be for
/// developers where the command says production.
fn is_of_project(scene: &Scene<'_>, database: &Database) -> bool {
    let neutral = matches!(database.environment, Environment::Production | Environment::Unknown);
    if scene.command.context.stake == Stake::Production && !neutral {
        return false;
    }
    let (Some(place), Some(project)) = (database.sources.first(), scene.files.inside("")) else {
        return false;
    };
    let folder = paths::folder(&place.path);
    let within = |inner: &str, outer: &str| {
        outer.is_empty() || inner == outer || inner.starts_with(&format!("{outer}/"))
    };
    within(folder, &project) || within(&project, folder)
}

/// What the command says of the database.
struct Wanted {
    name: Option<String>,
    host: Option<String>,
    engines: Vec<String>,
}

impl Wanted {
    /// Nothing where the command tells too little, or runs where the repository's databases are not.
    fn of(scene: &Scene<'_>) -> Option<Self> {
        let found = &scene.command.found;
        let programs = programs(scene);
        let far = found.around.elsewhere && !programs.iter().any(|name| CONTAINERS.contains(name));
        if far || scene.command.settled {
            return None;
        }
        let drops = found.effect == Effect::DestroysDatabase && found.scope == Scope::Database;
        let connected = found.around.database.as_deref().filter(|name| !name.is_empty());
        let set =
            found.around.variables.values().map(String::as_str).find(|value| url::parse(value).is_some());
        let named = found.target.as_deref().filter(|_| drops).or(connected).or(set);
        let parsed = named.and_then(url::parse);
        let by_option = found.around.options.iter().find(|(name, _)| matches!(&**name, "-h" | "--host"));
        let host = found.around.host.clone().or_else(|| by_option.map(|(_, host)| host.clone()));
        let host = host.or_else(|| parsed.as_ref()?.host().map(str::to_owned));
        let name = match parsed {
            Some(url) => Some(url.database?),
            None => named.map(|name| name.trim_matches(['"', '`', '\'']).to_owned()),
        };
        let engines = engines(scene, &programs);
        let tells = name.is_some() || !engines.is_empty() || found.scope == Scope::Configured;
        tells.then_some(Self { name, host, engines })
    }

    fn is(&self, database: &Database) -> bool {
        let declared = !matches!(database.origin, Origin::Ci | Origin::Dependency)
            && database.environment != Environment::Test;
        let engine = self.engines.is_empty() || self.engines.contains(&database.engine);
        let name = match &self.name {
            Some(name) => database.database.as_deref() == Some(name),
            None => !self.engines.is_empty() || database.role == Role::Primary,
        };
        declared && engine && name && self.host.as_deref().is_none_or(|host| reaches(host, database))
    }
}

/// Whether a client that names `host` reaches the database; a variable may name any host, and so none for certain.
fn reaches(host: &str, database: &Database) -> bool {
    let named = database.host.as_deref() == Some(host) || database.aliases.iter().any(|alias| alias == host);
    named || is_loopback(host)
}

/// The programs that the command runs, itself or on its way.
fn programs<'a>(scene: &'a Scene<'_>) -> Vec<&'a str> {
    let command = scene.command;
    let steps = command.found.via.iter().filter_map(|step| step.split_whitespace().next());
    command.text.split_whitespace().chain(steps).map(program_name).collect()
}

/// The engines whose client the command is; empty where that tells nothing.
fn engines(scene: &Scene<'_>, programs: &[&str]) -> Vec<String> {
    let is_client = |tool: &Tool| tool.programs.iter().any(|known| programs.contains(&&**known));
    let engines = scene.view.presets.engines.iter();
    engines.filter(|engine| engine.tools.iter().any(is_client)).map(|engine| engine.id.to_string()).collect()
}
