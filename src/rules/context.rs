//! The five questions that decide whether the same text is an accident or a safety rule: who runs it, whose data it hits, whether
//! something guards it, whether it is forbidden where it stands, and whether there is data at all.

pub mod anchor;
mod guards;
mod negation;
mod role;
mod sentence;
mod warned;

pub use role::{Role, is_for_tests};

use crate::effects::Found;
use crate::effects::facts::Facts;
use crate::finding::{Confidence, Severity};
use crate::guard::stake::{self, Stake};
use crate::source::{SourceFile, Span};
use crate::survey::passages::{Form, Passage};

/// What stands around a command.
#[allow(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Who runs it.
    pub role: Role,
    /// Whose data it hits.
    pub stake: Stake,
    /// What is lost, named as well as it can be; may be empty.
    pub loses: String,
    /// What stands between the command and the accident, if anything.
    pub guard: Option<&'static str>,
    /// It stands there as what must not be done.
    pub negated: bool,
    /// A document warns of it, and says what to do instead or before.
    pub warned: bool,
    /// The file belongs to tests, or the machine is thrown away after the job.
    pub throw_away: bool,
    /// Nothing is at stake because the volumes are `external` or in memory. Without such a reason an image may still declare volumes
    /// that cannot be seen from here.
    pub kept: bool,
    /// The text parses, and the command is spelt out rather than told of in a sentence.
    pub certain: bool,
}

impl Context {
    /// Reads the context of what a passage of `file` does at `span` of the file.
    pub fn read(file: &SourceFile, passage: &Passage, found: &Found, span: Span, facts: &dyn Facts) -> Self {
        let (stake, loses) = stake::stake(found, facts);
        let is_for_tests = is_for_tests(file.path(), passage);
        let role = Role::of(file.path(), passage);
        let hosted = role::is_hosted(file, passage, found);
        Self {
            guard: guards::nearby(file, passage, found, span),
            negated: negation::forbids(file, passage, span),
            warned: warned::is_warned(file, passage, span),
            throw_away: hosted || stake == Stake::ThrowAway || is_for_tests,
            kept: stake == Stake::Nothing && stake::is_kept(found, facts),
            certain: passage.form != Form::Inline,
            role,
            stake,
            loses,
        }
    }
}

/// How bad something of severity `base` is in its context, and how sure that is.
///
/// One level less for every step away from running by itself and for a guard, but never below `low`; throw-away data is `low`;
/// what is forbidden, warned of with a way out, only told of, or without data is `info`.
pub fn severity(base: Severity, context: &Context) -> (Severity, Confidence) {
    let confidence = match (context.certain, context.stake) {
        (false, _) => Confidence::Low,
        (true, Stake::Unknown) => Confidence::Medium,
        (true, _) => Confidence::High,
    };
    let is_nothing = context.negated || context.warned || context.role == Role::Told || context.kept;
    if is_nothing || base == Severity::Info {
        return (Severity::Info, confidence);
    }
    let steps = context.role.steps() + usize::from(context.guard.is_some());
    let lowered = (0..steps).fold(base, |severity, _| lower(severity)).max(Severity::Low);
    let none = context.throw_away || context.stake == Stake::Nothing;
    let severity = if none { Severity::Low } else { lowered };
    (severity, confidence)
}

fn lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium => Severity::Low,
        Severity::Low | Severity::Info => Severity::Info,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(role: Role) -> Context {
        Context {
            role,
            stake: Stake::Unknown,
            loses: String::new(),
            guard: None,
            negated: false,
            warned: false,
            throw_away: false,
            certain: true,
            kept: false,
        }
    }

    #[test]
    fn each_step_away_from_running_by_itself_lowers_it() {
        let of = |role| severity(Severity::Critical, &context(role)).0;
        assert_eq!(of(Role::ByItself), Severity::Critical);
        assert_eq!(of(Role::ByHand), Severity::High);
        assert_eq!(of(Role::Copied), Severity::Medium);
        assert_eq!(of(Role::Told), Severity::Info);
    }

    #[test]
    fn guards_throw_away_data_and_prohibitions() {
        let base = context(Role::ByItself);
        let guarded = Context { guard: Some("asks"), ..base.clone() };
        assert_eq!(severity(Severity::Critical, &guarded).0, Severity::High);
        assert_eq!(severity(Severity::Low, &guarded).0, Severity::Low);
        let test = Context { throw_away: true, ..base.clone() };
        assert_eq!(severity(Severity::Critical, &test).0, Severity::Low);
        let forbidden = Context { negated: true, ..base.clone() };
        assert_eq!(severity(Severity::Critical, &forbidden).0, Severity::Info);
        let nothing = Context { stake: Stake::Nothing, kept: true, ..base };
        assert_eq!(severity(Severity::Critical, &nothing), (Severity::Info, Confidence::High));
    }
}
