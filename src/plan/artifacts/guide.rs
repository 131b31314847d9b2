//! The safety guide, tailored to this repository.

use super::{Artifact, ArtifactError, Drafted};
use crate::plan::context::Context;
use crate::plan::view::View;
use crate::plan::{Desired, Mode, RepoPath, Step};
use crate::template;

pub(super) static ARTIFACT: Artifact = Artifact { id: "docs", title: "safety guide", steps };

const TEMPLATE: &str = "docs/DATABASE_SAFETY.md";

fn steps(context: &Context) -> Result<Drafted, ArtifactError> {
    Ok(vec![Step {
        path: RepoPath::parse(context.policy.paths.guide.as_str())?,
        template: TEMPLATE.to_owned(),
        mode: Mode::Plain,
        desired: Desired::WholeFile { text: template::render(TEMPLATE, View::of(context))? },
        reason: "what to run, also in an emergency".to_owned(),
    }]
    .into())
}
