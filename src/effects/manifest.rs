//! Commands that a repository gives names: scripts of package.json and composer.json, targets of make, just and task, and the like.
//!
//! A manifest is read only when a command names it; of a workspace, only the folders that its own file lists.

mod cargo;
mod json;
mod mise;
mod mix;
mod moon;
mod nx;
mod objects;
mod pyproject;
mod python;
mod rake;
mod recipes;
mod rust;
mod step;
mod taskfile;
mod workflow;
mod workspace;

use super::facts::{self, Facts};
use super::value::Value;
use crate::presets::runners::{Manifest, Runner};
use recipes::Kind;
pub(super) use step::Step;
pub(super) use workspace::Pick;

/// Tasks that may call each other, one within the other.
const DEEPEST: usize = 128;

/// Folders above the one that a command runs in, in which its manifest is looked for.
const HIGHEST: usize = 16;

/// The files that hold such commands, in the order in which they are looked for.
pub const fn names(manifest: Manifest) -> &'static [&'static str] {
    match manifest {
        Manifest::PackageJson => &["package.json"],
        Manifest::ComposerJson => &["composer.json"],
        Manifest::DenoJson => &["deno.json", "deno.jsonc"],
        Manifest::Mise => &["mise.toml", ".mise.toml", "mise/config.toml", ".config/mise.toml"],
        Manifest::Makefile => &["GNUmakefile", "makefile", "Makefile"],
        Manifest::Justfile => &["justfile", "Justfile", ".justfile"],
        Manifest::MixExs => &["mix.exs"],
        Manifest::Taskfile => &["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml"],
        Manifest::Nx => &["project.json"],
        Manifest::Moon => &["moon.yml"],
        Manifest::Rake => &rake::FILES,
        Manifest::Invoke => &["tasks.py", "tasks/__init__.py"],
        Manifest::Fabric => &["fabfile.py", "fabfile/__init__.py"],
        Manifest::Pyproject => &["pyproject.toml"],
        Manifest::Pipfile => &["Pipfile"],
        Manifest::CargoAlias => &[".cargo/config.toml", ".cargo/config"],
        Manifest::CargoSource => &["Cargo.toml"],
        Manifest::Workflow | Manifest::Objects => &[],
    }
}

/// Whether the program looks for its manifest in the folders above as well, and runs there what it finds.
const fn looks_above(manifest: Manifest) -> bool {
    !matches!(manifest, Manifest::Makefile | Manifest::ComposerJson | Manifest::MixExs)
}

/// What is asked of a manifest.
pub(super) struct Request<'a> {
    /// How the program finds and reads it.
    pub(super) runner: &'a Runner,
    /// The name of the command.
    pub(super) name: &'a str,
    /// The manifest's own path, where the line says one.
    pub(super) file: Option<&'a str>,
    /// The folder that the program runs in.
    pub(super) folder: &'a str,
    /// The words behind the name.
    pub(super) words: &'a [Value],
    /// Whose command of that name, in a workspace.
    pub(super) pick: Pick<'a>,
}

/// The texts behind a name, those that it depends on first; None when the manifest or the name is not there.
pub(super) fn commands(request: &Request<'_>, facts: &dyn Facts) -> Option<Vec<Step>> {
    match request.runner.manifest {
        Manifest::PackageJson if request.pick != Pick::Here => workspace::scripts(request, facts),
        Manifest::Nx => nx::steps(request, facts),
        Manifest::Moon => moon::steps(request, facts),
        Manifest::Mise => mise::steps(request, facts),
        Manifest::Rake => rake::steps(request, facts),
        Manifest::Invoke | Manifest::Fabric => python::task(request, facts),
        Manifest::Pyproject | Manifest::Pipfile => pyproject::steps(request, facts),
        Manifest::CargoAlias => cargo::alias(request, facts),
        Manifest::CargoSource => cargo::source(request, facts),
        Manifest::Workflow => workflow::steps(request, facts),
        Manifest::Objects => objects::steps(request, facts),
        Manifest::PackageJson => of_text(request, facts, |text, name| json::scripts(text, name, true)),
        Manifest::ComposerJson => of_text(request, facts, |text, name| json::scripts(text, name, false)),
        Manifest::DenoJson => of_text(request, facts, json::deno),
        Manifest::Makefile => of_text(request, facts, |text, name| recipes::recipe(text, name, Kind::Make)),
        Manifest::Justfile => of_text(request, facts, |text, name| recipes::recipe(text, name, Kind::Just)),
        Manifest::Taskfile => of_text(request, facts, taskfile::task),
        Manifest::MixExs => of_text(request, facts, mix::alias),
    }
}

/// The shell texts that a manifest's own text has behind a name.
fn of_text(
    request: &Request<'_>,
    facts: &dyn Facts,
    read: impl Fn(&str, &str) -> Option<Vec<String>>,
) -> Option<Vec<Step>> {
    let (folder, text) = found(request.runner.manifest, request.file, request.folder, facts)?;
    Some(Step::shell(read(&text, request.name)?, &folder))
}

/// The folder that holds the manifest, and its text.
fn found(
    manifest: Manifest,
    file: Option<&str>,
    folder: &str,
    facts: &dyn Facts,
) -> Option<(String, String)> {
    if let Some(file) = file {
        return Some((folder.to_owned(), facts.read(&facts::join(folder, file))?));
    }
    let levels = if looks_above(manifest) { HIGHEST } else { 0 };
    above(folder, levels).find_map(|folder| {
        let text = names(manifest).iter().find_map(|name| facts.read(&facts::join(&folder, name)))?;
        Some((folder, text))
    })
}

/// The folder, and those above it; of a folder that is not known, none.
fn above(folder: &str, levels: usize) -> impl Iterator<Item = String> + use<'_> {
    let levels = if folder.contains('?') { 0 } else { levels };
    (0..=levels).map(move |level| facts::join(folder, &"../".repeat(level)))
}
