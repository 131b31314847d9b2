//! `dbguard detect`: the survey alone.

use std::path::Path;

use super::terminal::Terminal;
use super::{DetectArgs, DetectFormat, Failure, Outcome, exit};
use crate::presets::Presets;
use crate::report::{detect_json, screen};
use crate::survey::{self, Survey};

pub(super) fn run(args: &DetectArgs, terminal: &mut Terminal) -> Outcome {
    let (survey, _) = look(&args.path)?;
    match args.format {
        DetectFormat::Json => {
            let root = args.path.display().to_string();
            let text =
                detect_json::render(&root, &survey).map_err(|error| Failure::new(exit::REFUSED, error))?;
            terminal.answer(&text)?;
        }
        DetectFormat::Human => terminal.lines(&screen::detected(&survey))?,
    }
    Ok(if survey.incomplete.iter().any(|file| file.matters) { exit::INCOMPLETE } else { exit::DONE })
}

/// Surveys the repository at `path`.
pub(super) fn look(path: &Path) -> Result<(Survey, Presets), Failure> {
    if !path.is_dir() {
        return Err(Failure::new(exit::USAGE, format!("{}: no such directory", path.display())));
    }
    let presets = Presets::for_repository(path).map_err(|error| Failure::new(exit::USAGE, error))?;
    Ok((survey::of(path, &presets), presets))
}
