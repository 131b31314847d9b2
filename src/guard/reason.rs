//! What the person or agent is told: what would be lost, why, and what to do instead.

use super::{Backups, Decision, Judged};
use crate::effects::Effect;
use crate::effects::facts::Facts;
use crate::guard::stake::Stake;

/// Effects that are told one by one; more are only counted.
const MOST_TOLD: usize = 3;

/// Why a command is not simply allowed; empty where it is.
pub(super) fn reason(
    decision: Decision,
    effects: &[Judged],
    sound: bool,
    backups: &Backups,
    fault: Option<&str>,
) -> String {
    if decision == Decision::Allow {
        return String::new();
    }
    let told: Vec<&Judged> = effects.iter().filter(|judged| judged.decision > Decision::Allow).collect();
    let mut sentences: Vec<String> = told.iter().take(MOST_TOLD).map(|judged| sentence(judged)).collect();
    sentences.dedup();
    if told.len() > MOST_TOLD {
        sentences.push(format!("There are {} more effects of this kind.", told.len() - MOST_TOLD));
    }
    if !sound && told.is_empty() {
        sentences.push("This text cannot be parsed, and it names programs that can destroy data.".to_owned());
    }
    if decision == Decision::Ask
        && told.iter().any(|judged| super::destroys(judged.found.effect))
        && backups.fresh
    {
        sentences.push(format!(
            "There is a fresh verified backup ({}).",
            backups.newest.as_deref().unwrap_or_default()
        ));
    }
    sentences
        .extend(fault.map(|fault| format!("{fault} (until that is mended, nothing of the policy counts).")));
    sentences.join(" ")
}

fn sentence(judged: &Judged) -> String {
    let verb = verb(judged.found.effect);
    let loses = if judged.loses.is_empty() { default_object(judged.found.effect) } else { &judged.loses };
    let whose = match judged.stake {
        Stake::Production => " (production)",
        Stake::Unknown => " (nothing shows that it is not production)",
        Stake::Development => " (development)",
        Stake::ThrowAway | Stake::Nothing => "",
    };
    let via = if judged.found.via.is_empty() {
        String::new()
    } else {
        format!(" By way of: {}.", judged.found.via.join(" → "))
    };
    let why = if judged.found.why.is_empty() {
        String::new()
    } else {
        format!(" {}.", judged.found.why.trim_end_matches('.'))
    };
    let start = if judged.found.effect == Effect::Untold {
        why.trim_start().to_owned()
    } else {
        format!("This {verb} {loses}{whose}.{why}")
    };
    format!("{start}{via}")
}

fn verb(effect: Effect) -> &'static str {
    match effect {
        Effect::DestroysVolume => "removes",
        Effect::DestroysDatabase | Effect::DestroysSchema | Effect::DestroysTable => "drops",
        Effect::DestroysRows => "deletes rows without a condition that spares any:",
        Effect::DestroysBackup => "removes backups:",
        Effect::DestroysContainerState => "removes containers, and what is stored inside them:",
        Effect::ResetsMigrations => "takes migrations back, with what they had added:",
        Effect::OverwritesDatabase => "overwrites data:",
        Effect::DropsColumn => "drops columns, with their values:",
        Effect::WeakensGuard => "weakens a guard:",
        Effect::Prunes => "removes whatever is not in use right now:",
        Effect::SchemaChange => "changes the schema of",
        Effect::Reads => "reads",
        Effect::Untold => "does something to",
    }
}

fn default_object(effect: Effect) -> &'static str {
    match effect {
        Effect::DestroysVolume => "the data",
        Effect::DestroysDatabase => "the database",
        Effect::DestroysSchema => "the schema with all its tables",
        Effect::DestroysTable => "the tables",
        Effect::DestroysRows
        | Effect::DestroysBackup
        | Effect::DestroysContainerState
        | Effect::ResetsMigrations
        | Effect::OverwritesDatabase
        | Effect::DropsColumn
        | Effect::WeakensGuard
        | Effect::Prunes
        | Effect::SchemaChange
        | Effect::Reads
        | Effect::Untold => "what it is configured for",
    }
}

/// The next safe command.
pub(super) fn alternative(decision: Decision, effects: &[Judged], facts: &dyn Facts) -> Option<String> {
    if decision == Decision::Allow {
        return None;
    }
    let own = effects
        .iter()
        .filter(|judged| judged.decision == decision)
        .map(|judged| judged.found.instead.as_str());
    let instead = own.filter(|text| !text.is_empty()).map(str::to_owned).next();
    let backup = facts.exists("scripts/db/backup.sh").then(|| "scripts/db/backup.sh".to_owned());
    match (instead, backup) {
        (Some(instead), Some(backup)) if !instead.contains("scripts/db/") => {
            Some(format!("{backup}, then {instead}"))
        }
        (Some(instead), _) => Some(instead),
        (None, backup) => backup
            .or_else(|| Some("take a verified backup first (`dbguard init` writes the script)".to_owned())),
    }
}
