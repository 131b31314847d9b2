//! What a shell knows while it goes through a text.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use crate::effects::shell::Node;
use crate::effects::value::Value;
use crate::effects::{Around, facts};

/// What a command finds on its standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// Whatever the caller has: a terminal, or nothing.
    None,
    /// Text, known or not.
    Text(Value),
}

/// Variables, functions, folder, and what led here.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    /// All variables.
    pub(crate) variables: BTreeMap<String, Value>,
    /// Those that programs see.
    pub(crate) exported: BTreeMap<String, Value>,
    pub(crate) functions: BTreeMap<String, Rc<Vec<Node>>>,
    /// Those of them that another text defines.
    pub(crate) foreign: BTreeSet<String>,
    pub(crate) aliases: BTreeMap<String, String>,
    pub(crate) arrays: BTreeMap<String, Vec<Value>>,
    /// Files that the text has written, and what is in them now.
    pub(crate) written: BTreeMap<String, Value>,
    /// Words of a command come from the output of another, which cannot be told.
    pub(crate) untold_input: bool,
    /// `$1` and the following.
    pub(crate) arguments: Vec<Value>,
    /// Relative to where the text was given.
    pub(crate) folder: String,
    /// The simple command of the given text that we are in; none at its top.
    pub(crate) span: Option<Range<usize>>,
    pub(crate) via: Vec<String>,
    pub(crate) depth: usize,
    pub(crate) elsewhere: bool,
    /// What of ours is mounted there: volume or folder, and where.
    pub(crate) mounts: Vec<(String, String)>,
    pub(crate) database: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) options: Vec<(String, String)>,
    /// The text at hand is the very one that was given, so that places in it are places there.
    pub(crate) own_text: bool,
}

impl State {
    /// Assignments that stand alone, or behind `export`.
    pub(crate) fn assign(&mut self, assigned: Vec<(String, Value)>, export: bool) {
        for (name, value) in assigned {
            if export || self.exported.contains_key(&name) {
                self.exported.insert(name.clone(), value.clone());
            }
            self.variables.insert(name, value);
        }
    }

    /// What a command sees that has these assignments in front of it.
    pub(crate) fn for_command(&self, assigned: Vec<(String, Value)>, span: Range<usize>) -> Self {
        let mut inner = self.clone();
        inner.span = Some(span);
        for (name, value) in assigned {
            inner.exported.insert(name.clone(), value.clone());
            inner.variables.insert(name, value);
        }
        inner
    }

    /// Takes over what a builtin has changed; what stood in front of the command (`before`) ends with it.
    pub(crate) fn after_command(&mut self, inner: Self, before: &[String]) {
        self.folder = inner.folder;
        self.functions = inner.functions;
        self.foreign = inner.foreign;
        self.aliases = inner.aliases;
        self.arrays = inner.arrays;
        self.written = inner.written;
        self.arguments = inner.arguments;
        let changed = inner.variables.into_iter().filter(|(name, _)| !before.contains(name));
        self.variables.extend(changed);
    }

    /// Keeps what went to files; true stands for behind what was there.
    pub(crate) fn write(&mut self, files: Vec<(Value, bool)>, printed: &Value) {
        for (path, appends) in files.into_iter().filter(|(path, _)| path.is_known() && !self.elsewhere) {
            let path = self.path(path.text());
            match self.written.get_mut(&path) {
                Some(there) if appends => there.0.push_str(printed.text()),
                _ if appends => drop(self.written.insert(path, Value::unknown())),
                _ => drop(self.written.insert(path, printed.clone())),
            }
        }
    }

    /// `read NAMES`: each takes a word of the line, and the last one what is left.
    pub(crate) fn read(&mut self, names: &[String], line: &str) {
        let mut rest = line.trim();
        for (at, name) in names.iter().enumerate() {
            let word =
                if at + 1 == names.len() { rest } else { rest.split_whitespace().next().unwrap_or_default() };
            self.variables.insert(name.clone(), Value::known(word));
            rest = rest.get(word.len()..).unwrap_or_default().trim_start();
        }
    }

    /// A text inside this command: its own state, one level deeper, with one more step of the way.
    pub(crate) fn inside(&self, step: Option<String>) -> Self {
        let mut inner = self.clone();
        inner.depth += 1;
        inner.own_text = false;
        inner.via.extend(step);
        inner
    }

    /// The same for a part of the text, where that is the one that was given.
    pub(crate) fn narrowed(&self, part: Range<usize>) -> Self {
        let mut inner = self.clone();
        if self.own_text {
            inner.span = Some(part);
        }
        inner
    }

    /// A path as seen from where the text was given.
    pub(crate) fn path(&self, path: &str) -> String {
        facts::join(&self.folder, path)
    }

    pub(crate) fn around(&self) -> Around {
        let known = |(name, value): (&String, &Value)| (name.clone(), value.shown());
        Around {
            variables: self.exported.iter().map(known).collect(),
            options: self.options.clone(),
            database: self.database.clone(),
            host: self.host.clone(),
            folder: self.folder.clone(),
            elsewhere: self.elsewhere,
        }
    }
}
