//! `--baseline`, `--update-baseline` and `--prune-baseline`: findings that are accepted for now.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::terminal::Terminal;
use super::super::{AuditArgs, Failure, exit};
use crate::apply::output;
use crate::baseline::{Baseline, ParseError, Wanted};
use crate::finding::Finding;
use crate::plan::snapshot::{Obstacle, locate};
use crate::policy::{FILE, Policy};
use crate::repo_path::RepoPath;
use crate::report::accepted;
use crate::report::screen::Line;
use crate::rules::since;
use crate::survey::changes::Changes;
use crate::survey::tree::Tree;
use crate::survey::{self, Incomplete, paths};

/// What is accepted for now.
#[derive(Debug, Args)]
pub(in crate::cli) struct BaselineArgs {
    /// Findings that FILE lists are accepted for now: suppressed, and no reason to fail
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Leave the baseline of dbguard.toml aside
    #[arg(long, conflicts_with_all = ["baseline", "update_baseline", "prune_baseline"])]
    no_baseline: bool,
    /// Add what is found to the baseline, and take nothing out; names what is critical
    #[arg(long)]
    update_baseline: bool,
    /// Take out of the baseline what is found no more
    #[arg(long, conflicts_with = "since")]
    prune_baseline: bool,
}

impl BaselineArgs {
    const fn writes(&self) -> bool {
        self.update_baseline || self.prune_baseline
    }
}

/// Why a baseline cannot be used; nothing has been written then.
#[derive(Debug, thiserror::Error)]
enum BaselineError {
    #[error("there is no baseline to write: give --baseline FILE, or `baseline` under [audit] of {FILE}")]
    Nowhere,
    #[error("{name}: no such baseline; --update-baseline writes one")]
    Missing { name: String },
    #[error("{name}: the baseline cannot be read: {source}")]
    Unreadable { name: String, source: io::Error },
    #[error("{FILE}: [audit] baseline: {path}: {obstacle}")]
    Blocked { path: RepoPath, obstacle: Obstacle },
    #[error("{name}:{error}")]
    Malformed { name: String, error: ParseError },
    #[error(
        "the baseline is not pruned: what was found in a file that cannot be read now would be lost ({path}: {message})"
    )]
    Incomplete { path: String, message: String },
}

impl From<BaselineError> for Failure {
    fn from(error: BaselineError) -> Self {
        Self::new(exit::USAGE, error)
    }
}

/// A baseline as it was read.
pub(super) struct Opened {
    name: String,
    path: PathBuf,
    /// None where the file is still to be written.
    text: Option<String>,
    baseline: Baseline,
}

/// What an audit has seen.
pub(super) struct Seen<'a> {
    pub(super) tree: &'a Tree,
    /// What could not be read.
    pub(super) unread: &'a [Incomplete],
    /// What has changed, where only that was asked for.
    pub(super) changes: Option<&'a Changes>,
}

impl Seen<'_> {
    /// Whether these are the findings of the whole repository. With `--since` severities differ too.
    fn is_whole(&self) -> bool {
        self.changes.is_none() && self.unread.is_empty()
    }

    fn is_asked(&self, finding: &Finding) -> bool {
        self.changes.is_none_or(|changes| since::is_changed(finding, changes))
    }

    /// Whether a path is a dotenv file, which only some checkouts have.
    fn is_elsewhere(&self, path: &str) -> bool {
        survey::is_dotenv(paths::name(path)) && !self.tree.has(path)
    }
}

/// Reads the baseline that was asked for, or that the policy names.
pub(super) fn open(args: &AuditArgs, policy: Option<&Policy>) -> Result<Option<Opened>, Failure> {
    let wanted = &args.baseline;
    let of_policy = policy.and_then(|policy| policy.baseline.as_ref()).filter(|_| !wanted.no_baseline);
    let place = match (&wanted.baseline, of_policy) {
        (Some(path), _) => Some((path.display().to_string(), path.clone())),
        (None, Some(path)) => Some((path.to_string(), inside(&args.path, path)?)),
        (None, None) => None,
    };
    let Some((name, path)) = place else {
        return if wanted.writes() { Err(BaselineError::Nowhere.into()) } else { Ok(None) };
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound && wanted.update_baseline => None,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(BaselineError::Missing { name }.into());
        }
        Err(source) => return Err(BaselineError::Unreadable { name, source }.into()),
    };
    match text.as_deref().map(Baseline::parse).transpose() {
        Ok(baseline) => Ok(Some(Opened { name, path, text, baseline: baseline.unwrap_or_default() })),
        Err(error) => Err(BaselineError::Malformed { name, error }.into()),
    }
}

/// Marks what is accepted, and writes the baseline where that was asked for: what is critical is named before it is in. Gives what is
/// to be told after the findings.
pub(super) fn accept(
    args: &AuditArgs,
    opened: Option<&Opened>,
    findings: &mut [Finding],
    seen: &Seen<'_>,
    terminal: &mut Terminal,
) -> Result<Vec<Line>, Failure> {
    let Some(opened) = opened else { return Ok(Vec::new()) };
    let wanted = &args.baseline;
    if let Some(Incomplete { path, message, .. }) = seen.unread.first().filter(|_| wanted.prune_baseline) {
        return Err(BaselineError::Incomplete { path: path.clone(), message: message.clone() }.into());
    }
    let covered = opened.baseline.cover(
        findings,
        &Wanted {
            name: &opened.name,
            text: &|path| seen.tree.read(path).ok(),
            is_asked: &|finding| seen.is_asked(finding),
            is_elsewhere: &|path| seen.is_elsewhere(path),
            update: wanted.update_baseline,
            prune: wanted.prune_baseline,
        },
    );
    let mut told = Vec::new();
    if wanted.writes() {
        terminal.complain(&accepted::named(covered.added.iter().map(|at| &findings[*at])))?;
        opened.write(&covered.after)?;
        let pruned = wanted.prune_baseline.then_some(covered.stale);
        told = accepted::written(&opened.name, covered.added.len(), pruned);
    }
    // What answers to none of a part may answer to one of the whole.
    let is_stale = seen.is_whole() && !wanted.prune_baseline;
    let stale = if is_stale { covered.stale } else { 0 };
    told.extend(accepted::used(stale, findings.iter().filter(|finding| seen.is_asked(finding))));
    Ok(told)
}

/// Prints what is to be told: with the report, where people read that.
pub(super) fn tell(args: &AuditArgs, lines: &[Line], terminal: &mut Terminal) -> Result<(), Failure> {
    let told = if super::is_to_people(args) { terminal.talk(lines) } else { terminal.complain(lines) };
    told.map_err(Failure::from)
}

impl Opened {
    /// Leaves the file alone where nothing changes, and its line ends as they are.
    fn write(&self, after: &Baseline) -> Result<(), Failure> {
        let mut text = after.render().map_err(|error| Failure::new(exit::USAGE, error))?;
        if self.text.as_ref().is_some_and(|before| before.contains("\r\n")) {
            text = text.replace('\n', "\r\n");
        }
        if self.text.as_ref() == Some(&text) {
            return Ok(());
        }
        output::report(&self.path, &text).map_err(|error| Failure::new(exit::USAGE, error))
    }
}

/// Where a path of the policy leads, which is never out of the repository.
fn inside(root: &Path, path: &RepoPath) -> Result<PathBuf, Failure> {
    let root = fs::canonicalize(root).map_err(|error| Failure::new(exit::USAGE, error))?;
    let found = locate(&root, path);
    let real = found.map_err(|obstacle| BaselineError::Blocked { path: path.clone(), obstacle })?;
    Ok(real.under(&root))
}
