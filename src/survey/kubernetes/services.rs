//! The names under which workloads are reached: Services whose selector fits a pod's labels.

use std::collections::BTreeMap;

use crate::survey::{Database, paths};
use crate::yaml::Node;

type Labels = BTreeMap<String, String>;

/// What all manifests together tell.
#[derive(Default)]
pub(super) struct Gathered {
    /// Databases that are no pod: resources of operators, and connections.
    pub(super) others: Vec<Database>,
    pods: Vec<(Database, Labels)>,
    services: Vec<(String, String, Labels)>,
}

impl Gathered {
    /// Remembers the Service `root` of the manifest at `path`.
    pub(super) fn service(&mut self, path: &str, root: &Node) {
        let name = root.path(&["metadata", "name"]).and_then(Node::as_str);
        let selector = root.path(&["spec", "selector"]).map(labels).unwrap_or_default();
        if let Some(name) = name.filter(|_| !selector.is_empty()) {
            self.services.push((paths::folder(path).to_owned(), name.to_owned(), selector));
        }
    }

    /// Remembers a database in a pod with this `metadata`.
    pub(super) fn pod(&mut self, database: Database, metadata: Option<&Node>) {
        let labels = metadata.and_then(|node| node.get("labels")).map(labels).unwrap_or_default();
        self.pods.push((database, labels));
    }

    /// All databases; those in pods under the names of the Services in their folder that lead to them.
    pub(super) fn databases(self) -> Vec<Database> {
        let Self { others, pods, services } = self;
        let named = pods.into_iter().map(|(mut database, pod)| {
            let folder = database.sources.first().map_or("", |place| paths::folder(&place.path)).to_owned();
            let leads = |selector: &Labels| selector.iter().all(|(key, value)| pod.get(key) == Some(value));
            let names = services.iter().filter(|(own, _, selector)| *own == folder && leads(selector));
            database.aliases.extend(names.map(|(_, name, _)| name.clone()));
            database
        });
        named.chain(others).collect()
    }
}

fn labels(node: &Node) -> Labels {
    let pairs = node.entries().into_iter();
    pairs.filter_map(|entry| Some((entry.name().to_owned(), entry.value.as_str()?.to_owned()))).collect()
}
