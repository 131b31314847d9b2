//! Every preset's examples of commands, run.

use super::facts::InMemory;
use super::knowledge::Knowledge;
use super::{Effect, analyse};
use crate::presets::Presets;
use crate::presets::tools::CommandExample;

/// A repository in which the examples make sense.
fn repository() -> InMemory {
    let files = [
        ("data/app.db", "x"),
        ("db.sqlite3", "x"),
        ("backups/main/20260101T000000Z-daily/metadata.json", "{}"),
        ("pgdata/PG_VERSION", "16"),
        ("src/main.ts", "x"),
        ("drop.sql", "DROP TABLE visits;"),
        (
            "package.json",
            r#"{"scripts": {"test": "vitest run", "db:reset": "prisma migrate reset --force"}}"#,
        ),
    ];
    InMemory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

fn worst(command: &str) -> Option<Effect> {
    let analysis = analyse(command, &repository(), &Knowledge::embedded());
    analysis.found.iter().map(|found| found.effect).min()
}

fn all() -> Vec<(String, CommandExample)> {
    let presets = Presets::embedded();
    let engines = presets.engines.iter().map(|one| (&one.id, &one.commands));
    let stacks = presets.stacks.iter().map(|one| (&one.id, &one.commands));
    let tools = presets.tools.iter().map(|one| (&one.id, &one.commands));
    let each = engines.chain(stacks).chain(tools);
    each.flat_map(|(id, list)| list.iter().map(|one| (id.to_string(), one.clone()))).collect()
}

#[test]
fn every_presets_examples_have_the_effect_that_they_say() {
    let wrong: Vec<String> = all()
        .into_iter()
        .filter_map(|(id, example)| {
            let found = worst(&example.command);
            (found != example.effect)
                .then(|| format!("{id}: {} is {found:?}, not {:?}", example.command, example.effect))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
