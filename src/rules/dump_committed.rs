//! A dump with rows among the files of the repository.

use super::surroundings::Surroundings;
use super::{Rule, View, draft, fixes, unshared};
use crate::finding::{Confidence, Description, Finding, Kind, Place, Severity};
use crate::presets::model::Engine;
use crate::presets::wildcard::matches;
use crate::survey::environment::words;
use crate::survey::paths;
use crate::survey::tree::ReadError;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "dump-committed",
        title: "Database dump in git",
        severity: Severity::Medium,
        why: "Whoever has a copy of the repository has the data, for ever. As a backup it is out of date from the day it was \
              committed, and one careless replay puts it over the live database.",
        evidence: "Why removing it later is not enough: \
                   https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository",
        bad: "-- PostgreSQL database dump\n\nCREATE TABLE users (id int, mail text);\nCOPY users (id, mail) FROM stdin;\n1\tada@example.com\n\\.\n",
        good: "-- PostgreSQL database dump\n\nCREATE TABLE users (id int, mail text);\n",
        remedy: "Move it to storage outside git, ignore its folder, and take it out of the history if it holds real people's data.",
        fix: Some(fixes::IGNORES),
    },
    check,
};

/// Words of a path under which rows belong into the repository.
const WANTED: [&str; 17] = [
    "migration",
    "migrations",
    "migrate",
    "seed",
    "seeds",
    "seeders",
    "fixtures",
    "fixture",
    "schema",
    "structure",
    "init",
    "initdb",
    "vendor",
    "upgrade",
    "resources",
    "setup",
    "install",
];

/// Words of a file's name that make a text too large to read a dump.
const NAMED: [&str; 6] = ["dump", "backup", "backups", "bak", "export", "prod"];

/// Lines of a dump's beginning in which its kind is told.
const HEAD: usize = 12;

fn check(view: &View<'_>) -> Vec<Finding> {
    let candidates = view.tree.paths().filter(|path| !view.tree.is_ignored(path) && !is_wanted(path));
    candidates.filter_map(|path| judge(view, path)).collect()
}

fn is_wanted(path: &str) -> bool {
    let wanted = words([path]).iter().any(|word| WANTED.contains(&word.as_str()));
    wanted || matches!(Surroundings::of(path), Surroundings::ThrowAway | Surroundings::Example)
}

fn judge(view: &View<'_>, path: &str) -> Option<Finding> {
    let (engine, place, confidence) = by_name(view, path).or_else(|| by_text(view, path))?;
    let whose =
        engine.map_or_else(|| "a database".to_owned(), |engine| format!("a {} database", engine.title));
    let message = if view.tree.is_untracked(path) {
        format!(
            "Nothing keeps the rows of {whose} out of git: with the next commit everybody with a clone has them."
        )
    } else {
        format!("The rows of {whose} are in git: everybody with a clone has them.")
    };
    let found = draft::finding(&RULE.about, Kind::Git, place, RULE.about.severity, message);
    Some(unshared::ignored(found.sure(confidence), view))
}

type Seen<'a> = (Option<&'a Engine>, Place, Confidence);

fn by_name<'a>(view: &View<'a>, path: &str) -> Option<Seen<'a>> {
    let name = paths::name(path);
    let plain = ["gz", "zst", "xz", "bz2", "zip"]
        .iter()
        .find_map(|packed| name.strip_suffix(packed)?.strip_suffix('.'));
    let known = view
        .presets
        .engines
        .iter()
        .find(|engine| engine.dumps.names.iter().any(|pattern| matches(pattern, plain.unwrap_or(name))));
    let packed = plain.is_some_and(|inner| matches!(paths::ending(inner), "sql" | "dump"));
    (known.is_some() || packed).then(|| (known, Place::file(path), Confidence::Medium))
}

fn by_text<'a>(view: &View<'a>, path: &str) -> Option<Seen<'a>> {
    if !matches!(paths::ending(path), "sql" | "dump" | "bak" | "dmp") {
        return None;
    }
    let file = match view.tree.read(path) {
        Ok(file) => file,
        Err(ReadError::TooLarge(_)) => {
            let named = words([paths::name(path)]).iter().any(|word| NAMED.contains(&word.as_str()));
            return named.then(|| (None, Place::file(path), Confidence::Medium));
        }
        Err(_) => return None,
    };
    let head: Vec<&str> = file.text().lines().take(HEAD).collect();
    let begins = |text: &str| head.iter().any(|line| line.starts_with(text));
    let engine =
        view.presets.engines.iter().find(|engine| engine.dumps.heads.iter().any(|head| begins(head)))?;
    let is_row = |line: &str| engine.dumps.rows.iter().any(|row| line.starts_with(&**row));
    let (line, _) = file.lines().find(|(_, line)| is_row(line))?;
    Some((Some(engine), draft::line_of(&file, line), Confidence::High))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    #[test]
    fn examples() {
        trial::examples(&RULE, "backup.sql");
        assert_eq!(trial::found(&RULE, &[("backup.sql", RULE.about.bad)]), ["backup.sql:4 medium"]);
    }

    #[test]
    fn names_that_say_it() {
        for path in ["db/app.pgdump", "dump.rdb", "backups/shop.sql.gz", "x.bson"] {
            assert_eq!(trial::found(&RULE, &[(path, "")]).len(), 1, "{path}");
        }
    }

    #[test]
    fn look_alikes() {
        for (path, text) in [
            ("db/migrations/1_init.sql", RULE.about.bad),
            ("db/structure.sql", RULE.about.bad),
            ("tests/data.sql", RULE.about.bad),
            ("queries/report.sql", "INSERT INTO a VALUES (1);\n"),
            ("docs/dump.rdb", ""),
            ("src/dump.rs", "fn dump() {}\n"),
        ] {
            assert!(trial::found(&RULE, &[(path, text)]).is_empty(), "{path}");
        }
    }

    #[test]
    fn what_is_ignored_and_what_is_only_packed() {
        let files = [(".gitignore", "/dump.rdb\n.gitignore\n"), ("dump.rdb", ""), ("db/dump.rdb", "")];
        assert_eq!(trial::found_in_git(&RULE, &files), ["db/dump.rdb"]);
        let found = |path: &str, text: &str| trial::found(&RULE, &[(path, text)]).len();
        assert_eq!(found("releases/app.tar.gz", ""), 0);
        assert_eq!(found("shop.dump.zst", ""), 1);
        assert_eq!(found("backup.sql", "INSERT INTO a VALUES (1);\n"), 0);
        assert_eq!(found("a.bak", RULE.about.bad), 1);
        assert_eq!(found("a.txt", RULE.about.bad), 0);
    }

    #[test]
    fn a_text_too_large_to_read_is_judged_by_its_name() {
        let root = tempfile::tempdir().expect("temporary directory");
        for name in ["prod-export.sql", "geography.sql"] {
            let file = std::fs::File::create(root.path().join(name)).expect("file");
            file.set_len(crate::survey::tree::MAX_BYTES + 1).expect("length");
        }
        let (tree, _) = crate::survey::tree::Tree::walk(root.path());
        let presets = crate::presets::Presets::embedded();
        let survey = crate::survey::read(&tree, &presets);
        let found = check(&View::new(&tree, &survey, &presets, None));
        let places: Vec<&str> = found.iter().map(|one| one.place.path.as_str()).collect();
        assert_eq!(places, ["prod-export.sql"]);
    }
}
