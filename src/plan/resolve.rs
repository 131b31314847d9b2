//! From desired and current bytes to outcomes and writes.

mod change;
mod record;

use std::collections::{BTreeMap, BTreeSet};

use self::change::{Change, keys, managed_block, whole_file};
use self::record::entry;
use super::manifest::{Entry, Manifest, STATE_IGNORE_PATH, sha256};
use super::merge::decide;
use super::snapshot::{Content, Current, base_path, internal};
use super::{
    CommentStyle, Desired, Mode, Outcome, Refusal, Resolved, ResolvedStep, Snapshot, Step, Write, block,
};
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
        reason: "keeps records and logs out of git".to_owned(),
    })
}

/// The file that keeps journals and logs out of git, where there is none yet.
pub(super) fn state_ignore() -> Option<Write> {
    let Some(Step { path, desired: Desired::Block { id, style, body }, mode, .. }) = state_ignore_step()
    else {
        return None;
    };
    let text = block::upsert(&[], &id, style, &body).ok()?;
    Some(Write { file: path, before: None, after: Some(text), mode })
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

    fn outcome(&mut self, step: &Step, current: &Current, before: Option<&[u8]>) -> Result<Change, Refusal> {
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

    fn desired(&self, step: &Step, before: Option<&[u8]>) -> Result<Change, Refusal> {
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
}

fn refused(step: Step, before: Option<Vec<u8>>, refusal: Refusal) -> ResolvedStep {
    let after = before.clone();
    ResolvedStep { step, outcome: Outcome::Refused(refusal), before, after }
}

#[cfg(test)]
mod tests {
    use super::super::Ownership;
    use super::super::manifest::MANIFEST_PATH;
    use super::super::snapshot::Obstacle;
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::parse(text).unwrap()
    }

    fn step(at: &str, desired: Desired) -> Step {
        let (template, reason) = ("t".to_owned(), String::new());
        Step { path: path(at), template, mode: Mode::Plain, desired, reason }
    }

    fn whole(at: &str) -> Step {
        step(at, Desired::WholeFile { text: "new\n".to_owned() })
    }

    fn block(at: &str, id: &str) -> Step {
        let (style, body) = (CommentStyle::Hash, "b\n".to_owned());
        step(at, Desired::Block { id: id.to_owned(), style, body })
    }

    fn snapshot(files: &[(&str, Result<&str, Obstacle>)]) -> Snapshot {
        let files = files.iter().map(|(at, found)| {
            let content = found.clone().map(|text| Content {
                bytes: text.as_bytes().to_vec(),
                mode: 0o644,
                uncommitted: false,
                git_executable: None,
            });
            let current = content.map(|content| Current {
                file: path(at),
                content: Some(content),
                read_only_dir: None,
            });
            (path(at), current)
        });
        Snapshot { files: files.collect(), ..Snapshot::default() }
    }

    /// The snapshot that a run leaves behind.
    fn applied(resolved: &Resolved) -> Snapshot {
        let texts: Vec<(&str, String)> = resolved
            .writes
            .iter()
            .map(|write| (write.file.as_str(), String::from_utf8(write.after.clone().unwrap()).unwrap()))
            .collect();
        let files: Vec<_> = texts.iter().map(|(at, text)| (*at, Ok(text.as_str()))).collect();
        let manifest = texts.iter().find(|(at, _)| *at == MANIFEST_PATH).unwrap();
        Snapshot { manifest: Manifest::parse(&manifest.1).unwrap(), ..snapshot(&files) }
    }

    #[test]
    fn the_worst_refusal_gives_the_exit_code() {
        let unreadable = Obstacle::Unreadable("no".to_owned());
        let all =
            snapshot(&[("mine", Ok("x")), ("no", Err(unreadable)), ("bad", Ok("# <<< dbguard:x <<<\n"))]);
        let code = |steps: Vec<Step>| resolve(steps, &all, Options::default()).exit_code();
        assert_eq!(code(vec![whole("mine"), whole("no"), block("bad", "x")]), 2);
        assert_eq!(code(vec![whole("mine"), whole("no")]), 4);
        assert_eq!(code(vec![whole("mine")]), 1);
        assert_eq!(code(vec![whole("free")]), 0);
    }

    #[test]
    fn nothing_planned_is_nothing_written() {
        assert_eq!(resolve(Vec::new(), &Snapshot::default(), Options::default()), Resolved::default());
    }

    #[test]
    fn two_blocks_share_a_file_and_nothing_else_does() {
        let steps = vec![block("f", "x"), block("f", "y"), whole("f")];
        let resolved = resolve(steps, &Snapshot::default(), Options::default());
        assert_eq!(resolved.steps[0].outcome, Outcome::Create);
        assert_eq!(resolved.steps[1].outcome, Outcome::Edit);
        assert_eq!(resolved.steps[2].outcome, Outcome::Refused(Refusal::SameFile(path("f"))));
        assert_eq!(resolved.steps[1].before, resolved.steps[0].after);
    }

    #[test]
    fn the_manifest_comes_last_and_knows_both_blocks() {
        let resolved =
            resolve(vec![block("f", "x"), block("f", "y")], &Snapshot::default(), Options::default());
        assert_eq!(resolved.writes.last().unwrap().file.as_str(), MANIFEST_PATH);
        let left = applied(&resolved);
        let hash =
            sha256(left.files[&path("f")].as_ref().unwrap().content.as_ref().unwrap().bytes.as_slice());
        assert_eq!(left.manifest.at(&path("f")).filter(|entry| entry.sha256 == hash).count(), 2);
        let again = resolve(vec![block("f", "x"), block("f", "y")], &left, Options::default());
        assert_eq!(again.writes, []);
    }

    #[test]
    fn what_no_step_asks_for_any_more_is_an_orphan_and_stays() {
        let left = applied(&resolve(vec![whole("a"), whole("b")], &Snapshot::default(), Options::default()));
        let resolved = resolve(vec![whole("a")], &left, Options::default());
        assert_eq!(resolved.orphans, [path("b")]);
        assert_eq!(resolved.writes, []);
    }

    #[test]
    fn keys_that_a_person_set_are_not_claimed() {
        let keys = |text: &str| Desired::Keys {
            from: Some("a: 1\n".to_owned()),
            text: text.to_owned(),
            keys: vec!["a".to_owned()],
        };
        let disk = snapshot(&[("c.yml", Ok("a: 1\n"))]);
        let same = resolve(vec![step("c.yml", keys("a: 1\n"))], &disk, Options::default());
        assert!(
            !String::from_utf8_lossy(same.writes.last().unwrap().after.as_ref().unwrap()).contains("c.yml")
        );
        let changed = applied(&resolve(vec![step("c.yml", keys("a: 2\n"))], &disk, Options::default()));
        let entry = changed.manifest.get(&path("c.yml"), None).unwrap();
        assert_eq!((entry.ownership, entry.keys.as_slice()), (Ownership::Keys, &["a".to_owned()][..]));
    }

    #[test]
    fn a_base_that_cannot_be_kept_refuses_the_file() {
        let disk = snapshot(&[(".dbguard/base/a", Err(Obstacle::NotAFile))]);
        let resolved = resolve(vec![whole("a")], &disk, Options::default());
        assert_eq!(resolved.steps[0].outcome, Outcome::Refused(Refusal::Obstacle(Obstacle::NotAFile)));
    }
}
