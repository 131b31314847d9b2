//! Which databases a repository's guard rails are for: one entry for each server and database that is really kept.

use super::databases::related;
use super::env_files::is_env_file;
use super::environment::is_loopback;
use super::{Confidence, Database, Environment, Origin, Role, VolumeKind, paths};

/// One server and database, and every entry of the survey that is about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Managed {
    /// What is known of it; the id is that of the first entry.
    pub database: Database,
    /// Ids of the entries of the survey that were merged, the leading one first.
    pub entries: Vec<String>,
}

/// Words of a path that make what it holds an example or a test.
const ASIDE: [&str; 22] = [
    "example",
    "examples",
    "sample",
    "samples",
    "template",
    "templates",
    "tmpl",
    "demo",
    "demos",
    "test",
    "tests",
    "testing",
    "spec",
    "specs",
    "fixture",
    "fixtures",
    "e2e",
    "cypress",
    "playwright",
    "ci",
    "docs",
    "dist",
];

/// Words of a file's name under which people commit a file that others copy.
const EXAMPLES: [&str; 7] = ["example", "examples", "sample", "samples", "template", "tmpl", "dist"];

/// Merges the entries of a survey that are about one server and database, and leaves out those in tests, examples, CI,
/// Kubernetes, Helm, Terraform and scripts, caches in memory only, and mere hints. Where nothing else is left, examples of
/// dotenv and configuration files count as what they are examples for.
pub fn merge_for_init(databases: &[Database]) -> Vec<Managed> {
    let kept = databases.iter().filter(|database| is_kept(database));
    let (aside, ours): (Vec<_>, Vec<_>) = kept.partition(|database| is_aside(path(database)));
    let examples = aside.into_iter().filter(|database| is_example_of_configuration(database));
    let chosen: Vec<&Database> = if ours.is_empty() { examples.collect() } else { ours };
    let mut managed: Vec<Managed> = Vec::new();
    for database in chosen {
        match managed.iter_mut().find(|known| is_one(&known.database, database)) {
            Some(known) => known.absorb(database),
            None => managed.push(Managed { database: database.clone(), entries: vec![database.id.clone()] }),
        }
    }
    managed
}

impl Managed {
    fn absorb(&mut self, database: &Database) {
        self.entries.push(database.id.clone());
        let known = &mut self.database;
        for place in &database.sources {
            if !known.sources.contains(place) {
                known.sources.push(place.clone());
            }
        }
        known.database = known.database.take().or_else(|| database.database.clone());
        known.user = known.user.take().or_else(|| database.user.clone());
        known.password_source = known.password_source.take().or_else(|| database.password_source.clone());
        known.volume_name = known.volume_name.take().or_else(|| database.volume_name.clone());
    }
}

fn is_kept(database: &Database) -> bool {
    let declared = matches!(database.origin, Origin::Compose | Origin::Env | Origin::Config);
    let lasting = database.volume_kind != VolumeKind::Tmpfs && database.role != Role::Test;
    declared && lasting && database.environment != Environment::Test && database.confidence > Confidence::Low
}

fn path(database: &Database) -> &str {
    database.sources.first().map_or("", |place| place.path.as_str())
}

fn is_example_of_configuration(database: &Database) -> bool {
    let path = path(database);
    let stands_for_another = || {
        database.origin == Origin::Config
            && without_example_word(paths::name(path)).is_some_and(|name| !is_aside(&name))
    };
    !is_aside(paths::folder(path)) && (is_env_file(path) || stands_for_another())
}

/// Whether a file's name makes it one that others copy.
pub fn is_example(path: &str) -> bool {
    let mut words = paths::name(path).split(|letter: char| !letter.is_ascii_alphanumeric());
    words.any(|word| {
        matches!(word, "default" | "defaults")
            || EXAMPLES.iter().any(|known| known.eq_ignore_ascii_case(word))
    })
}

/// `database.yml` for `database.yml.sample` and `database.sample.yml`.
fn without_example_word(name: &str) -> Option<String> {
    let is_word = |part: &&str| EXAMPLES.iter().any(|word| word.eq_ignore_ascii_case(part));
    let (words, rest): (Vec<_>, Vec<_>) = name.split('.').partition(is_word);
    (words.len() == 1 && rest.len() > 1).then(|| rest.join("."))
}

/// Whether a path is that of an example or a test, by whole words.
pub fn is_aside(path: &str) -> bool {
    path.split(|letter: char| !letter.is_ascii_alphanumeric())
        .any(|word| ASIDE.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

fn is_one(known: &Database, other: &Database) -> bool {
    related(&known.engine, &other.engine)
        && agree(known.database.as_deref(), other.database.as_deref())
        && known.environment == other.environment
        && match (&known.compose_service, &other.compose_service) {
            (Some(one), Some(two)) => one == two && same_project(known, other),
            _ => leads_to(known, other) || leads_to(other, known),
        }
}

/// Two Compose files in one folder are variants of one project: one service with one volume is one server.
fn same_project(known: &Database, other: &Database) -> bool {
    let folder =
        |database: &Database| database.compose_file.as_deref().map(|path| paths::folder(path).to_owned());
    let named = known.volume_name.is_some() && known.volume_name == other.volume_name;
    named || (folder(known) == folder(other) && known.volume == other.volume)
}

/// Whether a client that uses the host of `client` talks to `server`.
fn leads_to(server: &Database, client: &Database) -> bool {
    let Some(host) = client.host.as_deref() else {
        return server.host.is_none() && server.database == client.database;
    };
    let port = client.port.or(server.port);
    let named = server.host.as_deref() == Some(host) || server.aliases.iter().any(|alias| alias == host);
    let through_host = is_loopback(host)
        && (port.is_some_and(|port| server.published_ports.contains(&port))
            || (server.host.as_deref().is_some_and(is_loopback) && server.port == client.port));
    named || through_host
}

fn agree(left: Option<&str>, right: Option<&str>) -> bool {
    left.is_none() || right.is_none() || left == right
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets::Presets;
    use crate::survey;
    use crate::survey::tree::Tree;

    const COMPOSE: &str = "services:\n  db:\n    image: postgres:16\n    environment: {POSTGRES_DB: shop}\n    ports: ['5432:5432']\n    volumes: [pg:/var/lib/postgresql/data]\nvolumes: {pg: {}}\n";

    fn managed(files: &[(&str, &str)]) -> Vec<Managed> {
        let survey = survey::read(&Tree::in_memory(files.iter().copied()), &Presets::embedded());
        merge_for_init(&survey.databases)
    }

    #[test]
    fn one_server_seen_from_many_places_is_one() {
        let files = [
            ("docker-compose.yml", COMPOSE),
            ("docker-compose.simple.yml", COMPOSE),
            (".env", "DATABASE_URL=postgres://postgres:x@localhost:5432/shop\n"),
            ("api/.env.local", "DATABASE_URL=postgres://postgres:x@[::1]:5432/shop\n"),
        ];
        let managed = managed(&files);
        let [one] = managed.as_slice() else { panic!("{managed:#?}") };
        assert_eq!((&*one.database.id, one.entries.len()), ("postgres", 2));
    }

    #[test]
    fn tests_examples_and_infrastructure_are_not_managed() {
        let files = [
            ("docker-compose.test.yml", COMPOSE),
            ("examples/docker-compose.yml", COMPOSE),
            ("docker-compose.prod.example.yml", COMPOSE),
            (".github/workflows/ci.yml", "jobs: {t: {services: {db: {image: 'postgres:16'}}}}\n"),
            ("main.tf", "resource \"aws_db_instance\" \"a\" {\n  engine = \"postgres\"\n}\n"),
        ];
        assert!(managed(&files).is_empty(), "{:#?}", managed(&files));
    }

    #[test]
    fn a_dotenv_example_counts_only_while_there_is_nothing_else() {
        let example = (".env.example", "DATABASE_URL=mysql://root:x@localhost/shop\n");
        assert_eq!(managed(&[example]).len(), 1);
        assert_eq!(managed(&[example, ("docker-compose.yml", COMPOSE)]).len(), 1);
        assert!(managed(&[("tests/.env.example", example.1)]).is_empty());
    }

    #[test]
    fn an_example_of_a_configuration_file_counts_only_while_there_is_nothing_else() {
        let text = "production:\n  adapter: postgresql\n  database: shop\n  host: db.internal\n";
        let gems = ("Gemfile", "gem \"rails\"\n");
        let sample = ("config/database.yml.sample", text);
        assert_eq!(managed(&[gems, sample]).len(), 1, "{:#?}", managed(&[gems, sample]));
        assert!(managed(&[gems, ("examples/config/database.yml.sample", text)]).is_empty());
        assert!(managed(&[gems, ("config/database.test.yml.sample", text)]).is_empty());
        let both = managed(&[gems, sample, ("docker-compose.yml", COMPOSE)]);
        assert_eq!(both.len(), 1, "{both:#?}");
    }

    #[test]
    fn other_volumes_databases_and_environments_stay_apart() {
        let other_volume = COMPOSE.replace("pg:", "other:");
        let files = [("docker-compose.yml", COMPOSE), ("docker-compose.alt.yml", &*other_volume)];
        assert_eq!(managed(&files).len(), 2);
        assert_eq!(
            managed(&[("docker-compose.yml", COMPOSE), ("docker-compose.prod.yml", COMPOSE)]).len(),
            2
        );
        assert_eq!(
            managed(&[("docker-compose.yml", COMPOSE), (".env", "DATABASE_URL=postgres://u:x@db/billing\n")])
                .len(),
            2
        );
        assert_eq!(managed(&[("a/docker-compose.yml", COMPOSE), ("b/docker-compose.yml", COMPOSE)]).len(), 2);
    }
}
