//! `--fix` and `--unsafe-fix`: before the report, the fixes; after it, what they came to.

use std::collections::BTreeMap;

use super::super::init::apply_failure;
use super::super::terminal::Terminal;
use super::super::{AuditArgs, Failure, Outcome, exit};
use crate::apply;
use crate::finding::Finding;
use crate::fix::{self, Fixes, Wanted, World};
use crate::plan::{RepoPath, Snapshot, edits};
use crate::policy::Policy;
use crate::presets::Presets;
use crate::report::mended;
use crate::rules::{self, View};
use crate::survey::tree::Tree;
use crate::survey::{self, Survey};

/// Makes the fixes that were asked for; none without an option.
pub(super) fn run(args: &AuditArgs, presets: &Presets, now: u64) -> Result<Option<Fixes>, Failure> {
    let Some(wanted) = wanted(args) else { return Ok(None) };
    if apply::is_unfinished(&args.path) {
        let message = "an earlier run was interrupted; `dbguard undo` takes its changes back, then run again";
        return Err(Failure::new(exit::REFUSED, message));
    }
    let (tree, _) = Tree::walk(&args.path);
    // A policy with mistakes ends the run before anything is written; no fix touches it.
    let policy = super::policy(&tree, presets, &mut Survey::default())?;
    // So does a baseline with mistakes.
    super::baseline::open(args, policy.as_ref())?;
    let audit = |tree: &Tree| audited(tree, presets, policy.as_ref(), now);
    let refusal = |path: &str| refusal(args, path);
    let fixes = fix::make(&tree, &audit(&tree), wanted, &World { audit: &audit, refusal: &refusal });
    write(args, &tree, &fixes)?;
    Ok(Some(fixes))
}

/// Says what was mended and what was not. A fix that was asked for and refused is no success.
pub(super) fn tell(
    args: &AuditArgs,
    fixes: Option<&Fixes>,
    findings: &[Finding],
    code: u8,
    terminal: &mut Terminal,
) -> Outcome {
    let to_people = super::is_to_people(args);
    let Some(fixes) = fixes else {
        if to_people {
            terminal.talk(&mended::offered(findings))?;
        }
        return Ok(code);
    };
    if to_people {
        terminal.talk(&mended::made(fixes))?;
    } else {
        terminal.complain(&mended::made(fixes))?;
    }
    terminal.complain(&mended::left(fixes))?;
    let refused = !fixes.left.is_empty() && code == exit::DONE;
    Ok(if refused { exit::REFUSED } else { code })
}

fn wanted(args: &AuditArgs) -> Option<Wanted> {
    match (args.fix.fix, args.fix.unsafe_fix) {
        (_, true) => Some(Wanted::All),
        (true, false) => Some(Wanted::Safe),
        (false, false) => None,
    }
}

fn audited(tree: &Tree, presets: &Presets, policy: Option<&Policy>, now: u64) -> Vec<Finding> {
    let survey = survey::read(tree, presets);
    rules::judge(&View::new(tree, &survey, presets, policy).at(now))
}

fn refusal(args: &AuditArgs, path: &str) -> Option<String> {
    let parsed = match RepoPath::parse(path) {
        Ok(path) => path,
        Err(error) => return Some(error.problem.to_owned()),
    };
    match Snapshot::load(&args.path, [&parsed]) {
        Ok(snapshot) => edits::refusal(&parsed, &snapshot, args.fix.force).map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

fn write(args: &AuditArgs, tree: &Tree, fixes: &Fixes) -> Result<(), Failure> {
    let mut texts = BTreeMap::new();
    for (path, text) in &fixes.texts {
        let file = RepoPath::parse(path.as_str()).map_err(|error| Failure::new(exit::REFUSED, error))?;
        let before = tree.has(path).then(|| tree.read(path)).transpose();
        let before = before.map_err(|error| Failure::new(exit::REFUSED, format!("{path}: {error}")))?;
        texts.insert(file, (before.map(|file| file.text().to_owned()), text.clone()));
    }
    let snapshot =
        Snapshot::load(&args.path, texts.keys()).map_err(|error| Failure::new(error.exit_code(), &error))?;
    let resolved = edits::resolved(&texts, &snapshot);
    apply::apply(&args.path, &resolved).map_err(|error| apply_failure(&error))?;
    Ok(())
}
