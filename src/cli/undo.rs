//! `dbguard undo`: the last write, taken back byte for byte.

use super::detect::require_directory;
use super::init::apply_failure;
use super::terminal::Terminal;
use super::{Outcome, UndoArgs, exit};
use crate::apply;
use crate::report::planned;

pub(super) fn run(args: &UndoArgs, terminal: &mut Terminal) -> Outcome {
    require_directory(&args.path)?;
    if apply::is_unfinished(&args.path) {
        let recovered = apply::recover(&args.path).map_err(|error| apply_failure(&error))?;
        terminal.talk(&planned::recovered(recovered.as_ref()))?;
        let left = recovered.is_some_and(|undone| !undone.left.is_empty());
        return Ok(if left { exit::REFUSED } else { exit::DONE });
    }
    let undone = apply::undo(&args.path, args.force).map_err(|error| apply_failure(&error))?;
    terminal.talk(&planned::undone(&undone))?;
    Ok(exit::DONE)
}
