//! An ignore rule that keeps migrations out of git.

use std::collections::BTreeMap;

use super::{Rule, View, draft};
use crate::finding::{Description, Finding, Kind, Offer, Severity};
use crate::plan::ignore_rules::{hidden_by, literal};
use crate::source::{Edit, SourceFile, apply};
use crate::survey::paths;

/// The rule.
pub(super) const RULE: Rule = Rule {
    about: Description {
        id: "gitignore-wrong",
        title: "Ignore rule that hides migrations",
        severity: Severity::Medium,
        why: "A pattern against dumps, such as `*.sql`, also hides new migrations: they never reach the server, and the schema there \
              is another than the one that was tested. Applied by hand later, they meet data that they were not made for.",
        evidence: "How patterns work: https://git-scm.com/docs/gitignore",
        bad: "node_modules/\n*.sql\n",
        good: "node_modules/\n/backups/\n*.sql.gz\n",
        remedy: "Name the folder of the dumps (`/backups/`) instead, or add an exception (`!**/migrations/**/*.sql`).",
        fix: Some(Offer::safe(
            "adds an exception for the folder of the migrations, checked with git's own matcher",
        )),
    },
    check,
};

/// Endings of the files that migrations are written in.
const STEPS: [&str; 10] = ["sql", "py", "rb", "ts", "js", "php", "exs", "cs", "go", "xml"];

fn check(view: &View<'_>) -> Vec<Finding> {
    let next = next_migrations(view);
    let files =
        view.tree.paths().filter(|path| paths::name(path) == ".gitignore" && !view.tree.is_ignored(path));
    files.filter_map(|path| view.tree.read(path).ok()).flat_map(|file| judge(&file, &next)).collect()
}

fn judge(file: &SourceFile, next: &[String]) -> Vec<Finding> {
    let folder = paths::folder(file.path());
    let inside = next.iter().filter_map(|path| match folder {
        "" => Some(path.as_str()),
        folder => path.strip_prefix(folder)?.strip_prefix('/'),
    });
    let Ok(hidden) = hidden_by(file.text(), inside) else { return Vec::new() };
    let mut patterns: BTreeMap<usize, String> = BTreeMap::new();
    for hidden in hidden {
        let line = file.lines().filter(|(_, text)| *text == hidden.pattern).map(|(number, _)| number).last();
        patterns.entry(line.unwrap_or(1)).or_insert(hidden.path);
    }
    let finding = |(line, path): (usize, String)| {
        let message =
            format!("A new migration such as {path} would be ignored, and never reach another machine.");
        draft::finding(&RULE.about, Kind::Git, draft::line_of(file, line), RULE.about.severity, message)
    };
    let mended = |(line, path): (usize, String)| {
        let edits = shown(file, line, &path).into_iter().collect();
        finding((line, path)).mended(true, "except the migrations from it", edits)
    };
    patterns.into_iter().map(mended).collect()
}

/// A line behind `line` that shows the migration at `path` again, and those beside it; none where git's own matcher still hides it.
fn shown(file: &SourceFile, line: usize, path: &str) -> Option<Edit> {
    let (plain, _) = path.split_once("/99990101000000_next")?;
    let (folder, ending) = (literal(plain), paths::ending(path));
    let hides = |folder: &str| {
        let inside = format!("{folder}/a.other");
        hidden_by(file.text(), [inside.as_str()]).map_or(true, |hidden| !hidden.is_empty())
    };
    // Git looks into no folder that is hidden itself, whatever the lines about its files say.
    if plain.match_indices('/').any(|(at, _)| hides(&plain[..at])) {
        return None;
    }
    let at: usize = file.text().split_inclusive('\n').take(line).map(str::len).sum();
    let gap = if file.text()[..at].ends_with('\n') { "" } else { "\n" };
    let files = format!("!/{folder}/**/*.{ending}\n");
    let folder_too = format!("!/{folder}/\n");
    let candidates = if hides(plain) { vec![folder_too.clone(), folder_too + &files] } else { vec![files] };
    let edits = candidates.into_iter().map(|lines| Edit::insert(at, format!("{gap}{lines}")));
    edits.into_iter().find(|edit| {
        let text = apply(std::slice::from_ref(edit), file.text());
        text.and_then(|text| hidden_by(&text, [path]).ok()).is_some_and(|hidden| hidden.is_empty())
    })
}

/// The path that the next migration of each folder would have.
fn next_migrations(view: &View<'_>) -> Vec<String> {
    let mut next: Vec<String> =
        view.survey.migrations.iter().filter_map(|folder| next_in(view, folder)).collect();
    next.sort_unstable();
    next.dedup();
    next
}

/// A name like those in `folder`, with another number.
fn next_in(view: &View<'_>, folder: &str) -> Option<String> {
    let prefix = format!("{folder}/");
    let mut inside = view.tree.paths().filter_map(|path| path.strip_prefix(&prefix));
    let is_step = |path: &&str| STEPS.contains(&paths::ending(path)) && !paths::name(path).starts_with('_');
    let known = inside.find(is_step)?;
    let ending = paths::ending(known);
    match known.split_once('/') {
        Some((_, name)) if !name.contains('/') => Some(format!("{prefix}99990101000000_next/{name}")),
        Some(_) => None,
        None => Some(format!("{prefix}99990101000000_next.{ending}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::trial;

    fn found(ignore: &str, migration: &str) -> Vec<String> {
        trial::found(&RULE, &[(".gitignore", ignore), (migration, "create table a (id int);\n")])
    }

    #[test]
    fn only_where_there_are_migrations_of_that_kind() {
        assert_eq!(found(RULE.about.bad, "db/migrations/0001_init.sql"), [".gitignore:2 medium"]);
        assert_eq!(found("migrations/\n", "prisma/migrations/1_init/migration.sql"), [".gitignore:1 medium"]);
        assert!(found(RULE.about.good, "db/migrations/0001_init.sql").is_empty());
        assert!(found(RULE.about.bad, "db/migrations/0001_init.py").is_empty());
        assert!(found("*.sql\n!db/migrations/*.sql\n", "db/migrations/0001_init.sql").is_empty());
        assert!(trial::found(&RULE, &[(".gitignore", RULE.about.bad)]).is_empty());
    }

    #[test]
    fn the_fix_shows_the_migrations_again_and_nothing_else() {
        for (ignore, migration, after) in [
            ("*.sql\n*.log\n", "db/migrations/0001_init.sql", "*.sql\n!/db/migrations/**/*.sql\n*.log\n"),
            ("migrations/", "prisma/migrations/1_init/migration.sql", "migrations/\n!/prisma/migrations/\n"),
            (
                "migrations\n*.sql\n",
                "a b/migrations/0001.sql",
                "migrations\n*.sql\n!/a\\ b/migrations/\n!/a\\ b/migrations/**/*.sql\n",
            ),
        ] {
            let files = [(".gitignore", ignore), (migration, "create table a (id int);\n")];
            let found = trial::run(&RULE, &files);
            let text = found.iter().fold(ignore.to_owned(), |text, one| {
                let fix = one.fix.as_ref().expect("a fix");
                apply(&fix.edits[".gitignore"], &text).expect("edits that fit")
            });
            assert_eq!(text, after);
        }
        // Git enters no folder that a rule hides.
        let found = trial::run(&RULE, &[(".gitignore", "/db/\n"), ("db/migrations/1.sql", "select 1;\n")]);
        assert_eq!(found.iter().filter(|one| one.fix.is_some()).count(), 0);
    }

    #[test]
    fn rules_of_a_folder_hold_below_it() {
        let files = [("api/.gitignore", "*.sql\n"), ("web/db/migrations/0001_a.sql", "select 1;\n")];
        assert!(trial::found(&RULE, &files).is_empty());
    }

    #[test]
    fn files_that_are_no_steps_and_lines_that_hide() {
        assert_eq!(found("# *.sql\n\n*.sql\r\n", "db/migrations/0001_init.sql"), [".gitignore:3 medium"]);
        assert!(found("*.md\n", "db/migrations/README.md").is_empty());
        assert!(found("__*\n*.pyc\n", "app/migrations/0001_initial.py").is_empty());
        let helper =
            [(".gitignore", "*.py\n"), ("app/migrations/__init__.py", ""), ("app/migrations/0001_a.rb", "")];
        assert!(trial::found(&RULE, &helper).is_empty());
        let attributes = [(".dockerignore", "*.sql\n"), ("db/migrations/1_a.sql", "select 1;\n")];
        assert!(trial::found(&RULE, &attributes).is_empty());
        let nested = [("db/.gitignore", "*.sql\n"), ("db/migrations/1_a.sql", "select 1;\n")];
        assert_eq!(trial::found(&RULE, &nested), ["db/.gitignore:1 medium"]);
    }
}
