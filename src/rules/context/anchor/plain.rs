//! Text without markup: paragraphs between empty lines.

use super::Anchor;

pub(super) fn anchor(lines: &[&str], at: usize) -> Option<Anchor> {
    let is_template = lines[at].contains("{{");
    let start = lines[..at].iter().rposition(|line| line.trim().is_empty()).map_or(0, |blank| blank + 1);
    let line = lines[start];
    let prefix = line[..line.len() - line.trim_start().len()].to_owned();
    (!is_template).then_some(Anchor { line: start + 1, prefix })
}
