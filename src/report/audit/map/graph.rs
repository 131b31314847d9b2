//! Which services run or use which databases, and where their data is.

use std::collections::BTreeMap;

use crate::report::audit::visible;
use crate::survey::compose::ComposeFile;
use crate::survey::{Database, Survey, VolumeKind};

/// The columns of the map, from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Service,
    Database,
    Volume,
}

impl Kind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Database => "database",
            Self::Volume => "volume",
        }
    }
}

/// A box.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) label: String,
    pub(super) detail: String,
    /// The database's place in the survey.
    pub(super) database: Option<usize>,
}

/// A line from a database to a service or volume; both are places in the list of nodes.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) database: usize,
    pub(super) other: usize,
    /// Whether a service uses the database without running it.
    pub(super) uses: bool,
}

#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    known: BTreeMap<Key, usize>,
}

/// What makes a box the same box: a volume of one project is one, whichever file names it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Service { file: String, name: String },
    Host(String),
    Named(String),
    OfProject { project: String, key: String },
    Alone(usize),
}

/// The graph of a survey's databases, in their order.
pub(super) fn of(survey: &Survey) -> Graph {
    let mut graph = Graph::default();
    for (at, database) in survey.databases.iter().enumerate() {
        let node = graph.add(about(at, database));
        graph.runs(database, node);
        graph.volume(survey, database, node);
    }
    for file in &survey.compose.files {
        graph.uses(survey, file);
    }
    graph
}

fn about(at: usize, database: &Database) -> Node {
    let version = database.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    // A Compose file stands beside its service.
    let source = database.sources.first().filter(|_| database.compose_file.is_none());
    let source = source.map(|source| format!(", {}", source.path)).unwrap_or_default();
    Node {
        kind: Kind::Database,
        label: visible(&database.id),
        detail: visible(&format!("{}{version}{source}", database.engine)),
        database: Some(at),
    }
}

impl Graph {
    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn connect(&mut self, database: usize, key: Key, node: Node, uses: bool) {
        let other = match self.known.get(&key) {
            Some(known) => *known,
            None => self.add(node),
        };
        self.known.insert(key, other);
        self.edges.push(Edge { database, other, uses });
    }

    /// The service that runs a database, or the host that it is on.
    fn runs(&mut self, database: &Database, node: usize) {
        let service = |label: &str, detail: &str| Node {
            kind: Kind::Service,
            label: visible(label),
            detail: visible(detail),
            database: None,
        };
        match (&database.compose_file, &database.compose_service, &database.host) {
            (Some(file), Some(name), _) => {
                let key = Key::Service { file: file.clone(), name: name.clone() };
                self.connect(node, key, service(name, file), false);
            }
            (_, _, Some(host)) => self.connect(node, Key::Host(host.clone()), service(host, "host"), false),
            _ => {}
        }
    }

    /// The services of `file` that wait for a database; those that wait for the same ones share a box.
    fn uses(&mut self, survey: &Survey, file: &ComposeFile) {
        let mut alike: BTreeMap<Vec<usize>, Vec<&str>> = BTreeMap::new();
        for service in &file.services {
            let needs = |database: &Database| {
                database.compose_file.as_ref() == Some(&file.path)
                    && database.compose_service.as_ref().is_some_and(|name| service.depends_on.contains(name))
            };
            let known = self.nodes.iter().enumerate();
            let databases =
                known.filter(|(_, node)| node.database.is_some_and(|at| needs(&survey.databases[at])));
            let databases: Vec<usize> = databases.map(|(node, _)| node).collect();
            if !databases.is_empty() {
                alike.entry(databases).or_default().push(&service.name);
            }
        }
        for (databases, names) in alike {
            let node = self.add(Node {
                kind: Kind::Service,
                label: visible(&names.join(", ")),
                detail: visible(&file.path),
                database: None,
            });
            self.edges.extend(databases.into_iter().map(|database| Edge {
                database,
                other: node,
                uses: true,
            }));
        }
    }

    fn volume(&mut self, survey: &Survey, database: &Database, node: usize) {
        let detail = match database.volume_kind {
            VolumeKind::Named => "volume",
            VolumeKind::External => "external volume",
            VolumeKind::Bind => "folder",
            VolumeKind::Anonymous => "volume without a name",
            VolumeKind::Tmpfs => "memory, empty after a stop",
            VolumeKind::None => return,
        };
        let label = database.volume.as_deref().or(database.data_mount.as_deref()).unwrap_or(detail);
        let volume =
            Node { kind: Kind::Volume, label: visible(label), detail: detail.to_owned(), database: None };
        self.connect(node, storage(survey, database, node), volume, false);
    }
}

fn storage(survey: &Survey, database: &Database, alone: usize) -> Key {
    if matches!(database.volume_kind, VolumeKind::Anonymous | VolumeKind::Tmpfs) {
        return Key::Alone(alone);
    }
    match (&database.volume_name, &database.volume) {
        (Some(name), _) => Key::Named(name.clone()),
        (None, Some(key)) => Key::OfProject { project: project(survey, database), key: key.clone() },
        (None, None) => Key::Alone(alone),
    }
}

/// What Compose puts before a volume's key: the project's name, or what is derived from the folder's.
fn project(survey: &Survey, database: &Database) -> String {
    let file = database.compose_file.as_deref().and_then(|path| survey.compose.file(path));
    let named = file.and_then(|file| file.project_name.as_ref()).map(|name| format!("name {}", name.text));
    named.or_else(|| file.map(|file| format!("folder {}", file.directory))).unwrap_or_default()
}
