//! CI systems, and the servers that their jobs start beside themselves.

use super::found::{Field, Found};
use super::image::ImageRef;
use super::tree::Tree;
use super::variables::{self, Setting};
use super::{Confidence, Database, Environment, Incomplete, Origin, Place, Role, paths};
use crate::presets::Presets;
use crate::presets::images::KnownImage;
use crate::presets::wildcard;
use crate::source::SourceFile;
use crate::yaml::{self, Node};

/// Systems by the root-relative paths of their files; `*` stands for anything.
const SYSTEMS: [(&str, &[&str]); 22] = [
    ("github", &[".github/workflows/*.yml", ".github/workflows/*.yaml"]),
    ("gitlab", &[".gitlab-ci.yml", ".gitlab-ci.yaml", ".gitlab/ci/*.yml", ".gitlab-ci/*.yml"]),
    ("circleci", &[".circleci/*.yml", ".circleci/*.yaml"]),
    ("travis", &[".travis.yml"]),
    ("jenkins", &["Jenkinsfile*", "*/Jenkinsfile", "*.jenkinsfile"]),
    (
        "azure",
        &[
            "azure-pipelines*.yml",
            "azure-pipelines*.yaml",
            ".azure-pipelines/*.yml",
            "azure-pipelines/*.yml",
            ".azuredevops/*.yml",
            ".azure/pipelines/*.yml",
            ".vsts-ci.yml",
        ],
    ),
    ("bitbucket", &["bitbucket-pipelines.yml"]),
    ("drone", &[".drone.yml", ".drone.yaml", ".drone.star", ".drone.jsonnet"]),
    ("woodpecker", &[".woodpecker.yml", ".woodpecker.yaml", ".woodpecker/*.yml", ".woodpecker/*.yaml"]),
    ("buildkite", &[".buildkite/*.yml", ".buildkite/*.yaml"]),
    ("cloudbuild", &["cloudbuild*.yaml", "cloudbuild*.yml", ".cloudbuild/*.yaml"]),
    ("appveyor", &["appveyor.yml", ".appveyor.yml"]),
    ("semaphore", &[".semaphore/*.yml"]),
    ("teamcity", &[".teamcity/*"]),
    ("codebuild", &["buildspec*.yml", "buildspec*.yaml"]),
    ("tekton", &[".tekton/*.yaml", ".tekton/*.yml"]),
    ("forgejo", &[".forgejo/workflows/*.yml", ".forgejo/workflows/*.yaml"]),
    ("gitea", &[".gitea/workflows/*.yml", ".gitea/workflows/*.yaml"]),
    ("sourcehut", &[".build.yml", ".builds/*.yml"]),
    ("cirrus", &[".cirrus.yml", ".cirrus.star"]),
    ("wercker", &["wercker.yml"]),
    ("codefresh", &["codefresh.yml"]),
];

/// Keys under which images are servers beside the job.
const SERVER_KEYS: [&str; 4] = ["services", "docker", "containers", "sidecars"];

/// Keys under which variables stand.
const VARIABLE_KEYS: [&str; 3] = ["env", "environment", "variables"];

/// Notes each CI system, and each database that its jobs start or connect to.
pub fn detect(tree: &Tree, presets: &Presets, found: &mut Found) {
    let files: Vec<(&str, &str)> = tree.paths().filter_map(|path| Some((system(path)?, path))).collect();
    for (system, path) in files {
        found.note(Field::Ci, system, Place::new(path, 1));
        if paths::is_yaml(path) {
            read(tree, path, presets, found);
        }
    }
}

fn system(path: &str) -> Option<&'static str> {
    let fits = |pattern: &str| wildcard::matches(pattern, path);
    SYSTEMS
        .iter()
        .find(|(_, patterns)| patterns.iter().any(|pattern| fits(pattern)))
        .map(|(system, _)| *system)
}

fn read(tree: &Tree, path: &str, presets: &Presets, found: &mut Found) {
    let Ok(file) = tree.read(path) else { return };
    match yaml::parse(&file) {
        Ok(documents) => {
            let mut jobs = Jobs { file: &file, presets, databases: Vec::new() };
            for document in &documents {
                jobs.walk(document, 0);
            }
            found.databases.append(&mut jobs.databases);
        }
        Err(error) => {
            let (line, column) = error.at();
            found.incomplete.push(Incomplete {
                path: path.to_owned(),
                line: Some(line),
                column: Some(column),
                message: error.reason().to_owned(),
                matters: false,
            });
        }
    }
}

struct Jobs<'a> {
    file: &'a SourceFile,
    presets: &'a Presets,
    databases: Vec<Database>,
}

impl Jobs<'_> {
    fn walk(&mut self, node: &Node, depth: usize) {
        if depth > 12 {
            return;
        }
        for entry in node.entries() {
            let name = entry.name();
            if SERVER_KEYS.contains(&name) {
                self.servers(entry.value);
            } else if VARIABLE_KEYS.contains(&name) && entry.value.is_mapping() {
                self.variables(entry.value);
            } else {
                self.walk(entry.value, depth + 1);
            }
        }
        for item in node.items() {
            self.walk(item, depth + 1);
        }
    }

    /// A list of names or of mappings with `image`, or a mapping from names to them.
    fn servers(&mut self, node: &Node) {
        if node.as_str().is_some() {
            self.server(node);
        }
        for item in node.items() {
            self.server(item);
            for entry in item.entries().into_iter().filter(|entry| entry.value.is_mapping()) {
                self.server(entry.value);
            }
        }
        for entry in node.entries() {
            self.server(entry.value);
        }
    }

    fn server(&mut self, node: &Node) {
        let image = ["image", "name"].iter().find_map(|key| node.get(key));
        let Some((at, text)) = image.or(Some(node)).and_then(|at| Some((at, at.as_str()?))) else { return };
        let Some(reference) = ImageRef::parse(text.trim_start_matches("docker://")) else { return };
        let known = self.presets.by_image(&reference);
        let engine = known.map(|known| known.engine).or_else(|| self.presets.by_adapter(text));
        let Some(engine) = engine else { return };
        let mut database = Database::new(&engine.id, Origin::Ci, self.place(at));
        database.version = reference.tag.filter(|_| known.is_some());
        database.role = Role::Test;
        database.environment = Environment::Test;
        database.confidence = Confidence::High;
        database.port = engine.ports.first().copied();
        if let Some(known) = known {
            self.identity(&mut database, node, known);
        }
        self.databases.push(database);
    }

    fn identity(&self, database: &mut Database, node: &Node, known: KnownImage<'_>) {
        let Some(variables) = VARIABLE_KEYS.iter().find_map(|key| node.get(key)) else { return };
        let value = |names: &[crate::presets::model::Str]| {
            names.iter().find_map(|name| super::url::known(variables.get(name)?.as_str()?))
        };
        database.database = value(&known.variables().database);
        database.user = value(&known.variables().user);
        database.password_source = known.variables().password.iter().find_map(|name| {
            let entry = variables.entry(name)?;
            Some(variables::source(&self.place(entry.value), name))
        });
    }

    /// Connections of the job itself; they are tests unless a name says otherwise.
    fn variables(&mut self, node: &Node) {
        let settings: Vec<Setting> = node
            .entries()
            .into_iter()
            .filter_map(|entry| {
                let (key, value) = (entry.name().to_owned(), entry.value.as_str()?.to_owned());
                Some(Setting { key, value, place: self.place(entry.value) })
            })
            .collect();
        for mut database in variables::databases(&settings, self.presets, Origin::Ci) {
            if matches!(database.environment, Environment::Unknown | Environment::Development) {
                database.environment = Environment::Test;
                database.role = Role::Test;
            }
            self.databases.push(database);
        }
    }

    fn place(&self, node: &Node) -> Place {
        Place::new(self.file.path(), self.file.line_of(node.start()))
    }
}

#[cfg(test)]
mod tests;
