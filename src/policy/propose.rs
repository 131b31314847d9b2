//! The policy that a repository gets on its first run, and what a later run adds to it. Comments and order of an
//! existing file survive: entries are appended, single values are set in place.

mod credentials;
mod entry;

use toml_edit::{DocumentMut, value};

use crate::policy::file::{Archive, DatabaseEntry, Paths, Run};
use crate::policy::retention::Retention;
use crate::policy::{DEFAULT_PRESET, FILE, Loaded, Policy, PolicyError};
use crate::presets::Presets;
use crate::source::printable;
use crate::survey::docker::RealVolume;
use crate::survey::tree::Tree;
use crate::survey::{Database, Survey};
use crate::template::{self, TemplateError};

/// What a proposal is made from.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The survey.
    pub survey: &'a Survey,
    /// The survey of what every checkout shares.
    pub shared: &'a Survey,
    /// What is known about the world.
    pub presets: &'a Presets,
    /// The files themselves, for the places of credentials.
    pub tree: &'a Tree,
    /// Names of volumes that a local Docker told.
    pub volumes: &'a [RealVolume],
}

/// The policy file as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// As it is; none when there is no file.
    pub existing: Option<String>,
    /// As it should be.
    pub text: String,
}

/// Why there is no policy to propose.
#[derive(Debug, thiserror::Error)]
pub enum ProposeError {
    /// Nothing to guard.
    #[error("no database to guard{}", explain(*written, seen))]
    NoDatabase {
        /// What an existing policy file says about that: `names no database`.
        written: Option<&'static str>,
        /// What was seen but is not guarded by itself: `postgres tests/compose.yml:3`.
        seen: Vec<String>,
    },
    /// The existing file is wrong.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A defect of dbguard.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

impl ProposeError {
    /// Process exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::NoDatabase { .. } => 3,
            Self::Policy(_) | Self::Template(_) => 2,
        }
    }
}

fn explain(written: Option<&str>, seen: &[String]) -> String {
    let written = written.map(|written| format!("; {FILE} {written}")).unwrap_or_default();
    if seen.is_empty() {
        return format!("{written}\nIf there is one, describe it in a [[database]] entry of {FILE}.");
    }
    format!(
        "{written}\nSeen, but only in tests, examples, CI or infrastructure code, or as a driver:\n  {}\n\
         To guard one of them, describe it in a [[database]] entry of {FILE}.",
        seen.join("\n  ")
    )
}

/// Proposes a policy for a repository. `existing` is the text of its policy file, `preset` the preset asked for.
pub fn propose(facts: Facts, existing: Option<&str>, preset: Option<&str>) -> Result<Proposal, ProposeError> {
    let entries = entry::proposed(facts);
    match existing {
        None if entries.is_empty() => {
            Err(ProposeError::NoDatabase { written: None, seen: seen(facts.survey) })
        }
        None => {
            Ok(Proposal { existing: None, text: first(facts, &entries, preset.unwrap_or(DEFAULT_PRESET))? })
        }
        Some(text) => {
            Ok(Proposal { existing: Some(text.to_owned()), text: extended(facts, text, &entries, preset)? })
        }
    }
}

fn seen(survey: &Survey) -> Vec<String> {
    const SHOWN: usize = 4;
    let line = |database: &Database| {
        let place = database.sources.first();
        let place = place.map(|place| format!("{}:{}", printable(&place.path), place.line));
        format!("{:14} {}", database.engine, place.unwrap_or_default())
    };
    let mut seen: Vec<_> = survey.databases.iter().take(SHOWN).map(line).collect();
    if survey.databases.len() > SHOWN {
        seen.push(format!("and {} more", survey.databases.len() - SHOWN));
    }
    seen
}

/// A whole new file.
fn first(facts: Facts, entries: &[entry::Proposed], preset: &str) -> Result<String, ProposeError> {
    let figures = Loaded::parse(&format!("version = 1\npreset = {}\n", value(preset)))?;
    let policy = Policy::resolve(&figures, facts.presets)?;
    let mut text = template::render(FILE, Header::of(&policy, preset))?;
    text.push_str(&entry::render(entries, &[])?);
    Ok(text)
}

/// The existing file, with the preset that was asked for and the databases that it does not know yet.
fn extended(
    facts: Facts,
    text: &str,
    entries: &[entry::Proposed],
    preset: Option<&str>,
) -> Result<String, ProposeError> {
    let loaded = Loaded::parse(text)?;
    Policy::resolve(&loaded, facts.presets)?;
    let mut text = match preset {
        Some(preset) if loaded.file.preset.as_deref() != Some(preset) => with_preset(text, preset),
        _ => text.to_owned(),
    };
    text = with_volume_names(facts, text);
    let known = &loaded.file.databases;
    let new = entries.iter().filter(|proposed| !known.iter().any(|entry| same(entry, &proposed.entry)));
    let new = entry::render(new, known)?;
    if !new.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&new);
    let policy = Policy::resolve(&Loaded::parse(&text)?, facts.presets)?;
    if policy.databases.is_empty() {
        let written =
            if known.is_empty() { "names no database" } else { "has guard = false for all of them" };
        return Err(ProposeError::NoDatabase { written: Some(written), seen: seen(facts.survey) });
    }
    Ok(text)
}

fn with_preset(text: &str, preset: &str) -> String {
    let Ok(mut document) = text.parse::<DocumentMut>() else { return text.to_owned() };
    match document.get_mut("preset").and_then(toml_edit::Item::as_value_mut) {
        // In its place, so that the comments around it stay.
        Some(old) => {
            let decor = old.decor().clone();
            *old = preset.into();
            *old.decor_mut() = decor;
        }
        None => {
            document.insert("preset", value(preset));
        }
    }
    document.to_string()
}

/// Fills in the real names of volumes that the policy does not know yet.
fn with_volume_names(facts: Facts, text: String) -> String {
    let Ok(mut document) = text.parse::<DocumentMut>() else { return text };
    let tables = document.get_mut("database").and_then(|item| item.as_array_of_tables_mut());
    let mut changed = false;
    for table in tables.into_iter().flat_map(toml_edit::ArrayOfTables::iter_mut) {
        let service = table.get("service").and_then(toml_edit::Item::as_str);
        let files = table.get("compose_files").and_then(toml_edit::Item::as_array);
        let file = files.and_then(|files| files.get(0)).and_then(toml_edit::Value::as_str);
        let told =
            |volume: &&RealVolume| Some(&*volume.service) == service && Some(&*volume.compose_file) == file;
        let Some(volume) = facts.volumes.iter().find(told) else { continue };
        if table.get("volume_name").is_none() {
            table.insert("volume_name", value(&*volume.name));
            changed = true;
        }
    }
    if changed { document.to_string() } else { text }
}

/// Whether two entries mean the same database.
fn same(one: &DatabaseEntry, other: &DatabaseEntry) -> bool {
    if one.engine != other.engine {
        return false;
    }
    // Only a person says these; what is found in the repository is then the same by its id or its credentials.
    let by_hand = |entry: &DatabaseEntry| matches!(entry.run, Run::Container | Run::Kubernetes);
    if by_hand(one) || by_hand(other) {
        let first = one.credentials.first();
        return one.id == other.id || (first.is_some() && first == other.credentials.first());
    }
    if one.run != other.run {
        return false;
    }
    match one.run {
        Run::Compose => {
            one.service == other.service
                && one.compose_files.iter().any(|file| other.compose_files.contains(file))
        }
        Run::File => one.path == other.path && one.credentials.first() == other.credentials.first(),
        Run::Direct | Run::Container | Run::Kubernetes => {
            let place = |entry: &DatabaseEntry| {
                (entry.host.clone(), entry.port, entry.database.clone(), entry.credentials.first().cloned())
            };
            place(one) == place(other)
        }
    }
}

#[derive(serde::Serialize)]
struct Header<'a> {
    preset: &'a str,
    paths: &'a Paths,
    figures: Figures<'a>,
    encryption_demanded: bool,
}

#[derive(serde::Serialize)]
struct Figures<'a> {
    /// Production's, as examples.
    #[serde(flatten)]
    retention: Option<&'a Retention>,
    after_days: u32,
    stale_hours: u32,
    approvals: u32,
    affected_rows: u32,
    approval_minutes: u32,
    minimum_bytes: u64,
}

impl<'a> Header<'a> {
    fn of(policy: &'a Policy, preset: &'a str) -> Self {
        let figures = Figures {
            retention: policy.production(),
            after_days: policy.archive.after_days.unwrap_or(Archive::AFTER_DAYS),
            stale_hours: policy.stale_hours.value,
            approvals: policy.approvals.value,
            affected_rows: policy.affected_rows.value,
            approval_minutes: policy.approval.minutes.get(),
            minimum_bytes: policy.minimum_bytes.value,
        };
        let encryption_demanded = policy.cadences.encryption;
        Self { preset, paths: &policy.paths, figures, encryption_demanded }
    }
}
