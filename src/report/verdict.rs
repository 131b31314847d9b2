//! The verdict on a command: `dbguard.guard/1` for machines, a few lines for people.

use serde_json::{Value, json};

use super::screen::{Line, Tone, WIDTH};
use super::wrap::wrap;
use crate::guard::{Decision, Judged, Verdict};
use crate::source::printable;

/// `dbguard.guard/1`.
pub fn json(verdict: &Verdict) -> String {
    let effects: Vec<Value> = verdict.effects.iter().map(effect).collect();
    let value = json!({
        "schema": "dbguard.guard/1",
        "decision": verdict.decision,
        "reason": verdict.reason,
        "effects": effects,
        "alternative": verdict.alternative,
        "backup": {
            "fresh": verdict.backups.fresh,
            "newest": verdict.backups.newest,
            "age_seconds": verdict.backups.age_seconds,
        },
    });
    format!("{value:#}\n")
}

fn effect(judged: &Judged) -> Value {
    let found = &judged.found;
    let target = if judged.loses.is_empty() { found.target.clone() } else { Some(judged.loses.clone()) };
    let mut value = json!({
        "effect": found.effect,
        "target": target,
        "span": [found.span.start, found.span.end],
        "via": found.via,
    });
    let more = [("database", &found.around.database), ("exception", &judged.exception)];
    for (key, text) in more {
        if let (Some(text), Some(object)) = (text, value.as_object_mut()) {
            object.insert(key.to_owned(), json!(text));
        }
    }
    value
}

/// For people.
pub fn human(verdict: &Verdict, command: &str) -> Vec<Line> {
    let (tone, word) = match verdict.decision {
        Decision::Allow => (Tone::Good, "allow"),
        Decision::Ask => (Tone::Warning, "ask"),
        Decision::Deny => (Tone::Bad, "deny"),
    };
    let shown = printable(command.lines().next().unwrap_or_default());
    let mut lines = vec![Line::of(tone, word).and(Tone::Plain, format!("  {shown}"))];
    lines.extend(
        wrap(&verdict.reason, WIDTH - 2).into_iter().map(|row| Line::of(Tone::Plain, format!("  {row}"))),
    );
    if let Some(instead) = &verdict.alternative {
        lines.push(Line::of(Tone::Strong, "  instead: ").and(Tone::Plain, instead.clone()));
    }
    lines
}
