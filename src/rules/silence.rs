//! Comments that silence a finding: `dbguard: ignore[RULE] reason`, on its lines or on the one above, in any comment syntax.

use crate::finding::{Finding, Suppressed};
use crate::source::SourceFile;
use crate::survey::tree::Tree;

const MARK: &str = "dbguard: ignore[";

/// Ends of comments, which belong to no reason.
const ENDS: [&str; 6] = ["*/", "-->", "#}", "--%>", "%}", "*)"];

/// Marks the findings that a comment silences. A comment without a reason silences nothing.
pub(super) fn apply(findings: &mut [Finding], tree: &Tree) {
    for finding in findings.iter_mut().filter(|finding| finding.suppressed.is_none()) {
        let Ok(file) = tree.read(&finding.place.path) else { continue };
        finding.suppressed = reason(&file, finding).map(|reason| Suppressed { reason, expires: None });
    }
}

fn reason(file: &SourceFile, finding: &Finding) -> Option<String> {
    if !file.text().contains(MARK) {
        return None;
    }
    let first = finding.place.line.saturating_sub(1).max(1);
    let mut lines = file.lines().skip(first - 1).take_while(|(number, _)| *number <= finding.place.end_line);
    lines.find_map(|(_, line)| reason_in(line, finding.rule))
}

/// The reason for which a line silences a rule.
fn reason_in(line: &str, rule: &str) -> Option<String> {
    let (_, rest) = line.split_once(MARK)?;
    let (rules, reason) = rest.split_once(']')?;
    let reason = ENDS.iter().fold(reason.trim(), |reason, end| reason.trim_end_matches(end).trim_end());
    let names_it = rules.split(',').any(|one| one.trim() == rule);
    (names_it && !reason.is_empty()).then(|| reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets::Presets;
    use crate::rules::{View, judge};
    use crate::survey;

    #[test]
    fn a_comment_needs_the_rule_and_a_reason() {
        for (line, expected) in [
            ("docker volume rm x # dbguard: ignore[docker-volume-rm] a cache", Some("a cache")),
            ("<!-- dbguard: ignore[a, docker-volume-rm] told to -->", Some("told to")),
            ("/* dbguard: ignore[docker-volume-rm] why */", Some("why")),
            ("# dbguard: ignore[docker-volume-rm]", None),
            ("# dbguard: ignore[docker-volume-rm] -->", None),
            ("# dbguard: ignore[docker-volume] why", None),
            ("# dbguard: ignore[*] why", None),
        ] {
            assert_eq!(reason_in(line, "docker-volume-rm").as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn it_silences_the_line_below_and_no_other() {
        let text =
            "# dbguard: ignore[docker-volume-rm] a cache\ndocker volume rm cache\ndocker volume rm pgdata\n";
        let tree = Tree::in_memory([("clean.sh", text)]);
        let presets = Presets::embedded();
        let survey = survey::read(&tree, &presets);
        let findings = judge(&View::new(&tree, &survey, &presets, None));
        let silenced: Vec<_> = findings
            .iter()
            .map(|one| (one.place.line, one.suppressed.as_ref().map(|by| by.reason.as_str())))
            .collect();
        assert_eq!(silenced, [(2, Some("a cache")), (3, None)]);
    }
}
