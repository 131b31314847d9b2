//! The presets' knowledge about programs, found by a program's name.

mod own;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::calls::Patterns;
use super::facts::Facts;
use super::places::Names;
use super::run::Telling;
use crate::presets::PresetError;
use crate::presets::Presets;
use crate::presets::model::Str;
use crate::presets::tools::{Call, Language, Place, Script, TextCall, Tool, Tools};
use crate::presets::wildcard;

/// Programs whose tools are remembered.
const MOST_REMEMBERED: usize = 4096;

/// What is known about programs, calls and places.
#[derive(Debug, Clone)]
pub struct Knowledge {
    tools: Vec<&'static Tool>,
    own_tools: Vec<&'static Tool>,
    calls: Vec<&'static Call>,
    text_calls: Vec<&'static TextCall>,
    places: Vec<&'static Place>,
    families: &'static [Tools],
    /// The tools of each program that was met.
    called: RefCell<HashMap<String, Rc<[&'static Tool]>>>,
    /// The calls of each language that was met, ready to be compared.
    patterns: RefCell<BTreeMap<Language, Rc<Patterns>>>,
    /// Rules that tell without a program's name, once one was met that cannot be told.
    telling_rules: OnceCell<Telling>,
    /// Names of the places, once a path is looked at.
    place_names: OnceCell<Names>,
}

impl Knowledge {
    /// What the program comes with; nothing is parsed or copied.
    pub fn embedded() -> Self {
        let families = Presets::embedded_families();
        Self {
            tools: Presets::embedded_tools().collect(),
            own_tools: Vec::new(),
            calls: Presets::embedded_calls().collect(),
            text_calls: families.iter().flat_map(|one| one.text_calls.iter()).collect(),
            places: families.iter().flat_map(|one| one.places.iter()).collect(),
            families,
            called: RefCell::default(),
            patterns: RefCell::default(),
            telling_rules: OnceCell::new(),
            place_names: OnceCell::new(),
        }
    }

    /// The same, with what the repository's own presets add. They can take nothing away.
    pub fn for_repository(facts: &dyn Facts) -> Result<Self, PresetError> {
        let mut knowledge = Self::embedded();
        own::add(&mut knowledge, facts)?;
        Ok(knowledge)
    }

    /// All tools that a program of this name may be. A package's version (`prisma@6`) and an ending (`.exe`) do not count.
    /// A few programs are named again and again, so each is looked for once.
    pub fn tools(&self, program: &str) -> Rc<[&'static Tool]> {
        let mut known = self.called.borrow_mut();
        if let Some(tools) = known.get(program) {
            return Rc::clone(tools);
        }
        let tools: Rc<[&Tool]> = called(&self.tools, program).into();
        if known.len() < MOST_REMEMBERED {
            known.insert(program.to_owned(), Rc::clone(&tools));
        }
        tools
    }

    /// Tools of that name in the repository's own presets.
    pub fn own_tools(&self, program: &str) -> Vec<&'static Tool> {
        called(&self.own_tools, program)
    }

    /// Every tool.
    pub fn all_tools(&self) -> &[&'static Tool] {
        &self.tools
    }

    /// Rules whose words say enough without the program's name.
    pub(super) fn telling_rules(&self) -> &Telling {
        self.telling_rules.get_or_init(|| Telling::new(&self.tools))
    }

    /// Calls of a language.
    pub fn calls(&self, language: Language) -> impl Iterator<Item = &'static Call> + '_ {
        self.calls.iter().copied().filter(move |call| call.languages.contains(&language))
    }

    /// The same, ready to be compared with a text; made once.
    pub(super) fn patterns(&self, language: Language) -> Rc<Patterns> {
        let mut known = self.patterns.borrow_mut();
        let patterns = known.entry(language).or_insert_with(|| {
            Rc::new(Patterns::new(self.calls(language), self.text_calls(language), language))
        });
        Rc::clone(patterns)
    }

    /// Functions of a language that run a string of theirs as text.
    pub fn text_calls(&self, language: Language) -> impl Iterator<Item = &'static TextCall> + '_ {
        self.text_calls.iter().copied().filter(move |call| call.languages.contains(&language))
    }

    /// The folder that a variable names by convention (`PGDATA`), where nothing sets it.
    pub fn folder_of_variable(&self, name: &str) -> Option<&'static str> {
        let place = self.places.iter().find(|place| place.variables.iter().any(|known| **known == *name))?;
        place.names.first().map(|folder| folder.trim_end_matches('*'))
    }

    /// Whether the contents of a folder of this name are made again by one command.
    pub fn is_made_again(&self, name: &str) -> bool {
        self.families.iter().any(|one| one.made_again.iter().any(|known| **known == *name))
    }

    /// Whether a folder holds so much that data goes with it.
    pub fn is_root(&self, path: &str) -> bool {
        self.families.iter().any(|one| one.roots.iter().any(|known| **known == *path))
    }

    /// Whether a function only shows its arguments.
    pub fn shows(&self, function: &str) -> bool {
        self.families.iter().any(|one| one.shows.iter().any(|known| **known == *function))
    }

    /// Options that say where a command takes effect.
    pub fn telling(&self) -> &'static [Str] {
        let telling = self.families.iter().map(|one| &one.telling).find(|telling| !telling.is_empty());
        telling.map_or(&[], |telling| telling)
    }

    /// The names of [`Self::places`].
    pub(super) fn place_names(&self) -> &Names {
        self.place_names.get_or_init(|| Names::new(&self.places))
    }

    /// Places that hold data.
    pub fn places(&self) -> &[&'static Place] {
        &self.places
    }
}

fn called(tools: &[&'static Tool], program: &str) -> Vec<&'static Tool> {
    let name = program_name(program);
    let is_it = |tool: &&Tool| tool.programs.iter().any(|known| wildcard::matches_exactly(known, name));
    tools.iter().copied().filter(is_it).collect()
}

/// The language of a script, by its first line, else by its name; one without an ending is the shell's.
pub fn language_of(text: &str, path: &str) -> Option<Language> {
    let first = text.lines().next().filter(|line| line.starts_with("#!")).unwrap_or_default();
    let interpreter =
        first.rsplit(['/', ' ']).find(|part| !part.is_empty() && !part.starts_with('-')).unwrap_or_default();
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let tells = |script: &&Script| match interpreter {
        "" => script.endings.iter().any(|known| **known == *ending),
        _ => script.interpreters.iter().any(|known| interpreter.starts_with(&**known)),
    };
    Presets::embedded_families()
        .iter()
        .flat_map(|one| one.scripts.iter())
        .find(tells)
        .map(|script| script.language)
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
