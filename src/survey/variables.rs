//! Databases told by variables: whole URLs, and families such as `DB_HOST`, `DB_PORT`, `DB_NAME`.

use std::collections::BTreeMap;

use super::environment::{self, Clues};
use super::{Confidence, Database, Environment, Origin, Place, Role, url};
use crate::presets::Presets;
use crate::presets::engines::Part;
use crate::presets::model::Engine;

/// One variable with its value.
#[derive(Clone)]
pub struct Setting {
    /// Name.
    pub key: String,
    /// Value, references to other variables replaced where they could be.
    pub value: String,
    /// Where it stands.
    pub place: Place,
}

/// First words of families that do not name an engine.
const GENERIC: [&str; 7] = ["DB", "DATABASE", "SQL", "RDS", "DATASOURCE", "DB_MAIN", "DB_DEFAULT"];

/// Last words of the variables of such a family, and what they carry.
const GENERIC_PARTS: [(Part, &[&str]); 6] = [
    (Part::Url, &["URL", "URI", "DSN"]),
    (Part::Host, &["HOST", "HOSTNAME", "SERVER", "ADDR", "ADDRESS"]),
    (Part::Port, &["PORT"]),
    (
        Part::Database,
        &["NAME", "DATABASE", "DB", "DBNAME", "DATABASE_NAME", "SCHEMA", "FILENAME", "FILE", "PATH"],
    ),
    (Part::User, &["USER", "USERNAME", "LOGIN"]),
    (Part::Password, &["PASSWORD", "PASS", "PASSWD", "PWD"]),
];

/// Last words of the variable that names the engine of a family.
const ENGINE_WORDS: [&str; 12] = [
    "CONNECTION",
    "DRIVER",
    "ENGINE",
    "TYPE",
    "DIALECT",
    "CLIENT",
    "ADAPTER",
    "PROVIDER",
    "VENDOR",
    "BACKEND",
    "KIND",
    "DBMS",
];

/// First and last words of variables that choose what a framework uses for caches, queues and sessions.
const CHOICES: [(&[&str], &[&str]); 1] =
    [(&["CACHE", "SESSION", "QUEUE", "BROADCAST"], &["DRIVER", "STORE", "CONNECTION"])];

/// The databases that `settings`, which all stand in one file or block, tell of.
pub fn databases(settings: &[Setting], presets: &Presets, origin: Origin) -> Vec<Database> {
    let mut databases: Vec<Database> =
        settings.iter().filter_map(|setting| from_url(setting, settings, presets, origin)).collect();
    let mut families: Vec<_> = families(settings, presets).into_iter().collect();
    families.sort_by_key(|(_, family)| family.parts.is_empty());
    for (key, family) in families {
        let same = |database: &Database| family.engine.is_some_and(|engine| database.engine == *engine.id);
        if databases.iter().any(same) || !chosen(settings, family.engine) {
            continue;
        }
        databases.extend(family.database(&key, settings, origin));
    }
    databases
}

/// The database that a whole connection string leads to.
pub fn from_connection(
    connection: &url::Connection,
    setting: &Setting,
    presets: &Presets,
    origin: Origin,
) -> Option<Database> {
    let engine = presets.by_scheme(&connection.scheme)?;
    if connection.is_in_memory() {
        return None;
    }
    let mut database = Database::new(&engine.id, origin, setting.place.clone());
    database.host = connection.host().map(str::to_owned);
    database.port = connection.port();
    database.database.clone_from(&connection.database);
    database.user.clone_from(&connection.user);
    database.password_source = connection.has_password.then(|| source(&setting.place, &setting.key));
    database.role = engine.role;
    Some(database)
}

fn from_url(setting: &Setting, all: &[Setting], presets: &Presets, origin: Origin) -> Option<Database> {
    let connection = url::parse(&setting.value)?;
    let mut database = from_connection(&connection, setting, presets, origin)?;
    settle(&mut database, all);
    Some(database)
}

/// Whether the file's own choice of drivers leaves room for a cache engine: scaffolding names servers that nothing uses.
fn chosen(settings: &[Setting], engine: Option<&Engine>) -> bool {
    let Some(engine) = engine.filter(|engine| engine.role == Role::Cache) else { return true };
    let mut choices = settings.iter().filter(|setting| is_choice(&setting.key)).peekable();
    choices.peek().is_none() || choices.any(|setting| setting.value.eq_ignore_ascii_case(&engine.id))
}

fn is_choice(key: &str) -> bool {
    let mut words = key.split('_');
    let (first, last) = (words.next().unwrap_or_default(), words.next_back().unwrap_or_default());
    CHOICES.iter().any(|(firsts, lasts)| firsts.contains(&first) && lasts.contains(&last))
}

/// The parts of the connection whose variables stand together with the one on `line`, by the names of the variables.
pub fn parts_beside(settings: &[Setting], presets: &Presets, line: usize) -> Vec<(Part, String)> {
    let stands = |setting: &&Setting| setting.place.line == line;
    let holds = |family: &Family| family.named.iter().chain(family.parts.values()).any(stands);
    let families = families(settings, presets);
    let Some(family) = families.values().find(|family| holds(family)) else { return Vec::new() };
    family.parts.iter().map(|(part, setting)| (*part, setting.key.clone())).collect()
}

#[derive(Default)]
struct Family<'a> {
    engine: Option<&'a Engine>,
    named: Option<&'a Setting>,
    parts: BTreeMap<Part, &'a Setting>,
}

/// Families by their prefix and engine.
fn families<'a>(settings: &'a [Setting], presets: &'a Presets) -> BTreeMap<String, Family<'a>> {
    let mut families: BTreeMap<String, Family<'a>> = BTreeMap::new();
    for setting in settings {
        if let Some((engine, part)) = presets.by_variable(&setting.key) {
            let family = families.entry(format!("engine {}", engine.id)).or_default();
            family.engine = Some(engine);
            family.parts.entry(part).or_insert(setting);
        } else if let Some((prefix, word, engine)) = generic(&setting.key, presets) {
            let family = families.entry(prefix).or_default();
            family.engine = family.engine.or(engine);
            if let Some((part, _)) = GENERIC_PARTS.iter().find(|(_, words)| words.contains(&word)) {
                family.parts.entry(*part).or_insert(setting);
            } else {
                family.engine = presets.by_adapter(&setting.value).or(family.engine);
                family.named = Some(setting);
            }
        }
    }
    for family in families.values_mut() {
        family.engine = family.engine.or_else(|| engine_by_port(family, presets));
    }
    families
}

/// Prefix and last words of a variable of a family, and the engine when the prefix ends in one (`DB_POSTGRESDB_HOST`).
fn generic<'a, 'k>(key: &'k str, presets: &'a Presets) -> Option<(String, &'k str, Option<&'a Engine>)> {
    let known = |word: &&str| {
        GENERIC_PARTS.iter().any(|(_, words)| words.contains(word)) || ENGINE_WORDS.contains(word)
    };
    let is_generic = |prefix: &str| {
        GENERIC.iter().any(|generic| {
            prefix == *generic || prefix.strip_suffix(generic).is_some_and(|head| head.ends_with('_'))
        })
    };
    key.match_indices('_').map(|(at, _)| (&key[..at], &key[at + 1..])).find_map(|(prefix, word)| {
        if !known(&word) {
            return None;
        }
        if is_generic(prefix) {
            return Some((prefix.to_owned(), word, None));
        }
        let (head, name) = prefix.rsplit_once('_')?;
        let engine = presets.by_adapter(name).filter(|_| is_generic(head))?;
        Some((prefix.to_owned(), word, Some(engine)))
    })
}

fn engine_by_port<'a>(family: &Family<'_>, presets: &'a Presets) -> Option<&'a Engine> {
    let port: u16 = family.parts.get(&Part::Port)?.value.parse().ok()?;
    let listening = |engine: &&Engine| engine.ports.first() == Some(&port);
    presets.by_port(port).or_else(|| presets.engines.iter().rev().find(listening))
}

impl Family<'_> {
    /// A family tells of a database when it names the engine and anything to connect to.
    fn database(&self, prefix: &str, settings: &[Setting], origin: Origin) -> Option<Database> {
        let engine = self.engine?;
        let lead =
            [Part::Host, Part::Url, Part::Database].iter().find_map(|part| self.parts.get(part)).copied();
        let lead = self.named.or(lead)?;
        let part = |part: Part| self.parts.get(&part).and_then(|setting| url::known(setting.value.trim()));
        let mut database = Database::new(&engine.id, origin, lead.place.clone());
        database.host = part(Part::Host);
        database.port = part(Part::Port).and_then(|port| port.parse().ok());
        database.database = part(Part::Database);
        database.user = part(Part::User);
        database.password_source =
            self.parts.get(&Part::Password).map(|setting| source(&setting.place, &setting.key));
        database.role = engine.role;
        if prefix.starts_with("engine ") && database.host.is_none() && database.database.is_none() {
            database.confidence = Confidence::Low;
        }
        split_port(&mut database);
        settle(&mut database, settings);
        Some(database)
    }
}

/// `host:port` in a variable that is meant for the host.
fn split_port(database: &mut Database) {
    let Some((host, port)) = database.host.as_deref().and_then(|host| host.rsplit_once(':')) else { return };
    if let Ok(port) = port.parse()
        && !host.contains(':')
    {
        database.port = database.port.or(Some(port));
        database.host = Some(host.to_owned());
    }
}

/// Environment and role, from the database's own names and the `*_ENV` variables beside it.
fn settle(database: &mut Database, settings: &[Setting]) {
    let variables: Vec<&str> = settings
        .iter()
        .filter(|setting| names_environment(&setting.key))
        .map(|setting| setting.value.as_str())
        .collect();
    let files: Vec<&str> = database.sources.iter().map(|place| place.path.as_str()).collect();
    database.environment = environment::classify(&Clues {
        host: database.host.as_deref(),
        database: database.database.as_deref(),
        variables: &variables,
        files: &files,
        is_local: false,
    });
    if database.environment == Environment::Test {
        database.role = Role::Test;
    }
}

fn names_environment(key: &str) -> bool {
    key == "ENV" || key.ends_with("_ENV") || key.ends_with("ENVIRONMENT")
}

/// Where a password is: `path:line KEY`.
pub fn source(place: &Place, key: &str) -> String {
    format!("{}:{} {key}", place.path, place.line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, pairs: &[(&str, &str)]) -> Vec<String> {
        let settings: Vec<Setting> = pairs
            .iter()
            .enumerate()
            .map(|(at, (key, value))| Setting {
                key: (*key).to_owned(),
                value: (*value).to_owned(),
                place: Place::new(path, at + 1),
            })
            .collect();
        databases(&settings, &Presets::embedded(), Origin::Env).iter().map(line).collect()
    }

    fn line(database: &Database) -> String {
        format!(
            "{} {}:{} {} {} {:?} {} @{}",
            database.engine,
            database.host.as_deref().unwrap_or("-"),
            database.port.unwrap_or_default(),
            database.database.as_deref().unwrap_or("-"),
            database.user.as_deref().unwrap_or("-"),
            database.environment,
            database.password_source.as_deref().unwrap_or("-"),
            database.sources[0].line,
        )
    }

    #[test]
    fn urls_tell_without_their_password() {
        assert_eq!(
            told(".env", &[("X", "1"), ("DATABASE_URL", "postgres://u:hunter2@localhost:5433/app")]),
            ["postgres localhost:5433 app u Development .env:2 DATABASE_URL @2"]
        );
        assert!(told(".env", &[("A", "https://example.com"), ("B", "sqlite://:memory:")]).is_empty());
    }

    #[test]
    fn families_need_an_engine() {
        let family =
            [("DB_HOST", "10.0.0.1"), ("DB_PORT", "5432"), ("DB_NAME", "shop"), ("DB_PASSWORD", "x")];
        assert_eq!(
            told(".env.production", &family),
            ["postgres 10.0.0.1:5432 shop - Production .env.production:4 DB_PASSWORD @1"]
        );
        let family = [("DB_DRIVER", "pg"), ("DB_HOST", "localhost"), ("DB_USER", "me")];
        assert_eq!(told(".env", &family), ["postgres localhost:0 - me Development - @1"]);
        assert!(told(".env", &[("DB_HOST", "db"), ("DB_NAME", "x")]).is_empty());
        assert!(told(".env", &[("POSTGRES_USER", "x")]).is_empty());
        let n8n =
            [("DB_TYPE", "postgresdb"), ("DB_POSTGRESDB_HOST", "pg"), ("DB_POSTGRESDB_DATABASE", "flows")];
        assert_eq!(told(".env", &n8n), ["postgres pg:0 flows - Unknown - @2"]);
        assert_eq!(told(".env", &[("APP_MYSQL_HOST", "db:3307")]), ["mysql db:3307 - - Unknown - @1"]);
    }

    #[test]
    fn scaffolding_for_caches_that_nothing_uses_is_no_database() {
        let laravel = [("CACHE_STORE", "file"), ("QUEUE_CONNECTION", "sync"), ("REDIS_HOST", "127.0.0.1")];
        assert!(told(".env", &laravel).is_empty());
        let laravel = [("CACHE_STORE", "file"), ("QUEUE_CONNECTION", "redis"), ("REDIS_HOST", "127.0.0.1")];
        assert_eq!(told(".env", &laravel), ["redis 127.0.0.1:0 - - Development - @3"]);
    }

    #[test]
    fn the_environment_variables_beside_it_count() {
        let pairs = [("APP_ENV", "production"), ("DATABASE_URL", "mysql://localhost/app")];
        assert_eq!(told(".env", &pairs), ["mysql localhost:0 app - Production - @2"]);
    }
}
