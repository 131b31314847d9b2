//! From desired and current bytes to outcomes and writes.

use std::collections::{BTreeMap, BTreeSet};

use super::block;
use super::manifest::{Entry, MANIFEST_PATH, Manifest, STATE_IGNORE_PATH, blob_id, sha256};
use super::merge::{Decision, decide};
use super::snapshot::{Content, Current, base_path, internal};
use super::{CommentStyle, Desired, Mode, Outcome, Refusal, Resolved, ResolvedStep, Snapshot, Step, Write};
use crate::repo_path::RepoPath;

const STATE_IGNORE_TEMPLATE: &str = "dbguard/gitignore";

/// How to resolve.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Also touch files with uncommitted changes.
    pub force: bool,
}

/// Gives every step its outcome. `snapshot` must have been loaded with the paths of `steps`; what it lacks counts as
/// missing.
pub fn resolve(steps: Vec<Step>, snapshot: &Snapshot, options: Options) -> Resolved {
    let mut resolver = Resolver::new(snapshot, options);
    let state = (!steps.is_empty()).then(state_ignore_step).flatten();
    let wanted: BTreeSet<RepoPath> = steps.iter().map(|step| step.path.clone()).collect();
    let steps: Vec<_> = steps.into_iter().chain(state).map(|step| resolver.step(step)).collect();
    let orphans = orphans(&snapshot.manifest, &wanted);
    Resolved { steps, writes: resolver.writes(), orphans }
}

fn state_ignore_step() -> Option<Step> {
    let body = crate::template::raw(STATE_IGNORE_TEMPLATE).ok()?.to_owned();
    Some(Step {
        path: internal(STATE_IGNORE_PATH),
        template: STATE_IGNORE_TEMPLATE.to_owned(),
        mode: Mode::Plain,
        desired: Desired::Block { id: "state".to_owned(), style: CommentStyle::Hash, body },
        reason: "keeps undo records and logs out of git".to_owned(),
    })
}

fn orphans(manifest: &Manifest, wanted: &BTreeSet<RepoPath>) -> Vec<RepoPath> {
    let known = manifest.entries().filter_map(|entry| RepoPath::parse(entry.path.as_str()).ok());
    let known: BTreeSet<RepoPath> = known.filter(|path| *path != internal(STATE_IGNORE_PATH)).collect();
    known.difference(wanted).cloned().collect()
}

/// One real file while the steps that touch it are worked through.
struct Working<'a> {
    original: Option<&'a Content>,
    bytes: Option<Vec<u8>>,
    mode: Mode,
    /// Steps that had their say: their path, and the id if it was a block.
    claims: Vec<(RepoPath, Option<String>)>,
}

struct Resolver<'a> {
    snapshot: &'a Snapshot,
    options: Options,
    files: BTreeMap<RepoPath, Working<'a>>,
    /// Real files in the order in which steps first asked for them.
    order: Vec<RepoPath>,
    entries: Vec<Entry>,
    bases: BTreeMap<RepoPath, Vec<u8>>,
}

impl<'a> Resolver<'a> {
    fn new(snapshot: &'a Snapshot, options: Options) -> Self {
        let (files, order) = (BTreeMap::new(), Vec::new());
        Self { snapshot, options, files, order, entries: Vec::new(), bases: BTreeMap::new() }
    }

    fn step(&mut self, step: Step) -> ResolvedStep {
        let current = match self.snapshot.files.get(&step.path) {
            None => Current { file: step.path.clone(), content: None, read_only_dir: None },
            Some(Ok(current)) => current.clone(),
            Some(Err(obstacle)) => return refused(step, None, obstacle.clone().into()),
        };
        let before = self.working(&step, &current).bytes.clone();
        match self.outcome(&step, &current, before.as_deref()) {
            Err(refusal) => refused(step, before, refusal),
            Ok((outcome, after)) => {
                self.record(&step, &current, &outcome, after.as_ref());
                ResolvedStep { step, outcome, before, after }
            }
        }
    }

    fn working(&mut self, step: &Step, current: &Current) -> &mut Working<'a> {
        if !self.files.contains_key(&current.file) {
            self.order.push(current.file.clone());
        }
        let snapshot = self.snapshot;
        self.files.entry(current.file.clone()).or_insert_with(|| {
            let known = snapshot.files.get(&step.path).and_then(|known| known.as_ref().ok());
            let original = known.and_then(|known| known.content.as_ref());
            let bytes = original.map(|content| content.bytes.clone());
            Working { original, bytes, mode: step.mode, claims: Vec::new() }
        })
    }

    fn outcome(
        &mut self,
        step: &Step,
        current: &Current,
        before: Option<&[u8]>,
    ) -> Result<(Outcome, Option<Vec<u8>>), Refusal> {
        if self.is_covered(step, current)? {
            return Ok((Outcome::Unchanged, before.map(<[u8]>::to_vec)));
        }
        let (outcome, after) = self.desired(step, before)?;
        if after.as_deref() != before {
            self.may_write(step, current)?;
        }
        Ok((outcome, after))
    }

    /// Whether an earlier step already put the same block into the same file, reached by a link.
    fn is_covered(&self, step: &Step, current: &Current) -> Result<bool, Refusal> {
        let claims = self.files.get(&current.file).map_or(&[][..], |working| &working.claims);
        let Some((first, _)) = claims.first() else { return Ok(false) };
        let all_blocks = claims.iter().all(|(_, block)| block.is_some());
        match step.desired.block_id() {
            Some(id) if all_blocks => Ok(claims.iter().any(|(_, block)| block.as_deref() == Some(id))),
            _ => Err(Refusal::SameFile(first.clone())),
        }
    }

    fn desired(&self, step: &Step, before: Option<&[u8]>) -> Result<(Outcome, Option<Vec<u8>>), Refusal> {
        let entry = self.snapshot.manifest.get(&step.path, step.desired.block_id());
        match &step.desired {
            Desired::WholeFile { text } => {
                if let Some(Err(obstacle)) = self.snapshot.files.get(&base_path(&step.path)) {
                    return Err(obstacle.clone().into());
                }
                let base = self.snapshot.bases.get(&step.path).map(Vec::as_slice);
                whole_file(decide(before, text.as_bytes(), entry, base), text, before)
            }
            Desired::Once { text } => Ok(match before {
                None if entry.is_none() => (Outcome::Create, Some(text.clone().into_bytes())),
                _ => (Outcome::Unchanged, before.map(<[u8]>::to_vec)),
            }),
            Desired::Block { id, style, body } => managed_block(before, id, *style, body),
            Desired::Keys { from, text, .. } => keys(before, from.as_deref(), text),
        }
    }

    fn may_write(&self, step: &Step, current: &Current) -> Result<(), Refusal> {
        if let Some(dir) = &current.read_only_dir {
            return Err(Refusal::ReadOnlyDirectory(dir.clone()));
        }
        let Some(content) = &current.content else { return Ok(()) };
        if content.mode & 0o222 == 0 {
            return Err(Refusal::ReadOnly);
        }
        let is_a_persons = content.uncommitted && !self.is_as_we_left_it(step, &content.bytes);
        if is_a_persons && !self.options.force { Err(Refusal::Uncommitted) } else { Ok(()) }
    }

    fn is_as_we_left_it(&self, step: &Step, bytes: &[u8]) -> bool {
        let hash = sha256(bytes);
        self.snapshot.manifest.at(&step.path).any(|entry| entry.sha256 == hash)
    }

    fn record(&mut self, step: &Step, current: &Current, outcome: &Outcome, after: Option<&Vec<u8>>) {
        let block = step.desired.block_id().map(str::to_owned);
        if let Some(working) = self.files.get_mut(&current.file) {
            if working.claims.iter().any(|(_, known)| *known == block && block.is_some()) {
                return;
            }
            working.bytes = after.cloned();
            working.claims.push((step.path.clone(), block));
        }
        if let Desired::WholeFile { text } = &step.desired {
            self.bases.insert(base_path(&step.path), text.clone().into_bytes());
        }
        let known = self.snapshot.manifest.get(&step.path, step.desired.block_id());
        self.entries.extend(after.and_then(|after| entry(step, outcome, after, known)));
    }

    fn writes(self) -> Vec<Write> {
        let manifest = self.manifest();
        let mut writes: Vec<Write> = Vec::new();
        let mut state: Vec<Write> = Vec::new();
        for file in &self.order {
            let working = &self.files[file];
            let before = working.original.map(|content| content.bytes.clone());
            writes.push(Write {
                file: file.clone(),
                before,
                after: working.bytes.clone(),
                mode: working.mode,
            });
        }
        state.extend(self.bases.iter().filter_map(|(path, bytes)| self.state_write(path, bytes)));
        if !self.entries.is_empty() || manifest != self.snapshot.manifest {
            state.extend(self.state_write(&internal(MANIFEST_PATH), manifest.to_text().as_bytes()));
        }
        writes.extend(state);
        writes.retain(|write| write.before != write.after);
        writes
    }

    fn state_write(&self, path: &RepoPath, bytes: &[u8]) -> Option<Write> {
        let current = match self.snapshot.files.get(path) {
            Some(Ok(current)) => current.clone(),
            Some(Err(_)) => return None,
            None => Current { file: path.clone(), content: None, read_only_dir: None },
        };
        let before = current.content.map(|content| content.bytes);
        Some(Write { file: current.file, before, after: Some(bytes.to_vec()), mode: Mode::Plain })
    }

    /// The manifest after all writes: a written file's hash goes into every entry of its path.
    fn manifest(&self) -> Manifest {
        let mut manifest = self.snapshot.manifest.clone();
        self.entries.iter().for_each(|entry| manifest.set(entry.clone()));
        for working in self.files.values() {
            let before = working.original.map(|content| &content.bytes);
            let Some(after) = working.bytes.as_ref().filter(|after| before != Some(after)) else { continue };
            for (path, _) in &working.claims {
                let stale: Vec<Entry> = manifest.at(path).cloned().collect();
                for entry in stale {
                    manifest.set(Entry { sha256: sha256(after), ..entry });
                }
            }
        }
        manifest
    }
}

fn refused(step: Step, before: Option<Vec<u8>>, refusal: Refusal) -> ResolvedStep {
    let after = before.clone();
    ResolvedStep { step, outcome: Outcome::Refused(refusal), before, after }
}

fn whole_file(
    decision: Decision,
    text: &str,
    before: Option<&[u8]>,
) -> Result<(Outcome, Option<Vec<u8>>), Refusal> {
    let same = before.map(<[u8]>::to_vec);
    match decision {
        Decision::Create => Ok((Outcome::Create, Some(text.as_bytes().to_vec()))),
        Decision::Unchanged => Ok((Outcome::Unchanged, same)),
        Decision::Keep => Ok((Outcome::KeptUserEdits, same)),
        Decision::Write { bytes, merged: false } => Ok((Outcome::Replace, Some(bytes))),
        Decision::Write { bytes, merged: true } => Ok((Outcome::Edit, Some(bytes))),
        Decision::Conflict => Err(Refusal::Conflict),
        Decision::NoBase => Err(Refusal::NoBase),
        Decision::Foreign => Err(Refusal::Yours),
    }
}

fn managed_block(
    before: Option<&[u8]>,
    id: &str,
    style: CommentStyle,
    body: &str,
) -> Result<(Outcome, Option<Vec<u8>>), Refusal> {
    let current = before.unwrap_or_default();
    if current.contains(&0) {
        return Err(Refusal::NotText);
    }
    let after = block::upsert(current, id, style, body)?;
    Ok((changed(before, &after), Some(after)))
}

fn keys(
    before: Option<&[u8]>,
    from: Option<&str>,
    text: &str,
) -> Result<(Outcome, Option<Vec<u8>>), Refusal> {
    let after = text.as_bytes().to_vec();
    let outcome = changed(before, &after);
    if outcome != Outcome::Unchanged && before != from.map(str::as_bytes) {
        return Err(Refusal::Stale);
    }
    Ok((outcome, Some(after)))
}

fn changed(before: Option<&[u8]>, after: &[u8]) -> Outcome {
    match before {
        None => Outcome::Create,
        Some(before) if before == after => Outcome::Unchanged,
        Some(_) => Outcome::Edit,
    }
}

/// What the manifest should say about a step; `None` when it has nothing to remember.
fn entry(step: &Step, outcome: &Outcome, after: &[u8], known: Option<&Entry>) -> Option<Entry> {
    let is_unchanged = matches!(outcome, Outcome::Unchanged | Outcome::KeptUserEdits);
    let mut entry = Entry {
        path: step.path.as_str().to_owned(),
        block: step.desired.block_id().map(str::to_owned),
        template: step.template.clone(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        ownership: step.desired.ownership(),
        sha256: sha256(after),
        blob: None,
        block_sha256: None,
        keys: Vec::new(),
    };
    // A file that we did not write now is as we left it only if it was before.
    let is_claimed = known.is_some() || !is_unchanged;
    let left = known.filter(|_| is_unchanged).map(|known| known.sha256.clone());
    match &step.desired {
        Desired::WholeFile { text } => {
            entry.blob = Some(blob_id(text.as_bytes()));
            entry.sha256 = left.filter(|_| *outcome == Outcome::KeptUserEdits).unwrap_or(entry.sha256);
        }
        Desired::Once { .. } if is_unchanged => return None,
        Desired::Once { .. } => {}
        Desired::Block { body, .. } => {
            entry.block_sha256 = Some(sha256(body.as_bytes()));
            entry.sha256 = left.unwrap_or(entry.sha256);
        }
        Desired::Keys { keys, .. } => {
            let all: BTreeSet<_> =
                known.into_iter().flat_map(|known| &known.keys).chain(keys).cloned().collect();
            entry.keys = all.into_iter().collect();
            entry.sha256 = left.unwrap_or(entry.sha256);
            if entry.keys.is_empty() || !is_claimed {
                return None;
            }
        }
    }
    Some(entry)
}
