//! `dbguard guard`: the verdict on one command.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::terminal::Terminal;
use super::{Failure, GuardArgs, GuardFormat, Outcome, Shell, exit};
use crate::effects::facts::OnDisk;
use crate::effects::knowledge::Knowledge;
use crate::guard::{self, Decision, Verdict};
use crate::report::verdict;
use crate::template;

pub(super) fn run(args: &GuardArgs, terminal: &mut Terminal) -> Outcome {
    if let Some(shell) = args.shell_init {
        return shell_init(shell, terminal);
    }
    let text = match (&args.command, args.words.as_slice()) {
        (Some(text), []) => text.clone(),
        (None, words) if !words.is_empty() => {
            words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
        }
        _ => {
            let hint = "give a command: `dbguard guard -- WORDS…` or `dbguard guard --command TEXT`";
            return Err(Failure::new(exit::USAGE, hint));
        }
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let facts = OnDisk::at(Path::new("."));
    let knowledge = Knowledge::for_repository(&facts).map_err(|error| Failure::new(exit::USAGE, error))?;
    let verdict = guard::judge(&text, &facts, &knowledge, now);
    match args.format {
        GuardFormat::Json => terminal.answer(&verdict::json(&verdict))?,
        GuardFormat::Human => terminal.lines(&verdict::human(&verdict, &text))?,
    }
    Ok(code(&verdict))
}

fn shell_init(shell: Shell, terminal: &mut Terminal) -> Outcome {
    let name = match shell {
        Shell::Bash => "shell/guard.bash",
        Shell::Zsh => "shell/guard.zsh",
        Shell::Fish => "shell/guard.fish",
    };
    let text = template::raw(name).map_err(|error| Failure::new(exit::USAGE, error))?;
    terminal.answer(text)?;
    Ok(exit::DONE)
}

fn code(verdict: &Verdict) -> u8 {
    match verdict.decision {
        Decision::Allow => exit::DONE,
        Decision::Ask => exit::ASK,
        Decision::Deny => exit::DENY,
    }
}

/// A word as shell text again.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
