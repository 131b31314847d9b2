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
        "{:12} {:>15} {:>7} {:>8} {:>8} {:>8} {:>8}",
        "environment", "a backup every", "newest", "all", "daily", "weekly", "monthly"
    );
    for cadence in &policy.cadences {
        let days = |days: u32| if days == 0 { "-".to_owned() } else { format!("{days} d") };
        let _ = writeln!(
            text,
            "{:12} {:>15} {:>7} {:>8} {:>8} {:>8} {:>8}",
            &*cadence.environment,
            &*cadence.every,
            cadence.keep_last,
            days(cadence.keep_days),
            days(cadence.daily_days),
            days(cadence.weekly_days),
            days(cadence.monthly_days)
        );
    }
    let _ = write!(
        text,
        "\n\
         Kept are the newest ones, all of the given days, and the last one of each day,\n\
         week and month for so many days. The scripts go by the environment of the\n\
         database when they run; one that cannot be told counts as production.\n\n\
         before a migration            kept {} days\n\
         pinned, before a deployment   kept for ever\n\
         stale                         newest verified backup older than {} hours\n\
         suspicious                    a backup below {} bytes\n\
         approvals in production       {}\n\
         rows before a second look     {}\n\
         encryption demanded           {}\n",
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
