//! From the parser's events to the tree, without recursion.

use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StructureStyle, Tag};

use super::tree::{Content, Node, Style};
use super::{MAX_DEPTH, MAX_NODES, YamlError};
use crate::source::{SourceFile, Span};

/// All documents of `file`.
pub(super) fn documents(file: &SourceFile) -> Result<Vec<Node>, YamlError> {
    let options = granit_parser::options! { emit_anchor_events: true, emit_comments: false };
    let mut builder = Builder { file, open: Vec::new(), anchors: HashMap::new(), documents: Vec::new() };
    let mut events = Parser::new_from_str_with_options(file.text(), options).keep_tags(true).peekable();
    while let Some(event) = events.next() {
        let (event, at) = event.map_err(|error| builder.syntax(&error))?;
        let span = at.byte_range().map_or(Span::new(0, 0), |range| Span::new(range.start, range.end));
        let anchor = events.next_if(|next| matches!(next, Ok((Event::Anchor(..), _))));
        let anchor = match anchor {
            Some(Ok((Event::Anchor(id, name), _))) => Some((id, name.into())),
            Some(_) | None => None,
        };
        builder.take(event, span, anchor)?;
    }
    Ok(builder.documents)
}

type Anchor = (usize, Box<str>);

struct Builder<'a> {
    file: &'a SourceFile,
    open: Vec<Open>,
    anchors: HashMap<usize, (Rc<Node>, Size)>,
    documents: Vec<Node>,
}

/// A collection whose end has not been seen.
struct Open {
    children: Vec<Node>,
    mapping: bool,
    flow: bool,
    start: usize,
    tag: Option<Box<str>>,
    anchor: Option<Anchor>,
    size: Size,
}

/// What a node would be with all its aliases written out.
#[derive(Clone, Copy)]
struct Size {
    nodes: u64,
    depth: usize,
}

const LEAF: Size = Size { nodes: 1, depth: 1 };

impl Builder<'_> {
    #[allow(clippy::wildcard_enum_match_arm, reason = "the parser's events are non-exhaustive")]
    fn take(&mut self, event: Event<'_>, span: Span, anchor: Option<Anchor>) -> Result<(), YamlError> {
        match event {
            Event::Scalar(text, style, _, tag) => {
                let span = self.written(span, style);
                let content = Content::Scalar { text: text.into_owned(), style: Style::from(style) };
                self.close(plain_node(content, span, tag.as_deref()), LEAF, anchor)
            }
            Event::SequenceStart(style, _, tag) => {
                self.start(false, style == StructureStyle::Flow, span.start, tag.as_deref(), anchor);
                Ok(())
            }
            Event::MappingStart(style, _, tag) => {
                self.start(true, style == StructureStyle::Flow, span.start, tag.as_deref(), anchor);
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(id) => self.alias(id, span),
            _ => Ok(()),
        }
    }

    fn start(&mut self, mapping: bool, flow: bool, at: usize, tag: Option<&Tag>, anchor: Option<Anchor>) {
        let tag = tag.map(|tag| tag.original().into());
        let start = if flow || mapping { at } else { self.first_dash(at) };
        self.open.push(Open { children: Vec::new(), mapping, flow, start, tag, anchor, size: LEAF });
    }

    fn end(&mut self, span: Span) -> Result<(), YamlError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let last = open.children.last().map_or(open.start, |child| child.span.end);
        let end = if open.flow { span.end } else { last.max(open.start) };
        let content = if open.mapping { pairs(open.children) } else { Content::Sequence(open.children) };
        let span = Span::new(open.start, end);
        let node = Node { content, span, tag: open.tag, anchor: None, flow: open.flow };
        self.close(node, open.size, open.anchor)
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), YamlError> {
        let Some((target, size)) = self.anchors.get(&id) else {
            return Err(self.refused(span, "an alias stands inside the node that it points to"));
        };
        let (content, size) = (Content::Alias(Rc::clone(target)), *size);
        let node = Node { content, span, tag: None, anchor: None, flow: false };
        self.close(node, Size { depth: size.depth + 1, ..size }, None)
    }

    fn close(&mut self, mut node: Node, size: Size, anchor: Option<Anchor>) -> Result<(), YamlError> {
        if size.depth > MAX_DEPTH {
            return Err(self.refused(node.span, "aliases nest too deeply"));
        }
        if size.nodes > MAX_NODES {
            return Err(self.refused(node.span, "aliases multiply beyond what can be read"));
        }
        if let Some((id, name)) = anchor {
            let span = node.span;
            let shared = Rc::new(node);
            self.anchors.insert(id, (Rc::clone(&shared), size));
            let (tag, flow) = (shared.tag.clone(), shared.flow);
            node = Node { content: Content::Shared(shared), span, tag, anchor: Some(name), flow };
        }
        match self.open.last_mut() {
            Some(parent) => {
                parent.size.nodes = parent.size.nodes.saturating_add(size.nodes);
                parent.size.depth = parent.size.depth.max(size.depth + 1);
                parent.children.push(node);
            }
            None => self.documents.push(node),
        }
        Ok(())
    }

    /// The span of a scalar's own text: absent values stand right behind their key, block scalars end with their text.
    fn written(&self, span: Span, style: ScalarStyle) -> Span {
        if span.start == span.end {
            let after_colon = self.open.last().filter(|open| open.mapping && open.children.len() % 2 == 1);
            let at = after_colon
                .and_then(|_| self.find_from_last(span.start + 1, &[':']))
                .map_or(span.start, |at| at + 1);
            return Span::new(at, at);
        }
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let header = self.find_from_last(span.start, &['|', '>']).unwrap_or(span.start);
                Span::new(header, span.start + self.file.slice(span).trim_end().len())
            }
            ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => span,
        }
    }

    /// The parser lets a sequence that is not indented below its key start behind its first dash.
    fn first_dash(&self, start: usize) -> usize {
        let Some(key) = self.open.last().and_then(|open| open.children.last()) else { return start };
        let between = self.file.text().get(key.span.end..start).unwrap_or_default();
        let mut at = key.span.end;
        for line in between.split_inclusive('\n') {
            let indent = line.len() - line.trim_start().len();
            if at > key.span.end && line[indent..].starts_with('-') {
                return at + indent;
            }
            at += line.len();
        }
        start
    }

    /// Where one of `wanted` first stands between the last finished child and `end`.
    fn find_from_last(&self, end: usize, wanted: &[char]) -> Option<usize> {
        let open = self.open.last()?;
        let from = open.children.last().map_or(open.start, |child| child.span.end);
        Some(from + self.file.text().get(from..end)?.find(wanted)?)
    }

    fn syntax(&self, error: &ScanError) -> YamlError {
        let at = self.file.position(error.marker().byte_offset().unwrap_or_default());
        let reason = error.kind().to_string();
        YamlError::Syntax { path: self.file.path().to_owned(), line: at.line, column: at.column, reason }
    }

    fn refused(&self, span: Span, reason: &'static str) -> YamlError {
        let at = self.file.position(span.start);
        YamlError::Alias { path: self.file.path().to_owned(), line: at.line, column: at.column, reason }
    }
}

fn plain_node(content: Content, span: Span, tag: Option<&Tag>) -> Node {
    Node { content, span, tag: tag.map(|tag| tag.original().into()), anchor: None, flow: false }
}

fn pairs(children: Vec<Node>) -> Content {
    let mut children = children.into_iter();
    let mut pairs = Vec::new();
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        pairs.push((key, value));
    }
    Content::Mapping(pairs)
}

impl From<ScalarStyle> for Style {
    fn from(style: ScalarStyle) -> Self {
        match style {
            ScalarStyle::Plain => Self::Plain,
            ScalarStyle::SingleQuoted => Self::SingleQuoted,
            ScalarStyle::DoubleQuoted => Self::DoubleQuoted,
            ScalarStyle::Literal => Self::Literal,
            ScalarStyle::Folded => Self::Folded,
        }
    }
}
