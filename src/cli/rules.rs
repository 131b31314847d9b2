//! `dbguard rules` and `dbguard explain RULE`: the built-in documentation of the audit.

use super::terminal::Terminal;
use super::{Failure, Outcome, exit};
use crate::policy::load::nearest;
use crate::report::audit;
use crate::rules::{self, RULES};

/// One rule a line: id, severity before any context, title.
pub(super) fn list(terminal: &mut Terminal) -> Outcome {
    let width = RULES.iter().map(|rule| rule.about.id.len()).max().unwrap_or_default();
    let lines = RULES.iter().map(|rule| {
        let about = &rule.about;
        format!("{:width$}  {:8}  {}\n", about.id, about.severity.word(), about.title)
    });
    terminal.answer(&lines.collect::<String>())?;
    Ok(exit::DONE)
}

/// The page of one rule.
pub(super) fn explain(id: &str, terminal: &mut Terminal) -> Outcome {
    let Some(rule) = rules::find(id) else {
        let near = nearest(id, rules::ids());
        let hint = near.map_or_else(
            || "; `dbguard rules` lists them".to_owned(),
            |near| format!("; did you mean `{near}`?"),
        );
        return Err(Failure::new(exit::USAGE, format!("no rule is called `{id}`{hint}")));
    };
    terminal.answer(&audit::page(&rule.about))?;
    Ok(exit::DONE)
}
