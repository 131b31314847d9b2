//! Edits of the user's Compose files: the volume's real name, and a mount for backups.

use super::{Artifact, ArtifactError, Context, Drafted};

pub(super) static ARTIFACT: Artifact = Artifact { id: "compose", title: "Compose edits", steps };

fn steps(_context: &Context) -> Result<Drafted, ArtifactError> {
    Ok(Drafted::default())
}
