//! The verdict on one call of an agent.

use super::Call;
use crate::effects::facts::Facts;
use crate::effects::knowledge::Knowledge;
use crate::effects::{self, Analysis, Around, Effect, Found, Language, Scope};
use crate::guard::{self, Verdict};

/// Judges a call; `now` is in seconds since 1970.
pub fn judge(call: &Call, facts: &dyn Facts, knowledge: &Knowledge, now: u64) -> Verdict {
    match call {
        Call::Shell(text) => guard::judge(text, facts, knowledge, now),
        Call::Write { path, text } => {
            let analysis = written(path, text, facts, knowledge);
            ask_at_most(guard::judge_analysis("", analysis, facts, knowledge, now))
        }
        Call::Tool { name, texts } => {
            guard::judge_analysis("", called(name, texts, facts, knowledge), facts, knowledge, now)
        }
    }
}

/// A script that is only written has done nothing yet, so that a person can still read it.
fn ask_at_most(mut verdict: Verdict) -> Verdict {
    verdict.decision = verdict.decision.min(guard::Decision::Ask);
    verdict
}

/// A file that is written: one that guards, or a script of a shell that would destroy something.
fn written(path: &str, text: &str, facts: &dyn Facts, knowledge: &Knowledge) -> Analysis {
    if effects::weakens_guard(path, knowledge) {
        let found = Found {
            effect: Effect::WeakensGuard,
            scope: Scope::Path,
            target: Some(path.to_owned()),
            instead: "describe the change, and let a person make it".to_owned(),
            why: String::new(),
            span: 0..0,
            via: Vec::new(),
            around: Around::default(),
        };
        return Analysis { found: vec![found], sound: true };
    }
    match effects::language_of(text, path) {
        Some(Language::Shell) => {
            let mut analysis = effects::analyse_language(text, Language::Shell, facts, knowledge);
            analysis.found.iter_mut().for_each(|found| found.via.insert(0, format!("the script {path}")));
            // An edit is a part of a text, which often cannot be parsed alone.
            Analysis { sound: true, ..analysis }
        }
        _ => Analysis { found: Vec::new(), sound: true },
    }
}

/// A tool that may be a database's: by its name, and by the SQL among its arguments.
fn called(name: &str, texts: &[String], facts: &dyn Facts, knowledge: &Knowledge) -> Analysis {
    let last = name.rsplit("__").next().unwrap_or(name);
    let mut all = effects::analyse(&format!("mcp:{last}"), facts, knowledge);
    for text in texts {
        let mut analysis = effects::analyse_language(text, Language::Sql, facts, knowledge);
        // Most strings are no SQL at all; only what is surely a statement counts.
        analysis.found.retain(|found| found.effect != Effect::Untold);
        all.found.append(&mut analysis.found);
    }
    all.found.iter_mut().for_each(|found| found.via.insert(0, name.to_owned()));
    Analysis { found: all.found, sound: true }
}
