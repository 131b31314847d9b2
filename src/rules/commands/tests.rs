//! Each rule's own examples, where they would stand.

mod around;
mod limits;
mod look_alikes;
mod migrations;
mod places;
mod programs;

use super::*;
use crate::finding::Severity;
use crate::presets::Presets;
use crate::rules::{self, Rule};
use crate::survey;
use crate::survey::tree::Tree;

/// Where the examples of a rule stand.
const PLACES: &[(&str, &str)] = &[
    ("backup-removed", "scripts/clean.sh"),
    ("ci-deploy-volume-removal", "deploy.sh"),
    ("code-destructive", "src/db.js"),
    ("compose-down-volumes", "scripts/clean.sh"),
    ("container-removed", "scripts/clean.sh"),
    ("data-path-removed", "scripts/clean.sh"),
    ("deploy-sync-delete", "scripts/clean.sh"),
    ("docker-prune", "scripts/clean.sh"),
    ("docker-volume-rm", "scripts/clean.sh"),
    ("docs-destructive", "README.md"),
    ("infrastructure-destroyed", "scripts/clean.sh"),
    ("migrations-reset", "scripts/clean.sh"),
    ("prototype-push-in-deploy", "Dockerfile"),
    ("restore-clobber", "scripts/clean.sh"),
    ("safety-override", "scripts/clean.sh"),
    ("script-destructive", "package.json"),
    ("sql-delete-all", "scripts/clean.sh"),
    ("sql-drop-column", "scripts/clean.sh"),
    ("sql-drop-database", "scripts/clean.sh"),
    ("sql-drop-schema", "scripts/clean.sh"),
    ("sql-drop-table", "scripts/clean.sh"),
    ("sql-truncate", "scripts/clean.sh"),
    ("sql-update-all", "scripts/clean.sh"),
    ("start-destructive", "docker-entrypoint.sh"),
    ("unset-var-rm", "scripts/clean.sh"),
];

/// What an audit says about files in memory.
fn audit(files: &[(&str, &str)]) -> Vec<Finding> {
    let tree = Tree::in_memory(files.iter().copied());
    let presets = Presets::embedded();
    let survey = survey::read(&tree, &presets);
    rules::judge(&View::new(&tree, &survey, &presets, None))
}

fn rules_of(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().filter(|one| one.severity > Severity::Info).map(|one| one.rule).collect()
}

#[test]
fn each_rule_finds_its_bad_example_and_not_its_good_one() {
    let mut wrong = Vec::new();
    for (id, path) in PLACES {
        let Rule { about, .. } = rules::find(id).expect("rule");
        let bad: Vec<_> =
            audit(&[(path, about.bad)]).into_iter().map(|one| (one.rule, one.command)).collect();
        let good = rules_of(&audit(&[(path, about.good)]));
        let found = bad.iter().any(|(rule, command)| rule == id && command.is_some());
        if !found || !good.is_empty() {
            wrong.push((*id, bad, good));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let listed = PLACES.iter().filter(|(id, _)| rules::find(id).is_some()).count();
    assert_eq!(listed, PLACES.len());
}

const COMPOSE: &str = "services:\n  db:\n    image: postgres:16\n    volumes: ['pg:/var/lib/postgresql/data']\nvolumes:\n  pg: {}\n";

fn severity_of(files: &[(&str, &str)]) -> Option<Severity> {
    audit(files).iter().filter(|one| one.command.is_some()).map(|one| one.severity).max()
}

#[test]
fn the_same_command_weighs_as_its_context_says() {
    let readme = "Start over:\n\n```sh\ndocker compose down -v\n```\n";
    assert_eq!(severity_of(&[("compose.yml", COMPOSE), ("README.md", readme)]), Some(Severity::Medium));
    assert_eq!(
        severity_of(&[("compose.yml", COMPOSE), ("clean.sh", "docker compose down -v\n")]),
        Some(Severity::High)
    );
    let external = COMPOSE.replace("pg: {}", "pg: {external: true, name: x}");
    assert_eq!(severity_of(&[("compose.yml", &external), ("README.md", readme)]), Some(Severity::Info));
    let never = "Never run `docker compose down -v`.\n";
    assert_eq!(severity_of(&[("compose.yml", COMPOSE), ("AGENTS.md", never)]), Some(Severity::Info));
    let asks = "read -p 'Type yes: ' x\nif [ \"$x\" != yes ]; then exit 1; fi\ndocker compose down -v\n";
    assert_eq!(severity_of(&[("compose.yml", COMPOSE), ("clean.sh", asks)]), Some(Severity::Medium));
    let job = "jobs:\n  test:\n    steps:\n      - run: docker compose down -v\n";
    assert_eq!(
        severity_of(&[("compose.yml", COMPOSE), (".github/workflows/test.yml", job)]),
        Some(Severity::Low)
    );
    assert_eq!(severity_of(&[("README.md", "See `docker run -v a:b c`.\n")]), None);
}

#[test]
fn passwords_stay_where_they_are() {
    let findings =
        audit(&[("clean.sh", "psql postgres://shop:opensesame@db.example.com/shop -c 'DROP TABLE a'\n")]);
    assert_eq!(rules_of(&findings), ["sql-drop-table"]);
    assert!(!format!("{findings:?}").contains("opensesame"), "{findings:?}");
}

#[test]
fn advice_that_a_script_prints_is_copied() {
    let script = "echo \"To start over: docker compose down -v\"\necho \"Never run: docker compose down -v\"\n# docker compose down -v\n";
    let findings = audit(&[("compose.yml", COMPOSE), ("help.sh", script)]);
    let severities: Vec<_> =
        findings.iter().filter(|one| one.command.is_some()).map(|one| one.severity).collect();
    assert_eq!(severities, [Severity::Medium, Severity::Info, Severity::Info]);
}

#[test]
fn one_finding_for_one_act() {
    let files =
        [("compose.yml", COMPOSE), ("clean.sh", "sudo docker compose -f compose.yml down -v --rmi all\n")];
    assert_eq!(audit(&files).iter().filter(|one| one.command.is_some()).count(), 1);
    let statements = audit(&[("README.md", "```sql\nTRUNCATE a;\nTRUNCATE b;\n```\n")]);
    assert_eq!(statements.iter().map(|one| one.place.line).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn what_dbguard_wrote_is_left_out() {
    let manifest = "version = 1\n\n[[file]]\npath = \"scripts/db/reset.sh\"\n";
    assert!(audit(&[(".dbguard/x.sh", "docker compose down -v\n")]).is_empty());
    let block = "# >>> dbguard:rules: managed\ndocker compose down -v\n# <<< dbguard:rules\n";
    assert!(audit(&[("clean.sh", block)]).is_empty());
    let open = "# >>> dbguard:rules: managed\ndocker compose down -v\n";
    assert_eq!(rules_of(&audit(&[("clean.sh", open)])), ["compose-down-volumes"]);
    // A manifest that cannot be read hides nothing.
    let files = [(".dbguard/manifest.toml", manifest), ("scripts/db/reset.sh", "docker compose down -v\n")];
    assert_eq!(rules_of(&audit(&files)), ["compose-down-volumes"]);
}
