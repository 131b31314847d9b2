//! What this machine tells about a repository beyond its files: what is scheduled here, and which backups lie here. Only read,
//! and only where somebody asks for it.

mod backups;
mod machine;
mod units;

use std::path::Path;

use crate::survey::Incomplete;

pub use backups::{Attempt, Kept, Store, Unfinished};
pub use machine::{Crontab, Machine};
pub use units::{Manager, Unit};

/// What to look for, as the policy names it; root-relative.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Folder of the backups.
    pub backups: &'a str,
    /// Ids of the guarded databases.
    pub ids: Vec<&'a str>,
}

/// Facts of this machine.
#[derive(Debug, Clone, Default)]
pub struct Local {
    /// What is scheduled here.
    pub machine: Machine,
    /// The backups of each database that could be looked at.
    pub stores: Vec<Store>,
    /// What could not be read.
    pub incomplete: Vec<Incomplete>,
}

impl Local {
    /// Reads them for the repository at `root`.
    pub fn read(root: &Path, wanted: &Wanted<'_>) -> Self {
        let (stores, incomplete) = backups::read(root, wanted);
        Self { machine: machine::read(root, wanted), stores, incomplete }
    }
}

/// Something of this machine that could not be looked at.
pub fn unread(what: &str, message: impl Into<String>, matters: bool) -> Incomplete {
    Incomplete { path: what.to_owned(), line: None, column: None, message: message.into(), matters }
}
