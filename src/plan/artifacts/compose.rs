//! Edits of the user's Compose files: the volume's real name, and a mount for backups. Each is proven by parsing before
//! and after; what cannot be proven becomes a note with the lines to put in by hand.

use std::collections::BTreeMap;

use super::{Artifact, ArtifactError, Drafted, Note};
use crate::plan::context::Context;
use crate::plan::{Desired, Mode, RepoPath, Step};
use crate::policy::FILE;
use crate::policy::file::{DatabaseEntry, Run};
use crate::policy::pin::pin_hint;
use crate::source::{SourceFile, apply};
use crate::survey::{Database, VolumeKind};
use crate::yaml::edit::{Change, Value, edit};

pub(super) static ARTIFACT: Artifact = Artifact { id: "compose", title: "Compose edits", steps };

/// Where the folder for backups appears inside the database's container.
const MOUNT_POINT: &str = "/backups";

#[expect(clippy::unnecessary_wraps, reason = "every artefact has this signature")]
fn steps(context: &Context) -> Result<Drafted, ArtifactError> {
    let mut drafted = Drafted::default();
    let mut files: BTreeMap<RepoPath, Edited> = BTreeMap::new();
    let mut open = Unpinned::default();
    for entry in context.policy.databases.iter().filter(|entry| entry.run == Run::Compose) {
        let Some((path, declared)) = entry.compose_files.first().zip(context.declaration(entry)) else {
            continue;
        };
        let Ok(source) = context.tree.read(path.as_str()) else { continue };
        let edited = files.entry(path.clone()).or_insert_with(|| Edited::of((*source).clone()));
        for wanted in wanted(context, entry, declared, path) {
            edited.make(&wanted, &mut drafted.notes);
        }
        open.note(entry, declared, path);
    }
    drafted.notes.extend(open.notes());
    drafted.steps = files.into_iter().map(|(path, edited)| edited.step(path)).collect();
    Ok(drafted)
}

/// A change, and what it is for.
struct Wanted {
    change: Change,
    key: String,
    purpose: String,
}

fn wanted(context: &Context, entry: &DatabaseEntry, declared: &Database, file: &RepoPath) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    let service = entry.service.as_deref().unwrap_or_default();
    // A pin that is in place is wanted too: the key stays ours.
    let free = declared.volume_name.is_none() || declared.volume_name == entry.volume_name;
    let pinnable = declared.volume_kind == VolumeKind::Named && free;
    if let (true, Some(key), Some(name)) = (pinnable, entry.volume.as_deref(), entry.volume_name.as_deref()) {
        wanted.push(Wanted {
            change: Change::volume_name(key, name),
            key: format!("volumes.{key}.name"),
            purpose: format!("pin the volume `{key}` to its real name"),
        });
    }
    let source = folder_from(file, context.policy.paths.backups.as_str());
    if context.guards(&entry.engine)
        && keeps_its_data(declared)
        && !has_other_mount(context, entry, file, &source)
    {
        wanted.push(Wanted {
            change: Change::mount(service, Value::text(format!("{source}:{MOUNT_POINT}"))),
            key: format!("services.{service}.volumes"),
            purpose: format!("mount the backups into `{service}`"),
        });
    }
    wanted
}

/// A changed service is recreated at the next `up`; that is harmless only when the data is outside the container.
fn keeps_its_data(declared: &Database) -> bool {
    matches!(declared.volume_kind, VolumeKind::Named | VolumeKind::External | VolumeKind::Bind)
}

/// Whether something else is mounted where the backups would go.
fn has_other_mount(context: &Context, entry: &DatabaseEntry, file: &RepoPath, ours: &str) -> bool {
    let service = entry.service.as_deref().unwrap_or_default();
    let service = context.survey.compose.file(file.as_str()).and_then(|file| file.service(service));
    let Some(mount) = service.and_then(|service| service.mount_at(MOUNT_POINT)) else { return false };
    mount.source.as_deref() != Some(ours)
}

/// The folder for backups as Compose resolves it: relative to the folder of the Compose file.
fn folder_from(file: &RepoPath, backups: &str) -> String {
    match file.as_str().matches('/').count() {
        0 => format!("./{backups}"),
        depth => format!("{}/{backups}", vec![".."; depth].join("/")),
    }
}

/// Volumes without a fixed name, by Compose file, each with the command that finds its name.
#[derive(Default)]
struct Unpinned(BTreeMap<RepoPath, BTreeMap<String, String>>);

impl Unpinned {
    fn note(&mut self, entry: &DatabaseEntry, declared: &Database, file: &RepoPath) {
        let name = entry.volume_name.as_deref().or(declared.volume_name.as_deref());
        if let Some((key, hint)) = entry.volume.clone().zip(pin_hint(entry, Some(declared), name)) {
            self.0.entry(file.clone()).or_default().insert(key, hint);
        }
    }

    /// One note for all files with the same volumes.
    fn notes(self) -> Vec<Note> {
        let mut files: BTreeMap<BTreeMap<String, String>, Vec<RepoPath>> = BTreeMap::new();
        for (file, volumes) in self.0 {
            files.entry(volumes).or_default().push(file);
        }
        files.iter().map(|(volumes, files)| note(volumes, files)).collect()
    }
}

fn note(volumes: &BTreeMap<String, String>, files: &[RepoPath]) -> Note {
    let place = match files {
        [one] => one.to_string(),
        [first, others @ ..] => format!("{first} and {} more", others.len()),
        [] => String::new(),
    };
    let keys = volumes.keys().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let subject = if volumes.len() == 1 {
        format!("the volume {keys} has no fixed name")
    } else {
        format!("the volumes {keys} have no fixed names")
    };
    let commands = volumes.values().map(String::as_str).collect::<Vec<_>>().join("\n  ");
    Note {
        message: format!("{place}: {subject}; after a rename of the folder, `up` starts with empty data."),
        action: format!(
            "On the machine that has the data, look for the real name:\n  {commands}\n\
             Write it as volume_name of its database into {FILE}; run dbguard init."
        ),
    }
}

/// A Compose file on its way.
struct Edited {
    from: SourceFile,
    now: SourceFile,
    keys: Vec<String>,
    purposes: Vec<String>,
}

impl Edited {
    fn of(from: SourceFile) -> Self {
        Self { now: from.clone(), from, keys: Vec::new(), purposes: Vec::new() }
    }

    fn make(&mut self, wanted: &Wanted, notes: &mut Vec<Note>) {
        match edit(&self.now, &wanted.change) {
            Ok(None) => self.keys.push(wanted.key.clone()),
            Ok(Some(edit)) => {
                let Some(text) = apply(&[edit], self.now.text()) else { return };
                self.now = SourceFile::new(self.from.path(), text);
                self.keys.push(wanted.key.clone());
                self.purposes.push(wanted.purpose.clone());
            }
            Err(refusal) => {
                let line = refusal.line.map(|line| format!(":{line}")).unwrap_or_default();
                notes.push(Note {
                    message: format!(
                        "{}{line}: could not {}: {}.",
                        refusal.path, wanted.purpose, refusal.reason
                    ),
                    action: format!("Put this in by hand:\n{}", refusal.patch),
                });
            }
        }
    }

    fn step(self, path: RepoPath) -> Step {
        Step {
            path,
            template: "compose".to_owned(),
            mode: Mode::Plain,
            desired: Desired::Keys {
                from: Some(self.from.text().to_owned()),
                text: self.now.text().to_owned(),
                keys: self.keys,
            },
            reason: if self.purposes.is_empty() {
                "as it should be".to_owned()
            } else {
                self.purposes.join("; ")
            },
        }
    }
}
