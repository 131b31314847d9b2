//! What became of the bytes that one step asks for.

use super::text::{edits, extent, first_difference, unix};
use super::{Class, Concern, Drift};
use crate::plan::block::{self, MarkerError};
use crate::plan::diff::diff;
use crate::plan::manifest::{Entry, blob_id, sha256};
use crate::plan::snapshot::Obstacle;
use crate::plan::{CommentStyle, Desired, Outcome, Refusal, ResolvedStep, Snapshot, Step};

/// The difference at one step, if there is one. What cannot be read is no difference: the caller says that.
pub(super) fn of(resolved: &ResolvedStep, concern: Concern, snapshot: &Snapshot) -> Option<Drift> {
    let step = &resolved.step;
    let entry = snapshot.manifest.get(&step.path, step.desired.block_id());
    let judge = Judge { step, concern, entry };
    match &resolved.outcome {
        Outcome::Unchanged | Outcome::Refused(Refusal::Obstacle(Obstacle::Unreadable(_))) => return None,
        Outcome::Refused(Refusal::Markers(error)) => return Some(judge.malformed(error)),
        Outcome::Refused(Refusal::Obstacle(obstacle)) => return Some(judge.displaced(obstacle)),
        Outcome::Create | Outcome::Replace | Outcome::Edit | Outcome::KeptUserEdits | Outcome::Refused(_) => {
        }
    }
    let before = resolved.before.as_deref();
    match &step.desired {
        Desired::Once { .. } => None,
        Desired::WholeFile { text } => {
            judge.whole(before, text, snapshot.bases.get(&step.path).map(Vec::as_slice))
        }
        Desired::Block { id, style, body } => judge.block(before, id, *style, body),
        Desired::Keys { text, keys, .. } => judge.keys(before, text, keys),
    }
}

struct Judge<'a> {
    step: &'a Step,
    concern: Concern,
    /// What the manifest says of it.
    entry: Option<&'a Entry>,
}

impl Judge<'_> {
    fn whole(&self, before: Option<&[u8]>, text: &str, base: Option<&[u8]>) -> Option<Drift> {
        let Some(before) = before else { return Some(self.absent(None, text.as_bytes())) };
        let found = unix(before);
        if found == text.as_bytes() {
            return None;
        }
        let Some(written) = self.entry.and_then(|entry| entry.blob.as_deref()) else {
            return Some(self.foreign(before));
        };
        if blob_id(&found) == written {
            return Some(self.outdated(&found, text.as_bytes()));
        }
        let is_current = blob_id(text.as_bytes()) == written;
        Some(self.edited(base.unwrap_or(text.as_bytes()), &found, is_current))
    }

    fn block(&self, before: Option<&[u8]>, id: &str, style: CommentStyle, body: &str) -> Option<Drift> {
        let current = before.unwrap_or_default();
        let after = block::upsert(current, id, style, body).ok()?;
        let Some(inner) = block::body(current, id, style).ok()? else {
            return Some(self.absent(before, &after));
        };
        let written = self.entry.and_then(|entry| entry.block_sha256.as_deref());
        let inner = unix(inner);
        // The last line end belongs to the marker's line, not to what was rendered.
        let bodies = [&inner[..], inner.strip_suffix(b"\n").unwrap_or(&inner)];
        if written.is_some_and(|written| bodies.iter().any(|body| sha256(body) == written)) {
            return Some(self.outdated(current, &after));
        }
        let is_current = written == Some(&*sha256(body.as_bytes()));
        Some(self.edited(&after, current, is_current))
    }

    fn keys(&self, before: Option<&[u8]>, text: &str, keys: &[String]) -> Option<Drift> {
        let current = before.unwrap_or_default();
        if current == text.as_bytes() {
            return None;
        }
        let lost = self.entry.is_some_and(|entry| {
            sha256(current) != entry.sha256 && keys.iter().all(|key| entry.keys.contains(key))
        });
        if before.is_none() || lost {
            return Some(self.absent(before, text.as_bytes()));
        }
        Some(self.outdated(current, text.as_bytes()))
    }

    /// It is not there: gone, or never written.
    fn absent(&self, before: Option<&[u8]>, wanted: &[u8]) -> Drift {
        let line = before.map_or(1, |before| first_difference(before, wanted));
        let diff = diff(self.step.path.as_str(), before, Some(wanted));
        let subject = self.subject();
        if self.entry.is_none() {
            let message =
                format!("dbguard.toml asks for {subject} ({}); it was never written.", self.step.reason);
            return Drift { line, message, diff, ..self.drift(Class::Outdated) };
        }
        let message = format!("dbguard wrote {subject} ({}); it is gone.", self.step.reason);
        Drift { line, message, diff, ..self.drift(Class::Missing) }
    }

    fn outdated(&self, found: &[u8], wanted: &[u8]) -> Drift {
        let diff = diff(self.step.path.as_str(), Some(found), Some(wanted));
        let by = self.entry.map_or_else(String::new, |entry| format!(" by dbguard {}", entry.tool));
        let message = format!(
            "Nobody changed {} since it was written{by}; after a change of dbguard.toml, of the repository or of dbguard itself it would \
             be written otherwise: {}.",
            self.subject(),
            extent(&diff)
        );
        Drift { line: first_difference(found, wanted), message, diff, ..self.drift(Class::Outdated) }
    }

    fn edited(&self, written: &[u8], found: &[u8], is_current: bool) -> Drift {
        let diff = edits(self.step.path.as_str(), written, found);
        let newer = if is_current { "" } else { " dbguard would write it otherwise by now, too." };
        let message =
            format!("dbguard writes {}, and somebody changed it: {}.{newer}", self.subject(), extent(&diff));
        let help = match self.step.desired {
            Desired::Block { .. } => None,
            Desired::WholeFile { .. } | Desired::Once { .. } | Desired::Keys { .. } => Some(format!(
                "Look at the change. To have the generated file back, remove {path} and run dbguard init. To keep the \
                 change, say so in a comment: `dbguard: ignore[drift-edited] reason`.",
                path = self.step.path
            )),
        };
        Drift { line: first_difference(found, written), message, help, diff, ..self.drift(Class::Edited) }
    }

    /// Another file stands where dbguard would write; what it holds is nobody's business.
    fn foreign(&self, found: &[u8]) -> Drift {
        let message = format!(
            "dbguard.toml asks for {} ({}), and another file of {} bytes is there.",
            self.subject(),
            self.step.reason,
            found.len()
        );
        let help = "Move or rename your file, or set another path in dbguard.toml; then run dbguard init.";
        Drift { message, help: Some(help.to_owned()), ..self.drift(Class::Outdated) }
    }

    fn displaced(&self, obstacle: &Obstacle) -> Drift {
        let message = format!("dbguard writes {}, but {obstacle}.", self.subject());
        Drift { message, ..self.drift(Class::Missing) }
    }

    fn malformed(&self, error: &MarkerError) -> Drift {
        let line = error.lines.first().copied().unwrap_or(1);
        let message = format!("{error}. The block can neither be trusted nor updated.");
        let help = "Repair or delete these lines, then run dbguard init.".to_owned();
        Drift { line, message: capitalised(&message), help: Some(help), ..self.drift(Class::Malformed) }
    }

    fn drift(&self, class: Class) -> Drift {
        Drift::at(class, self.concern, self.step.path.as_str())
    }

    fn subject(&self) -> String {
        let path = &self.step.path;
        match &self.step.desired {
            Desired::Block { id, .. } => format!("the block `{id}` of {path}"),
            Desired::Keys { keys, .. } => format!("the keys {} of {path}", keys.join(", ")),
            Desired::WholeFile { .. } | Desired::Once { .. } => path.to_string(),
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
