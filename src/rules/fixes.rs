//! What the fixes of several rules have in common.

use super::View;
use crate::finding::{Finding, Offer};

/// A warning above a command in a document.
pub(super) const WARNS: Offer =
    Offer::safe("puts a warning above the command where a document has it, in the language of the document");

/// A line in `.gitignore`.
pub(super) const IGNORES: Offer =
    Offer::safe("adds the file to `.gitignore` as long as git has no copy of it");

/// Gives the edits of all fixes the line ends of their files.
pub(super) fn finish(findings: &mut [Finding], view: &View<'_>) {
    let edits = findings.iter_mut().filter_map(|finding| finding.fix.as_mut()).flat_map(|fix| &mut fix.edits);
    for (path, edits) in edits {
        let windows = view.tree.read(path).is_ok_and(|file| file.text().contains("\r\n"));
        for edit in edits.iter_mut().filter(|edit| windows && !edit.replacement.contains('\r')) {
            edit.replacement = edit.replacement.replace('\n', "\r\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::fix::{self, Wanted, World};
    use crate::presets::Presets;
    use crate::rules::{RULES, judge};
    use crate::survey;
    use crate::survey::tree::Tree;

    /// Rules whose fix needs a policy or git; tests/audit/fix.rs makes each of them.
    const ASIDE: [&str; 4] = ["compose-name-unpinned", "dump-committed", "env-committed", "sqlite-committed"];

    const COMPOSE: &str = "services:\n  db:\n    image: postgres:16\n    volumes: ['pg:/var/lib/postgresql/data']\nvolumes:\n  pg: {}\n";

    /// The example `bad` wherever it may stand.
    fn tree(bad: &str) -> Tree {
        let blocks = [format!("```sh\n{bad}\n```\n"), format!("```sql\n{bad}\n```\n")];
        Tree::in_memory([
            ("docker-compose.yml", COMPOSE),
            ("db/migrations/1_a.sql", "create table a (id int);\n"),
            ("docker-compose.prod.yml", bad),
            ("backup.sh", bad),
            ("docs/a.md", bad),
            ("docs/b.md", &blocks[0]),
            ("docs/c.md", &blocks[1]),
            (".gitignore", bad),
        ])
    }

    fn audit(tree: &Tree) -> Vec<Finding> {
        let presets = Presets::embedded();
        let survey = survey::read(tree, &presets);
        judge(&View::new(tree, &survey, &presets, None))
    }

    #[test]
    fn what_is_offered_is_what_the_rules_give() {
        let mut all: BTreeMap<&str, BTreeSet<bool>> = BTreeMap::new();
        for finding in RULES.iter().flat_map(|rule| audit(&tree(rule.about.bad))) {
            all.entry(finding.rule).or_default().extend(finding.fix.map(|fix| fix.safe));
        }
        let mut wrong = Vec::new();
        for rule in RULES.iter().filter(|rule| !ASIDE.contains(&rule.about.id)) {
            let given: Vec<bool> = all.get(rule.about.id).into_iter().flatten().copied().collect();
            let told: Vec<bool> = rule.about.fix.iter().map(|offer| offer.safe).collect();
            if given != told {
                wrong.push((rule.about.id, given, told));
            }
        }
        assert!(wrong.is_empty(), "rule, given, told: {wrong:?}");
        for id in ASIDE {
            assert!(
                crate::rules::find(id).is_some_and(|rule| rule.about.fix.is_some_and(|fix| fix.safe)),
                "{id}"
            );
        }
    }

    #[test]
    fn every_fix_of_an_example_is_made_is_gone_and_is_not_made_twice() {
        let world = World { audit: &audit, refusal: &|_| None };
        let offered = RULES.iter().filter(|rule| rule.about.fix.is_some()).map(|rule| rule.about.id);
        for id in offered.filter(|id| !ASIDE.contains(id)) {
            let tree = tree(crate::rules::find(id).expect("rule").about.bad);
            let fixes = fix::make(&tree, &audit(&tree), Wanted::All, &world);
            assert!(fixes.made.iter().any(|finding| finding.rule == id), "{id}");
            assert_eq!(fixes.left, [], "{id}");
            let after = tree.with(&fixes.texts);
            let again = fix::make(&after, &audit(&after), Wanted::All, &world);
            assert!(again.made.is_empty() && again.texts.is_empty(), "{id}: {:?}", again.made);
        }
    }
}
