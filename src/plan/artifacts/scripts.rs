//! The guard scripts: static text, and one rendered file that holds what is particular to this repository.

use super::{Artifact, ArtifactError, Drafted};
use crate::plan::commands::commands;
use crate::plan::context::Context;
use crate::plan::view::View;
use crate::plan::{Desired, Mode, RepoPath, Step};
use crate::template;

pub(super) static ARTIFACT: Artifact = Artifact { id: "scripts", title: "guard scripts", steps };

fn steps(context: &Context) -> Result<Drafted, ArtifactError> {
    if context.guarded().next().is_none() {
        return Ok(Drafted::default());
    }
    let folder = context.policy.paths.scripts.as_str();
    let mut steps = Vec::new();
    for command in commands(context) {
        steps.push(fixed(folder, command, Mode::Executable)?);
    }
    for library in libraries(context) {
        steps.push(fixed(folder, &format!("lib/{library}"), Mode::Plain)?);
    }
    let view = View::of(context);
    for rendered in ["lib/config.sh", "README.md"] {
        let template = format!("scripts/{rendered}");
        let text = template::render(&template, &view)?;
        steps.push(step(folder, rendered, Mode::Plain, template, text)?);
    }
    Ok(steps.into())
}

/// The library files that this repository needs: all but those of engines that it does not have.
fn libraries(context: &Context) -> Vec<String> {
    let names = template::names();
    let files =
        names.iter().filter_map(|name| name.strip_prefix("scripts/lib/")).filter(|file| *file != "config.sh");
    files.filter(|file| is_needed(context, file)).map(str::to_owned).collect()
}

fn is_needed(context: &Context, file: &str) -> bool {
    let mut engines = engines_of(file, |word| context.presets.engine(word).is_some()).peekable();
    let uses = |id: &str, engine: &str| {
        let base = context.presets.engine(id).and_then(|preset| preset.built_on.as_deref());
        id == engine || base == Some(engine)
    };
    engines.peek().is_none()
        || engines.any(|engine| context.guarded().any(|entry| uses(&entry.engine, engine)))
}

/// The engines that a library file is named after: its leading words. `postgres.sh` and `postgres_restore.sh` belong to
/// `postgres`, `mariadb_mysql_dump.sh` serves two engines, and `store.sh` none in particular.
fn engines_of(file: &str, is_engine: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
    file.split(['.', '_']).take_while(move |word| is_engine(word))
}

fn fixed(folder: &str, file: &str, mode: Mode) -> Result<Step, ArtifactError> {
    let template = format!("scripts/{file}");
    let text = template::raw(&template)?.to_owned();
    step(folder, file, mode, template, text)
}

fn step(folder: &str, file: &str, mode: Mode, template: String, text: String) -> Result<Step, ArtifactError> {
    Ok(Step {
        path: RepoPath::parse(format!("{folder}/{file}"))?,
        template,
        mode,
        desired: Desired::WholeFile { text },
        reason: "guard scripts".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn library_files_are_named_after_the_engines_that_they_serve() {
        let engines = |file| {
            engines_of(file, |word| ["postgres", "mysql", "mariadb"].contains(&word)).collect::<Vec<_>>()
        };
        assert_eq!(engines("postgres_restore.sh"), ["postgres"]);
        assert_eq!(engines("mysql.sh"), ["mysql"]);
        assert_eq!(engines("mariadb_mysql_dump.sh"), ["mariadb", "mysql"]);
        assert_eq!(engines("mariadb_mysql_rows.awk"), ["mariadb", "mysql"]);
        assert!(engines("store.sh").is_empty());
    }
}
