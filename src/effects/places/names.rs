//! The names of places that hold data, found by a part of a path.

use std::cell::RefCell;
use std::collections::HashMap;

use super::{is_at_or_below, lies_on_the_way};
use crate::presets::tools::Place;
use crate::presets::wildcard;

/// Places by their names; each is its number in the list that they were given in, of which the first counts.
#[derive(Debug, Clone)]
pub(in crate::effects) struct Names {
    /// Names of a single folder or file, in lower case.
    parts: HashMap<String, usize>,
    /// The same with stars.
    patterns: Vec<(&'static str, usize)>,
    /// Absolute folders.
    rooted: Vec<(&'static str, usize)>,
    /// Several folders on the way.
    ways: Vec<(&'static str, usize)>,
    /// Files that tell that their folder is a place.
    signs: HashMap<&'static str, usize>,
    /// Paths that were looked at: several commands of a repository remove the same folders.
    known: RefCell<HashMap<String, Option<usize>>>,
}

/// Paths that are remembered.
const MOST_KNOWN: usize = 20_000;

impl Names {
    pub(in crate::effects) fn new(places: &[&'static Place]) -> Self {
        let mut names = Self {
            parts: HashMap::new(),
            patterns: Vec::new(),
            rooted: Vec::new(),
            ways: Vec::new(),
            signs: HashMap::new(),
            known: RefCell::default(),
        };
        for (number, place) in places.iter().enumerate() {
            for name in &*place.names {
                names.add(name, number);
            }
            for sign in &*place.signs {
                names.signs.entry(&**sign).or_insert(number);
            }
        }
        names
    }

    fn add(&mut self, name: &'static str, number: usize) {
        if name.starts_with('/') {
            self.rooted.push((name, number));
        } else if name.contains('/') {
            self.ways.push((name, number));
        } else if name.contains('*') {
            self.patterns.push((name, number));
        } else {
            self.parts.entry(name.to_ascii_lowercase()).or_insert(number);
        }
    }

    /// The first place that a path names or lies in.
    pub(super) fn place(&self, path: &str) -> Option<usize> {
        let mut known = self.known.borrow_mut();
        if let Some(place) = known.get(path) {
            return *place;
        }
        let place = self.first(path);
        if known.len() < MOST_KNOWN {
            known.insert(path.to_owned(), place);
        }
        place
    }

    fn first(&self, path: &str) -> Option<usize> {
        let rooted = self.rooted.iter().filter(|_| path.starts_with('/'));
        let rooted = rooted.filter(|(name, _)| is_at_or_below(name, path)).map(|(_, number)| *number).min();
        let ways = self.ways.iter().filter(|(name, _)| lies_on_the_way(name, path));
        let parts = path.split('/').filter_map(|part| self.part(part)).min();
        [rooted, ways.map(|(_, number)| *number).min(), parts].into_iter().flatten().min()
    }

    fn part(&self, part: &str) -> Option<usize> {
        let exact = self.parts.get(&part.to_ascii_lowercase()).copied();
        let patterns = self.patterns.iter().filter(|(name, _)| wildcard::matches(name, part));
        exact.into_iter().chain(patterns.map(|(_, number)| *number)).min()
    }

    /// The first place that the names of a folder's files tell of.
    pub(super) fn told_by(&self, names: &[String]) -> Option<usize> {
        names.iter().filter_map(|name| self.signs.get(name.as_str()).copied()).min()
    }
}
