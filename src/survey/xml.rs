//! The few parts of XML that build files use: elements, attributes and text, read without ever failing.

use crate::source::SourceFile;

/// One element, in document order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element<'a> {
    /// Offset of its `<`.
    pub start: usize,
    /// Names from the root down to this element.
    pub path: Vec<&'a str>,
    /// Attributes in order.
    pub attributes: Vec<(&'a str, &'a str)>,
    /// The text directly behind the opening tag, trimmed.
    pub text: &'a str,
}

impl<'a> Element<'a> {
    /// The element's own name.
    pub fn name(&self) -> &'a str {
        self.path.last().copied().unwrap_or_default()
    }

    /// The name of the element around it.
    pub fn parent(&self) -> &'a str {
        self.path.iter().rev().nth(1).copied().unwrap_or_default()
    }

    /// An attribute's value.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// All elements of `file`; comments, declarations and character data sections are stepped over.
pub fn elements(file: &SourceFile) -> Vec<Element<'_>> {
    let mut elements = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let text = file.text();
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|found| at + found) {
        let rest = &text[start..];
        if let Some(length) = skipped(rest) {
            at = start + length;
            continue;
        }
        let end = start + rest.find('>').unwrap_or(rest.len());
        at = (end + 1).min(text.len());
        let tag = &text[start + 1..end];
        if let Some(name) = tag.strip_prefix('/') {
            if let Some(depth) = open.iter().rposition(|known| *known == name.trim()) {
                open.truncate(depth);
            }
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let tag = tag.trim_start();
        let name = tag.split_whitespace().next().unwrap_or_default();
        open.push(name);
        let text = if closed { "" } else { text[at..].split('<').next().unwrap_or_default().trim() };
        elements.push(Element {
            start,
            path: open.clone(),
            attributes: attributes(&tag[name.len()..]),
            text,
        });
        if closed {
            open.pop();
        }
    }
    elements
}

/// Length of a comment, declaration or character data section that starts here.
fn skipped(rest: &str) -> Option<usize> {
    let kinds = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")];
    kinds.into_iter().find_map(|(opening, closing)| {
        let body = rest.strip_prefix(opening)?;
        Some(opening.len() + body.find(closing).map_or(body.len(), |end| end + closing.len()))
    })
}

fn attributes(mut rest: &str) -> Vec<(&str, &str)> {
    let mut attributes = Vec::new();
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else {
            break;
        };
        let Some((value, after)) = after[1..].split_once(quote) else {
            break;
        };
        attributes.push((name.trim(), value));
        rest = after;
    }
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_elements_and_attributes() {
        let text = "<?xml version='1.0'?><a><!-- <no/> --><b x=\"1\" y = '2'/>\n<c> t </c></a>";
        let file = SourceFile::new("p.xml", text);
        let found = elements(&file);
        let names: Vec<_> = found.iter().map(|element| element.path.join("/")).collect();
        assert_eq!(names, ["a", "a/b", "a/c"]);
        assert_eq!((found[1].attribute("x"), found[1].attribute("y")), (Some("1"), Some("2")));
        assert_eq!((found[2].text, found[2].parent()), ("t", "a"));
        assert_eq!(elements(&SourceFile::new("x", "<a <b </x <!-- < é")).len(), 1);
    }
}
