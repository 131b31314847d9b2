//! `backups/.gitignore`: committed, so that the mount's source exists and belongs to the user.

use super::{Artifact, ArtifactError, Drafted};
use crate::plan::context::Context;
use crate::plan::{Desired, Mode, RepoPath, Step};
use crate::template;

pub(super) static ARTIFACT: Artifact = Artifact { id: "backups", title: "folder for backups", steps };

const TEMPLATE: &str = "backups-gitignore";

fn steps(context: &Context) -> Result<Drafted, ArtifactError> {
    if context.guarded().next().is_none() {
        return Ok(Drafted::default());
    }
    let path = format!("{}/.gitignore", context.policy.paths.backups.as_str());
    Ok(vec![Step {
        path: RepoPath::parse(path)?,
        template: TEMPLATE.to_owned(),
        mode: Mode::Plain,
        desired: Desired::WholeFile { text: template::raw(TEMPLATE)?.to_owned() },
        reason: "keeps backups out of commits".to_owned(),
    }]
    .into())
}
