//! What silences a finding: a comment `dbguard: ignore[RULE] reason` on its lines or on the one above, in any comment syntax,
//! or an entry of the policy.

use crate::finding::{Finding, SilencedBy, Suppressed};
use crate::source::SourceFile;
use crate::survey::tree::{IGNORE_MARK as MARK, Tree};

use super::View;

/// Ends of comments, which belong to no reason.
const ENDS: [&str; 6] = ["*/", "-->", "#}", "--%>", "%}", "*)"];

/// What a comment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment<'a> {
    /// The rules that it names.
    pub(super) rules: Vec<&'a str>,
    /// Why; empty where it does not say.
    pub(super) reason: &'a str,
}

/// Marks the findings that a comment or the policy silences. A comment without a reason silences nothing, nor does an entry that
/// has expired.
pub(super) fn apply(findings: &mut [Finding], view: &View<'_>) {
    for finding in findings.iter_mut().filter(|finding| finding.suppressed.is_none()) {
        finding.suppressed = by_comment(finding, view.tree).or_else(|| by_policy(finding, view));
    }
}

/// Whether `finding` is silenced by a comment on a line of its file, if one names its rule. On the line above it counts only where
/// it stands alone: behind a command it speaks of that one.
pub(super) fn reaches(line: usize, text: &str, finding: &Finding) -> bool {
    let place = &finding.place;
    (place.line..=place.end_line).contains(&line) || line + 1 == place.line && stands_alone(text)
}

fn stands_alone(line: &str) -> bool {
    let before = line.split(MARK).next().unwrap_or_default().trim();
    before.eq_ignore_ascii_case("rem") || !before.contains(char::is_alphanumeric)
}

/// The comment of a line, if there is one.
pub(super) fn comment(line: &str) -> Option<Comment<'_>> {
    let (_, rest) = line.split_once(MARK)?;
    let (rules, reason) = rest.split_once(']')?;
    let reason = ENDS.iter().fold(reason.trim(), |reason, end| reason.trim_end_matches(end).trim_end());
    Some(Comment { rules: rules.split(',').map(str::trim).collect(), reason })
}

fn by_comment(finding: &Finding, tree: &Tree) -> Option<Suppressed> {
    let file = tree.read(&finding.place.path).ok()?;
    let reason = reason(&file, finding)?;
    Some(Suppressed { by: SilencedBy::Comment, reason, expires: None })
}

fn by_policy(finding: &Finding, view: &View<'_>) -> Option<Suppressed> {
    let mut entries = view.policy?.ignores.iter().map(|entry| &entry.value);
    let entry =
        entries.find(|one| one.covers(finding.rule, &finding.place.path) && !one.has_expired(view.now))?;
    Some(Suppressed {
        by: SilencedBy::Policy,
        reason: entry.reason.text().to_owned(),
        expires: entry.expires.map(|day| day.to_string()),
    })
}

fn reason(file: &SourceFile, finding: &Finding) -> Option<String> {
    if !file.text().contains(MARK) {
        return None;
    }
    let lines = file.lines().skip(finding.place.line.saturating_sub(2));
    let lines = lines.take_while(|(number, _)| *number <= finding.place.end_line);
    let mut reaching = lines.filter(|(number, line)| reaches(*number, line, finding));
    reaching.find_map(|(_, line)| reason_in(line, finding.rule))
}

/// The reason for which a line silences a rule.
fn reason_in(line: &str, rule: &str) -> Option<String> {
    let comment = comment(line)?;
    let silences = comment.rules.contains(&rule) && !comment.reason.is_empty();
    silences.then(|| comment.reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets::Presets;
    use crate::rules::judge;
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
        assert_eq!(silenced(text), [(2, Some("a cache".to_owned())), (3, None)]);
    }

    #[test]
    fn behind_a_command_it_speaks_of_that_one() {
        let text =
            "docker volume rm cache # dbguard: ignore[docker-volume-rm] a cache\ndocker volume rm pgdata\n";
        assert_eq!(silenced(text), [(1, Some("a cache".to_owned())), (2, None)]);
    }

    /// The findings of a script by line, each with the reason that silences it.
    fn silenced(text: &str) -> Vec<(usize, Option<String>)> {
        let tree = Tree::in_memory([("clean.sh", text)]);
        let presets = Presets::embedded();
        let survey = survey::read(&tree, &presets);
        let findings = judge(&View::new(&tree, &survey, &presets, None));
        // An ignore that silences nothing is a finding of its own, and not what is asked here.
        let told = findings.iter().filter(|one| one.rule == "docker-volume-rm");
        told.map(|one| (one.place.line, one.suppressed.as_ref().map(|by| by.reason.clone()))).collect()
    }
}
