//! Tests that empty whatever database the application uses.

use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Place, Severity};
use crate::presets::dangers::Isolation;
use crate::presets::model::Str;
use crate::survey::glob::Globs;
use crate::survey::script::{self, Language};
use crate::survey::{paths, xml};

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "laravel-testing-env-missing",
        title: "Tests without a database of their own",
        severity: Severity::Critical,
        why: "The tests empty the database before they run, and nothing leads them to another one: they take the one of `.env`, which \
              is the database that people work with.",
        evidence: "https://github.com/anthropics/claude-code/issues/90808, \
                   https://hackernoon.com/how-i-destroyed-the-staging-database-b435f98569ab",
        bad: "<phpunit>\n  <php>\n    <!-- <env name=\"DB_DATABASE\" value=\"testing\"/> -->\n    <env name=\"APP_ENV\" value=\"testing\"/>\n  </php>\n</phpunit>\n",
        good: "<phpunit>\n  <php>\n    <env name=\"DB_DATABASE\" value=\"testing\"/>\n    <env name=\"APP_ENV\" value=\"testing\"/>\n  </php>\n</phpunit>\n",
        remedy: "Set `DB_CONNECTION` and `DB_DATABASE` in phpunit.xml or `.env.testing`, and clear the cached configuration before tests.",
        fix: None,
    },
    check,
};

fn check(view: &View<'_>) -> Vec<Finding> {
    let stacks = view.presets.stacks.iter();
    let present = stacks.filter(|stack| {
        stack.frameworks.iter().any(|id| view.survey.frameworks.iter().any(|one| **one == **id))
    });
    present.filter_map(|stack| judge(view, stack.isolation.as_ref()?)).collect()
}

fn judge(view: &View<'_>, isolation: &Isolation) -> Option<Finding> {
    let led = |path: &str| paths::name(path) == &*isolation.file || sets(view, path, &isolation.variables);
    let settings: Vec<&str> = matching(view, &isolation.settings);
    let dotenv = view.tree.paths().any(|path| paths::name(path) == &*isolation.file);
    if settings.is_empty() || dotenv || settings.iter().any(|path| led(path)) {
        return None;
    }
    let (test, line) = matching(view, &isolation.tests)
        .into_iter()
        .find_map(|path| Some((path, empties(view, path, isolation)?)))?;
    let path = settings.first()?;
    let message = format!(
        "Nothing leads the tests to a database of their own, and {test} empties the one that they get, which is that of `.env`."
    );
    let file = view.tree.read(test).ok()?;
    let finding = draft::finding(&RULE.about, Kind::Config, Place::file(*path), RULE.about.severity, message);
    Some(finding.with(draft::line_of(&file, line), "a test that empties the database"))
}

fn matching<'a>(view: &View<'a>, globs: &[Str]) -> Vec<&'a str> {
    let Ok(globs) = Globs::new(globs.iter().map(|glob| &**glob)) else { return Vec::new() };
    view.tree.paths().filter(|path| !globs.matches(path).is_empty()).collect()
}

/// Whether an XML file gives one of `variables` a value; what stands in comments does not count.
fn sets(view: &View<'_>, path: &str, variables: &[Str]) -> bool {
    let Ok(file) = view.tree.read(path) else { return false };
    xml::elements(&file).iter().any(|element| {
        let name = element.attribute("name").unwrap_or_default();
        variables.iter().any(|variable| **variable == *name)
            && element.attribute("value").is_some_and(|value| !value.is_empty())
    })
}

/// The line of the first word in the code of `path` that empties the database.
fn empties(view: &View<'_>, path: &str, isolation: &Isolation) -> Option<usize> {
    let file = view.tree.read(path).ok()?;
    if !isolation.empties.iter().any(|word| file.text().contains(&**word)) {
        return None;
    }
    let language = Language::of(path)?;
    let words = script::words(&file, language);
    let (_, start) =
        words.into_iter().find(|(word, _)| isolation.empties.iter().any(|known| word.ends_with(&**known)))?;
    Some(file.line_of(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    const MANIFEST: (&str, &str) = ("composer.json", "{\"require\": {\"laravel/framework\": \"^12\"}}");
    const TEST: (&str, &str) = (
        "tests/Feature/UserTest.php",
        "<?php\nuse Illuminate\\Foundation\\Testing\\RefreshDatabase;\nclass UserTest { use RefreshDatabase; }\n",
    );

    #[test]
    fn comments_lead_nowhere() {
        let found = |text: &str| trial::found(&RULE, &[MANIFEST, TEST, ("phpunit.xml", text)]);
        assert_eq!(found(RULE.about.bad), ["phpunit.xml:1 critical"]);
        assert!(found(RULE.about.good).is_empty());
    }

    #[test]
    fn look_alikes() {
        let bad = ("phpunit.xml", RULE.about.bad);
        assert!(trial::found(&RULE, &[MANIFEST, bad]).is_empty());
        assert!(trial::found(&RULE, &[TEST, bad]).is_empty());
        assert!(trial::found(&RULE, &[MANIFEST, TEST, bad, (".env.testing", "DB_DATABASE=t\n")]).is_empty());
        let comment = ("tests/Unit/A.php", "<?php\n// RefreshDatabase would be slow\n");
        assert!(trial::found(&RULE, &[MANIFEST, comment, bad]).is_empty());
    }

    #[test]
    fn what_leads_the_tests_and_what_does_not() {
        let found = |text: &str| trial::found(&RULE, &[MANIFEST, TEST, ("phpunit.xml", text)]);
        let empty = RULE
            .about
            .good
            .replace("value=\"testing\"/>\n    <env name=\"APP", "value=\"\"/>\n    <env name=\"APP");
        assert_eq!(found(&empty), ["phpunit.xml:1 critical"]);
        let server = RULE.about.good.replace("<env", "<server").replace("DB_DATABASE", "DB_CONNECTION");
        assert!(found(&server).is_empty());
        assert!(trial::found(&RULE, &[MANIFEST, TEST]).is_empty());
        let other = ("composer.json", "{\"require\": {\"symfony/framework-bundle\": \"^7\"}}");
        assert!(trial::found(&RULE, &[other, TEST, ("phpunit.xml", RULE.about.bad)]).is_empty());
        let plain = ("tests/Unit/A.php", "<?php\nclass ATest { public function a() {} }\n");
        assert!(trial::found(&RULE, &[MANIFEST, plain, ("phpunit.xml", RULE.about.bad)]).is_empty());
        let dist = [MANIFEST, TEST, ("phpunit.xml.dist", RULE.about.bad)];
        assert_eq!(trial::found(&RULE, &dist), ["phpunit.xml.dist:1 critical"]);
    }
}
