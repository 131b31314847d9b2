//! Settings of AI agents, read in one shape whatever their format.

use std::rc::Rc;

use super::View;
use crate::presets::Presets;
use crate::presets::agents::{Agent, Settings};
use crate::presets::model::Str;
use crate::source::SourceFile;
use crate::survey::config::shape;
use crate::survey::script::{self, Entry, Expr, Kind};

/// One file of settings.
pub(super) struct AgentFile {
    pub(super) agent: &'static Agent,
    pub(super) file: Rc<SourceFile>,
    entries: Vec<Entry>,
}

/// Every file of settings that can be read.
pub(super) fn files(view: &View<'_>) -> Vec<AgentFile> {
    let mut found = Vec::new();
    for agent in Presets::embedded_agents() {
        let paths =
            view.tree.paths().filter(|path| agent.settings.files.iter().any(|name| is_file(path, name)));
        found.extend(paths.filter_map(|path| {
            let file = view.tree.read(path).ok()?;
            let entries = shape::entries(&file).ok()?;
            Some(AgentFile { agent, file, entries })
        }));
    }
    found
}

fn is_file(path: &str, name: &Str) -> bool {
    path == &**name || path.strip_suffix(&**name).is_some_and(|folder| folder.ends_with('/'))
}

impl AgentFile {
    pub(super) fn settings(&self) -> &'static Settings {
        &self.agent.settings
    }

    /// What stands at `place`, keys with `/` between them.
    pub(super) fn at(&self, place: &str) -> Option<&Expr> {
        let mut keys = place.split('/');
        let first = script::get(&self.entries, keys.next()?)?;
        keys.try_fold(first, |expr, key| script::get(expr.entries(), key))
    }

    /// The texts of the lists at `places`, with their offsets.
    pub(super) fn texts<'a>(&'a self, places: &'a [Str]) -> impl Iterator<Item = (&'a str, usize)> {
        let lists = places.iter().filter_map(|place| self.at(place));
        lists.flat_map(Expr::entries).filter_map(|item| match &item.value.kind {
            Kind::Text(text) => Some((text.as_str(), item.value.start)),
            Kind::Name(_)
            | Kind::Call(..)
            | Kind::Group(_)
            | Kind::Choice(_)
            | Kind::Join(_)
            | Kind::Nothing => None,
        })
    }

    /// Where one of `settings` (`place=value`) is in force.
    pub(super) fn set<'a>(&self, settings: &'a [Str]) -> Option<(&'a str, usize)> {
        settings.iter().find_map(|setting| {
            let (place, wanted) = setting.split_once('=')?;
            let expr = self.at(place)?;
            (plain(expr)? == wanted).then_some((place, expr.start))
        })
    }
}

/// The text of a string, number or truth value.
pub(super) fn plain(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        Kind::Text(text) | Kind::Name(text) => Some(text),
        Kind::Call(..) | Kind::Group(_) | Kind::Choice(_) | Kind::Join(_) | Kind::Nothing => None,
    }
}

/// Everything below `expr` in one line: texts as they are, keys as `key=value`.
pub(super) fn flat(expr: &Expr) -> String {
    let mut words = Vec::new();
    gather(expr, &mut words);
    words.join(" ")
}

fn gather(expr: &Expr, words: &mut Vec<String>) {
    if let Some(text) = plain(expr) {
        words.push(text.to_owned());
    }
    for entry in expr.entries() {
        match (&entry.key, plain(&entry.value)) {
            (Some(key), Some(text)) => words.push(format!("{key}={text}")),
            _ => gather(&entry.value, words),
        }
    }
}
