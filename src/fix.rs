//! The fixes of an audit, made on texts: which of them fit together, and the proof that each does what it says.
//!
//! Pure. A pass takes the fixes that do not overlap, the first by place before the others, audits the tree as it would be, and
//! keeps them only if every finding is gone and none has come. What does not stand that proof is given up with the reason.

mod hidden;
mod proof;
mod shift;
mod take;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::shift::Shifts;
use crate::finding::{Finding, Fix, Severity};
use crate::survey::tree::Tree;

/// Most passes of one run: each mends something or gives something up, and few fixes wait for others.
const PASSES: usize = 40;

/// Which fixes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Those that cannot change what a program does for its users.
    Safe,
    /// All.
    All,
}

/// What fixes have to ask while they are made.
#[allow(missing_debug_implementations, reason = "two functions show nothing")]
pub struct World<'a> {
    /// What an audit of a tree says.
    pub audit: &'a dyn Fn(&Tree) -> Vec<Finding>,
    /// Why the file at a root-relative path may not be changed, if so.
    pub refusal: &'a dyn Fn(&str) -> Option<String>,
}

/// What a run of fixes comes to.
#[derive(Debug, Default)]
pub struct Fixes {
    /// The new texts by root-relative path; only of files that change.
    pub texts: BTreeMap<String, String>,
    /// The findings that are gone, in the order in which they were mended.
    pub made: Vec<Finding>,
    /// The findings whose fix was not made, with the reason.
    pub left: Vec<Left>,
}

/// A finding whose fix was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The finding.
    pub finding: Finding,
    /// Why.
    pub why: Why,
}

/// Why a fix was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// A file may not be changed.
    #[error("{path}: {reason}")]
    File {
        /// Which one.
        path: String,
        /// Why not.
        reason: String,
    },
    /// Its edits overlap each other or end in the middle of a letter.
    #[error("its edits do not fit the file")]
    Unfit,
    /// A file would no longer parse.
    #[error("{path} could not be read any more")]
    Broken {
        /// Which one.
        path: String,
    },
    /// The finding is still there after the fix.
    #[error("the finding would still be there")]
    Stays,
    /// Another finding comes with the fix.
    #[error("{rule} would be found instead")]
    Replaced {
        /// Its rule.
        rule: &'static str,
    },
}

impl Wanted {
    /// Whether a finding counts, or is accepted for now, and has a fix of this kind.
    pub fn takes(self, finding: &Finding) -> bool {
        let fits = |fix: &Fix| fix.safe || self == Self::All;
        let is_accepted = finding.is_accepted() && finding.severity >= Severity::Low;
        (is_accepted || finding.counts(Severity::Low)) && finding.fix.as_ref().is_some_and(fits)
    }
}

/// Makes the fixes of `findings`, which are those of `tree`, and of what they uncover.
pub fn make(tree: &Tree, findings: &[Finding], wanted: Wanted, world: &World<'_>) -> Fixes {
    let mut run = Run { tree, world, wanted, fixes: Fixes::default(), given_up: BTreeSet::new() };
    let mut findings = findings.to_vec();
    for _ in 0..PASSES {
        let taken = run.choose(&findings);
        if taken.is_empty() {
            break;
        }
        if let Some(after) = run.attempt(&findings, taken) {
            findings = after;
        }
    }
    run.fixes
}

/// What makes a finding the same one in two audits of the same texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rule: &'static str,
    path: String,
    line: usize,
    message: String,
    command: Option<String>,
}

impl Key {
    fn of(finding: &Finding) -> Self {
        Self {
            rule: finding.rule,
            path: finding.place.path.clone(),
            line: finding.place.line,
            message: finding.message.clone(),
            command: finding.command.clone(),
        }
    }

    /// The same after edits above it.
    fn moved(mut self, shifts: &Shifts) -> Self {
        self.line = shifts.line(&self.path, self.line);
        self
    }
}

struct Run<'a> {
    tree: &'a Tree,
    world: &'a World<'a>,
    wanted: Wanted,
    fixes: Fixes,
    given_up: BTreeSet<Key>,
}

impl Run<'_> {
    /// The findings whose fixes can be made in one pass.
    fn choose(&mut self, findings: &[Finding]) -> Vec<Finding> {
        let open: Vec<&Finding> = findings
            .iter()
            .filter(|finding| self.wanted.takes(finding) && !self.given_up.contains(&Key::of(finding)))
            .collect();
        let mut allowed = Vec::new();
        for finding in open {
            match self.refusal(finding) {
                Some(why) => self.give_up(finding.clone(), why),
                None => allowed.push(finding),
            }
        }
        take::apart(allowed)
    }

    fn refusal(&self, finding: &Finding) -> Option<Why> {
        let mut paths = finding.fix.iter().flat_map(|fix| fix.edits.keys());
        paths.find_map(|path| {
            (self.world.refusal)(path).map(|reason| Why::File { path: path.clone(), reason })
        })
    }

    /// Makes the fixes of `taken` if all of them stand the proof, and gives the findings afterwards. Else those that do not are
    /// given up, and the next pass tries the others.
    fn attempt(&mut self, findings: &[Finding], taken: Vec<Finding>) -> Option<Vec<Finding>> {
        let texts = match take::texts(&taken, |path| self.text(path)) {
            Ok(texts) => texts,
            Err(path) => {
                self.give_up_all(taken, |one| touches(one, &path).then_some(Why::Unfit));
                return None;
            }
        };
        let broken = texts.iter().find(|(path, text)| !proof::still_parses(path, &self.text(path), text));
        if let Some((path, _)) = broken {
            self.give_up_all(taken, |one| touches(one, path).then(|| Why::Broken { path: path.clone() }));
            return None;
        }
        let mut all = self.fixes.texts.clone();
        all.extend(texts);
        let after = (self.world.audit)(&self.tree_with(&all));
        let shifts = Shifts::of(&taken, |path| self.text(path));
        let wrong = proof::compare(findings, &after, &taken, &shifts);
        if wrong.is_empty() {
            self.given_up =
                std::mem::take(&mut self.given_up).into_iter().map(|key| key.moved(&shifts)).collect();
            self.fixes.texts = all;
            self.fixes.made.extend(taken);
            return Some(after);
        }
        self.give_up_all(taken, |one| wrong.get(&Key::of(one)).cloned());
        None
    }

    /// The tree with other texts; what new ignore rules hide is seen as git would see it.
    fn tree_with(&self, texts: &BTreeMap<String, String>) -> Tree {
        let tree = self.tree.with(texts);
        let ignored = hidden::newly(self.tree, texts);
        tree.ignoring(&ignored)
    }

    fn text(&self, path: &str) -> String {
        let changed = self.fixes.texts.get(path).cloned();
        changed.or_else(|| Some(self.tree.read(path).ok()?.text().to_owned())).unwrap_or_default()
    }

    fn give_up_all(&mut self, taken: Vec<Finding>, why: impl Fn(&Finding) -> Option<Why>) {
        for finding in taken {
            if let Some(why) = why(&finding) {
                self.give_up(finding, why);
            }
        }
    }

    fn give_up(&mut self, finding: Finding, why: Why) {
        self.given_up.insert(Key::of(&finding));
        self.fixes.left.push(Left { finding, why });
    }
}

fn touches(finding: &Finding, path: &str) -> bool {
    finding.fix.as_ref().is_some_and(|fix| fix.edits.contains_key(path))
}
