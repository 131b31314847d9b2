//! How a repository differs from what its policy asks for. Pure: what would be generated and what is there go in, the
//! differences come out, by path.

mod asked;
mod content;
mod ignored;
mod mode;
mod orphan;
mod pin;
pub mod schedule;
mod text;

use super::context::Context;
use super::diff::DiffLine;
use super::manifest::{MANIFEST_PATH, ManifestError};
use super::{Options, Snapshot, Step, resolve};

/// What one entry of the list of artefacts asks for.
#[derive(Debug, Clone)]
pub struct Group {
    /// Id of the artefact.
    pub id: &'static str,
    /// What should be there.
    pub steps: Vec<Step>,
}

/// One difference between what should be there and what is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// How it differs.
    pub class: Class,
    /// What is less safe because of it.
    pub concern: Concern,
    /// Root-relative path.
    pub path: String,
    /// First line that differs, from 1.
    pub line: usize,
    /// What is the matter, one or two sentences.
    pub message: String,
    /// What to do, where the usual advice does not fit.
    pub help: Option<String>,
    /// What differs, fit to be shown; empty where there is nothing to compare.
    pub diff: Vec<DiffLine>,
}

/// How a generated thing differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A person changed it.
    Edited,
    /// It is as dbguard left it, and would be written otherwise today.
    Outdated,
    /// It was there, and is gone.
    Missing,
    /// It is there, and nothing asks for it any more.
    Orphan,
    /// Its markers, or the manifest, cannot be understood.
    Malformed,
    /// It is a program that cannot be started.
    NotExecutable,
    /// Nothing on this machine starts it, or not as it should.
    Unscheduled,
}

/// What a generated thing is for: how much is lost with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// It guards by running, or by where Compose puts the data: scripts, hooks, pins.
    Guard,
    /// It guards by being heeded: ignore rules, rules for agents.
    Rules,
    /// It is read by people.
    Text,
}

/// Every difference between what `groups` ask for and what `snapshot` holds, by path. The snapshot must have been loaded with
/// the paths of all steps. A repository in which nothing was ever generated has none.
pub fn differences(groups: Vec<Group>, context: &Context<'_>, snapshot: &Snapshot) -> Vec<Drift> {
    if snapshot.manifest.entries().next().is_none() {
        return orphan::without_manifest(groups, snapshot).into_iter().collect();
    }
    let asked = asked::of(groups, &snapshot.manifest);
    let steps = asked.iter().map(|(_, step)| step.clone()).collect();
    let resolved = resolve(steps, snapshot, Options { force: true });
    let mut found = orphan::of(&asked, snapshot, context.tree);
    found.extend(ignored::files(&asked, snapshot, context.tree));
    found.extend(ignored::hooks(snapshot, context.tree));
    found.extend(pin::of(context, &snapshot.manifest));
    for step in &resolved.steps {
        let concern = asked::concern(&asked, &step.step);
        found.extend(content::of(step, concern, snapshot));
        found.extend(mode::of(&step.step, concern, snapshot));
    }
    found.sort_by(|a, b| (&a.path, a.line, &a.message).cmp(&(&b.path, b.line, &b.message)));
    found
}

/// A manifest that cannot be understood: nothing else can be said then.
pub fn broken_manifest(error: &ManifestError) -> Drift {
    Drift {
        line: error.line,
        message: format!(
            "The manifest cannot be read: {}. Nothing generated can be checked or updated.",
            error.problem
        ),
        help: Some(format!("Restore it: git checkout -- {MANIFEST_PATH}\nThen run dbguard init.")),
        ..Drift::at(Class::Malformed, Concern::Rules, MANIFEST_PATH)
    }
}

impl Drift {
    /// One about the file at `path` as a whole.
    fn at(class: Class, concern: Concern, path: &str) -> Self {
        let path = path.to_owned();
        Self { class, concern, path, line: 1, message: String::new(), help: None, diff: Vec::new() }
    }
}
