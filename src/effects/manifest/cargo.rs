//! Cargo's aliases, and the programs of a workspace that `cargo run` builds and starts.

use toml_edit::{DocumentMut, Value};

use super::workspace::members;
use super::{HIGHEST, Request, Step, above, found, rust};
use crate::effects::facts::{self, Facts};
use crate::presets::runners::Manifest;
use crate::presets::tools::Language;

/// The line that an alias stands for.
pub(super) fn alias(request: &Request<'_>, facts: &dyn Facts) -> Option<Vec<Step>> {
    let (_, text) = found(Manifest::CargoAlias, None, request.folder, facts)?;
    let document: DocumentMut = text.parse().ok()?;
    let alias = document.get("alias")?.get(request.name)?;
    let line = match alias.as_array() {
        Some(words) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        None => alias.as_str()?.to_owned(),
    };
    Some(Step::shell(vec![format!("cargo {line}")], request.folder))
}

/// The source of a program by its package or by its own name, narrowed to the sub-command that the line names.
pub(super) fn source(request: &Request<'_>, facts: &dyn Facts) -> Option<Vec<Step>> {
    let name = request.name;
    let bases = above(request.folder, HIGHEST).filter(|base| facts.exists(&facts::join(base, "Cargo.toml")));
    let (base, text) = bases.chain([request.folder.to_owned()]).find_map(|base| {
        let mut places = vec![
            format!("src/bin/{name}.rs"),
            format!("src/bin/{name}/main.rs"),
            format!("examples/{name}.rs"),
            format!("{name}/src/main.rs"),
            format!("crates/{name}/src/main.rs"),
        ];
        let own = members(&base, facts).into_iter().filter(|folder| folder.rsplit('/').next() == Some(name));
        places.extend(own.map(|folder| format!("{folder}/src/main.rs")));
        let text = places.iter().find_map(|place| facts.read(&facts::join(&base, place)))?;
        Some((base, text))
    })?;
    let text = match request.words {
        [first, ..] => rust::of_command(&text, first.text()).unwrap_or(text),
        [] => text,
    };
    Some(Step::all(vec![text], Language::CLike, &base))
}
