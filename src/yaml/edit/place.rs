//! Where a change may go: candidates, the most natural first. Whether one is right is for the proof to say.

use super::Spot;
use super::render::{self, Layout, Value};
use crate::source::{Edit, SourceFile, Span};
use crate::yaml::{Entry, Node};

/// Places for a new key in the mapping of `spot`.
pub(super) fn insert(file: &SourceFile, root: &Node, spot: &Spot<'_>, key: &str, value: &Value) -> Vec<Edit> {
    let Entry { key: at, value: mapping, .. } = spot.entry;
    if mapping.is_flow() {
        return into_flow(file, mapping, &render::flow_entry(key, value));
    }
    let entry = Value::Map(vec![(key.to_owned(), value.clone())]);
    let Some(own) = column(file, at.start()) else { return instead_of_null(file, spot, spot.entry, &entry) };
    let first = mapping.own_entries().next().and_then(|entry| column(file, entry.key.start()));
    let Some(child) = first.filter(|child| *child > own) else {
        let layout = layout(file, root, mapping, sibling_step(file, root, spot.parent, own));
        let mut edits = instead_of_null(file, spot, spot.entry, &entry);
        edits.extend(below(file, at.span().end, &render::block(&entry, layout, own + layout.step)));
        return edits;
    };
    let lines = render::block(&entry, layout(file, root, mapping, child - own), child);
    [below(file, mapping.span().end, &lines), below(file, at.span().end, &lines)]
        .into_iter()
        .flatten()
        .collect()
}

/// Places for a new item in `list`, an entry of the mapping of `spot`.
pub(super) fn append(
    file: &SourceFile,
    root: &Node,
    spot: &Spot<'_>,
    list: &Entry<'_>,
    item: &Value,
) -> Vec<Edit> {
    if list.value.is_flow() {
        return into_flow(file, list.value, &render::flow(item));
    }
    let items = Value::List(vec![item.clone()]);
    if list.value.is_null() {
        let mut edits = instead_of_null(file, spot, *list, &items);
        if let Some(own) = column(file, list.key.start()) {
            let parent = column(file, spot.entry.key.start()).unwrap_or_default();
            let layout = layout(file, root, spot.entry.value, own.saturating_sub(parent));
            edits.extend(below(
                file,
                list.key.span().end,
                &render::block(&items, layout, own + layout.list_step),
            ));
        }
        return edits;
    }
    let start = list.value.start();
    let Some(dash) = column(file, start) else { return Vec::new() };
    let lines = render::block(&items, Layout::DEFAULT, dash);
    let after = below(file, list.value.span().end, &lines);
    let before = Edit::insert(start - dash, lines.join(line_end(file, start).1) + line_end(file, start).1);
    after.into_iter().chain([before]).collect()
}

/// Behind the last child of a flow collection, or behind its opening bracket.
fn into_flow(file: &SourceFile, collection: &Node, text: &str) -> Vec<Edit> {
    let last_entry =
        collection.own_entries().last().map(|entry| entry.key.span().end.max(entry.value.span().end));
    let last = last_entry.or_else(|| collection.items().last().map(|item| item.span().end));
    let Some(end) = last else { return vec![Edit::insert(collection.start() + 1, text)] };
    let inside = file.text().get(collection.start()..end).unwrap_or_default().trim_end().len();
    vec![Edit::insert(collection.start() + inside, format!(", {text}"))]
}

/// Puts `value` on the line of a key that has nothing: over a written null, or inside flow style.
fn instead_of_null(file: &SourceFile, spot: &Spot<'_>, entry: Entry<'_>, value: &Value) -> Vec<Edit> {
    if !entry.value.is_null() {
        return Vec::new();
    }
    let (span, text) = (entry.value.span(), render::flow(value));
    if !file.slice(span).is_empty() {
        return vec![Edit { span, replacement: text }];
    }
    let in_flow = spot.parent.is_flow() || spot.entry.value.is_flow();
    let after_key = Edit::insert(entry.key.span().end, format!(": {text}"));
    if in_flow { vec![Edit::insert(span.start, format!(" {text}")), after_key] } else { Vec::new() }
}

/// New lines below the line that holds byte `at`.
fn below(file: &SourceFile, at: usize, lines: &[String]) -> Option<Edit> {
    let (end, ending) = line_end(file, at);
    (!lines.is_empty()).then(|| Edit::insert(end, format!("{ending}{}", lines.join(ending))))
}

/// Where the line of byte `at` ends, and the line ending that is used there.
fn line_end(file: &SourceFile, at: usize) -> (usize, &'static str) {
    let rest = file.text().get(at..).unwrap_or_default();
    match rest.find('\n') {
        Some(length) if rest[..length].ends_with('\r') => (at + length - 1, "\r\n"),
        Some(length) => (at + length, "\n"),
        None => (file.text().len(), if file.text().contains("\r\n") { "\r\n" } else { "\n" }),
    }
}

/// Spaces before byte `at`, if nothing else stands there on its line.
fn column(file: &SourceFile, at: usize) -> Option<usize> {
    let before = file.text().get(..at)?;
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let margin = file.slice(Span::new(line, at)).trim_start_matches('\u{feff}');
    margin.bytes().all(|byte| byte == b' ').then_some(margin.len())
}

/// Indentation below a key at column `own`, as its siblings or the keys around it have it.
fn sibling_step(file: &SourceFile, root: &Node, parent: &Node, own: usize) -> usize {
    let below = |entry: Entry<'_>| {
        let child =
            entry.value.own_entries().next().filter(|_| !entry.value.is_flow() && !entry.value.is_alias())?;
        column(file, child.key.start()).and_then(|column| column.checked_sub(own))
    };
    let sibling = parent.own_entries().find_map(below).filter(|step| *step > 0);
    let around =
        || root.own_entries().find_map(|entry| column(file, entry.value.own_entries().next()?.key.start()));
    sibling.or(Some(own).filter(|own| *own > 0)).or_else(around).filter(|step| *step > 0).unwrap_or(2)
}

fn layout(file: &SourceFile, root: &Node, near: &Node, step: usize) -> Layout {
    let step = step.max(1);
    let list_step = list_step(file, near).or_else(|| list_step(file, root)).unwrap_or(step);
    Layout { step, list_step }
}

/// Columns between a key and its dashes, in the first block list below `node`.
fn list_step(file: &SourceFile, node: &Node) -> Option<usize> {
    if node.is_alias() || node.is_flow() {
        return None;
    }
    let in_entry = |entry: Entry<'_>| {
        if entry.value.is_sequence() && !entry.value.is_alias() && !entry.value.is_flow() {
            let (key, dash) = (column(file, entry.key.start())?, column(file, entry.value.start())?);
            return dash.checked_sub(key);
        }
        list_step(file, entry.value)
    };
    node.own_entries().find_map(in_entry)
}
