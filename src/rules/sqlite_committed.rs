//! A database file in git that the application writes to.

use super::surroundings::Surroundings;
use super::{Rule, View, draft, fixes, unshared};
use crate::finding::{Description, Finding, Kind, Place, Severity};
use crate::survey::environment::words;
use crate::survey::paths;
use crate::survey::tree::ReadError;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "sqlite-committed",
        title: "Database file in git",
        severity: Severity::Medium,
        why: "`git checkout`, `pull` and `stash` replace the file under the running application, and with it every row that was \
              written since. What was in it stays in the history.",
        evidence: "What a checkout overwrites: https://git-scm.com/docs/git-checkout",
        bad: "SQLite format 3\u{0}",
        good: "CREATE TABLE a (id int);\n",
        remedy: "`git rm --cached` the file, add it to `.gitignore`, and make it by migrations and seeds.",
        fix: Some(fixes::IGNORES),
    },
    check,
};

/// How such a file begins.
const MAGIC: &str = "SQLite format 3";

/// Words of a path under which the file is there to be read only.
const READ_ONLY: [&str; 8] =
    ["data", "dataset", "datasets", "assets", "static", "resources", "geo", "vendor"];

fn check(view: &View<'_>) -> Vec<Finding> {
    let files = view.tree.paths().filter(|path| !view.tree.is_ignored(path) && is_database(view, path));
    files.filter_map(|path| judge(view, path)).collect()
}

fn is_database(view: &View<'_>, path: &str) -> bool {
    let known = view.presets.by_file_name(paths::name(path)).is_some();
    known
        && paths::name(path) != "Thumbs.db"
        && match view.tree.read(path) {
            Ok(file) => file.text().starts_with(MAGIC),
            Err(ReadError::NotText | ReadError::TooLarge(_)) => true,
            Err(_) => false,
        }
}

fn judge(view: &View<'_>, path: &str) -> Option<Finding> {
    let read_only = || words([path]).iter().any(|word| READ_ONLY.contains(&word.as_str()));
    let surroundings = Surroundings::of(path);
    let severity = if surroundings == Surroundings::ThrowAway {
        return None;
    } else if surroundings == Surroundings::Example || read_only() {
        Severity::Low
    } else {
        RULE.about.severity
    };
    let place = Place::file(path);
    let message = if view.tree.is_untracked(path) {
        "Nothing keeps this database out of git, where a checkout replaces it, with every row that was written since."
    } else {
        "This database is in git: a checkout or a pull replaces it, with every row that was written since."
    };
    let finding = draft::finding(&RULE.about, Kind::Git, place, severity, message);
    let opened = view.survey.databases.iter().find(|database| {
        database.database.as_deref().is_some_and(|file| paths::name(file) == paths::name(path))
    });
    let finding = unshared::ignored(finding, view);
    Some(match opened.and_then(|database| database.sources.first()) {
        Some(source) => finding.with(draft::line(view, source), "configuration that opens it"),
        None => finding,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "db.sqlite3");
    }

    #[test]
    fn names_alone_are_not_enough() {
        assert!(
            trial::found(&RULE, &[("notes.db", "just text\n"), ("tests/a.db", RULE.about.bad)]).is_empty()
        );
        assert_eq!(trial::found(&RULE, &[("static/geo.db", RULE.about.bad)]), ["static/geo.db:1 low"]);
    }

    #[test]
    fn what_is_ignored_and_who_opens_it() {
        let file = ("db.sqlite3", RULE.about.bad);
        let ignored = ("a/db.sqlite3", RULE.about.bad);
        let files = [file, ignored, (".gitignore", "a/*.sqlite3\n")];
        assert_eq!(trial::found_in_git(&RULE, &files), ["db.sqlite3"]);
        assert_eq!(trial::found(&RULE, &[file, ("notes.sqlite3", "text\n")]).len(), 1);
        for path in ["examples/db.sqlite3", "assets/a.db"] {
            assert_eq!(trial::found(&RULE, &[(path, RULE.about.bad)]), [format!("{path}:1 low")]);
        }
        assert_eq!(trial::found(&RULE, &[("Thumbs.db", RULE.about.bad), ("a.txt", RULE.about.bad)]).len(), 0);
        let opened = [("app.db", RULE.about.bad), (".env", "DATABASE_URL=sqlite:///app.db\n")];
        let related = |files: &[(&str, &str)]| trial::run(&RULE, files)[0].related.len();
        assert_eq!(related(&opened), 1);
        assert_eq!(related(&[("app.db", RULE.about.bad), (".env", "DATABASE_URL=sqlite:///other.db\n")]), 0);
    }
}
