//! The managed block with rules for AI agents.

use super::{Artifact, ArtifactError, Drafted};
use crate::plan::context::Context;
use crate::plan::view::View;
use crate::plan::{CommentStyle, Desired, Mode, RepoPath, Step};
use crate::template;

pub(super) static ARTIFACT: Artifact = Artifact { id: "agents", title: "rules for agents", steps };

const TEMPLATE: &str = "docs/agents-block.md";

fn steps(context: &Context) -> Result<Drafted, ArtifactError> {
    Ok(vec![Step {
        path: RepoPath::parse(context.policy.paths.agents.as_str())?,
        template: TEMPLATE.to_owned(),
        mode: Mode::Plain,
        desired: Desired::Block {
            id: "databases".to_owned(),
            style: CommentStyle::Html,
            body: template::render(TEMPLATE, View::of(context))?,
        },
        reason: "rules for agents".to_owned(),
    }]
    .into())
}
