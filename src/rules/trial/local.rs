//! Rules about backups on a machine, tried on facts as `survey` would read them.

use super::super::{Rule, View};
use crate::policy::{Loaded, Policy};
use crate::presets::Presets;
use crate::survey::local::{Kept, Local, Store};
use crate::survey::store::Backup;
use crate::survey::{self, tree::Tree};

/// The time of these tests, in seconds since 1970; a noon.
pub(crate) const NOW: u64 = 1_767_355_200;

const POLICY: &str = "version = 1\n\n[[database]]\nid = \"main\"\nengine = \"sqlite\"\nrun = \"file\"\npath = \"app.db\"\nenvironment = \"production\"\n";

/// A backup of some hours ago that can be relied upon.
pub(crate) fn good(hours: u64) -> Kept {
    let time = NOW - hours * 3600;
    let backup = Backup {
        name: format!("{time}-scheduled"),
        label: "scheduled".to_owned(),
        verified: true,
        created: Some(time),
        finished: Some(time),
        bytes: Some(50_000),
        rows: Some(330),
        file: Some("app.db".to_owned()),
        environment: None,
    };
    Kept { backup, on_disk: Some(50_000), pinned: false, restored: None }
}

/// A repository with one database and its backups.
#[derive(Clone)]
pub(crate) struct Trial {
    store: Store,
    policy: String,
}

impl Trial {
    /// The backups of `main`.
    pub(crate) fn store(backups: Vec<Kept>) -> Store {
        Store { id: "main".to_owned(), folder: "backups/main".to_owned(), backups, ..Store::default() }
    }

    pub(crate) fn of(store: Store) -> Self {
        Self { store, policy: POLICY.to_owned() }
    }

    /// The same with more in the policy.
    pub(crate) fn policy(mut self, more: &str) -> Self {
        self.policy.push_str(more);
        self
    }

    /// The same in another environment.
    pub(crate) fn environment(mut self, name: &str) -> Self {
        self.policy = self.policy.replace("\"production\"", &format!("\"{name}\""));
        self
    }

    /// What `rule` finds, as `severity: message`; none of it without the facts.
    pub(crate) fn messages(&self, rule: &Rule) -> Vec<String> {
        let (tree, presets) = (Tree::in_memory([("dbguard.toml", &*self.policy)]), Presets::embedded());
        let survey = survey::read(&tree, &presets);
        let loaded = Loaded::parse(&self.policy).expect("a policy");
        let policy = Policy::resolve(&loaded, &presets).expect("a policy");
        let local = Local { stores: vec![self.store.clone()], ..Local::default() };
        let view = || View::new(&tree, &survey, &presets, Some(&policy)).at(NOW);
        assert!((rule.check)(&view()).is_empty(), "nothing is said about a machine that nobody looked at");
        let found = (rule.check)(&view().on_machine(Some(&local)));
        let place = |one: &crate::finding::Finding| (one.place.path.clone(), one.place.line);
        assert!(found.iter().all(|one| place(one) == ("dbguard.toml".to_owned(), 4)), "{found:?}");
        found.iter().map(|one| format!("{}: {}", one.severity.word(), one.message)).collect()
    }
}
