//! The tree: nodes with spans, aliases kept as references, merge keys followed on look-up.

use std::rc::Rc;

use crate::source::Span;

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// One node of a document. All accessors look through aliases, except those whose name says otherwise.
#[derive(Clone, PartialEq, Eq)]
pub struct Node {
    pub(super) content: Content,
    pub(super) span: Span,
    pub(super) tag: Option<Box<str>>,
    pub(super) anchor: Option<Box<str>>,
    pub(super) flow: bool,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Content {
    Scalar { text: String, style: Style },
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>),
    Shared(Rc<Node>),
    Alias(Rc<Node>),
}

/// A key and its value in a mapping.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The key as written.
    pub key: &'a Node,
    /// The value.
    pub value: &'a Node,
    /// Whether it came through a merge key.
    pub merged: bool,
}

impl<'a> Entry<'a> {
    /// The key's text; empty for keys that are not scalars.
    pub fn name(&self) -> &'a str {
        self.key.text().unwrap_or_default()
    }
}

impl std::fmt::Debug for Node {
    /// Prints the shape only: a scalar may be a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.content() {
            Content::Sequence(_) => "sequence",
            Content::Mapping(_) => "mapping",
            Content::Scalar { .. } | Content::Shared(_) | Content::Alias(_) => "scalar",
        };
        write!(f, "{kind} at {}..{}", self.span.start, self.span.end)
    }
}

impl Node {
    /// A null that stands nowhere.
    pub fn null() -> Self {
        let content = Content::Scalar { text: String::new(), style: Style::Plain };
        Self { content, span: Span::new(0, 0), tag: None, anchor: None, flow: false }
    }

    /// Where the node's own text stands; for an alias, the alias. A block collection ends with its last child.
    pub fn span(&self) -> Span {
        self.span
    }

    /// First byte: what line numbers are computed from.
    pub fn start(&self) -> usize {
        self.span.start
    }

    /// The explicit tag as written (`!reset`), of the node that an alias points to.
    pub fn tag(&self) -> Option<&str> {
        self.resolved().tag.as_deref()
    }

    /// The anchor's name on this very node.
    pub fn anchor(&self) -> Option<&str> {
        self.anchor.as_deref()
    }

    /// Whether this very node is an alias.
    pub fn is_alias(&self) -> bool {
        matches!(self.content, Content::Alias(_))
    }

    /// The node that an alias points to, or the node itself.
    pub fn resolved(&self) -> &Self {
        let mut node = self;
        while let Content::Alias(target) = &node.content {
            node = target;
        }
        node
    }

    /// Whether a collection is written in flow style (`[…]`, `{…}`).
    pub fn is_flow(&self) -> bool {
        self.resolved().flow
    }

    /// How a scalar is written.
    pub fn style(&self) -> Option<Style> {
        match self.content() {
            Content::Scalar { style, .. } => Some(*style),
            Content::Sequence(_) | Content::Mapping(_) | Content::Shared(_) | Content::Alias(_) => None,
        }
    }

    /// The text of a scalar after YAML's own unquoting; none for null and for collections.
    pub fn as_str(&self) -> Option<&str> {
        if self.is_null() { None } else { self.text() }
    }

    /// A scalar read as a truth value, with the spellings of YAML 1.1.
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_str()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// Whether it is an unquoted nothing, `~` or `null`.
    pub fn is_null(&self) -> bool {
        let Content::Scalar { text, style: Style::Plain } = self.content() else { return false };
        matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") && self.tag() != Some("!!str")
    }

    /// Whether it is a mapping.
    pub fn is_mapping(&self) -> bool {
        matches!(self.content(), Content::Mapping(_))
    }

    /// Whether it is a sequence.
    pub fn is_sequence(&self) -> bool {
        matches!(self.content(), Content::Sequence(_))
    }

    /// Items of a sequence; none for other nodes.
    pub fn items(&self) -> &[Self] {
        match self.content() {
            Content::Sequence(items) => items,
            Content::Scalar { .. } | Content::Mapping(_) | Content::Shared(_) | Content::Alias(_) => &[],
        }
    }

    /// The value of `key`: the mapping's own (the last, where it is repeated), else through merge keys, first match wins.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| entry.value)
    }

    /// Like [`Node::get`], with the key.
    pub fn entry(&self, key: &str) -> Option<Entry<'_>> {
        let own = self.pairs().iter().rev().find(|(name, _)| name.text() == Some(key));
        if let Some((key, value)) = own {
            return Some(Entry { key, value, merged: false });
        }
        let entry = self.merges().find_map(|source| source.entry(key))?;
        Some(Entry { merged: true, ..entry })
    }

    /// Follows `keys` from mapping to mapping.
    pub fn path(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The mapping's own entries as written, merge keys and repeated keys included.
    pub fn own_entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.pairs().iter().map(|(key, value)| Entry { key, value, merged: false })
    }

    /// All effective entries: own ones first, in order, then those that merge keys add.
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let mut found: Vec<Entry<'_>> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for entry in self.own_entries().filter(|entry| !is_merge(entry.key)) {
            match entry.key.text().and_then(|name| places.insert(name, found.len())) {
                Some(earlier) => {
                    places.insert(entry.name(), earlier);
                    found[earlier] = entry;
                }
                None => found.push(entry),
            }
        }
        for entry in self.merges().flat_map(Self::entries) {
            let known = entry.key.text().is_some_and(|name| places.contains_key(name));
            if !known {
                entry.key.text().map(|name| places.insert(name, found.len()));
                found.push(Entry { merged: true, ..entry });
            }
        }
        found
    }

    /// Keys that repeat an earlier key of the same mapping, in this node and below, aliases not followed.
    pub fn duplicate_keys(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        self.collect_duplicates(&mut spans);
        spans
    }

    pub(super) fn content(&self) -> &Content {
        match &self.content {
            Content::Alias(target) | Content::Shared(target) => target.content(),
            content @ (Content::Scalar { .. } | Content::Sequence(_) | Content::Mapping(_)) => content,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self.content() {
            Content::Scalar { text, .. } => Some(text),
            Content::Sequence(_) | Content::Mapping(_) | Content::Shared(_) | Content::Alias(_) => None,
        }
    }

    fn pairs(&self) -> &[(Self, Self)] {
        match self.content() {
            Content::Mapping(pairs) => pairs,
            Content::Scalar { .. } | Content::Sequence(_) | Content::Shared(_) | Content::Alias(_) => &[],
        }
    }

    fn merges(&self) -> impl Iterator<Item = &Self> {
        self.pairs().iter().filter(|(key, _)| is_merge(key)).flat_map(|(_, value)| match value.items() {
            [] => std::slice::from_ref(value),
            items => items,
        })
    }

    fn collect_duplicates(&self, spans: &mut Vec<Span>) {
        if self.is_alias() {
            return;
        }
        let mut seen = std::collections::HashSet::new();
        for (key, value) in self.pairs() {
            if key.text().is_some_and(|text| !seen.insert(text)) {
                spans.push(key.span());
            }
            value.collect_duplicates(spans);
        }
        self.items().iter().for_each(|item| item.collect_duplicates(spans));
    }
}

fn is_merge(key: &Node) -> bool {
    key.text() == Some("<<") && key.style() == Some(Style::Plain)
}

#[cfg(test)]
mod tests {
    use crate::source::SourceFile;
    use crate::yaml::{Node, parse_one};

    fn node(text: &str) -> Node {
        parse_one(&SourceFile::new("a.yml", text)).unwrap()
    }

    fn names(node: &Node) -> Vec<String> {
        node.entries()
            .iter()
            .map(|entry| format!("{}={}", entry.name(), entry.value.as_str().unwrap_or("-")))
            .collect()
    }

    #[test]
    fn merge_keys_give_what_the_mapping_lacks() {
        let text = "a: &a {x: 1, y: 1}\nb: &b {<<: *a, y: 2, z: 2}\nc:\n  <<: [*b, *a]\n  z: 3\n  w: 3\nd:\n  <<: *a\n";
        let root = node(text);
        assert_eq!(names(root.get("c").unwrap()), ["z=3", "w=3", "y=2", "x=1"]);
        assert_eq!(root.path(&["d", "y"]).unwrap().as_str(), Some("1"));
        assert!(root.get("c").unwrap().entry("y").unwrap().merged);
        assert_eq!(names(&node("a: &a {x: 1}\n\"<<\": *a\n")).len(), 2);
    }

    #[test]
    fn repeated_keys_are_kept_and_reported() {
        let text = "a: 1\nb: {c: 1, c: 2}\na: 3\n";
        let root = node(text);
        assert_eq!(root.get("a").unwrap().as_str(), Some("3"));
        assert_eq!(root.own_entries().count(), 3);
        assert_eq!(names(&root), ["a=3", "b=-"]);
        let spans: Vec<&str> = root.duplicate_keys().iter().map(|span| &text[span.range()]).collect();
        assert_eq!(spans, ["c", "a"]);
    }

    #[test]
    fn nothing_is_null_and_quoted_nothing_is_not() {
        let root = node("a:\nb: ~\nc: ''\nd: null\ne: 0x1\n");
        assert!(["a", "b", "d"].iter().all(|key| root.get(key).unwrap().is_null()));
        assert_eq!(root.get("c").unwrap().as_str(), Some(""));
        assert_eq!(root.get("e").unwrap().as_str(), Some("0x1"));
        assert!(root.get("f").is_none());
    }

    #[test]
    fn aliases_point_to_the_whole_anchored_node() {
        let text = "a: &name\n  - one\n  - two\nb: *name\nc: !reset\nd: &s text\ne: *s\n";
        let root = node(text);
        let alias = root.get("b").unwrap();
        assert!(alias.is_alias() && !root.get("a").unwrap().is_alias());
        assert_eq!(&text[alias.span().range()], "*name");
        assert_eq!(alias.items().len(), 2);
        assert_eq!(root.get("a").unwrap().anchor(), Some("name"));
        assert_eq!(root.get("c").unwrap().tag(), Some("!reset"));
        assert_eq!(root.get("e").unwrap().as_str(), Some("text"));
    }

    #[test]
    fn spans_cover_exactly_the_written_text() {
        let text = "a:\n  b: 'q'  # note\n  c: # -\n  - x\n  - {y: 1}\n\nd: |\n  one\n\n  two\n\ne: end\n";
        let root = node(text);
        let slice = |keys: &[&str]| &text[root.path(keys).unwrap().span().range()];
        assert_eq!(slice(&["a", "b"]), "'q'");
        assert_eq!(slice(&["a", "c"]), "- x\n  - {y: 1}");
        assert_eq!(slice(&["a"]), "b: 'q'  # note\n  c: # -\n  - x\n  - {y: 1}");
        assert_eq!(slice(&["d"]), "|\n  one\n\n  two");
        assert_eq!(&text[root.entry("e").unwrap().key.span().range()], "e");
    }

    #[test]
    fn debug_output_shows_no_scalar() {
        assert!(!format!("{:?}", node("password: hunter2\n")).contains("hunter2"));
    }
}
