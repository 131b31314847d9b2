//! Programs that cannot be started.

use super::{Class, Concern, Drift};
use crate::plan::{Desired, Mode, Snapshot, Step};

/// A script or hook that lacks its permission, here or in every fresh checkout.
pub(super) fn of(step: &Step, concern: Concern, snapshot: &Snapshot) -> Option<Drift> {
    if step.mode != Mode::Executable || !matches!(step.desired, Desired::WholeFile { .. }) {
        return None;
    }
    let content = snapshot.files.get(&step.path)?.as_ref().ok()?.content.as_ref()?;
    let path = &step.path;
    let (message, help) = if content.mode & 0o111 == 0 {
        let message = format!("{path} has the mode {:04o} and cannot be started.", content.mode);
        (message, format!("chmod +x {path}"))
    } else if content.git_executable == Some(false) {
        let message = format!("{path} is not executable in git: it cannot be started in other checkouts.");
        (message, format!("git update-index --chmod=+x {path}"))
    } else {
        return None;
    };
    Some(Drift { message, help: Some(help), ..Drift::at(Class::NotExecutable, concern, path.as_str()) })
}
