//! Objects of Kubernetes that a file holds: what is done to the file is done to each of them.

use super::{Request, Step};
use crate::effects::facts::{self, Facts};
use crate::source::SourceFile;
use crate::yaml::{self, Node};

/// One line for each object, by its kind and name.
pub(super) fn steps(request: &Request<'_>, facts: &dyn Facts) -> Option<Vec<Step>> {
    let text = facts.read(&facts::join(request.folder, request.name))?;
    let documents = yaml::parse(&SourceFile::new(request.name, text.as_str())).ok()?;
    let mut lines = Vec::new();
    for document in &documents {
        lines.extend(line(document, &request.runner.line));
        let items = document.get("items").map(Node::items).unwrap_or_default();
        lines.extend(items.iter().filter_map(|item| line(item, &request.runner.line)));
    }
    Some(Step::shell(lines, request.folder))
}

fn line(object: &Node, beginning: &str) -> Option<String> {
    let kind = object.get("kind")?.as_str()?.to_ascii_lowercase();
    let name = object.path(&["metadata", "name"]).and_then(Node::as_str).unwrap_or("$UNKNOWN");
    let plain =
        |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-_$".contains(letter));
    (plain(&kind) && plain(name)).then(|| format!("{beginning} {kind}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_object_is_a_line() {
        let text = "kind: Deployment\nmetadata: {name: web}\n---\nkind: List\nitems:\n- kind: PersistentVolumeClaim\n  metadata: {name: pgdata}\n";
        let documents = yaml::parse(&SourceFile::new("a.yaml", text)).expect("yaml");
        let first = documents.first().and_then(|document| line(document, "x"));
        assert_eq!(first.as_deref(), Some("x deployment/web"));
        let item = documents.get(1).and_then(|list| line(&list.get("items")?.items()[0], "x"));
        assert_eq!(item.as_deref(), Some("x persistentvolumeclaim/pgdata"));
    }
}
