//! What is stale, in small repositories.

use super::RULE;
use crate::policy::{FILE, Loaded, Policy};
use crate::presets::Presets;
use crate::rules::{View, judge};
use crate::survey;
use crate::survey::tree::Tree;

/// The 2nd of January 1970.
const NOW: u64 = 86_400;

/// `path:line message` of what is stale and not silenced.
fn stale(files: &[(&str, &str)]) -> Vec<String> {
    let (tree, presets) = (Tree::in_memory(files.iter().copied()), Presets::embedded());
    let survey = survey::read(&tree, &presets);
    let policy = files
        .iter()
        .find(|(path, _)| *path == FILE)
        .map(|(_, text)| Policy::resolve(&Loaded::parse(text).expect("valid"), &presets).expect("resolves"));
    let findings = judge(&View::new(&tree, &survey, &presets, policy.as_ref()).at(NOW));
    let open = findings.iter().filter(|one| one.rule == RULE.about.id && one.suppressed.is_none());
    open.map(|one| format!("{}:{} {}", one.place.path, one.place.line, one.message)).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn the_examples_are_what_they_say() {
    assert_eq!(stale(&[("a.sh", RULE.about.bad)]).len(), 1);
    assert_eq!(stale(&[("a.sh", RULE.about.good)]), NONE);
}

#[test]
fn comments_that_silence_nothing() {
    for (lead, message) in [
        ("# dbguard: ignore[docker-prune] x", "`docker-prune` finds nothing on this line or the one below."),
        (
            "# dbguard: ignore[docker-volume-rm]",
            "The comment gives no reason, so `docker-volume-rm` is not silenced.",
        ),
        (
            "# dbguard: ignore[docker-volume-rn] x",
            "There is no rule `docker-volume-rn`. Did you mean `docker-volume-rm`?",
        ),
        (
            "# dbguard: ignore[docker-volume-rm, docker-prune] x",
            "`docker-prune` finds nothing on this line or the one below.",
        ),
    ] {
        let text = format!("{lead}\ndocker volume rm cache\n");
        assert_eq!(stale(&[("a.sh", &text)]), [format!("a.sh:1 {message}")], "{lead}");
    }
}

#[test]
fn it_can_be_silenced_itself_and_that_can_be_stale() {
    let kept =
        "# dbguard: ignore[ignore-stale] the next release needs it\n# dbguard: ignore[docker-prune] x\nls\n";
    assert_eq!(stale(&[("a.sh", kept)]), NONE);
    let alone = "# dbguard: ignore[ignore-stale] x\nls\n";
    assert_eq!(
        stale(&[("a.sh", alone)]),
        ["a.sh:1 `ignore-stale` finds nothing on this line or the one below."]
    );
}

#[test]
fn entries_that_silence_nothing() {
    let script = ("a.sh", "docker volume rm cache\n");
    let with = |rest: &str| {
        let text =
            format!("version = 1\n\n[[audit.ignore]]\nrule = \"docker-volume-rm\"\nreason = \"x\"\n{rest}\n");
        stale(&[script, (FILE, &text)])
    };
    assert_eq!(with(""), NONE);
    assert_eq!(with("path = \"*.sh\"\nexpires = 1970-01-03"), NONE);
    assert_eq!(
        with("path = \"b/*.sh\""),
        ["dbguard.toml:3 `docker-volume-rm` finds nothing in the files of its path."]
    );
    assert_eq!(
        with("expires = 1970-01-02"),
        [
            "dbguard.toml:3 It counts no more since 1970-01-02: what it silenced of `docker-volume-rm` is open."
        ]
    );
}

#[test]
fn what_could_not_be_read_may_be_what_it_is_about() {
    let compose = ("docker-compose.yml", "services: [\n# dbguard: ignore[db-port-public] x\n");
    let entry = "version = 1\n[[audit.ignore]]\nrule = \"db-port-public\"\nreason = \"x\"\n";
    assert_eq!(stale(&[compose, (FILE, entry)]), NONE);
}

#[test]
fn a_dotenv_file_may_be_on_another_machine() {
    let stale_of = |path: &str| {
        let entry = format!(
            "version = 1\n[[audit.ignore]]\nrule = \"prod-url-in-dev\"\nreason = \"x\"\npath = \"{path}\"\n"
        );
        stale(&[(".env.example", "A=1\n"), (FILE, &entry)]).len()
    };
    assert_eq!((stale_of(".env"), stale_of("web/.env.local")), (0, 0));
    assert_eq!((stale_of(".env.example"), stale_of("web/a.txt")), (1, 1));
}

#[test]
fn a_comment_counts_where_a_fix_has_changed_other_files() {
    let tree = Tree::in_memory([("a.sh", "# dbguard: ignore[docker-prune] x\nls\n"), ("b.sh", "ls\n")]);
    let paths = |tree: &Tree| tree.marked().iter().map(|file| file.path().to_owned()).collect::<Vec<_>>();
    assert!(tree.read("a.sh").is_ok() && tree.read("b.sh").is_ok());
    assert_eq!(paths(&tree), ["a.sh"]);
    let changed = tree.with(&[("b.sh".to_owned(), "pwd\n".to_owned())].into());
    assert_eq!(paths(&changed), ["a.sh"]);
    assert_eq!(paths(&tree.with(&[("a.sh".to_owned(), "ls\n".to_owned())].into())), NONE);
}
