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

/// Refuses a path that is no directory.
pub(super) fn require_directory(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Ok(());
    }
    Err(Failure::new(exit::USAGE, format!("{}: no such directory", path.display())))
}

/// A repository as it was seen once.
pub(super) struct Seen {
    pub(super) presets: Presets,
    pub(super) survey: Survey,
    tree: Tree,
    /// Without what git ignores, where that makes a difference.
    shared: Option<(Tree, Survey)>,
}

impl Seen {
    /// Surveys the repository at `path`.
    pub(super) fn look(path: &Path) -> Result<Self, Failure> {
        require_directory(path)?;
        let presets = Presets::for_repository(path).map_err(|error| Failure::new(exit::USAGE, error))?;
        let (tree, unread) = Tree::walk(path);
        let mut survey = survey::read(&tree, &presets);
        survey.incomplete.extend(unread);
        survey.incomplete.sort();
        let shared = tree.shared().map(|shared| {
            let survey = survey::read(&shared, &presets);
            (shared, survey)
        });
        Ok(Self { presets, survey, tree, shared })
    }

    /// Files and facts that every checkout of the repository shares: what is generated follows from them alone.
    pub(super) fn shared(&self) -> (&Tree, &Survey) {
        self.shared.as_ref().map_or((&self.tree, &self.survey), |(tree, survey)| (tree, survey))
    }

    /// What a policy is proposed from; `volumes` are the names that a local Docker told.
    pub(super) fn facts<'a>(&'a self, volumes: &'a [RealVolume]) -> Facts<'a> {
        let (_, shared) = self.shared();
        Facts { survey: &self.survey, shared, presets: &self.presets, tree: &self.tree, volumes }
    }
}
