//! `CloudFormation` templates, in YAML or JSON.

use super::Declared;
use crate::presets::Presets;
use crate::survey::tree::Tree;
use crate::survey::{Database, Place, url};
use crate::yaml::{self, Node};

/// Whether reading `path` is worth while; JSON only with a telling name, since most of it is something else.
pub(super) fn may_be_template(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let telling = || ["cloudformation", "template", "stack", "cfn"].iter().any(|word| lower.contains(word));
    let ending = lower.rsplit('.').next().unwrap_or_default();
    matches!(ending, "yml" | "yaml" | "template") || (ending == "json" && telling())
}

/// The databases among the resources of `path`, when it is such a template.
pub(super) fn databases(tree: &Tree, path: &str, presets: &Presets) -> Vec<Database> {
    let Ok(file) = tree.read(path) else { return Vec::new() };
    if !(file.text().contains("AWS::") && file.text().contains("Resources")) {
        return Vec::new();
    }
    let Ok(root) = yaml::parse_one(&file) else { return Vec::new() };
    let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
    resources
        .into_iter()
        .filter_map(|entry| {
            let kind = entry.value.get("Type")?;
            let property = |name: &str| property(entry.value, name);
            let engine = presets.by_resource(kind.as_str()?, property)?;
            let known = |name: &str| url::known(&property(name)?);
            let declared = Declared {
                engine,
                place: Place::new(path, file.line_of(kind.start())),
                version: known("EngineVersion"),
                name: Some(entry.name().to_owned()),
                database: known("DBName").or_else(|| known("DatabaseName")),
                user: known("MasterUsername"),
                port: known("Port").and_then(|port| port.parse().ok()),
            };
            Some(declared.into_database())
        })
        .collect()
}

/// A literal property; names are compared without case, references such as `!Ref` are unknown.
fn property(resource: &Node, name: &str) -> Option<String> {
    let properties = resource.get("Properties")?.entries();
    let value = properties.into_iter().find(|entry| entry.name().eq_ignore_ascii_case(name))?.value;
    if value.tag().is_some_and(|tag| !tag.starts_with("tag:yaml.org") && !tag.starts_with("!!")) {
        return None;
    }
    value.as_str().map(str::to_owned)
}
