//! Which rules have a fix, and what every fix has in common.

use super::View;
use crate::finding::{Finding, Offer};

/// What is said of a warning above a command in a document.
const WARNS: &str =
    "puts a warning above the command where a document has it, in the language of the document";

/// What is said of a line in `.gitignore`.
const IGNORES: &str = "adds the file to `.gitignore` as long as git has no copy of it";

/// The fixes by rule. A test compares this with what the rules give.
const OFFERS: &[(&str, Offer)] = &[
    (
        "backup-no-pipefail",
        Offer::asked("adds `set -o pipefail` to a bash script, which then stops where it went on before"),
    ),
    ("compose-down-volumes", Offer::safe(WARNS)),
    (
        "compose-name-unpinned",
        Offer::safe(
            "writes the `name:` that dbguard.toml tells as `volume_name`, and nothing where it tells none",
        ),
    ),
    ("data-path-removed", Offer::safe(WARNS)),
    (
        "db-port-public",
        Offer::asked(
            "puts `127.0.0.1:` before the port, which cuts off everybody who uses it from another machine",
        ),
    ),
    ("deploy-sync-delete", Offer::safe(WARNS)),
    ("docker-prune", Offer::safe(WARNS)),
    ("docker-volume-rm", Offer::safe(WARNS)),
    ("docs-destructive", Offer::safe(WARNS)),
    ("dump-committed", Offer::safe(IGNORES)),
    ("env-committed", Offer::safe(IGNORES)),
    (
        "gitignore-wrong",
        Offer::safe("adds an exception for the folder of the migrations, checked with git's own matcher"),
    ),
    ("infrastructure-destroyed", Offer::safe(WARNS)),
    ("migrations-reset", Offer::safe(WARNS)),
    (
        "no-stop-grace",
        Offer::asked("adds `stop_grace_period: 1m`; Compose replaces the container at the next `up`"),
    ),
    (
        "pg18-mount",
        Offer::asked(
            "mounts the volume where the new version looks; data of an older version has to be dumped before",
        ),
    ),
    ("restore-clobber", Offer::safe(WARNS)),
    ("safety-override", Offer::safe(WARNS)),
    ("sql-delete-all", Offer::safe(WARNS)),
    ("sql-drop-column", Offer::safe(WARNS)),
    ("sql-drop-database", Offer::safe(WARNS)),
    ("sql-drop-schema", Offer::safe(WARNS)),
    ("sql-drop-table", Offer::safe(WARNS)),
    ("sql-truncate", Offer::safe(WARNS)),
    ("sql-update-all", Offer::safe(WARNS)),
    ("sqlite-committed", Offer::safe(IGNORES)),
    ("unset-var-rm", Offer::safe(WARNS)),
];

/// The fix that the rule `id` has, if any.
pub fn offered(id: &str) -> Option<&'static Offer> {
    OFFERS.iter().find(|(rule, _)| *rule == id).map(|(_, offer)| offer)
}

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
            let told: Vec<bool> = offered(rule.about.id).into_iter().map(|offer| offer.safe).collect();
            if given != told {
                wrong.push((rule.about.id, given, told));
            }
        }
        assert!(wrong.is_empty(), "rule, given, told: {wrong:?}");
        assert!(
            OFFERS.iter().all(|(id, _)| crate::rules::find(id).is_some())
                && OFFERS.is_sorted_by_key(|(id, _)| *id)
        );
        assert!(ASIDE.iter().all(|id| offered(id).is_some_and(|offer| offer.safe)));
    }

    #[test]
    fn every_fix_of_an_example_is_made_is_gone_and_is_not_made_twice() {
        let world = World { audit: &audit, refusal: &|_| None };
        for (id, _) in OFFERS.iter().filter(|(id, _)| !ASIDE.contains(id)) {
            let tree = tree(crate::rules::find(id).expect("rule").about.bad);
            let fixes = fix::make(&tree, &audit(&tree), Wanted::All, &world);
            assert!(fixes.made.iter().any(|finding| finding.rule == *id), "{id}");
            assert_eq!(fixes.left, [], "{id}");
            let after = tree.with(&fixes.texts);
            let again = fix::make(&after, &audit(&after), Wanted::All, &world);
            assert!(again.made.is_empty() && again.texts.is_empty(), "{id}: {:?}", again.made);
        }
    }
}
