//! One service as one file writes it.

use std::collections::BTreeMap;

use super::model::{Build, Deploy, Service, Sourced};
use super::project::Reader;
use super::{environment, mounts, names, ports};
use crate::source::SourceFile;
use crate::survey::Place;
use crate::survey::dockerfile;
use crate::survey::hidden::Hidden;
use crate::yaml::{Entry, Node};

/// Reads the service under `entry`; `extends` is not followed here.
pub(super) fn read(reader: Reader<'_>, entry: Entry<'_>) -> Service {
    let node = entry.value;
    let mut service = Service::new(entry.name(), reader.place(entry.key));
    service.image = node.get("image").and_then(|image| sourced(reader, image));
    service.build = node.get("build").and_then(|node| build(reader, node));
    let declaring = ["image", "build"].into_iter().filter_map(|key| node.entry(key));
    service.declared =
        declaring.filter(|entry| !entry.value.is_null()).map(|entry| reader.place(entry.key)).next();
    service.mounts = mounts::read(reader, node);
    service.env_files = environment::files(reader, node);
    service.environment = environment::effective(reader, &service.env_files, environment::own(reader, node));
    service.ports = ports::read(reader, node);
    service.container_name = reader.text_of(node, "container_name");
    service.hostname = reader.text_of(node, "hostname");
    service.aliases = aliases(reader, node);
    service.depends_on = node.get("depends_on").map(|list| reader.texts(list)).unwrap_or_default();
    service.profiles = node.get("profiles").map(|list| reader.texts(list)).unwrap_or_default();
    service.command = node.get("command").map(|command| Hidden::new(reader.texts(command).join(" ")));
    service.command_place = node.entry("command").map(|entry| reader.place(entry.key));
    service.entrypoint = node.get("entrypoint").map(|words| Hidden::new(reader.texts(words).join(" ")));
    service.network_mode = node.get("network_mode").and_then(|mode| sourced(reader, mode));
    service.stop_grace = node.entry("stop_grace_period").map(|entry| reader.place(entry.key));
    service.restart = reader.text_of(node, "restart");
    service.labels = labels(reader, node);
    service.deploy = deploy(reader, node);
    service.healthcheck =
        node.entry("healthcheck").filter(|entry| is_check(entry.value)).map(|e| reader.place(e.key));
    service.dropped = dropped(node);
    service
}

fn sourced(reader: Reader<'_>, node: &Node) -> Option<Sourced> {
    Some(Sourced { text: reader.text(node)?, place: reader.place(node) })
}

fn aliases(reader: Reader<'_>, node: &Node) -> Vec<String> {
    let networks = node.get("networks").map(Node::entries).unwrap_or_default();
    let lists = networks.iter().filter_map(|network| network.value.get("aliases"));
    lists.flat_map(|list| reader.texts(list)).collect()
}

fn labels(reader: Reader<'_>, node: &Node) -> Vec<String> {
    let Some(labels) = node.get("labels") else { return Vec::new() };
    if labels.is_sequence() {
        return reader.texts(labels);
    }
    let pair =
        |entry: &Entry<'_>| format!("{}={}", entry.name(), reader.text(entry.value).unwrap_or_default());
    labels.entries().iter().map(pair).collect()
}

/// Keys of `deploy:` that nothing but a cluster obeys.
const CLUSTER_KEYS: [&str; 4] = ["placement", "update_config", "rollback_config", "endpoint_mode"];

fn deploy(reader: Reader<'_>, node: &Node) -> Option<Deploy> {
    let deploy = node.get("deploy");
    let replicas = deploy.and_then(|deploy| deploy.get("replicas")).or_else(|| node.get("scale"));
    if deploy.is_none() && replicas.is_none() {
        return None;
    }
    let inside = |keys: &[&str]| deploy.and_then(|deploy| deploy.path(keys));
    let order = inside(&["update_config", "order"]).and_then(|order| reader.text(order));
    Some(Deploy {
        replicas: replicas.and_then(|count| reader.text(count)?.parse().ok()),
        replicas_place: replicas.map(|count| reader.place(count)),
        start_first: order.as_deref() == Some("start-first"),
        constraints: inside(&["placement", "constraints"]).map(|list| reader.texts(list)).unwrap_or_default(),
        clustered: CLUSTER_KEYS.iter().any(|key| inside(&[key]).is_some()),
    })
}

fn is_check(node: &Node) -> bool {
    let never = |test: &Node| test.items().first().unwrap_or(test).as_str() == Some("NONE");
    let disabled = node.get("disable").and_then(Node::as_bool).unwrap_or_default();
    node.is_mapping() && !disabled && !node.get("test").is_some_and(never)
}

fn dropped(node: &Node) -> Vec<String> {
    let tagged = |entry: &&Entry<'_>| matches!(entry.value.tag(), Some("!reset" | "!override"));
    node.entries().iter().filter(tagged).map(|entry| entry.name().to_owned()).collect()
}

fn build(reader: Reader<'_>, node: &Node) -> Option<Build> {
    if node.is_null() {
        return None;
    }
    let long = node.is_mapping();
    let context = if long { reader.text_of(node, "context") } else { reader.text(node) };
    let context = context.unwrap_or_else(|| ".".to_owned());
    let file = reader.text_of(node, "dockerfile").unwrap_or_else(|| "Dockerfile".to_owned());
    let inside = names::join(reader.directory, &context).and_then(|directory| names::join(&directory, &file));
    let target = reader.text_of(node, "target");
    let arguments = node.get("args").map(|args| arguments(reader, args)).unwrap_or_default();
    let base = match node.get("dockerfile_inline") {
        Some(text) => inline_base(reader, text, target.as_deref(), &arguments),
        None => inside.as_deref().and_then(|path| file_base(reader, path, target.as_deref(), &arguments)),
    };
    Some(Build { context, dockerfile: inside.filter(|path| reader.tree.has(path)), target, base })
}

fn arguments(reader: Reader<'_>, node: &Node) -> BTreeMap<String, String> {
    let expanded = |value: &str| reader.scope.expand(value).text;
    let from_map = node
        .entries()
        .into_iter()
        .filter_map(|entry| Some((entry.name().to_owned(), expanded(entry.value.as_str()?))));
    let items = node.items().iter().filter_map(|item| item.as_str()?.split_once('='));
    let from_list = items.map(|(name, value)| (name.to_owned(), expanded(value)));
    from_map.chain(from_list).collect()
}

fn file_base(
    reader: Reader<'_>,
    path: &str,
    target: Option<&str>,
    args: &BTreeMap<String, String>,
) -> Option<Sourced> {
    let file = reader.tree.read(path).ok()?;
    let base = dockerfile::base(&file, target, args)?;
    Some(Sourced { text: base.image, place: Place::new(path, base.line) })
}

fn inline_base(
    reader: Reader<'_>,
    node: &Node,
    target: Option<&str>,
    args: &BTreeMap<String, String>,
) -> Option<Sourced> {
    let file = SourceFile::new(reader.file.path(), reader.text(node)?);
    let base = dockerfile::base(&file, target, args)?;
    Some(Sourced { text: base.image, place: reader.place(node) })
}
