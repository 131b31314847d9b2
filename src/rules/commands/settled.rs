//! Drops that belong to the history, or that the same file makes good.

use super::direction::{self, Direction};
use super::{leftover, rebuilt};
use crate::effects::{Effect, Found};
use crate::rules::View;
use crate::source::SourceFile;
use crate::survey::passages::{self, Form, Passage};
use crate::survey::paths;

/// Whether the file creates again what it drops, or is a migration that belongs to the history.
pub(super) fn is_settled(view: &View<'_>, file: &SourceFile, passage: &Passage, found: &Found) -> bool {
    if is_new(passage, found)
        || leftover::is_leftover(passage, found)
        || leftover::is_rotation(passage, found)
        || rebuilt::is_for_passing_data(passage, found)
    {
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
    again || is_migration(view, file, passage.place(&found.span).start)
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
    let at = passage.place(&found.span).start;
    matches!(passage.form, Form::Statements | Form::Source)
        && view.changes.is_some_and(|changes| changes.has_file(file.path()))
        && is_migration(view, file, at)
        && !(passage.form == Form::Source && direction::at(file.text(), at) == Some(Direction::Back))
}

fn is_migration(view: &View<'_>, file: &SourceFile, at: usize) -> bool {
    let known = view.survey.migrations.iter().any(|folder| file.path().starts_with(&format!("{folder}/")));
    known || paths::folder(file.path()).split('/').any(is_migrations) || is_marked(file, at)
}

/// A step that says so itself, wherever it lies: by its marks, by its name, or as a program that holds the whole list.
fn is_marked(file: &SourceFile, at: usize) -> bool {
    let name = paths::name(file.path()).to_ascii_lowercase();
    if paths::ending(&name) == "sql" {
        return name.ends_with(".up.sql") || file.text().lines().any(passages::begins_way_forward);
    }
    let stem = name.split('.').next().unwrap_or_default();
    let holds_all = matches!(stem, "migrations" | "schema_migrations" | "db_migrations");
    holds_all || direction::at(file.text(), at).is_some() && direction::has_both(file.text())
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

/// A folder of migrations, by its name: `migration`, `old_migrations`, `migrate`.
fn is_migrations(folder: &str) -> bool {
    folder.split(['_', '-', '.']).any(|word| matches!(word, "migration" | "migrations" | "migrate"))
}
