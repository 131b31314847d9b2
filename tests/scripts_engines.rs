//! What the scripts say about databases of engines that they do not know.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set up its files has to fail"
)]

mod support;

use support::project::Project;

const COMPOSE: &str = "services:\n  search:\n    image: elasticsearch:8.15.0\n  db:\n    image: postgres:15\n    environment:\n      POSTGRES_PASSWORD: x\n";

#[test]
fn g2_2_engines_without_scripts_are_named_with_what_to_do_instead() {
    let project = Project::guarded("shop", &[("compose.yml", COMPOSE)]);
    for script in ["health.sh", "list-backups.sh", "backup.sh"] {
        let shown = project.run(script, &[], "");
        assert!(
            shown.stderr.contains(
                "Elasticsearch) is NOT backed up by these scripts. Do this instead: Register a snapshot"
            ),
            "{script}: {}",
            shown.text()
        );
        assert_eq!(shown.stderr.matches("NOT backed up").count(), 1, "{script}: once");
    }
    let listed = project.run("list-backups.sh", &["--json"], "").expect(0);
    assert_eq!(listed.stdout, "[]\n", "the warning is not in the way of a machine");
    let shown = project.run("backup.sh", &["--db", "search"], "").expect(2);
    assert!(
        shown.stderr.contains("search (Elasticsearch) is not backed up by these scripts"),
        "{}",
        shown.text()
    );
    assert!(shown.stderr.contains("next: Register a snapshot"), "{}", shown.text());
    let guide = std::fs::read_to_string(project.root.join("docs/DATABASE_SAFETY.md")).unwrap();
    assert!(guide.contains("`search`: Register a snapshot"), "{guide}");
    assert!(guide.contains("does not hold other databases of the same server; "), "{guide}");
}
