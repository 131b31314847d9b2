//! The managed block of `.gitignore`.

use serde::Serialize;

use super::{Artifact, ArtifactError, Context, Drafted};
use crate::plan::{CommentStyle, Desired, Mode, RepoPath, Step};
use crate::policy::file::Run;
use crate::template;

pub(super) static ARTIFACT: Artifact = Artifact { id: "gitignore", title: "ignore rules", steps };

const TEMPLATE: &str = "gitignore";

#[derive(Serialize)]
struct Ignored {
    backups: String,
    side_files: Vec<String>,
}

fn steps(context: &Context) -> Result<Drafted, ArtifactError> {
    let files = context.guarded().filter(|entry| entry.run == Run::File);
    let ignored = Ignored {
        backups: escaped(context.policy.paths.backups.as_str()),
        side_files: files.filter_map(|entry| entry.path.as_deref()).flat_map(side_files).collect(),
    };
    Ok(vec![Step {
        path: RepoPath::parse(".gitignore")?,
        template: TEMPLATE.to_owned(),
        mode: Mode::Plain,
        desired: Desired::Block {
            id: "backups".to_owned(),
            style: CommentStyle::Hash,
            body: template::render(TEMPLATE, ignored)?,
        },
        reason: "keeps backups out of commits".to_owned(),
    }]
    .into())
}

/// SQLite's companions of a database file, which a commit would tear away from it.
fn side_files(path: &str) -> Vec<String> {
    ["-wal", "-shm", "-journal"].iter().map(|suffix| format!("/{}{suffix}", escaped(path))).collect()
}

/// `path` as a pattern that matches only itself.
fn escaped(path: &str) -> String {
    let mut pattern = String::new();
    for letter in path.chars() {
        if matches!(letter, '\\' | '*' | '?' | '[' | ']' | '!' | '#' | ' ') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_literally() {
        assert_eq!(escaped("a b/*.db"), "a\\ b/\\*.db");
        assert_eq!(side_files("x.db"), ["/x.db-wal", "/x.db-shm", "/x.db-journal"]);
    }
}
