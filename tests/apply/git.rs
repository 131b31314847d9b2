//! Plans in git repositories: changes that are not committed, and blobs as merge bases.

use dbguard::apply;
use dbguard::plan::{CommentStyle, Outcome, Refusal, Step};

use super::support::{Sandbox, block, keys, whole};

fn rules() -> Step {
    block("notes.md", "rules", CommentStyle::Html, "one\n")
}

#[test]
fn committed_files_are_edited_and_dirty_ones_need_force() {
    let sandbox = Sandbox::new();
    sandbox.write("notes.md", "committed\n");
    sandbox.write("unrelated", "x\n");
    sandbox.commit_all();
    sandbox.write("unrelated", "dirty, but nothing touches it\n");
    assert_eq!(sandbox.resolve(vec![rules()]).exit_code(), 0);

    sandbox.write("notes.md", "dirty\n");
    let resolved = sandbox.resolve(vec![rules()]);
    assert_eq!(resolved.steps[0].outcome, Outcome::Refused(Refusal::Uncommitted));
    assert_eq!(apply::apply(sandbox.root(), &resolved).unwrap_err().exit_code(), 1);
    assert_eq!(sandbox.read("notes.md"), "dirty\n");

    let forced = sandbox.try_resolve(vec![rules()], true).unwrap();
    apply::apply(sandbox.root(), &forced).unwrap();
    assert!(sandbox.read("notes.md").starts_with("dirty\n\n<!--"));
}

#[test]
fn new_files_count_as_not_committed() {
    let sandbox = Sandbox::new();
    sandbox.commit_all();
    sandbox.write("notes.md", "never committed\n");
    assert_eq!(sandbox.resolve(vec![rules()]).exit_code(), 1);
}

#[test]
fn what_dbguard_wrote_itself_may_be_rewritten_before_it_is_committed() {
    let sandbox = Sandbox::new();
    sandbox.write("notes.md", "committed\n");
    sandbox.write("docker-compose.yml", "a: 1\n");
    sandbox.commit_all();
    sandbox.apply(vec![rules(), whole("a.sh", "one\n"), keys("docker-compose.yml", "a: 1\n", "a: 2\n")]);
    let again = block("notes.md", "rules", CommentStyle::Html, "two\n");
    sandbox.apply(vec![again, whole("a.sh", "two\n"), keys("docker-compose.yml", "a: 2\n", "a: 3\n")]);
    assert!(sandbox.read("notes.md").contains("two"));
    assert_eq!(sandbox.read("a.sh"), "two\n");
    assert_eq!(sandbox.read("docker-compose.yml"), "a: 3\n");
}

#[test]
fn the_merge_base_falls_back_to_gits_blob() {
    let sandbox = Sandbox::new();
    let text = |first: &str, last: &str| format!("{first}\n2\n3\n4\n5\n6\n{last}\n");
    sandbox.commit_all();
    sandbox.apply(vec![whole("a.sh", &text("1", "7"))]);
    sandbox.commit_all();
    sandbox.remove(".dbguard/base/a.sh");
    sandbox.write("a.sh", &text("mine", "7"));
    sandbox.commit_all();
    let merged = sandbox.apply(vec![whole("a.sh", &text("1", "new"))]);
    assert_eq!(merged.steps[0].outcome, Outcome::Edit);
    assert_eq!(sandbox.read("a.sh"), text("mine", "new"));
}

#[test]
fn a_root_below_the_top_of_the_work_tree() {
    let sandbox = Sandbox::new();
    sandbox.write("app/notes.md", "committed\n");
    sandbox.commit_all();
    let app = Sandbox::at(&sandbox.root().join("app"));
    app.apply(vec![rules()]);
    app.write("notes.md", "dirty\n");
    assert_eq!(app.resolve(vec![rules()]).exit_code(), 1);
}

#[test]
fn line_end_conversion_alone_is_no_change() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitattributes", "*.md text eol=crlf\n");
    sandbox.write("notes.md", "a\r\nb\r\n");
    sandbox.commit_all();
    let resolved = sandbox.apply(vec![rules()]);
    assert_eq!(resolved.steps[0].outcome, Outcome::Edit);
    assert!(sandbox.read("notes.md").starts_with("a\r\nb\r\n\r\n<!--"));
}

#[test]
fn a_checkout_with_windows_line_ends_has_nothing_to_write() {
    let sandbox = Sandbox::new();
    let text = |last: &str| format!("1\n2\n3\n4\n{last}\n");
    sandbox.write("notes.md", "a\n");
    sandbox.commit_all();
    sandbox.apply(vec![whole("a.md", &text("5")), rules()]);
    sandbox.commit_all();
    for path in ["a.md", "notes.md", ".dbguard/manifest.toml", ".dbguard/base/a.md", ".dbguard/.gitignore"] {
        sandbox.write(path, &sandbox.read(path).replace('\n', "\r\n"));
    }
    assert_eq!(sandbox.resolve(vec![whole("a.md", &text("5")), rules()]).writes, []);
    sandbox.write("a.md", &sandbox.read("a.md").replace('1', "mine"));
    sandbox.commit_all();
    sandbox.apply(vec![whole("a.md", &text("new")), rules()]);
    assert_eq!(sandbox.read("a.md"), text("new").replace('1', "mine").replace('\n', "\r\n"));
}
