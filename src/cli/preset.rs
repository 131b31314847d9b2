//! `dbguard preset`: the policy presets, offline.

use std::fmt::Write;

use super::terminal::Terminal;
use super::{Failure, Outcome, PresetAction, exit};
use crate::policy::load::nearest;
use crate::presets::Presets;
use crate::presets::model::PolicyPreset;
use crate::report::screen::WIDTH;
use crate::report::wrap::wrap;

pub(super) fn run(action: &PresetAction, terminal: &mut Terminal) -> Outcome {
    let presets = Presets::embedded();
    let text = match action {
        PresetAction::List => list(&presets),
        PresetAction::Show { id } => show(presets.policy(id).ok_or_else(|| unknown(id, &presets))?),
    };
    terminal.answer(&text)?;
    Ok(exit::DONE)
}

fn list(presets: &Presets) -> String {
    const IDS: usize = 11;
    let mut text = String::new();
    for policy in &presets.policies {
        for (at, line) in wrap(&policy.title, WIDTH - IDS).into_iter().enumerate() {
            let _ = writeln!(text, "{:IDS$}{line}", if at == 0 { &*policy.id } else { "" });
        }
    }
    text
}

fn show(policy: &PolicyPreset) -> String {
    let mut text = format!("{}: {}\n\n", policy.id, policy.title);
    let _ = writeln!(
        text,
        "{:12} {:>16} {:>13} {:>12}",
        "environment", "a backup every", "keep newest", "keep others"
    );
    for cadence in &policy.cadences {
        let days = format!("{} days", cadence.keep_days);
        let _ = writeln!(
            text,
            "{:12} {:>16} {:>13} {:>12}",
            &*cadence.environment, &*cadence.every, cadence.keep_last, days
        );
    }
    let _ = write!(
        text,
        "\n\
         The scripts keep backups by the figures below in every environment; the two\n\
         columns on the right are not carried out yet.\n\n\
         never deleted                 the newest {} verified backups\n\
         before a migration            kept {} days\n\
         stale                         newest verified backup older than {} hours\n\
         suspicious                    a backup below {} bytes\n\
         approvals in production       {}\n\
         rows before a second look     {}\n\
         encryption demanded           {}\n",
        policy.keep_last,
        policy.pre_migration_days,
        policy.stale_hours,
        policy.minimum_bytes,
        policy.approvals,
        policy.affected_rows,
        if policy.encryption { "yes" } else { "no" },
    );
    text
}

fn unknown(id: &str, presets: &Presets) -> Failure {
    let names = presets.policies.iter().map(|policy| &*policy.id);
    let hint = nearest(id, names).map(|word| format!("; did you mean `{word}`?")).unwrap_or_default();
    Failure::new(exit::USAGE, format!("unknown preset `{id}`{hint}"))
}
