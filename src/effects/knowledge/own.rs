//! What a repository's own presets add about programs.

use std::path::Path;

use super::Knowledge;
use crate::effects::facts::{Facts, nearest_above};
use crate::presets::load::{self, PresetError};
use crate::presets::model::{Engine, Stack};
use crate::presets::tools::{Call, Tool, Tools};
use crate::presets::{USER_PRESETS, model::List};

/// Adds the presets of the nearest `.dbguard/presets`, from the folder of the command upwards.
pub(super) fn add(knowledge: &mut Knowledge, facts: &dyn Facts) -> Result<(), PresetError> {
    let Some(above) = nearest_above(USER_PRESETS, facts) else { return Ok(()) };
    let folder = format!("{above}{USER_PRESETS}");
    for (path, text) in files(facts, &folder, "tools")? {
        let family = load::parse::<Tools>(&path, &text)?;
        knowledge.text_calls.extend(kept(&family.text_calls));
        knowledge.places.extend(kept(&family.places));
        add_programs(knowledge, &family.programs, &family.calls);
    }
    for (path, text) in files(facts, &folder, "engines")? {
        let engine = load::parse::<Engine>(&path, &text)?;
        add_programs(knowledge, &engine.tools, &engine.calls);
    }
    for (path, text) in files(facts, &folder, "stacks")? {
        let stack = load::parse::<Stack>(&path, &text)?;
        add_programs(knowledge, &stack.tools, &stack.calls);
    }
    Ok(())
}

fn add_programs(knowledge: &mut Knowledge, tools: &List<Tool>, calls: &List<Call>) {
    knowledge.own_tools.extend(kept(tools));
    knowledge.calls.extend(kept(calls));
}

/// The items for the rest of the process, as the embedded ones are there: the presets of one repository, read once.
fn kept<T: Clone>(items: &List<T>) -> &'static [T] {
    Box::leak(items.to_vec().into_boxed_slice())
}

fn files(facts: &dyn Facts, folder: &str, kind: &str) -> Result<Vec<(String, String)>, PresetError> {
    let names = facts.names(&format!("{folder}/{kind}"));
    let presets =
        names.into_iter().filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "toml"));
    presets.map(|name| read(facts, folder, &format!("{kind}/{name}"))).collect()
}

fn read(facts: &dyn Facts, folder: &str, name: &str) -> Result<(String, String), PresetError> {
    let shown = format!("{USER_PRESETS}/{name}");
    match facts.read(&format!("{folder}/{name}")) {
        Some(text) => Ok((shown, text)),
        None => {
            Err(PresetError { path: shown, line: 1, column: 1, message: "cannot be read as text".to_owned() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::facts::InMemory;
    use crate::effects::{Effect, analyse};

    const OWN: &str = "id = 'acme'\ntitle = 'Acme'\n[[tool]]\nprograms = ['acmectl']\n\
        [[tool.rule]]\nwords = 'wipe'\neffect = 'destroys-database'\ninstead = 'acmectl dump'\n\
        [[tool]]\nprograms = ['dropdb']\nharmless = ['shop']\n\
        [[tool]]\nprograms = ['bash']\nharmless = ['reset.sh']\n";

    fn worst(files: &[(&str, &str)], command: &str) -> Option<Effect> {
        let facts =
            InMemory(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect());
        let knowledge = Knowledge::for_repository(&facts).expect("presets");
        analyse(command, &facts, &knowledge).found.iter().map(|found| found.effect).min()
    }

    #[test]
    fn a_repository_knows_programs_of_its_own() {
        let files = [(".dbguard/presets/tools/acme.toml", OWN)];
        assert_eq!(worst(&files, "acmectl wipe"), Some(Effect::DestroysDatabase));
        assert_eq!(worst(&files, "acmectl list"), None);
        assert_eq!(worst(&[], "acmectl wipe"), None);
    }

    #[test]
    fn it_can_take_nothing_away() {
        let files = [(".dbguard/presets/tools/acme.toml", OWN), ("reset.sh", "dropdb shop")];
        assert_eq!(worst(&files, "dropdb shop"), Some(Effect::DestroysDatabase));
        assert_eq!(worst(&files, "bash reset.sh"), Some(Effect::DestroysDatabase));
    }

    #[test]
    fn a_mistake_has_a_place() {
        let wrong = [(".dbguard/presets/tools/acme.toml".to_owned(), "id = 'x'\ncolour = 1\n".to_owned())];
        let error = Knowledge::for_repository(&InMemory(wrong.into())).expect_err("unknown key");
        assert!(error.to_string().starts_with(".dbguard/presets/tools/acme.toml:2:1: "), "{error}");
    }
}
