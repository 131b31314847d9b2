//! `dbguard init`: survey, show, ask, write.

use std::path::Path;

use dialoguer::Confirm;

use super::detect::{Seen, require_directory};
use super::terminal::Terminal;
use super::{Failure, InitArgs, Outcome, exit};
use crate::apply::{self, ApplyError};
use crate::plan::artifacts::{self, Note};
use crate::plan::context::Context;
use crate::plan::{Options, Resolved, Snapshot, Step, resolve};
use crate::policy::{self, Loaded, Policy, propose};
use crate::report::{planned, screen};
use crate::source;
use crate::survey::docker;

pub(super) fn run(args: &InitArgs, terminal: &mut Terminal) -> Outcome {
    require_directory(&args.path)?;
    recover(args, terminal)?;
    let seen = Seen::look(&args.path)?;
    terminal.talk(&screen::detected(&seen.survey))?;
    if let Some(file) = seen.survey.incomplete.iter().find(|file| file.matters) {
        let message = format!("{}: {}; nothing was written", source::printable(&file.path), file.message);
        return Err(Failure::new(exit::INCOMPLETE, message));
    }
    let draft = Draft::of(args, &seen)?;
    let resolved = draft.resolve(args)?;
    if let Some(failure) = refusals(&resolved, terminal)? {
        return Err(failure);
    }
    if resolved.writes.is_empty() {
        terminal.talk(&planned::nothing_to_do(&resolved, &draft.notes))?;
        return Ok(exit::DONE);
    }
    terminal.talk(&planned::summary(&resolved, args.dry_run || terminal.is_verbose()))?;
    terminal.talk(&planned::notes(&draft.notes))?;
    if args.dry_run {
        terminal.say("Nothing was written: --dry-run.")?;
        return Ok(exit::DONE);
    }
    agree(args, terminal)?;
    apply::apply(&args.path, &resolved).map_err(|error| apply_failure(&error))?;
    terminal.talk(&planned::done(&resolved, &draft.policy))?;
    Ok(exit::DONE)
}

/// Puts back what an interrupted run left, before anything is read. A dry run only says so.
fn recover(args: &InitArgs, terminal: &mut Terminal) -> Result<(), Failure> {
    if !apply::is_unfinished(&args.path) {
        return Ok(());
    }
    if args.dry_run {
        let message =
            "an earlier run was interrupted; `dbguard undo` takes its changes back, then look again";
        return Err(Failure::new(exit::REFUSED, message));
    }
    let recovered = apply::recover(&args.path).map_err(|error| apply_failure(&error))?;
    terminal.talk(&planned::recovered(recovered.as_ref()))?;
    match recovered {
        Some(undone) if !undone.left.is_empty() => {
            Err(Failure::new(exit::REFUSED, "look at these files first, then run dbguard init again"))
        }
        _ => Ok(()),
    }
}

/// The policy, and the steps that follow from it.
struct Draft {
    policy: Policy,
    steps: Vec<Step>,
    notes: Vec<Note>,
}

impl Draft {
    fn of(args: &InitArgs, seen: &Seen) -> Result<Self, Failure> {
        let volumes = docker::real_volumes(&args.path, &seen.survey);
        let existing = existing_policy(&args.path)?;
        let proposal = propose::propose(seen.facts(&volumes), existing.as_deref(), args.preset.as_deref())
            .map_err(|error| Failure::new(error.exit_code(), error))?;
        let loaded = Loaded::parse(&proposal.text).map_err(|error| Failure::new(exit::USAGE, error))?;
        let policy =
            Policy::resolve(&loaded, &seen.presets).map_err(|error| Failure::new(exit::USAGE, error))?;
        let (tree, survey) = seen.shared();
        let context = Context { survey, policy: &policy, presets: &seen.presets, tree };
        let drafted =
            artifacts::draft(&context, &args.only).map_err(|error| Failure::new(exit::USAGE, error))?;
        let mut steps =
            vec![artifacts::policy_file::step(&proposal).map_err(|error| Failure::new(exit::USAGE, error))?];
        steps.extend(drafted.steps);
        Ok(Self { policy, steps, notes: drafted.notes })
    }

    fn resolve(&self, args: &InitArgs) -> Result<Resolved, Failure> {
        let paths = self.steps.iter().map(|step| &step.path);
        let snapshot =
            Snapshot::load(&args.path, paths).map_err(|error| Failure::new(error.exit_code(), &error))?;
        Ok(resolve(self.steps.clone(), &snapshot, Options { force: args.force }))
    }
}

/// The text of `dbguard.toml`, if there is one.
fn existing_policy(root: &Path) -> Result<Option<String>, Failure> {
    match std::fs::read(root.join(policy::FILE)) {
        Ok(bytes) => String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| Failure::new(exit::INCOMPLETE, format!("{}: not UTF-8 text", policy::FILE))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(exit::INCOMPLETE, format!("{}: {error}", policy::FILE))),
    }
}

/// Prints each refused step; the worst exit code wins.
fn refusals(resolved: &Resolved, terminal: &mut Terminal) -> Result<Option<Failure>, Failure> {
    let refused: Vec<_> = resolved.refusals().collect();
    if refused.is_empty() {
        return Ok(None);
    }
    terminal.complain(&planned::refused(&refused))?;
    Ok(Some(Failure::new(resolved.exit_code(), "nothing was written")))
}

fn agree(args: &InitArgs, terminal: &mut Terminal) -> Result<(), Failure> {
    if args.yes {
        return Ok(());
    }
    if !terminal.can_ask() {
        let message = "nothing was written: there is no terminal to ask on; use --yes, or --dry-run to look";
        return Err(Failure::new(exit::REFUSED, message));
    }
    let asked = Confirm::new().with_prompt("Write this?").default(false).interact();
    match asked {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::new(exit::REFUSED, "nothing was written")),
        Err(error) => Err(Failure::new(exit::REFUSED, format!("nothing was written: {error}"))),
    }
}

pub(super) fn apply_failure(error: &ApplyError) -> Failure {
    Failure::new(error.exit_code(), error)
}
