//! The house rules: what the repository's `dbguard.toml` says about commands, and about its databases.

use crate::effects::facts::{Facts, nearest_above};
use crate::effects::{Effect, Found};
use crate::policy::file::guard::{Exception, Leniency, Stop};
use crate::policy::file::{DatabaseEntry, DeclaredEnvironment, PolicyFile};
use crate::policy::{self, Loaded};

use super::Decision;
use super::stake::Stake;

/// The policy, as far as it could be read.
#[derive(Debug, Clone, Default)]
pub(super) struct House {
    /// From the folder of the command up to that of the policy: empty, or `../../`.
    pub(super) above: String,
    /// The policy; none where there is none, or where it is broken.
    pub(super) policy: Option<PolicyFile>,
    /// What is wrong with it, with its place. Nothing of a broken policy counts.
    pub(super) fault: Option<String>,
}

impl House {
    /// Reads the nearest policy from the folder of the command upwards.
    pub(super) fn read(facts: &dyn Facts) -> Self {
        let Some(above) = nearest_above(policy::FILE, facts) else { return Self::default() };
        let Some(text) = facts.read(&format!("{above}{}", policy::FILE)) else {
            let fault = Some(format!("{} cannot be read", policy::FILE));
            return Self { above, policy: None, fault };
        };
        match Loaded::parse(&text) {
            Ok(loaded) => Self { above, policy: Some(loaded.file), fault: None },
            Err(error) => Self { above, policy: None, fault: Some(error.to_string()) },
        }
    }

    /// The least that is decided about an effect, whatever it hits.
    pub(super) fn at_least(&self, effect: Effect) -> Decision {
        match self.policy.as_ref().and_then(|policy| policy.guard.effects.get(&effect)) {
            None => Decision::Allow,
            Some(Stop::Ask) => Decision::Ask,
            Some(Stop::Deny) => Decision::Deny,
        }
    }

    /// The exception that covers an effect of `text`: written exactly so, run where the policy lies, under no variables.
    pub(super) fn exception(&self, text: &str, found: &Found, now: u64) -> Option<&Exception> {
        let at_root = self.above.is_empty() && found.around.folder.is_empty() && !found.around.elsewhere;
        if !at_root || !found.around.variables.is_empty() {
            return None;
        }
        let given = spaced(text.get(found.span.clone())?);
        let exceptions = &self.policy.as_ref()?.guard.exceptions;
        exceptions.iter().find(|one| spaced(&one.command) == given && !one.expires.has_come(now))
    }

    /// Whose data the policy says it is, where the effect names a database or a volume of an entry.
    pub(super) fn declared(&self, found: &Found) -> Option<Stake> {
        let policy = self.policy.as_ref()?;
        let entries = policy.databases.iter().filter(|entry| is_named(entry, found));
        let stakes: Vec<Stake> = entries.filter_map(|entry| of_environment(entry.environment)).collect();
        // Two entries of one name: the one that matters more.
        stakes.into_iter().max_by_key(|stake| *stake == Stake::Production)
    }
}

/// What an exception makes of a decision.
pub(super) fn waived(decision: Decision, exception: &Exception, stake: Stake) -> Decision {
    let asked = exception.decision == Leniency::Ask || stake == Stake::Production;
    decision.min(if asked { Decision::Ask } else { Decision::Allow })
}

fn is_named(entry: &DatabaseEntry, found: &Found) -> bool {
    let named = [found.target.as_deref(), found.around.database.as_deref()];
    let known = [entry.database.as_deref(), entry.volume_name.as_deref()];
    known.into_iter().flatten().any(|name| named.contains(&Some(name)))
}

fn of_environment(environment: DeclaredEnvironment) -> Option<Stake> {
    match environment {
        DeclaredEnvironment::Auto => None,
        DeclaredEnvironment::Test => Some(Stake::ThrowAway),
        DeclaredEnvironment::Development | DeclaredEnvironment::Staging => Some(Stake::Development),
        DeclaredEnvironment::Production => Some(Stake::Production),
    }
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
