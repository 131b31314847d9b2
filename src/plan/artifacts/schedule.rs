//! Lines for cron, as text; installing them is a person's decision.

use super::{Artifact, ArtifactError, Drafted};
use crate::plan::context::Context;
use crate::plan::view::View;
use crate::plan::{Desired, Mode, RepoPath, Step};
use crate::template;

pub(super) static ARTIFACT: Artifact = Artifact { id: "schedule", title: "crontab text", steps };

const TEMPLATE: &str = "scripts/crontab.txt";

fn steps(context: &Context) -> Result<Drafted, ArtifactError> {
    if context.guarded().next().is_none() {
        return Ok(Drafted::default());
    }
    let path = format!("{}/crontab.txt", context.policy.paths.scripts.as_str());
    let text = template::render(TEMPLATE, View::of(context))?;
    Ok(vec![Step {
        path: RepoPath::parse(path)?,
        template: TEMPLATE.to_owned(),
        mode: Mode::Plain,
        desired: Desired::WholeFile { text },
        reason: "when to run them".to_owned(),
    }]
    .into())
}
