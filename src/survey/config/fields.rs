//! From the keys and values around a connection to a database.

use super::super::environment::{self, Clues};
use super::super::script::{self, Entry, Kind};
use super::super::url::{self, Connection};
use super::super::{Database, Environment, Origin, Place, Role};
use super::Context;
use crate::presets::model::Engine;

/// Groups beside the engine that hold the rest of a connection.
const NESTED: [&str; 10] = [
    "connection",
    "connections",
    "credentials",
    "dbcredentials",
    "options",
    "config",
    "pool",
    "params",
    "connectionoptions",
    "datasource",
];

/// Keys that hold a whole connection string.
const URLS: [&str; 10] = [
    "url",
    "uri",
    "connectionstring",
    "connection_string",
    "dsn",
    "connection",
    "jdbc-url",
    "jdbcurl",
    "clienturl",
    "databaseurl",
];

const HOSTS: [&str; 3] = ["host", "hostname", "server"];
const NAMES: [&str; 9] =
    ["database", "dbname", "db", "storage", "filename", "path", "databasename", "name", "db_name"];
const USERS: [&str; 3] = ["user", "username", "db_user"];
const PASSWORDS: [&str; 3] = ["password", "pass", "db_password"];

/// A setting that was found: value and offset.
struct Setting {
    text: String,
    start: usize,
}

impl Context<'_> {
    /// The place of byte `start`.
    pub(super) fn place(&self, start: usize) -> Place {
        Place::new(self.file.path(), self.file.line_of(start))
    }

    /// A database of `engine` told at `start`, completed from the settings in `around`. `names` are the keys on the way
    /// to it, which may tell the environment.
    pub(super) fn database(
        &self,
        engine: &Engine,
        start: usize,
        around: &[Entry],
        names: &[&str],
    ) -> Database {
        let mut database = Database::new(&engine.id, Origin::Config, self.place(start));
        if let Some(connection) = find(around, &URLS).and_then(|setting| url::parse(&setting.text)) {
            fill(&mut database, &connection);
        }
        let text = |keys: &[&str]| find(around, keys).and_then(|setting| url::known(&setting.text));
        database.host = database.host.or_else(|| text(&HOSTS));
        database.port = database.port.or_else(|| text(&["port"]).and_then(|port| port.parse().ok()));
        database.database = database.database.or_else(|| text(&NAMES));
        database.user = database.user.or_else(|| text(&USERS));
        self.finish(database, around, names)
    }

    /// A database told by the connection string `connection` at `start`.
    pub(super) fn connected(
        &self,
        engine: &Engine,
        connection: &Connection,
        start: usize,
        around: &[Entry],
        names: &[&str],
    ) -> Database {
        let mut database = Database::new(&engine.id, Origin::Config, self.place(start));
        fill(&mut database, connection);
        if connection.has_password {
            let key = names.last().copied().unwrap_or("url");
            database.password_source =
                Some(format!("{}:{} {key}", self.file.path(), self.file.line_of(start)));
        }
        let text = |keys: &[&str]| find(around, keys).and_then(|setting| url::known(&setting.text));
        database.user = database.user.or_else(|| text(&USERS));
        self.finish(database, around, names)
    }

    /// Password, environment and role.
    fn finish(&self, mut database: Database, around: &[Entry], names: &[&str]) -> Database {
        if let Some(password) = find(around, &PASSWORDS)
            && database.password_source.is_none()
            && url::known(&password.text).is_some()
        {
            let line = self.file.line_of(password.start);
            database.password_source = Some(format!("{}:{line} password", self.file.path()));
        }
        let files = [self.file.path()];
        let is_local = database.host.is_none() && database.database.as_deref().is_some_and(is_file_name);
        database.environment = environment::classify(&Clues {
            host: database.host.as_deref(),
            database: database.database.as_deref(),
            variables: names,
            files: &files,
            is_local,
        });
        if database.environment == Environment::Test {
            database.role = Role::Test;
        }
        database
    }
}

fn is_file_name(name: &str) -> bool {
    name.contains(['/', '.'])
}

fn fill(database: &mut Database, connection: &Connection) {
    database.host = connection.host().map(str::to_owned);
    database.port = connection.port();
    database.database.clone_from(&connection.database);
    database.user.clone_from(&connection.user);
}

/// The first setting under one of `keys` that has a value, here or in a group that completes the connection.
fn find(entries: &[Entry], keys: &[&str]) -> Option<Setting> {
    let here = keys.iter().find_map(|wanted| entries.iter().find_map(|entry| setting(entry, wanted)));
    here.or_else(|| {
        let nested = entries.iter().filter(|entry| {
            let is_argument = entry.key.is_none() && matches!(entry.value.kind, Kind::Group(_));
            is_argument
                || entry.key.as_deref().is_some_and(|key| NESTED.contains(&&*key.to_ascii_lowercase()))
        });
        nested.into_iter().find_map(|entry| find(entry.value.entries(), keys))
    })
}

fn setting(entry: &Entry, wanted: &str) -> Option<Setting> {
    let key = entry.key.as_deref()?;
    // `name` is what an ORM calls a connection; only Django's `NAME` is the database.
    let fits = if wanted == "name" { key == "NAME" } else { key.eq_ignore_ascii_case(wanted) };
    let text = fits.then(|| entry.value.text())??;
    (!text.is_empty()).then_some(Setting { text, start: entry.start })
}

/// Whether `entries` hold an address or a database's name.
pub(super) fn is_connection(entries: &[Entry]) -> bool {
    [&URLS[..], &HOSTS, &NAMES].iter().any(|keys| find(entries, keys).is_some())
}

/// The group under the key `name`, anywhere in `entries`.
pub(super) fn group_named<'a>(entries: &'a [Entry], name: &str) -> Option<&'a [Entry]> {
    let mut found = None;
    script::each_entry(entries, &mut |entry| {
        if found.is_none() && entry.key.as_deref() == Some(name) && !entry.value.entries().is_empty() {
            found = Some(entry.value.entries());
        }
    });
    found
}
