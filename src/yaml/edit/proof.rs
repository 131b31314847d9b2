//! The proof that an edit does what was asked for and nothing else.

use super::Change;
use super::render::{self, Value};
use crate::source::{Edit, SourceFile, apply};
use crate::yaml::{self, Node, Style};

/// Whether `edit` turns `before`, the only document of `file`, into itself with `change` made: parsed again, the text differs
/// in nothing else, and every other line is the same byte for byte.
pub(super) fn holds(file: &SourceFile, before: &Node, change: &Change, edit: &Edit) -> bool {
    let Some(text) = apply(std::slice::from_ref(edit), file.text()) else { return false };
    if !other_lines_are_kept(file.text(), &text) {
        return false;
    }
    let after = SourceFile::new(file.path(), text);
    let Ok(documents) = yaml::parse(&after) else { return false };
    let [root] = documents.as_slice() else { return false };
    let before = Data::of(file, before);
    undone(Data::of(&after, root), &before, change).is_some_and(|undone| undone == before)
}

/// Whether `node` says the same as `value`.
pub(super) fn is_value(node: &Node, value: &Value) -> bool {
    match value {
        Value::Text(text) | Value::Plain(text) => node.as_str() == Some(text),
        Value::List(items) => {
            let known = node.items();
            node.is_sequence()
                && known.len() == items.len()
                && known.iter().zip(items).all(|(node, item)| is_value(node, item))
        }
        Value::Map(entries) => {
            let same =
                |(key, value): &(String, Value)| node.get(key).is_some_and(|node| is_value(node, value));
            node.is_mapping() && node.entries().len() == entries.len() && entries.iter().all(same)
        }
    }
}

/// What a document says, with nothing of how it is laid out; aliases stay names.
#[derive(Clone, PartialEq)]
struct Data {
    tag: Option<String>,
    anchor: Option<String>,
    kind: Kind,
}

#[derive(Clone, PartialEq)]
enum Kind {
    Scalar { text: String, plain: bool },
    List(Vec<Data>),
    Map(Vec<(Data, Data)>),
    Alias(String),
}

impl Data {
    fn of(file: &SourceFile, node: &Node) -> Self {
        if node.is_alias() {
            return Self::from(Kind::Alias(file.slice(node.span()).to_owned()));
        }
        let kind = if node.is_mapping() {
            Kind::Map(
                node.own_entries()
                    .map(|entry| (Self::of(file, entry.key), Self::of(file, entry.value)))
                    .collect(),
            )
        } else if node.is_sequence() {
            Kind::List(node.items().iter().map(|item| Self::of(file, item)).collect())
        } else {
            Kind::Scalar {
                text: node.text().unwrap_or_default().to_owned(),
                plain: node.style() == Some(Style::Plain),
            }
        };
        Self { tag: node.tag().map(str::to_owned), anchor: node.anchor().map(str::to_owned), kind }
    }

    fn is(&self, value: &Value) -> bool {
        if self.tag.is_some() || self.anchor.is_some() {
            return false;
        }
        match (&self.kind, value) {
            (Kind::Scalar { text, plain }, Value::Text(wanted)) => {
                text == wanted && *plain == render::is_plain(wanted)
            }
            (Kind::Scalar { text, plain }, Value::Plain(wanted)) => text == wanted && *plain,
            (Kind::List(items), Value::List(wanted)) => {
                items.len() == wanted.len() && items.iter().zip(wanted).all(|(item, wanted)| item.is(wanted))
            }
            (Kind::Map(entries), Value::Map(wanted)) => {
                let same = |((key, value), (name, wanted)): (&(Self, Self), &(String, Value))| {
                    key.names(name) && value.is(wanted)
                };
                entries.len() == wanted.len() && entries.iter().zip(wanted).all(same)
            }
            _ => false,
        }
    }

    fn names(&self, key: &str) -> bool {
        matches!(&self.kind, Kind::Scalar { text, .. } if text == key)
    }

    fn child(&self, key: &str) -> Option<&Self> {
        let Kind::Map(entries) = &self.kind else { return None };
        entries.iter().find(|(name, _)| name.names(key)).map(|(_, value)| value)
    }

    fn child_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Kind::Map(entries) = &mut self.kind else { return None };
        entries.iter_mut().find(|(name, _)| name.names(key)).map(|(_, value)| value)
    }

    /// Takes the only entry `key` out.
    fn take(&mut self, key: &str) -> Option<Self> {
        let Kind::Map(entries) = &mut self.kind else { return None };
        let at = entries.iter().position(|(name, _)| name.names(key))?;
        Some(entries.remove(at).1)
    }

    fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::List(items) => items.is_empty(),
            Kind::Map(entries) => entries.is_empty(),
            Kind::Scalar { .. } | Kind::Alias(_) => false,
        }
    }
}

impl From<Kind> for Data {
    fn from(kind: Kind) -> Self {
        Self { tag: None, anchor: None, kind }
    }
}

/// `after` with `change` taken back, if it is there exactly as asked for.
fn undone(mut after: Data, before: &Data, change: &Change) -> Option<Data> {
    let (path, earlier) = match change {
        Change::Insert { path, .. } => (path.as_slice(), at(before, path)?),
        Change::Append { path, .. } => match at(before, path) {
            Some(list) => (path.as_slice(), list),
            None => (path.split_last()?.1, at(before, path.split_last()?.1)?),
        },
    };
    let target = path.iter().try_fold(&mut after, |data, key| data.child_mut(key))?;
    match change {
        Change::Insert { key, value, .. } => target.take(key).filter(|taken| taken.is(value))?,
        Change::Append { item, .. } => match &mut target.kind {
            Kind::List(items) if items.last().is_some_and(|last| last.is(item)) => items.pop()?,
            Kind::List(items) if items.first().is_some_and(|first| first.is(item)) => items.remove(0),
            Kind::Map(_) => {
                let made = Value::List(vec![item.clone()]);
                target.take(change_key(change)?).filter(|taken| taken.is(&made))?
            }
            Kind::List(_) | Kind::Scalar { .. } | Kind::Alias(_) => return None,
        },
    };
    if target.is_empty() && matches!(&earlier.kind, Kind::Scalar { plain: true, .. }) {
        target.kind = earlier.kind.clone();
    }
    Some(after)
}

fn change_key(change: &Change) -> Option<&str> {
    match change {
        Change::Insert { key, .. } => Some(key),
        Change::Append { path, .. } => path.last().map(String::as_str),
    }
}

fn at<'a>(data: &'a Data, path: &[String]) -> Option<&'a Data> {
    path.iter().try_fold(data, |data, key| data.child(key))
}

/// Whether `after` has every line of `before`, but for one that may have changed in place, with new lines in one block at most.
fn other_lines_are_kept(before: &str, after: &str) -> bool {
    if before.ends_with('\n') != after.ends_with('\n') {
        return false;
    }
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let head = old.iter().zip(&new).take_while(|(old, new)| is_same_line(old, new)).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev());
    let tail = tail.take_while(|(old, new)| is_same_line(old, new)).count();
    match (old.len() - head - tail, new.len() - head - tail) {
        (0, _) => true,
        (1, 1) => ending(old[head]) == ending(new[head]),
        _ => false,
    }
}

/// The same text and line ending; only the last line of a file may gain an ending when lines follow it.
fn is_same_line(old: &str, new: &str) -> bool {
    old == new || (ending(old).is_empty() && old == new.trim_end_matches(['\r', '\n']))
}

fn ending(line: &str) -> &str {
    &line[line.trim_end_matches(['\r', '\n']).len()..]
}
