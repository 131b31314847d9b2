//! The presets' knowledge about programs, found by a program's name.

use crate::presets::Presets;
use crate::presets::tools::{Call, Language, Place, TextCall, Tool};
use crate::presets::wildcard;

/// What is known about programs, calls and places.
#[derive(Debug, Clone)]
pub struct Knowledge {
    tools: Vec<&'static Tool>,
    calls: Vec<&'static Call>,
    text_calls: Vec<&'static TextCall>,
    places: Vec<&'static Place>,
}

impl Knowledge {
    /// What the program comes with; nothing is parsed or copied.
    pub fn embedded() -> Self {
        let families = Presets::embedded_families();
        Self {
            tools: Presets::embedded_tools().collect(),
            calls: Presets::embedded_calls().collect(),
            text_calls: families.iter().flat_map(|one| one.text_calls.iter()).collect(),
            places: families.iter().flat_map(|one| one.places.iter()).collect(),
        }
    }

    /// All tools that a program of this name may be. A package's version (`prisma@6`) and an ending (`.exe`) do not count.
    pub fn tools(&self, program: &str) -> Vec<&'static Tool> {
        let name = program_name(program);
        let is_it = |tool: &&Tool| tool.programs.iter().any(|known| wildcard::matches_exactly(known, name));
        self.tools.iter().copied().filter(is_it).collect()
    }

    /// Every tool.
    pub fn all_tools(&self) -> &[&'static Tool] {
        &self.tools
    }

    /// Calls of a language.
    pub fn calls(&self, language: Language) -> impl Iterator<Item = &'static Call> + '_ {
        self.calls.iter().copied().filter(move |call| call.languages.contains(&language))
    }

    /// What the string of a function is, if it is text in another language, and how many strings stand in front of it.
    pub fn text_of(
        &self,
        language: Language,
        function: &str,
    ) -> impl Iterator<Item = (Language, usize)> + '_ {
        let function = function.to_owned();
        self.text_calls
            .iter()
            .filter(move |call| {
                call.languages.contains(&language) && call.names.iter().any(|name| **name == *function)
            })
            .map(|call| (call.text, call.skip))
    }

    /// The folder that a variable names by convention (`PGDATA`), where nothing sets it.
    pub fn folder_of_variable(&self, name: &str) -> Option<&'static str> {
        let place = self.places.iter().find(|place| place.variables.iter().any(|known| **known == *name))?;
        place.names.first().map(|folder| folder.trim_end_matches('*'))
    }

    /// Places that hold data.
    pub fn places(&self) -> &[&'static Place] {
        &self.places
    }
}

/// A program's name as presets know it: without folder, version and ending.
pub fn program_name(program: &str) -> &str {
    let base = program.rsplit(['/', '\\']).next().unwrap_or(program);
    let base = base.strip_prefix("npm:").unwrap_or(base);
    let base = base.strip_suffix(".exe").unwrap_or(base);
    match base.char_indices().skip(1).find(|(_, letter)| *letter == '@') {
        Some((at, _)) => base.get(..at).unwrap_or(base),
        None => base,
    }
}
