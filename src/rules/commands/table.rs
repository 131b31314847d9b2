//! Which rule tells of a command: one table from what it does, to what, and where it stands.

use super::Command;
use crate::effects::{Effect, Scope};
use crate::finding::Severity;
use crate::rules::context::Role;
use crate::survey::passages::Form;

/// Variables with which tools drop a database that they would ask about.
const OVERRIDES: [&str; 2] =
    ["DISABLE_DATABASE_ENVIRONMENT_CHECK", "PRISMA_USER_CONSENT_FOR_DANGEROUS_AI_ACTION"];

/// The rule that says most about a command.
pub(super) fn rule(command: &Command) -> &'static str {
    let found = &command.found;
    let deploys = command.context.role == Role::ByItself && is_deployment(command);
    let upper = command.text.to_ascii_uppercase();
    let is_statement = upper.contains("UPDATE ") && upper.contains(" SET ");
    match (found.effect, found.scope) {
        _ if overrides(command) => "safety-override",
        (Effect::WeakensGuard, _) => "safety-override",
        (Effect::DestroysBackup, _) => "backup-removed",
        (Effect::DestroysVolume, Scope::Compose | Scope::ComposeAnonymous | Scope::Volume) if deploys => {
            "ci-deploy-volume-removal"
        }
        (Effect::DestroysVolume, Scope::Compose | Scope::ComposeAnonymous) => "compose-down-volumes",
        (Effect::DestroysVolume, Scope::Volume) => "docker-volume-rm",
        (Effect::DestroysVolume | Effect::Prunes, Scope::Machine) => {
            if command.text.contains("prune") {
                "docker-prune"
            } else {
                "docker-volume-rm"
            }
        }
        (Effect::Prunes, Scope::Remote) if mirrors(command) => "deploy-sync-delete",
        (Effect::Prunes, _) => "docker-prune",
        (Effect::DestroysContainerState, _) => "container-removed",
        (_, Scope::Remote) => "infrastructure-destroyed",
        (_, Scope::Path) => of_path(command),
        (Effect::OverwritesDatabase, Scope::Database) if is_statement => "sql-update-all",
        (Effect::OverwritesDatabase, _) => of_overwriting(command),
        (Effect::ResetsMigrations, _) => "migrations-reset",
        (effect, Scope::Database) if command.form != Form::Source || is_sql(&command.text) => {
            of_sql(effect, command)
        }
        _ if command.form == Form::Source => "code-destructive",
        _ => of_role(command.context.role),
    }
}

/// The highest severity that a command can have, whatever its rule says.
#[allow(clippy::wildcard_enum_match_arm, reason = "an effect without a limit of its own has none")]
pub(super) fn cap(command: &Command) -> Severity {
    let volumes = command.text.contains("volume");
    match command.found.effect {
        _ if command.settled || is_mention(command) || says_test(command) => Severity::Info,
        Effect::WeakensGuard if !sets_a_switch(command) => Severity::Info,
        Effect::DestroysBackup if command.text.contains("-mtime") || is_copied(command) => Severity::Info,
        Effect::OverwritesDatabase if command.form == Form::Source => Severity::Info,
        Effect::OverwritesDatabase if is_copied(command) && !drops_first(command) => Severity::Info,
        Effect::DestroysTable | Effect::DestroysRows
            if command.form == Form::Source && command.context.throw_away =>
        {
            Severity::Info
        }
        Effect::DestroysVolume if removes_a_piece_of_a_test(command) => Severity::Info,
        Effect::DestroysVolume if is_copied(command) && picks_other_volumes(&command.text) => Severity::Low,
        Effect::DestroysRows if command.rebuilt => Severity::Info,
        Effect::DestroysTable if command.rebuilt => Severity::Low,
        Effect::DestroysRows if command.form == Form::Source => Severity::Low,
        Effect::DestroysVolume if command.found.scope == Scope::Machine && !volumes => Severity::Low,
        _ if command.found.scope == Scope::Remote && command.text.contains(" apply") => Severity::Info,
        // Images and stopped containers can be made again.
        Effect::Prunes if !volumes && !mirrors(command) => Severity::Info,
        Effect::DestroysContainerState => Severity::Info,
        Effect::OverwritesDatabase if is_push(command) && command.context.role != Role::ByItself => {
            Severity::Info
        }
        Effect::ResetsMigrations => Severity::Low,
        _ => Severity::Critical,
    }
}

/// What a test's program removes below its own folder it has made before; a server's folder is another matter.
fn removes_a_piece_of_a_test(command: &Command) -> bool {
    let target = command.found.target.as_deref().unwrap_or_default();
    command.form == Form::Source
        && command.context.throw_away
        && command.found.scope == Scope::Path
        && !target.starts_with('/')
}

/// `docker volume ls --filter name=…` with a name that sounds like no database.
fn picks_other_volumes(text: &str) -> bool {
    let name = text.split_once("name=").and_then(|(_, behind)| behind.split_whitespace().next());
    let data = ["data", "db", "pg", "postgres", "sql", "maria", "mongo", "redis", "volume", "$"];
    name.is_some_and(|name| !data.iter().any(|word| name.to_ascii_lowercase().contains(word)))
}

/// `NODE_ENV=test` on the line itself, or where it leads.
fn says_test(command: &Command) -> bool {
    let variables = command.found.around.variables.iter();
    variables
        .filter(|(name, _)| name.ends_with("_ENV"))
        .any(|(_, value)| matches!(&**value, "test" | "testing"))
}

fn is_copied(command: &Command) -> bool {
    command.context.role >= Role::Copied
}

/// A statement without an object, or a pattern to be filled in, is talked about and not run.
fn is_mention(command: &Command) -> bool {
    let bare = command.form == Form::Inline
        && command.found.scope == Scope::Database
        && command.text.split_whitespace().count() < 3;
    // `{{.Name}}` is a column that a program is asked for.
    let to_fill_in = command.text.match_indices("{{").any(|(at, _)| !command.text[at..].starts_with("{{."));
    bare || is_copied(command) && to_fill_in
}

/// Whether a tool's own last question is answered beforehand.
fn overrides(command: &Command) -> bool {
    let variables = &command.found.around.variables;
    OVERRIDES.iter().any(|name| variables.contains_key(*name) || command.text.contains(name))
}

/// A switch is a variable that is set; other ways to loosen a guard are a person's own business.
fn sets_a_switch(command: &Command) -> bool {
    !command.found.around.variables.is_empty() || command.text.contains("export ")
}

fn drops_first(command: &Command) -> bool {
    ["--clean", "--drop", " -c ", "-cO"].iter().any(|option| command.text.contains(option))
}

fn is_deployment(command: &Command) -> bool {
    let words = format!("{} {}", command.place.path, command.name).to_ascii_lowercase();
    words
        .split(|letter: char| !letter.is_alphanumeric())
        .any(|word| matches!(word, "deploy" | "deployment" | "release"))
}

fn of_path(command: &Command) -> &'static str {
    let target = command.found.target.as_deref().unwrap_or_default();
    let text = &command.text;
    if text.contains("rsync") || text.contains("--delete") || text.contains("sync ") {
        return "deploy-sync-delete";
    }
    if command.found.effect == Effect::OverwritesDatabase {
        return "restore-clobber";
    }
    // `${VAR:?}` ends the command where the variable is empty.
    let checked = text.contains(":?");
    if !checked && (target.contains('$') || target.contains(crate::effects::value::UNKNOWN) || target == "/*")
    {
        return "unset-var-rm";
    }
    "data-path-removed"
}

/// Whether it makes a copy like its source, so that what is gone there goes here as well.
fn mirrors(command: &Command) -> bool {
    let copies = ["sync", "mirror"].iter().any(|word| command.text.contains(word));
    command.found.scope == Scope::Remote && copies && !command.text.contains("app sync")
}

fn is_push(command: &Command) -> bool {
    let last = command.found.via.last().map_or(command.text.as_str(), String::as_str);
    [" push", "sync", "schema:update", " update"]
        .iter()
        .any(|word| last.contains(word) || command.text.contains(word))
}

fn of_overwriting(command: &Command) -> &'static str {
    if is_push(command) { "prototype-push-in-deploy" } else { "restore-clobber" }
}

fn is_sql(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    ["DROP ", "TRUNCATE ", "DELETE FROM", "ALTER ", "UPDATE "].iter().any(|word| upper.contains(word))
}

fn of_sql(effect: Effect, command: &Command) -> &'static str {
    match effect {
        Effect::DestroysDatabase => "sql-drop-database",
        Effect::DestroysSchema => "sql-drop-schema",
        Effect::DestroysTable => "sql-drop-table",
        Effect::DropsColumn => "sql-drop-column",
        Effect::DestroysRows if command.text.to_ascii_uppercase().contains("TRUNCATE") => "sql-truncate",
        Effect::DestroysRows => "sql-delete-all",
        Effect::OverwritesDatabase => "sql-update-all",
        Effect::DestroysVolume
        | Effect::DestroysBackup
        | Effect::DestroysContainerState
        | Effect::ResetsMigrations
        | Effect::WeakensGuard
        | Effect::Prunes
        | Effect::SchemaChange
        | Effect::Reads
        | Effect::Untold => of_role(command.context.role),
    }
}

fn of_role(role: Role) -> &'static str {
    match role {
        Role::ByItself => "start-destructive",
        Role::ByHand => "script-destructive",
        Role::Copied | Role::Told => "docs-destructive",
    }
}
