//! reStructuredText: what is indented belongs to the line above that is less so.

use super::{Anchor, indentation};

pub(super) fn anchor(lines: &[&str], at: usize) -> Option<Anchor> {
    let mut start = paragraph(lines, at);
    // A block of code begins with its directive, or with the paragraph that ends in `::`.
    while let Some(parent) = parent(lines, start) {
        let text = lines[parent].trim();
        if text.starts_with(".. ") && !text.contains("::") {
            return None;
        }
        if !text.ends_with("::") && !text.starts_with(".. ") {
            break;
        }
        start = paragraph(lines, parent);
    }
    let start = list(lines, start);
    let line = lines[start];
    let next = lines.get(start + 1).map(|line| line.trim()).unwrap_or_default();
    let is_title = next.len() > 2 && next.chars().all(|mark| "=-~^\"'#*+`".contains(mark));
    let is_table = line.trim_start().starts_with(['|', '+', '=']);
    let prefix = line[..line.len() - line.trim_start().len()].to_owned();
    (!is_title && !is_table).then_some(Anchor { line: start + 1, prefix })
}

/// The first line of the lines without a gap, and without a smaller indentation, that end at `at`.
fn paragraph(lines: &[&str], at: usize) -> usize {
    let own = indentation(lines[at]);
    let belongs = |line: &&&str| !line.trim().is_empty() && indentation(line) >= own;
    at - lines[..at].iter().rev().take_while(belongs).count()
}

fn parent(lines: &[&str], start: usize) -> Option<usize> {
    let own = indentation(lines[start]);
    let parent =
        lines[..start].iter().rposition(|line| !line.trim().is_empty() && indentation(line) < own)?;
    Some(parent)
}

/// The first item of the list that the item at `start` belongs to.
fn list(lines: &[&str], start: usize) -> usize {
    let own = indentation(lines[start]);
    let is_item = |line: &str| {
        let text = line.trim_start();
        text.starts_with("- ") || text.starts_with("* ") || text.starts_with("#. ")
    };
    let mut first = start;
    if !is_item(lines[start]) {
        return start;
    }
    for at in (0..start).rev() {
        let line = lines[at];
        if is_item(line) && indentation(line) == own {
            first = at;
        } else if !line.trim().is_empty() && indentation(line) <= own {
            break;
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, word: &str) -> Option<(usize, usize)> {
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| line.contains(word)).expect("word");
        anchor(&lines, at).map(|anchor| (anchor.line, anchor.prefix.len()))
    }

    #[test]
    fn above_directives_and_what_leads_into_a_literal_block() {
        assert_eq!(place("Text\n\n.. code-block:: sh\n   :x: y\n\n   a\n   X -v\n", "X"), Some((3, 0)));
        assert_eq!(place("First.\n\nThen\nrun::\n\n    X -v\n", "X"), Some((3, 0)));
        assert_eq!(place("- a\n\n  Run ``X -v`` now.\n", "X"), Some((3, 2)));
        assert_eq!(place("Intro\n\n- a\n- b\n  c\n- ``X -v``\n", "X"), Some((3, 0)));
    }

    #[test]
    fn not_in_titles_tables_and_comments() {
        assert_eq!(place("X -v\n====\n", "X"), None);
        assert_eq!(place("| X -v | a |\n", "X"), None);
        assert_eq!(place(".. a comment\n\n   X -v\n", "X"), None);
    }
}
