//! Changes to YAML that a person wrote: byte-exact, and proven before anyone sees them.
//!
//! An edit is looked for among a few places where it may go; each is tried on the text, parsed again and compared. Only one
//! that changes exactly what was asked for, and leaves every other line as it was, is returned.

mod place;
mod proof;
mod render;

#[cfg(test)]
mod tests;

pub use render::Value;

use super::{Entry, Node};
use crate::source::{Edit, SourceFile, apply};

/// A change to the first document of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Adds `key: value` to the mapping at `path`; a null there becomes a mapping.
    Insert {
        /// Keys from the root to the mapping.
        path: Vec<String>,
        /// The new key.
        key: String,
        /// Its value.
        value: Value,
    },
    /// Adds `item` to the list at `path`, which is made when only its last key is missing.
    Append {
        /// Keys from the root to the list.
        path: Vec<String>,
        /// The new item.
        item: Value,
    },
}

impl Change {
    /// Gives the top-level Compose volume `key` the real name `name`.
    pub fn volume_name(key: &str, name: &str) -> Self {
        Self::Insert { path: owned(&["volumes", key]), key: "name".to_owned(), value: Value::text(name) }
    }

    /// Adds a mount (short or long syntax) to a Compose service.
    pub fn mount(service: &str, item: Value) -> Self {
        Self::Append { path: owned(&["services", service, "volumes"]), item }
    }

    /// Adds `key: value` to a Compose service.
    pub fn service_key(service: &str, key: &str, value: Value) -> Self {
        Self::Insert { path: owned(&["services", service]), key: key.to_owned(), value }
    }

    /// What a person would write by hand for this change.
    pub fn patch(&self) -> String {
        let (path, mut value) = match self {
            Self::Insert { path, key, value } => (path, Value::Map(vec![(key.clone(), value.clone())])),
            Self::Append { path, item } => (path, Value::List(vec![item.clone()])),
        };
        for key in path.iter().rev() {
            value = Value::Map(vec![(key.clone(), value)]);
        }
        render::block(&value, render::Layout::DEFAULT, 0).join("\n") + "\n"
    }
}

/// Why a change was not made, with the lines that a person can put in by hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}{}: {reason}; add this by hand:\n{patch}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct Refusal {
    /// Root-relative path of the file.
    pub path: String,
    /// Line that stands in the way, from 1.
    pub line: Option<usize>,
    /// What stands in the way.
    pub reason: Reason,
    /// The change as YAML from the root of the document.
    pub patch: String,
}

/// What stands in the way of a change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The file is not YAML.
    #[error("the file cannot be read as YAML ({0})")]
    Unreadable(String),
    /// A key of the path is not there.
    #[error("there is no `{0}`")]
    Missing(String),
    /// The node is used elsewhere through an alias, or is one.
    #[error("an anchor or alias shares this part with others")]
    Shared,
    /// The key comes through a merge key, which an own key would hide.
    #[error("a merge key gives `{0}`, and a key written here would hide that")]
    Inherited(String),
    /// The key is there with another value.
    #[error("`{0}` is already set to something else")]
    Taken(String),
    /// A repeated key, several documents, or a node of another kind than expected.
    #[error("this part is written in a way that is left to people: {0}")]
    Shape(&'static str),
    /// No place was found where the change has exactly the wanted effect.
    #[error("no place was found where the change could be proven to have no other effect")]
    Unproven,
}

/// The edit that makes `change` in `file`; none when it is made already.
pub fn edit(file: &SourceFile, change: &Change) -> Result<Option<Edit>, Refusal> {
    let refuse = |(reason, at): (Reason, Option<usize>)| Refusal {
        path: file.path().to_owned(),
        line: at.map(|at| file.line_of(at)),
        reason,
        patch: change.patch(),
    };
    attempt(file, change).map_err(refuse)
}

/// `file` with all `changes` made one after the other, or the first refusal.
pub fn rewrite(file: &SourceFile, changes: &[Change]) -> Result<SourceFile, Refusal> {
    let mut current = file.clone();
    for change in changes {
        let Some(edit) = edit(&current, change)? else { continue };
        let text = apply(&[edit], current.text()).unwrap_or_else(|| current.text().to_owned());
        current = SourceFile::new(file.path(), text);
    }
    Ok(current)
}

type Obstacle = (Reason, Option<usize>);

fn attempt(file: &SourceFile, change: &Change) -> Result<Option<Edit>, Obstacle> {
    let documents = super::parse(file).map_err(|error| (Reason::Unreadable(error.to_string()), None))?;
    let [root] = documents.as_slice() else { return Err((Reason::Shape("not exactly one document"), None)) };
    let candidates = match change {
        Change::Insert { path, key, value } => {
            let spot = descend(file, root, path)?;
            if is_made(&spot, key, value)? {
                return Ok(None);
            }
            place::insert(file, root, &spot, key, value)
        }
        Change::Append { path, item } => {
            let Some((key, parents)) = path.split_last() else { return Err((Reason::Unproven, None)) };
            let spot = descend(file, root, parents)?;
            match own_list(file, root, &spot, key)? {
                Some(list) if list.value.items().iter().any(|known| proof::is_value(known, item)) => {
                    return Ok(None);
                }
                Some(list) => place::append(file, root, &spot, &list, item),
                None => place::insert(file, root, &spot, key, &Value::List(vec![item.clone()])),
            }
        }
    };
    let proven = candidates.into_iter().find(|candidate| proof::holds(file, root, change, candidate));
    proven.map(Some).ok_or((Reason::Unproven, None))
}

/// A mapping that is to be changed.
struct Spot<'a> {
    /// Its key and itself.
    entry: Entry<'a>,
    /// The mapping that it stands in.
    parent: &'a Node,
}

fn descend<'a>(file: &SourceFile, root: &'a Node, path: &[String]) -> Result<Spot<'a>, Obstacle> {
    let mut spot: Option<Spot<'a>> = None;
    for name in path {
        let parent = spot.as_ref().map_or(root, |spot| spot.entry.value);
        let missing = || (Reason::Missing(name.clone()), spot.as_ref().map(|spot| spot.entry.key.start()));
        let entry = own_entry(file, root, parent, name)?.ok_or_else(missing)?;
        if !entry.value.is_mapping() && !entry.value.is_null() {
            return Err((Reason::Shape("not a mapping"), Some(entry.key.start())));
        }
        spot = Some(Spot { entry, parent });
    }
    spot.ok_or((Reason::Unproven, None))
}

/// The entry `name` of `mapping`, which must be its own, unique and not shared.
fn own_entry<'a>(
    file: &SourceFile,
    root: &Node,
    mapping: &'a Node,
    name: &str,
) -> Result<Option<Entry<'a>>, Obstacle> {
    let Some(entry) = mapping.entry(name) else { return Ok(None) };
    let at = Some(entry.key.start());
    if entry.merged {
        return Err((Reason::Inherited(name.to_owned()), at));
    }
    if mapping.own_entries().filter(|other| other.name() == name).count() > 1 {
        return Err((Reason::Shape("a repeated key"), at));
    }
    if entry.value.is_alias() || is_shared(file, root, entry.value) {
        return Err((Reason::Shared, at));
    }
    Ok(Some(entry))
}

fn own_list<'a>(
    file: &SourceFile,
    root: &Node,
    spot: &Spot<'a>,
    key: &str,
) -> Result<Option<Entry<'a>>, Obstacle> {
    let Some(entry) = own_entry(file, root, spot.entry.value, key)? else { return Ok(None) };
    if entry.value.is_sequence() || entry.value.is_null() {
        return Ok(Some(entry));
    }
    Err((Reason::Shape("not a list"), Some(entry.key.start())))
}

/// Whether `key` already has `value`; another value stands in the way.
fn is_made(spot: &Spot<'_>, key: &str, value: &Value) -> Result<bool, Obstacle> {
    let Some(entry) = spot.entry.value.entry(key) else { return Ok(false) };
    if proof::is_value(entry.value, value) {
        return Ok(true);
    }
    let reason = if entry.merged { Reason::Inherited(key.to_owned()) } else { Reason::Taken(key.to_owned()) };
    Err((reason, Some(entry.key.start())))
}

/// Whether an alias anywhere in the document stands for `node`.
fn is_shared(file: &SourceFile, root: &Node, node: &Node) -> bool {
    node.anchor().is_some_and(|name| uses(file, root, name))
}

fn uses(file: &SourceFile, node: &Node, name: &str) -> bool {
    if node.is_alias() {
        return file.slice(node.span()).strip_prefix('*') == Some(name);
    }
    let below = |entry: Entry<'_>| uses(file, entry.key, name) || uses(file, entry.value, name);
    node.own_entries().any(below) || node.items().iter().any(|item| uses(file, item, name))
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|key| (*key).to_owned()).collect()
}
