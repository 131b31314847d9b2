//! A command as a finding.

use super::{Command, related, table, wording};
use crate::effects::Effect;
use crate::effects::value::UNKNOWN;
use crate::finding::{Finding, Kind};
use crate::rules::context::{self, Role};
use crate::rules::{Rule, View};
use crate::survey::passages::Form;

/// Tells of a command under a rule.
pub(super) fn finding(command: &Command, rule: &Rule, view: &View<'_>, commands: &[Command]) -> Finding {
    let (severity, confidence) = context::severity(rule.about.severity, &command.context);
    Finding {
        rule: rule.about.id,
        title: rule.about.title,
        severity: severity.min(table::cap(command)),
        confidence,
        kind: kind(command),
        place: command.place.clone(),
        message: message(command),
        help: help(command, rule),
        command: Some(command.text.clone()),
        diff: None,
        related: related::places(command, view, commands),
        fix: None,
        suppressed: None,
    }
}

fn kind(command: &Command) -> Kind {
    let path = command.place.path.as_str();
    let workflow = path.starts_with(".github/")
        || path.starts_with(".circleci")
        || path.contains("gitlab-ci")
        || path.contains("pipelines");
    match command.form {
        Form::Block | Form::Inline => Kind::Doc,
        Form::Source | Form::Statements => Kind::Code,
        Form::Step if workflow || path.contains("Jenkinsfile") => Kind::Ci,
        Form::Step => Kind::Config,
        Form::Script | Form::Recipe | Form::Advice | Form::Comment => Kind::Script,
    }
}

fn message(command: &Command) -> String {
    let does = does(command.found.effect);
    let what = if command.context.loses.is_empty() {
        command.found.target.clone().map_or(String::new(), |target| format!(": {target}"))
    } else {
        format!(": {}", command.context.loses)
    };
    let who = match command.context.role {
        Role::ByItself => "It runs without anybody being asked.",
        Role::ByHand => "A person runs it by name.",
        Role::Copied => "People and agents copy it from here.",
        Role::Told => "A comment tells of it.",
    };
    let via = command.found.via.last().filter(|via| !command.text.contains(via.as_str()));
    let via = via.map_or(String::new(), |via| format!(" through {via}"));
    let why = if command.found.why.is_empty() { String::new() } else { format!(" {}", command.found.why) };
    let but = if command.context.negated {
        " The text forbids it.".to_owned()
    } else if command.context.warned {
        " The text warns of it.".to_owned()
    } else if command.context.throw_away {
        " The data is for tests or for the job alone.".to_owned()
    } else {
        command.context.guard.map_or(String::new(), |guard| format!(" Guarded: {guard}."))
    };
    let message = wording::without_secrets(&format!("{does}{via}{what}. {who}{why}{but}"));
    message.replace("$UNKNOWN", "…").replace(UNKNOWN, "…")
}

const fn does(effect: Effect) -> &'static str {
    match effect {
        Effect::DestroysVolume => "Removes a volume or data directory",
        Effect::DestroysDatabase => "Drops a database",
        Effect::DestroysSchema => "Drops a schema with its tables",
        Effect::DestroysTable => "Drops a table, collection or index",
        Effect::DestroysRows => "Deletes all rows",
        Effect::DestroysBackup => "Removes a backup",
        Effect::DestroysContainerState => "Removes a container or release with what is written in it",
        Effect::ResetsMigrations => "Takes migrations back",
        Effect::OverwritesDatabase => "Overwrites a database",
        Effect::DropsColumn => "Drops a column with its values",
        Effect::WeakensGuard => "Loosens a safety switch",
        Effect::Prunes => "Removes whatever is unused just now",
        Effect::SchemaChange => "Changes the schema",
        Effect::Reads => "Reads",
        Effect::Untold => "Runs text against a database that cannot be told",
    }
}

fn help(command: &Command, rule: &Rule) -> String {
    if command.found.instead.is_empty() {
        rule.about.remedy.to_owned()
    } else {
        format!("Instead: {}\n{}", command.found.instead, rule.about.remedy)
    }
}
