//! Markdown: fenced and indented code, tables, lists, quotations, paragraphs.

use super::{Anchor, indentation};
use crate::survey::passages::Fence;

/// Elements that begin a block of HTML.
const HTML: [&str; 12] =
    ["details", "summary", "div", "p>", "table", "tr", "td", "ul", "ol", "li", "section", "center"];

/// What a line is part of, besides prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Prose,
    /// Front matter or a comment: no text.
    Aside,
    /// A fenced block that opens in this line, from 0.
    Fence(usize),
}

pub(super) fn anchor(lines: &[&str], at: usize, in_block: bool) -> Option<Anchor> {
    let parts = parts(lines, at);
    match parts[at] {
        Part::Aside => None,
        Part::Fence(open) => fenced(lines, &parts, open),
        Part::Prose if in_block => indented(lines, at),
        Part::Prose => prose(lines, &parts, at),
    }
}

/// The part of every line up to `last`.
fn parts(lines: &[&str], last: usize) -> Vec<Part> {
    let mut parts = Vec::with_capacity(last + 1);
    let mut fence: Option<(usize, Fence)> = None;
    let mut comment = false;
    let mut front = lines.first().is_some_and(|line| line.trim_end() == "---");
    for (at, line) in lines.iter().enumerate().take(last + 1) {
        let body = unquoted(line).1;
        if front {
            front = at == 0 || !matches!(line.trim_end(), "---" | "...");
            parts.push(Part::Aside);
        } else if let Some((open, opening)) = fence {
            fence = (!opening.is_closed_by(body)).then_some((open, opening));
            parts.push(Part::Fence(open));
        } else if comment || body.starts_with("<!--") {
            comment = !line.contains("-->");
            parts.push(Part::Aside);
        } else if let Some(opening) = Fence::opening(without_marker(body)) {
            fence = Some((at, opening));
            parts.push(Part::Fence(at));
        } else {
            parts.push(Part::Prose);
        }
    }
    parts
}

/// Indentation with the marks of quotations, and the rest.
fn unquoted(line: &str) -> (&str, &str) {
    let rest = line.trim_start_matches([' ', '\t', '>']);
    line.split_at(line.len() - rest.len())
}

/// What stands behind the marker of a list item, if there is one.
fn without_marker(body: &str) -> &str {
    marker(body).map_or(body, |length| body[length..].trim_start())
}

/// The length of a list item's marker with one blank.
fn marker(body: &str) -> Option<usize> {
    if body.starts_with("- ") || body.starts_with("* ") || body.starts_with("+ ") {
        return Some(2);
    }
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &body[digits..];
    (digits > 0 && digits < 10 && (rest.starts_with(". ") || rest.starts_with(") "))).then_some(digits + 2)
}

fn fenced(lines: &[&str], parts: &[Part], open: usize) -> Option<Anchor> {
    let (prefix, body) = unquoted(lines[open]);
    if marker(body).is_some() {
        return listed(lines, parts, open);
    }
    (!is_in_html(lines, open)).then(|| Anchor { line: open + 1, prefix: prefix.to_owned() })
}

/// A block that is code by its indentation: above it, and as deep as the list item that it belongs to.
fn indented(lines: &[&str], at: usize) -> Option<Anchor> {
    // In a list what is as deep as code may be a quotation, and a warning.
    let in_list = content(lines, at) > 0;
    let ends = |line: &str| in_list && line.trim_start().starts_with('>');
    let is_code = |line: &&&str| line.trim().is_empty() || indentation(line) >= 4 && !ends(line);
    let length = lines[..at].iter().rev().take_while(is_code).count();
    let first = (at - length..=at).find(|one| !lines[*one].trim().is_empty())?;
    let prefix = " ".repeat(content(lines, first));
    (!is_in_html(lines, first)).then(|| Anchor { line: first + 1, prefix })
}

/// The column at which the text of the list item begins that line `at` belongs to; 0 outside of lists.
fn content(lines: &[&str], at: usize) -> usize {
    let own = indentation(lines[at]);
    for line in lines[..at].iter().rev().filter(|line| !line.trim().is_empty()) {
        let column = marker(line.trim_start()).map(|length| indentation(line) + length);
        match column {
            Some(column) if column <= own => return column,
            None if indentation(line) == 0 => return 0,
            _ => {}
        }
    }
    0
}

/// Whether a block of HTML goes on to line `at`: only an empty line ends it.
fn is_in_html(lines: &[&str], at: usize) -> bool {
    let is_tag = |line: &&str| {
        let name = line.trim_start().strip_prefix('<').map(|rest| rest.trim_start_matches('/'));
        let is_block = |name: &str| HTML.iter().any(|tag| name.starts_with(tag));
        name.is_some_and(is_block)
    };
    lines[..at].iter().rev().take_while(|line| !line.trim().is_empty()).any(is_tag)
}

fn prose(lines: &[&str], parts: &[Part], at: usize) -> Option<Anchor> {
    let (_, body) = unquoted(lines[at]);
    if body.starts_with('#') || is_underlined(lines, at) {
        return None;
    }
    let first = start(lines, parts, at);
    let (prefix, body) = unquoted(lines[first]);
    if marker(body).is_some() || prefix.len() > 1 && !prefix.contains('>') {
        return listed(lines, parts, first);
    }
    if is_in_html(lines, first) {
        return None;
    }
    if body.starts_with('|') || body.contains(" | ") {
        return Some(Anchor { line: first + 1, prefix: prefix.to_owned() });
    }
    let is_markup = body.starts_with(['<', '{', '%']) || body.starts_with("[^") || is_script(body);
    (!is_markup).then(|| Anchor { line: first + 1, prefix: prefix.to_owned() })
}

/// The first line of the paragraph, table or list item that line `at` belongs to.
fn start(lines: &[&str], parts: &[Part], at: usize) -> usize {
    let mut first = at;
    while first > 0 && marker(unquoted(lines[first]).1).is_none() {
        let (_, above) = unquoted(lines[first - 1]);
        let ends = above.trim().is_empty()
            || parts[first - 1] != Part::Prose
            || depth(lines[first - 1]) != depth(lines[at])
            || above.starts_with(['#', '<'])
            || above.starts_with(":::")
            || above.starts_with("[!");
        if ends {
            break;
        }
        first -= 1;
    }
    first
}

/// The whole list that the item, or what is indented below one, at `from` belongs to.
fn listed(lines: &[&str], parts: &[Part], from: usize) -> Option<Anchor> {
    let own = depth(lines[from]);
    let mut first = marker(unquoted(lines[from]).1).map(|_| from);
    let mut gap = 0;
    for at in (0..from).rev() {
        let (prefix, body) = unquoted(lines[at]);
        if body.trim().is_empty() {
            gap += 1;
            if gap > 2 {
                break;
            }
            continue;
        }
        let blanks = prefix.len() - prefix.trim_start().len();
        let inside = blanks > 0 || prefix.len() > 2 * depth(lines[at]) || gap == 0;
        gap = 0;
        let in_fence = matches!(parts[at], Part::Fence(_));
        let is_quotation = depth(lines[at]) != own;
        if is_quotation && blanks == 0 || body.starts_with(['#', '<']) && !in_fence {
            break;
        }
        if in_fence || is_quotation || marker(body).is_none() {
            if inside && !(body.trim_end().ends_with(':') && prefix.is_empty()) {
                continue;
            }
            break;
        }
        if first.is_some_and(|first| begins_another(lines[at], lines[first])) {
            break;
        }
        first = Some(at);
    }
    let first = first.filter(|first| !is_in_html(lines, *first))?;
    Some(Anchor { line: first + 1, prefix: unquoted(lines[first]).0.to_owned() })
}

/// How many quotations a line stands in.
fn depth(line: &str) -> usize {
    unquoted(line).0.matches('>').count()
}

/// Whether `item` belongs to another list than `below`: as deep, and marked in another way.
fn begins_another(item: &str, below: &str) -> bool {
    let mark = |line: &str| {
        let body = unquoted(line).1;
        let digits = body.bytes().take_while(u8::is_ascii_digit).count();
        body[digits..].chars().next()
    };
    unquoted(item).0.len() == unquoted(below).0.len() && mark(item) != mark(below)
}

/// A heading that is marked by the line below it.
fn is_underlined(lines: &[&str], at: usize) -> bool {
    let next = lines.get(at + 1).map(|line| line.trim()).unwrap_or_default();
    next.len() > 1 && (next.bytes().all(|byte| byte == b'=') || next.bytes().all(|byte| byte == b'-'))
}

/// Lines of MDX that are no text.
fn is_script(body: &str) -> bool {
    (body.starts_with("import ") || body.starts_with("export ")) && body.contains(['\'', '"', '='])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line and the prefix in angle brackets; `none` without a place.
    fn place(text: &str, word: &str, in_block: bool) -> String {
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| line.contains(word)).expect("word");
        let anchor = anchor(&lines, at, in_block);
        anchor.map_or("none".to_owned(), |anchor| format!("{} [{}]", anchor.line, anchor.prefix))
    }

    #[test]
    fn fences_keep_what_stands_before_them() {
        assert_eq!(place("Do:\n\n```sh\na\nX\n```\n", "X", true), "3 []");
        assert_eq!(place("1. Do:\n\n   ```sh\n   X\n   ```\n", "X", true), "3 [   ]");
        assert_eq!(place("> Do:\n> ```sh\n> X\n> ```\n", "X", true), "2 [> ]");
        assert_eq!(place("- a\n- ```sh\n  X\n  ```\n", "X", true), "1 []");
        assert_eq!(place("````md\n```sh\nX\n```\n````\n", "X", true), "1 []");
    }

    #[test]
    fn code_by_indentation() {
        assert_eq!(place("Do:\n\n    a\n\n    X\n", "X", true), "3 []");
        assert_eq!(place("- Do:\n\n      X\n", "X", true), "3 [  ]");
        assert_eq!(place("1. Do:\n\n    X\n", "X", true), "3 [   ]");
        assert_eq!(place("1. a\n   - b\n\n         X\n", "X", true), "4 [     ]");
        assert_eq!(place("</details>\n```sh\nX\n```\n", "X", true), "none");
    }

    #[test]
    fn paragraphs_lists_tables_and_quotations() {
        assert_eq!(place("# A\n\nOne\ntwo `X`.\n", "X", false), "3 []");
        assert_eq!(place("Lead:\n- a\n  b\n\n  c\n- run `X`\n", "X", false), "2 []");
        assert_eq!(place("1. a\n   - b\n   - run `X`\n", "X", false), "1 []");
        assert_eq!(place("1. a\n2. b\n- c\n- `X`\n", "X", false), "3 []");
        assert_eq!(place("1. a\n\n   > b\n\n2. `X`\n", "X", false), "1 []");
        assert_eq!(place("t\n\n| a | b |\n|---|---|\n| `X` | c |\n", "X", false), "3 []");
        assert_eq!(place("> One\n>\n> two `X`\n", "X", false), "3 [> ]");
        assert_eq!(place("> [!NOTE]\n> two `X`\n", "X", false), "2 [> ]");
    }

    #[test]
    fn no_place_in_headings_comments_front_matter_and_markup() {
        for text in [
            "## Use `X`\n",
            "Use `X`\n---\n",
            "<!--\nrun `X`\n-->\n",
            "---\ntitle: run `X`\n---\n",
            "<li>run `X`</li>\n",
            "<details><summary>`X`</summary>\n",
            "[^1]: see `X`\n",
            "export const a = '`X`'\n",
        ] {
            assert_eq!(place(text, "X", false), "none", "{text}");
        }
    }
}
