//! Tests that are given the database of the application.

use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Place, Severity};
use crate::source::SourceFile;
use crate::survey::config::shape;
use crate::survey::script::{self, Expr};
use crate::survey::{dotenv, paths, url};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "test-db-shared",
        title: "Tests share the application's database",
        severity: Severity::Critical,
        why: "Test runners empty their database before and after every run. Here it is the one that people work with.",
        evidence: "A test run that emptied production: https://www.traviscistatus.com/incidents/z2b3lz2kwcfp",
        bad: "development:\n  adapter: postgresql\n  database: shop\ntest:\n  adapter: postgresql\n  database: shop\n",
        good: "development:\n  adapter: postgresql\n  database: shop\ntest:\n  adapter: postgresql\n  database: shop_test\n",
        remedy: "Give the tests a database whose name says so (`…_test`), and let their set-up refuse any other.",
        fix: None,
    },
    check,
};

/// Files whose sections are named after environments.
const SECTIONED: [&str; 6] =
    ["database.yml", "database.json", "mongoid.yml", "dbconfig.yml", "config.json", "knexfile.js"];

fn check(view: &View<'_>) -> Vec<Finding> {
    let sectioned = view.tree.paths().filter(|path| SECTIONED.contains(&paths::name(path)));
    let mut findings: Vec<Finding> = sectioned.filter_map(|path| sections(view, path)).collect();
    let tests = view
        .survey
        .env_files
        .iter()
        .filter(|path| matches!(paths::name(path), ".env.test" | ".env.testing" | ".env.test.local"));
    findings.extend(tests.filter_map(|path| dotenv(view, path)));
    findings
}

/// A file with a section for each environment.
fn sections(view: &View<'_>, path: &str) -> Option<Finding> {
    let file = view.tree.read(path).ok()?;
    let mut entries = shape::entries(&file).ok()?;
    // What a program exports is below that.
    let exported = entries.iter().find(|entry| script::get(entry.value.entries(), "test").is_some());
    if let Some(exported) = exported.filter(|_| script::get(&entries, "test").is_none()) {
        entries = exported.value.entries().to_vec();
    }
    let test = target(script::get(&entries, "test")?)?;
    let other = ["development", "production"]
        .into_iter()
        .find_map(|name| target(script::get(&entries, name)?).filter(|other| other.is_same(&test)))?;
    Some(finding(&file, &test, draft::line_of(&file, file.line_of(other.start))))
}

struct Target {
    name: String,
    host: Option<String>,
    start: usize,
}

impl Target {
    fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.host == other.host
    }
}

fn target(section: &Expr) -> Option<Target> {
    let inner = script::get(section.entries(), "connection");
    let section = inner.filter(|inner| !inner.entries().is_empty()).unwrap_or(section);
    let text = |keys: &[&str]| keys.iter().find_map(|key| script::get(section.entries(), key));
    if let Some(address) = text(&["url", "connectionString", "uri", "connection"]) {
        let shown = address.text()?;
        let connection = url::parse(&shown).filter(|connection| !connection.is_in_memory())?;
        return Some(Target {
            name: connection.database.clone()?,
            host: connection.host().map(str::to_owned),
            start: address.start,
        });
    }
    let database = text(&["database", "dbname", "storage"])?;
    let name = url::known(&database.text()?).filter(|name| !name.contains(":memory:"))?;
    let host = text(&["host", "hostname", "socket"]).and_then(Expr::text);
    Some(Target { name, host, start: database.start })
}

/// A dotenv file for tests beside the one of the application.
fn dotenv(view: &View<'_>, path: &str) -> Option<Finding> {
    let file = view.tree.read(path).ok()?;
    let folder = paths::folder(path);
    let beside = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let others = [".env", ".env.development", ".env.local", ".env.production"].map(beside);
    others.iter().find_map(|other| {
        let theirs = view.tree.read(other).ok()?;
        let (test, line, other_line) = same_url(&file, &theirs)?;
        let found = finding(&file, &test, draft::line_of(&theirs, other_line));
        Some(Finding { place: draft::line_of(&file, line), ..found })
    })
}

/// The first connection string of `file` that leads where one of the same name in `other` leads.
fn same_url(file: &SourceFile, other: &SourceFile) -> Option<(Target, usize, usize)> {
    let theirs = dotenv::parse(other);
    dotenv::parse(file).iter().find_map(|entry| {
        let connection = url::parse(entry.value.reveal()).filter(|connection| !connection.is_in_memory())?;
        let same = dotenv::find(&theirs, &entry.key)?;
        let known = url::parse(same.value.reveal())?;
        let name = connection
            .database
            .clone()
            .filter(|name| Some(name) == known.database.as_ref() && !name.is_empty())?;
        let agrees = connection.servers == known.servers
            && !matches!(connection.scheme.as_str(), "http" | "https" | "redis" | "rediss");
        let host = connection.host().map(str::to_owned);
        agrees.then_some((Target { name, host, start: entry.span.start }, entry.line, same.line))
    })
}

fn finding(file: &SourceFile, test: &Target, other: Place) -> Finding {
    let message = format!("The tests are given `{}`, which the application uses too.", test.name);
    let place = draft::line_of(file, file.line_of(test.start));
    draft::finding(&RULE.about, Kind::Config, place, RULE.about.severity, message)
        .with(other, "the same database")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "config/database.yml");
        assert_eq!(
            trial::found(&RULE, &[("config/database.yml", RULE.about.bad)]),
            ["config/database.yml:6 critical"]
        );
    }

    #[test]
    fn sections_of_other_formats_and_dotenv_files() {
        let json = "{\"development\": {\"database\": \"a\", \"host\": \"h\"}, \"test\": {\"database\": \"a\", \"host\": \"h\"}}";
        assert_eq!(trial::found(&RULE, &[("config/config.json", json)]), ["config/config.json:1 critical"]);
        let elsewhere = json.replacen("\"h\"", "\"other\"", 1);
        assert!(trial::found(&RULE, &[("config/config.json", &elsewhere)]).is_empty());
        let found = |test: &str| {
            let files = [(".env", "DATABASE_URL=postgres://a:b@localhost/shop\n"), (".env.test", test)];
            trial::found(&RULE, &files)
        };
        assert_eq!(found("X=1\nDATABASE_URL=postgres://a:b@localhost/shop\n"), [".env.test:2 critical"]);
        assert!(found("DATABASE_URL=postgres://a:b@localhost/shop_test\n").is_empty());
        assert!(found("DATABASE_URL=postgres://a:b@other/shop\n").is_empty());
    }

    #[test]
    fn look_alikes() {
        let memory = RULE
            .about
            .bad
            .replace("database: shop\ntest:", "database: ':memory:'\ntest:")
            .replace("database: shop\n", "database: ':memory:'\n");
        assert!(trial::found(&RULE, &[("config/database.yml", &memory)]).is_empty());
        let env = "development:\n  database: <%= ENV['DB'] %>\ntest:\n  database: <%= ENV['DB'] %>\n";
        assert!(trial::found(&RULE, &[("config/database.yml", env)]).is_empty());
    }

    #[test]
    fn other_keys_and_other_places() {
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text)]).len();
        let url = |test: &str| format!("production:\n  url: postgres://a:b@h/shop\ntest:\n  url: {test}\n");
        assert_eq!(found("config/database.yml", &url("postgres://a:b@h/shop")), 1);
        for other in ["postgres://a:b@h/shop_test", "postgres://a:b@other/shop", "sqlite://:memory:"] {
            assert_eq!(found("config/database.yml", &url(other)), 0, "{other}");
        }
        assert_eq!(found("config/other.yml", RULE.about.bad), 0);
        let anchored = "default: &default\n  adapter: postgresql\n  database: shop\ndevelopment:\n  <<: *default\ntest:\n  <<: *default # the same on purpose\n";
        assert_eq!(found("config/database.yml", anchored), 1);
        let apart = "default: &default\n  adapter: postgresql\ndevelopment:\n  <<: *default\n  database: shop\ntest:\n  <<: *default\n  database: shop_test\n";
        assert_eq!(found("config/database.yml", apart), 0);
        let knex = "module.exports = {\n  development: { client: 'pg', connection: process.env.DATABASE_URL },\n  test: { client: 'pg', connection: { host: 'h', database: 'a' } },\n  production: { client: 'pg', connection: { host: 'h', database: 'a' } },\n};\n";
        assert_eq!(found("knexfile.js", knex), 1);
        assert_eq!(found("knexfile.js", &knex.replacen("'a'", "'a_test'", 1)), 0);
        let strings = "export default {\n  test: { client: 'pg', connection: 'postgres://h/a' },\n  production: { client: 'pg', connection: 'postgres://h/a' },\n};\n";
        assert_eq!(found("knexfile.js", strings), 1);
    }

    #[test]
    fn dotenv_files_that_say_the_same() {
        let found = |path: &str, own: &str, test: &str| {
            trial::found(&RULE, &[(path, own), ("api/.env.testing", test)]).len()
        };
        let url = "DATABASE_URL=postgres://a:b@localhost/shop\n";
        assert_eq!(found("api/.env.local", url, url), 1);
        assert_eq!(found("web/.env", url, url), 0);
        assert_eq!(found("api/.env", url, "OTHER_URL=postgres://a:b@localhost/shop\n"), 0);
        for same in [
            "API_URL=https://a@localhost/shop\n",
            "REDIS_URL=redis://localhost/0\n",
            "DATABASE_URL=sqlite://:memory:\n",
        ] {
            assert_eq!(found("api/.env", same, same), 0, "{same}");
        }
    }
}
