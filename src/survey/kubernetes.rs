//! Kubernetes manifests: containers that run a database, resources that operators turn into one, and connections.

mod services;

use super::environment::{self, Clues};
use super::found::Found;
use super::image::ImageRef;
use super::tree::Tree;
use super::variables::{self, Setting};
use super::{Confidence, Database, Environment, Origin, Place, Role, VolumeKind, paths};
use crate::presets::Presets;
use crate::presets::images::KnownImage;
use crate::presets::model::Str;
use crate::source::SourceFile;
use crate::yaml::{self, Node};
use services::Gathered;

/// Workloads that stay up, and where their pod is described.
const WORKLOADS: [(&str, &[&str]); 7] = [
    ("Pod", &["spec"]),
    ("Deployment", &["spec", "template", "spec"]),
    ("StatefulSet", &["spec", "template", "spec"]),
    ("DaemonSet", &["spec", "template", "spec"]),
    ("ReplicaSet", &["spec", "template", "spec"]),
    ("ReplicationController", &["spec", "template", "spec"]),
    ("DeploymentConfig", &["spec", "template", "spec"]),
];

/// Notes every database in every manifest of `tree`.
pub fn detect(tree: &Tree, presets: &Presets, found: &mut Found) {
    let mut gathered = Gathered::default();
    let paths = tree.paths().filter(|path| paths::is_yaml(path));
    for path in paths.filter(|path| !path.starts_with(".github/")) {
        let Ok(file) = tree.read(path) else { continue };
        let text = file.text();
        if !(text.contains("apiVersion:") && text.contains("kind:")) || text.contains("{{") {
            continue;
        }
        let Ok(documents) = yaml::parse(&file) else { continue };
        let reader = Reader { file: &file, presets };
        for document in &documents {
            reader.document(document, &mut gathered);
        }
    }
    found.databases.extend(gathered.databases());
}

struct Reader<'a> {
    file: &'a SourceFile,
    presets: &'a Presets,
}

/// What all containers of a workload share.
struct Workload<'a> {
    name: &'a str,
    namespace: Option<&'a str>,
    root: &'a Node,
    pod: &'a Node,
}

impl Reader<'_> {
    fn document(&self, root: &Node, gathered: &mut Gathered) {
        let text = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or_default();
        match text("kind") {
            kind if kind.ends_with("List") => {
                let items = root.get("items").map(Node::items).unwrap_or_default();
                for item in items {
                    self.document(item, gathered);
                }
            }
            "ConfigMap" => {
                gathered.others.extend(root.get("data").into_iter().flat_map(|data| self.config(data)));
            }
            "Secret" => {
                gathered.others.extend(root.get("stringData").into_iter().flat_map(|data| self.config(data)));
            }
            "Service" => gathered.service(self.file.path(), root),
            kind => {
                gathered.others.extend(self.resource(root, kind, text("apiVersion")));
                self.workload(root, kind, gathered);
            }
        }
    }

    /// A resource that an operator turns into a server.
    fn resource(&self, root: &Node, kind: &str, api_version: &str) -> Option<Database> {
        let engine = self.presets.by_kind(kind, api_version)?;
        let name = |key: &str| root.path(&["metadata", key]).and_then(Node::as_str);
        let mut database = Database::new(&engine.id, Origin::Kubernetes, self.place(root.get("kind")?));
        database.host = name("name").map(str::to_owned);
        database.port = engine.ports.first().copied();
        database.confidence = Confidence::High;
        settle(&mut database, name("namespace"), engine.role);
        Some(database)
    }

    fn workload(&self, root: &Node, kind: &str, gathered: &mut Gathered) {
        let Some((_, at)) = WORKLOADS.iter().find(|(known, _)| *known == kind) else { return };
        let Some(pod) = root.path(at) else { return };
        let name = |key: &str| root.path(&["metadata", key]).and_then(Node::as_str);
        let workload =
            Workload { name: name("name").unwrap_or_default(), namespace: name("namespace"), root, pod };
        let metadata =
            if at.len() == 1 { root.get("metadata") } else { root.path(&["spec", "template", "metadata"]) };
        for container in pod.get("containers").map(Node::items).unwrap_or_default() {
            match self.server(container, &workload) {
                Some(database) => gathered.pod(database, metadata),
                None => gathered.others.extend(self.connections(container)),
            }
        }
    }

    fn server(&self, container: &Node, workload: &Workload<'_>) -> Option<Database> {
        let image = container.get("image")?;
        let reference = ImageRef::parse(image.as_str()?)?;
        let known = self.presets.by_image(&reference)?;
        let mut database = Database::new(&known.engine.id, Origin::Kubernetes, self.place(image));
        database.version = reference.tag;
        database.host = Some(workload.name.to_owned()).filter(|name| !name.is_empty());
        database.port = known.engine.ports.first().copied();
        database.confidence = Confidence::High;
        let environment = Variables { container };
        let variables = known.variables();
        database.database = environment.value(&variables.database);
        database.user = environment.value(&variables.user);
        database.password_source = variables
            .password
            .iter()
            .find_map(|name| Some(variables::source(&self.place(environment.find(name)?), name)));
        mount(&mut database, container, workload, known);
        settle(&mut database, workload.namespace, known.engine.role);
        Some(database)
    }

    fn connections(&self, container: &Node) -> Vec<Database> {
        let items = container.get("env").map(Node::items).unwrap_or_default();
        let settings: Vec<Setting> =
            items.iter().filter_map(|item| self.setting(item.get("name")?, item.get("value")?)).collect();
        variables::databases(&settings, self.presets, Origin::Kubernetes)
    }

    fn config(&self, data: &Node) -> Vec<Database> {
        let settings: Vec<Setting> = data
            .entries()
            .into_iter()
            .filter_map(|entry| {
                let value = entry.value.as_str()?.to_owned();
                Some(Setting { key: entry.name().to_owned(), value, place: self.place(entry.value) })
            })
            .collect();
        variables::databases(&settings, self.presets, Origin::Kubernetes)
    }

    fn setting(&self, name: &Node, value: &Node) -> Option<Setting> {
        Some(Setting {
            key: name.as_str()?.to_owned(),
            value: value.as_str()?.to_owned(),
            place: self.place(value),
        })
    }

    fn place(&self, node: &Node) -> Place {
        Place::new(self.file.path(), self.file.line_of(node.start()))
    }
}

/// The `env` of a container.
struct Variables<'a> {
    container: &'a Node,
}

impl<'a> Variables<'a> {
    fn find(&self, name: &str) -> Option<&'a Node> {
        let items = self.container.get("env")?.items();
        items.iter().find(|item| item.get("name").and_then(Node::as_str) == Some(name))
    }

    fn value(&self, names: &[Str]) -> Option<String> {
        names.iter().find_map(|name| super::url::known(self.find(name)?.get("value")?.as_str()?))
    }
}

fn mount(database: &mut Database, container: &Node, workload: &Workload<'_>, known: KnownImage<'_>) {
    let mounts = container.get("volumeMounts").map(Node::items).unwrap_or_default();
    let covers = |node: &Node| {
        let target = node.get("mountPath").and_then(Node::as_str).unwrap_or_default().trim_end_matches('/');
        known.data_directories().any(|directory| {
            directory == target
                || (!target.is_empty()
                    && directory.strip_prefix(target).is_some_and(|rest| rest.starts_with('/')))
        })
    };
    let Some(mount) = mounts.iter().find(|mount| covers(mount)) else { return };
    let Some(name) = mount.get("name").and_then(Node::as_str) else { return };
    database.data_mount = mount.get("mountPath").and_then(Node::as_str).map(str::to_owned);
    let (kind, volume) = volume(workload, name);
    database.volume_kind = kind;
    database.volume = volume;
}

/// Kind and name of the volume that a pod calls `name`.
fn volume(workload: &Workload<'_>, name: &str) -> (VolumeKind, Option<String>) {
    let named = |node: &&Node| node.get("name").and_then(Node::as_str) == Some(name);
    let declared = workload.pod.get("volumes").map(Node::items).unwrap_or_default().iter().find(named);
    let Some(volume) = declared else {
        let template = workload.root.path(&["spec", "volumeClaimTemplates"]).is_some();
        return (if template { VolumeKind::Named } else { VolumeKind::None }, Some(name.to_owned()));
    };
    if let Some(claim) = volume.path(&["persistentVolumeClaim", "claimName"]).and_then(Node::as_str) {
        return (VolumeKind::Named, Some(claim.to_owned()));
    }
    if let Some(path) = volume.path(&["hostPath", "path"]).and_then(Node::as_str) {
        return (VolumeKind::Bind, Some(path.to_owned()));
    }
    match volume.get("emptyDir") {
        Some(options) if options.get("medium").and_then(Node::as_str) == Some("Memory") => {
            (VolumeKind::Tmpfs, None)
        }
        Some(_) => (VolumeKind::Anonymous, None),
        None => (VolumeKind::External, Some(name.to_owned())),
    }
}

fn settle(database: &mut Database, namespace: Option<&str>, role: Role) {
    let path = database.sources.first().map(|place| place.path.clone()).unwrap_or_default();
    database.environment = environment::classify(&Clues {
        host: database.host.as_deref(),
        database: database.database.as_deref(),
        variables: namespace.as_slice(),
        files: &[&path],
        is_local: false,
    });
    database.role = if database.environment == Environment::Test { Role::Test } else { role };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<Database> {
        let mut found = Found::default();
        detect(&Tree::in_memory([(path, text)]), &Presets::embedded(), &mut found);
        found.databases
    }

    #[test]
    fn containers_with_their_volumes() {
        let text = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: pg, namespace: shop-production}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: postgres:16\n        env:\n        - {name: POSTGRES_DB, value: shop}\n        - name: POSTGRES_PASSWORD\n          valueFrom: {secretKeyRef: {name: s, key: p}}\n        volumeMounts: [{name: d, mountPath: /var/lib/postgresql/data}]\n      - name: exporter\n        image: prometheuscommunity/postgres-exporter\n      volumes: [{name: d, persistentVolumeClaim: {claimName: pg-claim}}]\n";
        let databases = found("k8s/pg.yaml", text);
        let [db] = databases.as_slice() else { panic!("{databases:?}") };
        assert_eq!((&*db.engine, db.version.as_deref(), db.sources[0].line), ("postgres", Some("16"), 9));
        assert_eq!((db.volume.as_deref(), db.volume_kind), (Some("pg-claim"), VolumeKind::Named));
        assert_eq!((db.database.as_deref(), db.environment), (Some("shop"), Environment::Production));
        assert_eq!(db.password_source.as_deref(), Some("k8s/pg.yaml:12 POSTGRES_PASSWORD"));
    }

    #[test]
    fn scratch_volumes_jobs_and_operators() {
        let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: redis:alpine@sha256:00\n    volumeMounts: [{name: d, mountPath: /data}]\n  volumes: [{name: d, emptyDir: {}}]\n---\napiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{image: 'mysql:8'}]}}}}}\n";
        let databases = found("x.yaml", pod);
        assert_eq!((databases.len(), databases[0].volume_kind), (1, VolumeKind::Anonymous));
        let operator = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: main}\n";
        assert_eq!(found("x.yml", operator)[0].host.as_deref(), Some("main"));
        assert!(found("x.yml", "apiVersion: cluster.x-k8s.io/v1\nkind: Cluster\n").is_empty());
    }

    #[test]
    fn services_are_other_names_of_a_pod() {
        let text = "apiVersion: v1\nkind: Service\nmetadata: {name: pg-service}\nspec: {selector: {app: pg}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: pg, labels: {app: pg, tier: data}}\nspec: {containers: [{image: 'postgres:16'}]}\n";
        assert_eq!(found("k8s/pg.yaml", text)[0].aliases, ["pg-service"]);
    }

    #[test]
    fn connections_in_config_maps_and_containers() {
        let text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  DATABASE_URL: mysql://u:x@db/app\n";
        assert_eq!(found("c.yaml", text)[0].database.as_deref(), Some("app"));
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: node\n    env: [{name: REDIS_ADDR, value: 'cart:6379'}]\n";
        let databases = found("c.yaml", text);
        assert_eq!((databases[0].host.as_deref(), databases[0].port), (Some("cart"), Some(6379)));
    }
}
