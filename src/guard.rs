//! The verdict on a command: what it would do, to which data, and whether a person has to agree.

mod backups;
pub mod compose;
pub mod hook;
mod house;
mod reason;
pub mod stake;

use serde::Serialize;

pub use backups::Backups;

use crate::effects::facts::Facts;
use crate::effects::knowledge::Knowledge;
use crate::effects::{self, Analysis, Effect, Found, Scope};
use house::House;
use stake::Stake;

/// What happens with the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Nothing that matters is at stake.
    Allow,
    /// A person has to say yes.
    Ask,
    /// No.
    Deny,
}

/// One effect, with what is at stake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What the command would do.
    pub found: Found,
    /// What is lost, named as well as it can be.
    pub loses: String,
    /// Whose data it is.
    pub stake: Stake,
    /// The decision on this effect alone.
    pub decision: Decision,
    /// The reason of the exception in `dbguard.toml` that made it milder.
    pub exception: Option<String>,
}

/// The verdict on a whole command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The strictest decision on any effect.
    pub decision: Decision,
    /// Why, for the person or agent who gave the command; empty for allow.
    pub reason: String,
    /// All effects, in order.
    pub effects: Vec<Judged>,
    /// The next safe command; none for allow.
    pub alternative: Option<String>,
    /// The newest backups.
    pub backups: Backups,
}

/// Judges shell text that is about to run in the folder that `facts` look at; `now` is in seconds since 1970.
pub fn judge(text: &str, facts: &dyn Facts, knowledge: &Knowledge, now: u64) -> Verdict {
    let analysis = effects::analyse(text, facts, knowledge);
    judge_analysis(text, analysis, facts, knowledge, now)
}

/// Judges what a text was found to do.
pub fn judge_analysis(
    text: &str,
    analysis: Analysis,
    facts: &dyn Facts,
    knowledge: &Knowledge,
    now: u64,
) -> Verdict {
    let sound = analysis.sound || !names_a_known_program(text, knowledge);
    // Policy and metadata are read only where something is at stake.
    let house = if analysis.found.is_empty() { House::default() } else { House::read(facts) };
    let backups =
        if analysis.found.is_empty() { Backups::default() } else { Backups::read(facts, &house, now) };
    let effects: Vec<Judged> = analysis
        .found
        .into_iter()
        .map(|found| {
            let (seen, loses) = stake::stake(&found, facts);
            let stake = house.declared(&found).unwrap_or(seen);
            let decision = decide(&found, stake, &backups).max(house.at_least(found.effect));
            let exception = house.exception(text, &found, now);
            let decision = exception.map_or(decision, |one| house::waived(decision, one, stake));
            let exception = exception.map(|one| one.reason.text().to_owned());
            Judged { found, loses, stake, decision, exception }
        })
        .collect();
    let worst = effects.iter().map(|judged| judged.decision).max().unwrap_or(Decision::Allow);
    let decision = if sound { worst } else { worst.max(Decision::Ask) };
    Verdict {
        decision,
        reason: reason::reason(decision, &effects, sound, &backups, house.fault.as_deref()),
        alternative: reason::alternative(decision, &effects, facts),
        effects,
        backups,
    }
}

fn decide(found: &Found, stake: Stake, backups: &Backups) -> Decision {
    match (found.effect, stake) {
        (Effect::Reads | Effect::SchemaChange, _) | (_, Stake::Nothing | Stake::ThrowAway) => Decision::Allow,
        (Effect::WeakensGuard | Effect::Untold, _) => Decision::Ask,
        (effect, Stake::Development) if destroys(effect) && !backups.fresh => Decision::Deny,
        (_, Stake::Development) => Decision::Ask,
        // What a provider or this machine holds hardly ever says which environment it is.
        (effect, Stake::Unknown)
            if !destroys(effect) && matches!(found.scope, Scope::Remote | Scope::Machine) =>
        {
            Decision::Ask
        }
        (_, Stake::Unknown | Stake::Production) => Decision::Deny,
    }
}

/// Effects after which data is gone, not only changed or at risk.
fn destroys(effect: Effect) -> bool {
    effect <= Effect::DestroysBackup
}

/// Whether a text that could not be parsed names a program that can do harm.
fn names_a_known_program(text: &str, knowledge: &Knowledge) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    text.split(|letter| !is_name(letter))
        .filter(|word| word.len() > 1)
        .any(|word| knowledge.tools(word).iter().any(|tool| !tool.rules.is_empty() || !tool.sinks.is_empty()))
}

#[cfg(test)]
mod tests;
