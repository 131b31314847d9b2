//! The warning itself: what each command destroys and what to do, in one language and one markup.

use super::steps::{self, Steps};
use crate::effects::{Effect, Scope};
use crate::presets::languages::DocumentLanguage;
use crate::rules::commands::Command;
use crate::rules::context::anchor::Markup;
use crate::survey::tree::Tree;

/// Longest command that is named, in characters.
const LONGEST: usize = 120;

/// Most commands that are named.
const MOST: usize = 6;

/// Commands with the same effect and the same advice.
struct Group<'a> {
    names: Vec<String>,
    effect: &'a str,
    steps: Steps,
}

/// The lines of a warning about `commands`, without indentation. None where no effect can be put into words.
pub(super) fn lines(
    language: &DocumentLanguage,
    markup: Markup,
    commands: &[&Command],
    tree: &Tree,
) -> Option<Vec<String>> {
    let groups = groups(language, markup, commands, tree)?;
    let sentences = match groups.as_slice() {
        [Group { names, effect, steps }] if names.len() == 1 => {
            vec![said(&language.warning.one, &names[0], effect) + &advice(language, markup, steps)]
        }
        several => {
            let item = |group: &Group<'_>| {
                let sentence = said(&language.warning.item, &listed(&group.names), group.effect);
                format!("- {}", capital(&(sentence + &advice(language, markup, &group.steps))))
            };
            let lead = [language.warning.several.to_string(), String::new()];
            lead.into_iter().chain(several.iter().map(item)).collect()
        }
    };
    Some(marked_up(language, markup, &sentences))
}

fn groups<'a>(
    language: &'a DocumentLanguage,
    markup: Markup,
    commands: &[&Command],
    tree: &Tree,
) -> Option<Vec<Group<'a>>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for command in commands {
        let effect = effect(language, command)?;
        let steps = steps::of(&command.found.instead, &command.text, tree);
        let name = named(language, markup, &command.text);
        match groups.iter_mut().find(|group| group.effect == effect && group.steps == steps) {
            Some(group) if group.names.contains(&name) => {}
            Some(group) => group.names.push(name),
            None => groups.push(Group { names: vec![name], effect, steps }),
        }
    }
    (!groups.is_empty()).then_some(groups)
}

fn effect<'a>(language: &'a DocumentLanguage, command: &Command) -> Option<&'a str> {
    let effects = &language.effects;
    match (command.found.effect, command.found.scope) {
        (Effect::DestroysBackup, _) => Some(&effects.destroys_backup),
        (Effect::DestroysVolume | Effect::DestroysDatabase, Scope::Remote) => {
            Some(&effects.destroys_infrastructure)
        }
        (Effect::OverwritesDatabase, _) if command.rule == "sql-update-all" => Some(&effects.overwrites_rows),
        (effect, _) => effects.of(effect),
    }
}

/// The commands, the first few of many.
fn listed(names: &[String]) -> String {
    let more = if names.len() > MOST { ", …" } else { "" };
    format!("{}{more}", names.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", "))
}

fn said(sentence: &str, command: &str, effect: &str) -> String {
    sentence.replace("{effect}", effect).replace("{command}", command)
}

/// What to do before and instead, each a sentence with a blank before it.
fn advice(language: &DocumentLanguage, markup: Markup, steps: &Steps) -> String {
    let list = |steps: &[String]| steps.iter().map(|step| code(markup, step)).collect::<Vec<_>>().join(" → ");
    let sentence = |text: &str, steps: &[String]| {
        // Chinese sentences follow each other without a blank.
        let gap = if text.ends_with('。') { "" } else { " " };
        if steps.is_empty() {
            String::new()
        } else {
            format!("{gap}{}", text.replace("{steps}", &list(steps)))
        }
    };
    sentence(&language.warning.before, &steps.before) + &sentence(&language.warning.instead, &steps.instead)
}

fn named(language: &DocumentLanguage, markup: Markup, command: &str) -> String {
    let is_short = command.chars().count() <= LONGEST && !command.contains('`') && !command.is_empty();
    if is_short { code(markup, command) } else { language.warning.unnamed.to_string() }
}

fn code(markup: Markup, text: &str) -> String {
    match markup {
        Markup::Markdown => format!("`{text}`"),
        Markup::Rst => format!("``{text}``"),
        Markup::Plain => format!("\"{text}\""),
    }
}

fn marked_up(language: &DocumentLanguage, markup: Markup, sentences: &[String]) -> Vec<String> {
    let heading = &language.warning.heading;
    let first = |lead: String| {
        let mut sentences = sentences.iter().cloned();
        let head = sentences.next().map(|sentence| format!("{lead}{sentence}"));
        head.into_iter().chain(sentences).collect::<Vec<_>>()
    };
    match markup {
        Markup::Markdown => {
            let lines = first(format!("**{heading}** "));
            lines.into_iter().map(|line| format!("> {line}").trim_end().to_owned()).collect()
        }
        Markup::Rst => {
            let body =
                first(String::new()).into_iter().map(|line| format!("   {line}").trim_end().to_owned());
            [".. warning::".to_owned(), String::new()].into_iter().chain(body).collect()
        }
        Markup::Plain => first(format!("{} ", heading.to_uppercase())),
    }
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
