//! The policy file itself: written once, then only extended.

use crate::plan::{Desired, Mode, PathError, RepoPath, Step};
use crate::policy::FILE;
use crate::policy::propose::Proposal;

/// The step that writes what was proposed.
pub fn step(proposal: &Proposal) -> Result<Step, PathError> {
    let desired = match &proposal.existing {
        None => Desired::Once { text: proposal.text.clone() },
        Some(from) => {
            Desired::Keys { from: Some(from.clone()), text: proposal.text.clone(), keys: Vec::new() }
        }
    };
    Ok(Step {
        path: RepoPath::parse(FILE)?,
        template: FILE.to_owned(),
        mode: Mode::Plain,
        desired,
        reason: "what is guarded, and how".to_owned(),
    })
}
