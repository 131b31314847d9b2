//! The managed block of `.gitignore`.

use serde::Serialize;

use super::{Artifact, ArtifactError, Drafted};
use crate::plan::context::Context;
use crate::plan::ignore_rules::{hidden_by, literal};
use crate::plan::{CommentStyle, Desired, Mode, RepoPath, Step};
use crate::policy::file::Run;
use crate::template;

pub(super) static ARTIFACT: Artifact = Artifact { id: "gitignore", title: "ignore rules", steps };

const TEMPLATE: &str = "gitignore";

#[derive(Serialize)]
struct Ignored {
    backups: String,
    side_files: Vec<String>,
    /// The folder of the guard scripts, where there are any: rules such as `lib/` hide a part of it.
    scripts: Option<String>,
}

fn steps(context: &Context) -> Result<Drafted, ArtifactError> {
    let backups = context.policy.paths.backups.as_str();
    let files = context.guarded().filter(|entry| entry.run == Run::File);
    let ignored = Ignored {
        backups: literal(backups),
        scripts: context.guarded().next().map(|_| literal(context.policy.paths.scripts.as_str())),
        side_files: files.filter_map(|entry| entry.path.as_deref()).flat_map(side_files).collect(),
    };
    let body = template::render(TEMPLATE, ignored)?;
    if let Some(hidden) = hidden_by(&body, kept(context, backups))?.into_iter().next() {
        return Err(ArtifactError::Hides { pattern: hidden.pattern, path: hidden.path });
    }
    Ok(vec![Step {
        path: RepoPath::parse(".gitignore")?,
        template: TEMPLATE.to_owned(),
        mode: Mode::Plain,
        desired: Desired::Block { id: "backups".to_owned(), style: CommentStyle::Hash, body },
        reason: "keeps backups out of commits".to_owned(),
    }]
    .into())
}

/// What no ignore rule of ours may hide: migrations, seeds, schemas and every other SQL file outside the backups.
fn kept<'a>(context: &Context<'a>, backups: &str) -> Vec<&'a str> {
    let dumps = |path: &str| path.strip_prefix(backups).is_some_and(|rest| rest.starts_with('/'));
    let migrations = &context.survey.migrations;
    let precious = |path: &str| {
        let name = path.to_ascii_lowercase();
        let words = ["migrat", "seed", "schema", ".sql"];
        words.iter().any(|word| name.contains(word))
            || migrations.iter().any(|folder| path.starts_with(folder.as_str()))
    };
    context.tree.paths().filter(|path| precious(path) && !(dumps(path) && is_dump(path))).collect()
}

/// Backups of ours, by the shape of their path: `<database>/<time>-<label>/…`.
fn is_dump(path: &str) -> bool {
    path.rsplit('/')
        .nth(1)
        .is_some_and(|folder| folder.get(8..9) == Some("T") && folder.get(15..16) == Some("Z"))
}

/// SQLite's companions of a database file, which a commit would tear away from it.
fn side_files(path: &str) -> Vec<String> {
    ["-wal", "-shm", "-journal"].iter().map(|suffix| format!("/{}{suffix}", literal(path))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_literally() {
        assert_eq!(literal("a b/*.db"), "a\\ b/\\*.db");
        assert_eq!(side_files("x.db"), ["/x.db-wal", "/x.db-shm", "/x.db-journal"]);
    }
}
