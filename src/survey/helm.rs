//! Helm charts: dependencies, values, and images written out in templates.

use std::collections::BTreeMap;

use super::environment::{self, Clues};
use super::found::Found;
use super::image::ImageRef;
use super::tree::Tree;
use super::{Confidence, Database, Environment, Origin, Place, Role, paths};
use crate::presets::Presets;
use crate::presets::model::Engine;
use crate::source::SourceFile;
use crate::yaml::{self, Node};

/// Keys of values that say which engine a chart's own database section is for.
const ENGINE_KEYS: [&str; 7] = ["type", "driver", "engine", "dialect", "client", "vendor", "backend"];

/// Keys whose presence makes a section named like a chart's one about a server.
const SERVER_KEYS: [&str; 26] = [
    "enabled",
    "image",
    "auth",
    "persistence",
    "primary",
    "master",
    "host",
    "hostname",
    "port",
    "existingSecret",
    "architecture",
    "replicaCount",
    "url",
    "internal",
    "external",
    "deploy",
    "install",
    "create",
    "useExternal",
    "secretName",
    "database",
    "global",
    "client",
    "data",
    "storage",
    "resources",
];

/// Notes the databases of every chart in `tree`.
pub fn detect(tree: &Tree, presets: &Presets, found: &mut Found) {
    let charts: Vec<&str> = tree
        .paths()
        .filter(|path| matches!(paths::name(path), "Chart.yaml" | "requirements.yaml"))
        .map(paths::folder)
        .collect();
    for path in tree.paths() {
        let Some(chart) =
            charts.iter().filter(|chart| is_inside(path, chart)).max_by_key(|chart| chart.len())
        else {
            continue;
        };
        let Ok(file) = tree.read(path) else { continue };
        let reader = Reader { file: &file, presets };
        let name = paths::name(path);
        if path.contains("/templates/") || path.starts_with("templates/") {
            found.databases.extend(reader.template());
        } else if matches!(name, "Chart.yaml" | "requirements.yaml") || is_values(name) {
            let told = if is_values(name) { reader.values() } else { reader.dependencies() };
            found.databases.extend(told.into_iter().map(|database| settled(database, chart)));
        }
    }
}

fn is_values(name: &str) -> bool {
    name.starts_with("values") && paths::is_yaml(name)
}

fn is_inside(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

struct Reader<'a> {
    file: &'a SourceFile,
    presets: &'a Presets,
}

impl Reader<'_> {
    fn dependencies(&self) -> Vec<Database> {
        let Ok(root) = yaml::parse_one(self.file) else { return Vec::new() };
        let items = root.get("dependencies").map(Node::items).unwrap_or_default();
        items
            .iter()
            .filter_map(|item| {
                let name = item.get("name")?;
                let engine = self.engine_of_chart(name.as_str()?)?;
                Some(self.database(engine, name))
            })
            .collect()
    }

    fn values(&self) -> Vec<Database> {
        let Ok(root) = yaml::parse_one(self.file) else { return Vec::new() };
        let mut told = BTreeMap::new();
        self.walk(&root, 0, &mut told);
        told.into_values().collect()
    }

    /// Sections by place, so that a section within a section tells no second time.
    fn walk(&self, node: &Node, depth: usize, told: &mut BTreeMap<usize, Database>) {
        for entry in node.entries().into_iter().filter(|entry| entry.value.is_mapping() && depth < 6) {
            let section = self
                .named_section(entry.name(), entry.value, depth)
                .or_else(|| self.typed_section(entry.name(), entry.value));
            match section {
                Some(engine) => {
                    let mut database = self.database(engine, entry.key);
                    identity(&mut database, entry.value);
                    told.insert(entry.key.start(), database);
                }
                None => self.walk(entry.value, depth + 1, told),
            }
        }
    }

    /// `postgresql:` with what a server's section has.
    fn named_section(&self, name: &str, section: &Node, depth: usize) -> Option<&Engine> {
        let engine = self.engine_of_chart(name).filter(|_| depth < 2)?;
        let about_a_server =
            SERVER_KEYS.iter().any(|key| section.get(key).is_some()) || section.get(name).is_some();
        about_a_server.then_some(engine)
    }

    /// `database:` with a `type:` that names an engine.
    fn typed_section(&self, name: &str, section: &Node) -> Option<&Engine> {
        let lower = name.to_ascii_lowercase();
        if !(lower.ends_with("database") || lower.ends_with("db") || lower == "datasource") {
            return None;
        }
        ENGINE_KEYS.iter().find_map(|key| self.presets.by_adapter(section.get(key)?.as_str()?))
    }

    /// A chart's name, or one that ends in it (`mattermost-elasticsearch`).
    fn engine_of_chart(&self, name: &str) -> Option<&Engine> {
        self.presets
            .by_chart(name)
            .or_else(|| name.match_indices('-').find_map(|(at, _)| self.presets.by_chart(&name[at + 1..])))
    }

    /// Images that a template writes out; what it computes is in the values.
    fn template(&self) -> Vec<Database> {
        self.file
            .lines()
            .filter_map(|(line, text)| {
                let image = text.trim_start().trim_start_matches("- ").strip_prefix("image:")?.trim();
                if image.contains("{{") {
                    return None;
                }
                let reference = ImageRef::parse(image.trim_matches(['"', '\'']))?;
                let known = self.presets.by_image(&reference)?;
                let mut database =
                    Database::new(&known.engine.id, Origin::Helm, Place::new(self.file.path(), line));
                database.version = reference.tag;
                database.role = known.engine.role;
                Some(database)
            })
            .collect()
    }

    fn database(&self, engine: &Engine, at: &Node) -> Database {
        let place = Place::new(self.file.path(), self.file.line_of(at.start()));
        let mut database = Database::new(&engine.id, Origin::Helm, place);
        database.role = engine.role;
        database.confidence = Confidence::Medium;
        database
    }
}

/// Version, database and user, where values usually have them.
fn identity(database: &mut Database, section: &Node) {
    let inner = section
        .entries()
        .into_iter()
        .find(|entry| entry.name() == database.engine || entry.name().starts_with("mysql"));
    let sections = [
        Some(section),
        section.get("auth"),
        section.get("image"),
        section.get("global"),
        inner.map(|entry| entry.value),
    ];
    let find = |keys: &[&str]| {
        let mut nodes = sections.iter().flatten();
        nodes.find_map(|node| keys.iter().find_map(|key| super::url::known(node.get(key)?.as_str()?)))
    };
    database.version = find(&["imageTag", "tag"]);
    database.database = find(&[
        "database",
        "postgresqlDatabase",
        "mysqlDatabase",
        "mongodbDatabase",
        "databaseName",
        "dbName",
        "name",
    ]);
    database.user = find(&["username", "user", "postgresqlUsername", "mysqlUser", "mongodbUsername"]);
    database.host = find(&["host", "hostname"]);
    database.port = find(&["port"]).and_then(|port| port.parse().ok());
}

/// Gives a chart's database the environment that its values file or folder tells.
fn settled(mut database: Database, chart: &str) -> Database {
    let path = database.sources.first().map(|place| place.path.clone()).unwrap_or_default();
    database.environment = environment::classify(&Clues {
        host: database.host.as_deref(),
        database: database.database.as_deref(),
        files: &[&path, chart],
        ..Clues::default()
    });
    if database.environment == Environment::Test {
        database.role = Role::Test;
    }
    database
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let mut found = Found::default();
        detect(&Tree::in_memory(files.iter().copied()), &Presets::embedded(), &mut found);
        let line = |database: &Database| {
            format!(
                "{} {} {}",
                database.engine,
                database.version.as_deref().unwrap_or("-"),
                database.database.as_deref().unwrap_or("-")
            )
        };
        found.databases.iter().map(line).collect()
    }

    #[test]
    fn dependencies_values_and_templates() {
        let chart =
            "name: app\ndependencies:\n  - name: postgresql\n    version: 12.1.0\n  - name: grafana\n";
        assert_eq!(found(&[("c/Chart.yaml", chart)]), ["postgres - -"]);
        let values = "postgresql:\n  enabled: true\n  image: {tag: '16'}\n  auth: {database: shop}\nredis: {}\ningress: {enabled: true}\n";
        assert_eq!(found(&[("c/Chart.yaml", "name: a\n"), ("c/values.yaml", values)]), ["postgres 16 shop"]);
        let template = "containers:\n- image: redis:7\n- image: {{ .Values.image }}\n";
        assert_eq!(found(&[("c/Chart.yaml", "name: a\n"), ("c/templates/d.yaml", template)]), ["redis 7 -"]);
    }

    #[test]
    fn sections_that_name_their_engine() {
        let values = "features:\n  database:\n    driver: postgres\n    name: app\nstorage:\n  type: redis\n";
        assert_eq!(found(&[("Chart.yaml", "name: a\n"), ("values.yaml", values)]), ["postgres - app"]);
    }

    #[test]
    fn files_outside_charts_do_not_count() {
        assert!(found(&[("values.yaml", "postgresql: {enabled: true}\n")]).is_empty());
        assert!(
            found(&[("c/Chart.yaml", "name: a\n"), ("d/values.yaml", "postgresql: {enabled: true}\n")])
                .is_empty()
        );
    }
}
