//! Fixes that can be made together: edits that overlap wait for the next pass.

use std::collections::BTreeMap;

use crate::finding::{Finding, Fix};
use crate::source::{Edit, apply};
use crate::survey::paths;

/// The findings whose edits do not overlap, the first by place before the others. Findings that share the very same edits, such
/// as those of one block under one warning, go together.
pub(super) fn apart(findings: Vec<&Finding>) -> Vec<Finding> {
    let mut taken: Vec<Finding> = Vec::new();
    let mut edits: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for finding in findings {
        let Some(fix) = &finding.fix else { continue };
        if collides(fix, &edits) {
            continue;
        }
        for (path, edit) in all(fix) {
            edits.entry(path).or_default().push(edit);
        }
        taken.push(finding.clone());
    }
    taken
}

/// The new text of every file that the fixes of `findings` change, or the path of the file that they do not fit.
pub(super) fn texts(
    findings: &[Finding],
    text: impl Fn(&str) -> String,
) -> Result<BTreeMap<String, String>, String> {
    let one = |(path, edits): (&str, Vec<Edit>)| {
        let new = apply(&edits, &text(path)).ok_or_else(|| path.to_owned())?;
        Ok((path.to_owned(), new))
    };
    edits(findings).into_iter().map(one).collect()
}

/// The edits of the fixes of `findings` by path, each once, in their order.
pub(super) fn edits(findings: &[Finding]) -> BTreeMap<&str, Vec<Edit>> {
    let mut edits: BTreeMap<&str, Vec<Edit>> = BTreeMap::new();
    for (path, edit) in findings.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(all) {
        edits.entry(path).or_default().push(edit.clone());
    }
    for edits in edits.values_mut() {
        edits.sort();
        edits.dedup();
    }
    edits
}

fn all(fix: &Fix) -> impl Iterator<Item = (&str, &Edit)> {
    fix.edits.iter().flat_map(|(path, edits)| edits.iter().map(move |edit| (path.as_str(), edit)))
}

fn collides(fix: &Fix, edits: &BTreeMap<&str, Vec<&Edit>>) -> bool {
    all(fix).any(|(path, edit)| {
        let known = edits.get(path).into_iter().flatten();
        known
            .into_iter()
            .any(|other| *other != edit && overlap(other, edit) && !is_line_each(path, other, edit))
    })
}

/// Two insertions at one place overlap too: which comes first is nowhere told.
fn overlap(one: &Edit, other: &Edit) -> bool {
    let (one, other) = (one.span, other.span);
    one.start == other.start || one.start < other.end && other.start < one.end
}

/// Whole lines added to an ignore file: their order means nothing.
fn is_line_each(path: &str, one: &Edit, other: &Edit) -> bool {
    let is_line = |edit: &Edit| {
        let text = edit.replacement.as_str();
        edit.span.start == edit.span.end && text.ends_with('\n') && !text.starts_with(['\n', '\r', '!'])
    };
    paths::name(path) == ".gitignore" && is_line(one) && is_line(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Kind, Place, Severity};
    use crate::source::Span;

    fn finding(line: usize, edits: Vec<Edit>) -> Finding {
        let edits = BTreeMap::from([("a".to_owned(), edits)]);
        Finding {
            rule: "x",
            title: "x",
            severity: Severity::High,
            confidence: Confidence::High,
            kind: Kind::Doc,
            place: Place { line, ..Place::file("a") },
            message: String::new(),
            help: String::new(),
            command: None,
            diff: None,
            related: Vec::new(),
            fix: Some(Fix { safe: true, summary: String::new(), edits }),
            suppressed: None,
        }
    }

    fn replace(start: usize, end: usize) -> Edit {
        Edit { span: Span::new(start, end), replacement: "-".to_owned() }
    }

    fn lines(findings: &[Finding]) -> Vec<usize> {
        apart(findings.iter().collect()).iter().map(|one| one.place.line).collect()
    }

    #[test]
    fn the_first_by_place_wins_and_shared_edits_go_together() {
        let overlapping = [finding(1, vec![replace(0, 3)]), finding(2, vec![replace(2, 4)])];
        assert_eq!(lines(&overlapping), [1]);
        let beside = [finding(1, vec![replace(0, 3)]), finding(2, vec![replace(3, 4)])];
        assert_eq!(lines(&beside), [1, 2]);
        let same = [finding(1, vec![Edit::insert(1, "x")]), finding(2, vec![Edit::insert(1, "x")])];
        assert_eq!(lines(&same), [1, 2]);
        assert_eq!(texts(&same, |_| "ab".to_owned()).unwrap()["a"], "axb");
        let other = [finding(1, vec![Edit::insert(1, "x")]), finding(2, vec![Edit::insert(1, "y")])];
        assert_eq!(lines(&other), [1]);
    }

    #[test]
    fn edits_outside_the_text_do_not_fit() {
        let outside = [finding(1, vec![replace(2, 9)])];
        assert_eq!(texts(&outside, |_| "abc".to_owned()), Err("a".to_owned()));
    }
}
