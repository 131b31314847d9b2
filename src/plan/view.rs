//! What the templates see: the policy and the tracked facts, as plain values.

mod cadence;
mod keeping;
mod notify;
mod scope;
mod volumes;

use serde::Serialize;

use self::cadence::CadenceView;
use self::keeping::{EncryptionView, OffsiteView};
use self::scope::ScopeView;

use crate::plan::commands::{Manual, manuals};
use crate::plan::context::Context;
use crate::policy::file::{Archive, Credential, DatabaseEntry, Paths, Run};
use crate::policy::pin::pin_hint;
use crate::policy::retention::Retention;
use crate::presets::model::Engine;
use crate::survey::{Database, VolumeKind};
use notify::NotifyView;
use volumes::VolumeView;

const INSTEAD: &str =
    "Dump it on a schedule with its own client, to another machine, and restore a dump once to prove it.";

/// Everything that a template may mention.
#[derive(Debug, Serialize)]
pub struct View {
    /// Id of the policy preset.
    pub preset: String,
    /// How backups are encrypted.
    pub encryption: EncryptionView,
    /// Where copies of them go.
    pub offsite: OffsiteView,
    /// Version of dbguard that wrote it.
    pub tool_version: &'static str,
    /// The way from the scripts' folder up to the root.
    pub up_levels: String,
    /// Where things are written.
    pub paths: Paths,
    /// The policy's figures.
    pub figures: Figures,
    /// How long backups are kept, by environment; production is the last.
    pub retention: Vec<Retention>,
    /// Where old backups are moved.
    pub archive: ArchiveView,
    /// Frequency by environment.
    pub cadences: Vec<CadenceView>,
    /// Who is told about failures.
    pub notify: NotifyView,
    /// The scripts of this repository and their usage.
    pub scripts: Vec<Manual>,
    /// What kinds of databases are under guard.
    pub guarded: ScopeView,
    /// Databases under guard.
    pub databases: Vec<DatabaseView>,
    /// Names under `[volumes]` that fit no volume.
    pub unmatched_volumes: Vec<String>,
    /// Databases that these scripts do not back up.
    pub unguarded: Vec<DatabaseView>,
    /// What to do about an engine that no preset advises on.
    pub instead: &'static str,
    /// Whether any of them runs in Compose.
    pub compose: bool,
    /// Whether any of them is an SQLite file.
    pub sqlite: bool,
    /// Commands that migrate forward.
    pub migrate_commands: Vec<String>,
    /// Commands that run tests.
    pub test_commands: Vec<String>,
    /// How to keep the tests of each detected stack off the real database.
    pub test_advice: Vec<String>,
}

/// The policy's figures, resolved.
#[derive(Debug, Serialize)]
pub struct Figures {
    stale_hours: u32,
    minimum_bytes: u64,
    approvals: u32,
    affected_rows: u32,
    approvers: Vec<String>,
    approval_minutes: u32,
    artefacts: Vec<String>,
}

/// Where old backups are moved.
#[derive(Debug, Serialize)]
pub struct ArchiveView {
    directory: Option<String>,
    after_days: u32,
}

/// One database as the documents name it.
#[derive(Debug, Serialize)]
pub struct DatabaseView {
    /// Its id in the policy.
    pub id: String,
    /// Engine preset id.
    pub engine: String,
    /// Engine whose library its scripts use too.
    pub built_on: Option<String>,
    /// Engine name for people.
    pub title: String,
    /// What to do about an engine without scripts.
    pub advice: String,
    /// What its backups do not hold.
    pub leaves_out: Vec<String>,
    /// Environment id, or `auto`.
    pub environment: &'static str,
    /// Whether `restore.sh` may overwrite it although it is production.
    pub restore_in_production: bool,
    /// How the scripts reach it.
    pub run: Run,
    /// Compose files, in the order of `-f`.
    pub compose_files: Vec<String>,
    /// The first of them.
    pub compose_file: Option<String>,
    /// Compose service.
    pub service: Option<String>,
    /// Container by name or label, or within the pod.
    pub container: Option<String>,
    /// Context of kubectl.
    pub context: Option<String>,
    /// Namespace of the pod.
    pub namespace: Option<String>,
    /// Labels of the pod.
    pub selector: Option<String>,
    /// Volume key or bind source.
    pub volume: Option<String>,
    /// The volume's real name.
    pub volume_name: Option<String>,
    /// Directories in which some image of its engine keeps its data, the likeliest first.
    pub data_directories: Vec<String>,
    /// Which of the kinds of `docs/data.md` its data is.
    pub data: &'static str,
    /// Host from the scripts' machine.
    pub host: Option<String>,
    /// Port from there.
    pub port: Option<u16>,
    /// Host and port, for people.
    pub address: Option<String>,
    /// Database name.
    pub database: Option<String>,
    /// User name.
    pub user: Option<String>,
    /// File of an embedded database.
    pub path: Option<String>,
    /// Where its credentials are.
    pub credentials: Vec<Credential>,
    /// The same, for people: `.env POSTGRES_PASSWORD`.
    pub places: Vec<String>,
    /// Services to restart after a restore.
    pub app_services: Vec<String>,
    /// The volumes that its backups care for.
    pub volumes: Vec<VolumeView>,
    /// The command that finds the volume's real name, where it is not pinned.
    pub pin_hint: Option<String>,
}

impl View {
    /// The view of one repository under its policy.
    pub fn of(context: &Context) -> Self {
        let policy = context.policy;
        let views: Vec<_> = policy.databases.iter().map(|entry| DatabaseView::of(context, entry)).collect();
        let (databases, unguarded): (Vec<_>, Vec<_>) =
            views.into_iter().partition(|view| context.guards(&view.engine));
        let cadences = policy.cadences.cadences.iter();
        Self {
            preset: policy.preset.value.clone(),
            encryption: EncryptionView::of(policy),
            offsite: OffsiteView::of(policy),
            tool_version: env!("CARGO_PKG_VERSION"),
            up_levels: policy.paths.scripts.way_up(),
            paths: policy.paths.clone(),
            figures: Figures {
                stale_hours: policy.stale_hours.value,
                minimum_bytes: policy.minimum_bytes.value,
                approvals: policy.approvals.value,
                affected_rows: policy.affected_rows.value,
                approvers: policy.approval.approvers.iter().map(ToString::to_string).collect(),
                approval_minutes: policy.approval.minutes.get(),
                artefacts: policy.artefacts.value.clone(),
            },
            notify: NotifyView::of(policy),
            retention: policy.retention.clone(),
            archive: ArchiveView {
                directory: policy.archive.directory.clone(),
                after_days: policy.archive.after_days.unwrap_or(Archive::AFTER_DAYS),
            },
            scripts: manuals(context),
            cadences: cadences.map(|cadence| CadenceView::of(cadence, &policy.retention)).collect(),
            guarded: ScopeView::of(&databases),
            compose: databases.iter().chain(&unguarded).any(|view| view.run == Run::Compose),
            sqlite: databases.iter().any(|view| view.engine == "sqlite"),
            databases,
            unmatched_volumes: VolumeView::unmatched(context),
            unguarded,
            instead: INSTEAD,
            migrate_commands: context.survey.migrate_commands.clone(),
            test_commands: context.survey.test_commands.clone(),
            test_advice: test_advice(context),
        }
    }
}

impl DatabaseView {
    fn of(context: &Context, entry: &DatabaseEntry) -> Self {
        let engine = context.presets.engine(&entry.engine);
        let declared = context.declaration(entry);
        let compose_files: Vec<_> = entry.compose_files.iter().map(|path| path.as_str().to_owned()).collect();
        let address = entry.host.as_ref().map(|host| match entry.port {
            Some(port) => format!("{host}:{port}"),
            None => host.clone(),
        });
        let volume_name =
            entry.volume_name.clone().or_else(|| declared.and_then(|found| found.volume_name.clone()));
        Self {
            id: entry.id.as_str().to_owned(),
            engine: entry.engine.clone(),
            title: engine.map_or_else(|| entry.engine.clone(), |engine| engine.title.to_string()),
            advice: engine.map(|engine| engine.advice.to_string()).unwrap_or_default(),
            built_on: engine.and_then(|engine| engine.built_on.as_deref()).map(str::to_owned),
            leaves_out: engine.map(leaves_out).unwrap_or_default(),
            environment: entry.environment.id(),
            restore_in_production: entry.restore_in_production,
            run: entry.run,
            compose_file: compose_files.first().cloned(),
            compose_files,
            service: entry.service.clone(),
            container: entry.container.clone(),
            context: entry.context.clone(),
            namespace: entry.namespace.clone(),
            selector: entry.selector.clone(),
            volume: entry.volume.clone(),
            data: data_kind(entry.run, declared),
            pin_hint: pin_hint(entry, declared, volume_name.as_deref()),
            volume_name,
            data_directories: data_directories(context, &entry.engine),
            host: entry.host.clone(),
            port: entry.port,
            address,
            database: entry.database.clone(),
            user: entry.user.clone(),
            path: entry.path.clone(),
            places: entry.credentials.iter().map(place).collect(),
            credentials: entry.credentials.clone(),
            app_services: entry.app_services.clone(),
            volumes: VolumeView::of(context, entry),
        }
    }
}

fn data_kind(run: Run, declared: Option<&Database>) -> &'static str {
    match (run, declared.map(|found| found.volume_kind)) {
        (Run::File, _) => "file",
        (Run::Direct | Run::Container | Run::Kubernetes, _) | (Run::Compose, None) => "server",
        (Run::Compose, Some(VolumeKind::Named)) => "named",
        (Run::Compose, Some(VolumeKind::External)) => "external",
        (Run::Compose, Some(VolumeKind::Bind)) => "bind",
        (Run::Compose, Some(VolumeKind::Anonymous)) => "anonymous",
        (Run::Compose, Some(VolumeKind::Tmpfs)) => "tmpfs",
        (Run::Compose, Some(VolumeKind::None)) => "container",
    }
}

/// Those of the engine's main image first, each once.
fn data_directories(context: &Context, engine: &str) -> Vec<String> {
    let images = context.presets.engine(engine).into_iter().flat_map(|engine| &*engine.images);
    let mut paths: Vec<String> = Vec::new();
    for directory in images.flat_map(|image| &*image.data) {
        if !paths.iter().any(|have| **have == *directory.path) {
            paths.push(directory.path.to_string());
        }
    }
    paths
}

fn leaves_out(engine: &Engine) -> Vec<String> {
    let guard = engine.guard.iter();
    guard.flat_map(|guard| &guard.leaves_out).map(ToString::to_string).collect()
}

fn place(credential: &Credential) -> String {
    let path = if credential.path.is_empty() { "the environment" } else { &credential.path };
    match credential.service.as_str() {
        "" => format!("{path}: {}", credential.key),
        service => format!("{path}: {service}.environment.{}", credential.key),
    }
}

fn test_advice(context: &Context) -> Vec<String> {
    let present = |stack: &crate::presets::model::Stack| {
        let in_list = |ids: &[crate::presets::model::Str], list: &[String]| {
            ids.iter().any(|id| list.iter().any(|have| **id == **have))
        };
        in_list(&stack.frameworks, &context.survey.frameworks) || in_list(&stack.orms, &context.survey.orms)
    };
    let stacks =
        context.presets.stacks.iter().filter(|stack| present(stack) && !stack.test_advice.is_empty());
    stacks.map(|stack| format!("{}: {}", stack.title, stack.test_advice)).collect()
}
