//! Whose data an effect hits: throw-away, development, production, or nobody knows.

use super::compose;
use crate::effects::facts::Facts;
use crate::effects::{Effect, Found, Scope};
use crate::survey::Environment;
use crate::survey::environment::{self, Clues};
use crate::survey::url;

/// What is at stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stake {
    /// There is nothing that the effect could hit.
    Nothing,
    /// Test data, or data that lives in memory.
    ThrowAway,
    /// A development database, or staging.
    Development,
    /// Named as production.
    Production,
    /// Nothing tells; treated as production.
    Unknown,
}

/// Options that say which environment, server or database is meant.
const TELLING: &str = "--env|--environment|--stage|--context|--kube-context|--profile|--settings|--url|--uri|--db-url|--database-url|\
--dsn|--host|--database|--connection|--configuration|--env-file|--mode|--namespace|--project|--app|--project-name";

/// Endings of variables whose value says the same.
const VARIABLES: [&str; 12] = [
    "_ENV",
    "_ENVIRONMENT",
    "STAGE",
    "_PROFILE",
    "PROFILES_ACTIVE",
    "_SETTINGS_MODULE",
    "_URL",
    "_URI",
    "_DSN",
    "PGDATABASE",
    "PGHOST",
    "DB_NAME",
];

/// The stake of one effect, and what is lost, in words.
pub fn stake(found: &Found, facts: &dyn Facts) -> (Stake, String) {
    let named = found.target.clone().unwrap_or_default();
    match found.scope {
        Scope::Compose | Scope::ComposeAnonymous => compose::stake(found, facts),
        Scope::Volume => (of_names(found, &[&named], true), named),
        Scope::Path => (of_path(&named), named),
        Scope::Machine => (Stake::Unknown, named),
        Scope::Remote => (never_throw_away(of_names(found, &[&named], false)), named),
        Scope::Database | Scope::Configured => of_database(found, &named, facts),
    }
}

/// Whether a project's volumes outlive `down -v` by themselves: they are `external`, or the data is in memory on purpose.
pub fn is_kept(found: &Found, facts: &dyn Facts) -> bool {
    found.scope == Scope::Compose && compose::is_kept(found, facts)
}

fn of_path(path: &str) -> Stake {
    let clues = Clues { database: Some(path), ..Clues::default() };
    match environment::classify(&clues) {
        _ if path.starts_with("/tmp/") || path.starts_with("/var/tmp/") => Stake::ThrowAway,
        Environment::Production => Stake::Production,
        Environment::Test => Stake::ThrowAway,
        Environment::Unknown if path.starts_with('/') => Stake::Unknown,
        Environment::Development | Environment::Staging | Environment::Unknown => Stake::Development,
    }
}

/// A thing at a provider may be shared, whatever its name says.
fn never_throw_away(stake: Stake) -> Stake {
    if stake == Stake::ThrowAway { Stake::Development } else { stake }
}

fn of_database(found: &Found, named: &str, facts: &dyn Facts) -> (Stake, String) {
    let database = found.around.database.clone().unwrap_or_default();
    let is_name = matches!(found.effect, Effect::DestroysDatabase) || database.is_empty();
    let loses = match (database.as_str(), named) {
        ("", "") => String::new(),
        ("", named) => named.to_owned(),
        (database, "") => database.to_owned(),
        (database, named) => format!("{named} in {database}"),
    };
    if is_in_memory(&database) {
        return (Stake::ThrowAway, loses);
    }
    let mut texts = vec![database.as_str()];
    if is_name && found.scope == Scope::Database {
        texts.push(named);
    }
    let told = of_names(found, &texts, false);
    if told != Stake::Unknown || found.around.elsewhere || !database.is_empty() {
        return (told, loses);
    }
    (of_dotenv(found, facts), loses)
}

fn is_in_memory(database: &str) -> bool {
    database == ":memory:"
        || database.starts_with("/tmp/")
        || database.starts_with("/dev/shm/")
        || url::parse(database).is_some_and(|url| url.is_in_memory())
}

/// What the names on the line, its options and its variables tell.
fn of_names(found: &Found, names: &[&str], is_local: bool) -> Stake {
    let options =
        found.around.options.iter().filter(|(name, _)| TELLING.split('|').any(|known| known == name));
    let option_values: Vec<&str> = options.map(|(_, value)| value.as_str()).collect();
    let dotenv = found
        .around
        .options
        .iter()
        .filter(|(_, value)| value.rsplit('/').next().is_some_and(|name| name.starts_with(".env")));
    let files: Vec<&str> = dotenv.map(|(_, value)| value.as_str()).collect();
    let variables: Vec<&str> = found
        .around
        .variables
        .iter()
        .filter(|(name, _)| VARIABLES.iter().any(|ending| name.ends_with(ending)))
        .map(|(_, value)| value.as_str())
        .collect();
    let mut texts: Vec<&str> = names.iter().copied().filter(|name| !name.is_empty()).collect();
    texts.extend(&option_values);
    let (databases, host) = split_urls(found, &texts, &variables);
    let database = databases.join(" ");
    let plain: Vec<&str> = variables.iter().copied().filter(|value| url::parse(value).is_none()).collect();
    let clues = Clues {
        host: host.as_deref(),
        database: Some(&database),
        variables: &plain,
        files: &files,
        is_local,
    };
    match environment::classify(&clues) {
        Environment::Production => Stake::Production,
        Environment::Test => Stake::ThrowAway,
        Environment::Development | Environment::Staging => Stake::Development,
        Environment::Unknown => Stake::Unknown,
    }
}

/// Database names and a host: of URLs only these parts count, since a password may hold any word.
fn split_urls(found: &Found, texts: &[&str], variables: &[&str]) -> (Vec<String>, Option<String>) {
    let named = found.around.options.iter().find(|(name, _)| matches!(&**name, "-h" | "--host"));
    let mut host = found.around.host.clone().or_else(|| named.map(|(_, value)| value.clone()));
    let mut databases = Vec::new();
    for text in texts.iter().chain(variables) {
        match url::parse(text) {
            Some(parsed) => {
                host = host.or_else(|| parsed.host().map(str::to_owned));
                databases.extend(parsed.database);
            }
            None if texts.contains(text) => databases.push((*text).to_owned()),
            None => {}
        }
    }
    (databases, host)
}

/// What `.env` beside the command configures, where the line itself tells nothing.
fn of_dotenv(found: &Found, facts: &dyn Facts) -> Stake {
    let path = crate::effects::facts::join(&found.around.folder, ".env");
    let Some(text) = facts.read(&path) else { return Stake::Unknown };
    let entries = crate::survey::dotenv::parse(&crate::source::SourceFile::new(path, text));
    let urls: Vec<_> = entries.iter().filter_map(|entry| url::parse(entry.value.reveal())).collect();
    let stakes = urls.iter().map(|parsed| {
        let clues = Clues { host: parsed.host(), database: parsed.database.as_deref(), ..Clues::default() };
        environment::classify(&clues)
    });
    let all: Vec<Environment> = stakes.collect();
    match all.as_slice() {
        [] => Stake::Unknown,
        all if all.contains(&Environment::Production) => Stake::Production,
        all if all.iter().all(|one| *one == Environment::Test) => Stake::ThrowAway,
        all if all.contains(&Environment::Unknown) => Stake::Unknown,
        _ => Stake::Development,
    }
}
