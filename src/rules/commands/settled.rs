//! Drops that belong to the history, or that the same file makes good.

use crate::effects::{Effect, Found};
use crate::rules::View;
use crate::source::SourceFile;
use crate::survey::passages::{Form, Passage};
use crate::survey::paths;

/// Whether the file creates again what it drops, or is a migration that belongs to the history.
pub(super) fn is_settled(view: &View<'_>, file: &SourceFile, passage: &Passage, found: &Found) -> bool {
    if is_new(passage, found) {
        return true;
    }
    if !matches!(passage.form, Form::Statements | Form::Source) {
        return false;
    }
    let object = found.target.as_deref().unwrap_or_default();
    let name = object.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let text = passage.text.to_ascii_lowercase();
    let again = passage.form == Form::Statements
        && !name.is_empty()
        && text.lines().any(|line| line.contains("create table") && line.contains(&name));
    if is_pending(view, file, passage, found) {
        // It makes the table again without the rows, unless it copies them first, as a change of a SQLite table does.
        return again && copies_rows(&text, &name);
    }
    again || is_migration(view, file)
}

/// `INSERT INTO new_orders SELECT … FROM orders`.
fn copies_rows(text: &str, name: &str) -> bool {
    let plain = text.replace(['"', '`', '[', ']'], "");
    let copies = format!("from {name}");
    let ends = |at: usize| {
        !plain[at + copies.len()..].starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
    };
    plain.contains("insert into") && plain.match_indices(&copies).any(|(at, _)| ends(at))
}

/// Whether it is the way up of a migration that has just been added or changed: the next deployment runs it.
pub(super) fn is_pending(view: &View<'_>, file: &SourceFile, passage: &Passage, found: &Found) -> bool {
    matches!(passage.form, Form::Statements | Form::Source)
        && view.changes.is_some_and(|changes| changes.has_file(file.path()))
        && is_migration(view, file)
        && !(passage.form == Form::Source && takes_back(file, passage.place(&found.span).start))
}

fn is_migration(view: &View<'_>, file: &SourceFile) -> bool {
    let known = view.survey.migrations.iter().any(|folder| file.path().starts_with(&format!("{folder}/")));
    known || paths::folder(file.path()).split('/').any(is_migrations)
}

/// A restore into a database that the same text has just made.
fn is_new(passage: &Passage, found: &Found) -> bool {
    let name = found.around.database.as_deref().or(found.target.as_deref()).unwrap_or_default();
    let before = passage.text.get(..found.span.start).unwrap_or_default();
    found.effect == Effect::OverwritesDatabase
        && !name.is_empty()
        && (before.contains(&format!("createdb {name}"))
            || before.contains(&format!("CREATE DATABASE {name}")))
}

/// Whether the function of a migration around `at` undoes it: `def downgrade():`, `public function down()`, `exports.down = …`.
fn takes_back(file: &SourceFile, at: usize) -> bool {
    let before = file.text().get(..at).unwrap_or_default();
    let direction = |line: &str| {
        let lower = line.to_ascii_lowercase();
        let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '_');
        let opens = line.contains('(') || line.contains('=') || line.trim_start().starts_with("def ");
        words.find_map(|word| match word {
            "up" | "upgrade" | "change" | "forwards" if opens => Some(false),
            "down" | "downgrade" | "backwards" if opens => Some(true),
            _ => None,
        })
    };
    before.lines().rev().find_map(direction).unwrap_or(false)
}

/// A folder of migrations, by its name: `migration`, `old_migrations`, `migrate`.
fn is_migrations(folder: &str) -> bool {
    folder.split(['_', '-', '.']).any(|word| matches!(word, "migration" | "migrations" | "migrate"))
}
