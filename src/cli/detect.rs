//! `dbguard detect`: the survey alone.

use std::path::Path;

use super::terminal::Terminal;
use super::{DetectArgs, DetectFormat, Failure, Outcome, exit};
use crate::policy::propose::Facts;
use crate::presets::Presets;
use crate::report::{detect_json, screen};
use crate::survey::docker::RealVolume;
use crate::survey::tree::Tree;
use crate::survey::{self, Survey};

pub(super) fn run(args: &DetectArgs, terminal: &mut Terminal) -> Outcome {
    let Seen { survey, .. } = Seen::look(&args.path)?;
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

/// A repository as it was seen once.
pub(super) struct Seen {
    pub(super) tree: Tree,
    pub(super) presets: Presets,
    pub(super) survey: Survey,
}

impl Seen {
    /// Surveys the repository at `path`.
    pub(super) fn look(path: &Path) -> Result<Self, Failure> {
        if !path.is_dir() {
            return Err(Failure::new(exit::USAGE, format!("{}: no such directory", path.display())));
        }
        let presets = Presets::for_repository(path).map_err(|error| Failure::new(exit::USAGE, error))?;
        let (tree, unread) = Tree::walk(path);
        let mut survey = survey::read(&tree, &presets);
        survey.incomplete.extend(unread);
        survey.incomplete.sort();
        Ok(Self { tree, presets, survey })
    }

    /// What a policy is proposed from; `volumes` are the names that a local Docker told.
    pub(super) fn facts<'a>(&'a self, volumes: &'a [RealVolume]) -> Facts<'a> {
        Facts { survey: &self.survey, presets: &self.presets, tree: &self.tree, volumes }
    }
}
