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
    let known = view.survey.migrations.iter().any(|folder| file.path().starts_with(&format!("{folder}/")));
    let in_migrations = known || paths::folder(file.path()).split('/').any(is_migrations);
    let object = found.target.as_deref().unwrap_or_default();
    let name = object.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let text = passage.text.to_ascii_lowercase();
    let again = passage.form == Form::Statements
        && !name.is_empty()
        && text.lines().any(|line| line.contains("create table") && line.contains(&name));
    in_migrations || again
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
