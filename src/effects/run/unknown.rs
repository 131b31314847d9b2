//! `$DC down -v`: the words behind a program that cannot be told.

use std::collections::{BTreeSet, HashMap};

use super::Run;
use super::state::State;
use crate::effects::tool;
use crate::effects::value::Value;
use crate::presets::tools::{Rule, Scope, Tool};
use crate::presets::wildcard;

/// Rules whose words say enough without the program's name, found by a word of the line.
#[derive(Debug, Clone)]
pub(in crate::effects) struct Telling {
    rules: Vec<(&'static Tool, &'static Rule)>,
    /// Rules by the word that they begin with, in lower case.
    by_word: HashMap<String, Vec<usize>>,
    /// Rules by the pattern that they begin with.
    starred: Vec<(&'static str, usize)>,
}

impl Telling {
    /// The rules of `tools` that tell by themselves, in their order.
    pub(in crate::effects) fn new(tools: &[&'static Tool]) -> Self {
        let all = tools.iter().flat_map(|tool| tool.rules.iter().map(move |rule| (*tool, rule)));
        let rules: Vec<_> = all.filter(|(_, rule)| tells_by_itself(rule)).collect();
        let (mut by_word, mut starred) = (HashMap::<String, Vec<usize>>::new(), Vec::new());
        for (number, (_, rule)) in rules.iter().enumerate() {
            for word in beginnings(rule) {
                if word.contains('*') {
                    starred.push((word, number));
                } else {
                    by_word.entry(word.to_ascii_lowercase()).or_default().push(number);
                }
            }
        }
        Self { rules, by_word, starred }
    }

    /// Those that may fit a line, in their order.
    fn of(&self, arguments: &[Value]) -> impl Iterator<Item = (&'static Tool, &'static Rule)> {
        let known = arguments.iter().filter_map(|word| self.by_word.get(&word.text().to_ascii_lowercase()));
        let fits = |(pattern, _): &&(&str, usize)| {
            arguments.iter().any(|word| wildcard::matches(pattern, word.text()))
        };
        let starred = self.starred.iter().filter(fits).map(|(_, number)| number);
        let numbers: BTreeSet<usize> = known.flatten().chain(starred).copied().collect();
        numbers.into_iter().filter_map(|number| self.rules.get(number).copied())
    }
}

impl Run<'_> {
    /// The words are tried with every tool; the worst that fits counts.
    pub(super) fn unknown_program(&mut self, arguments: &[Value], state: &State) {
        if !arguments.iter().any(|one| one.is_known() && !one.text().is_empty()) {
            return;
        }
        let telling = self.knowledge.telling_rules();
        let fitting = telling.of(arguments).filter_map(|(tool, rule)| {
            if rule.shared || !rule.untold.is_empty() {
                return None;
            }
            let known = tool::without_foreign_clusters(tool, rule, arguments);
            let reading = tool::rule(tool, rule, &rule.words, &known, state).or_else(|| {
                behind_first(rule).and_then(|words| tool::rule(tool, rule, words, &known, state))
            })?;
            Some((rule, tool::targets(rule, &reading)))
        });
        if let Some((rule, targets)) = fitting.min_by_key(|(rule, _)| rule.effect) {
            self.add(rule, rule.effect, (!targets.is_empty()).then(|| targets.join(" ")), state);
        }
    }
}

/// The words that a line may begin with: those of the rule's first that tell by themselves, or of the one behind it.
fn beginnings(rule: &'static Rule) -> impl Iterator<Item = &'static str> {
    let first = |words: &'static str| words.split_whitespace().next();
    let alone = rule.with.is_empty() && rule.words.split_whitespace().count() == 1;
    let own = first(&rule.words).into_iter().flat_map(|word| word.split('|'));
    let behind = behind_first(rule).and_then(first).into_iter().flat_map(|word| word.split('|'));
    own.filter(move |word| !alone || says_more(word)).chain(behind)
}

/// `db:drop` says more than `down`.
fn says_more(word: &str) -> bool {
    word.contains([':', '/', '-']) && !word.starts_with('*')
}

/// `$DC` stands for `docker compose`, and the rule's words begin with `compose`.
fn behind_first(rule: &'static Rule) -> Option<&'static str> {
    rule.words.split_once(' ').filter(|_| !rule.with.is_empty()).map(|(_, words)| words)
}

/// Whether a rule's words say enough without the program's name: `down` alone does not, `down -v` and `db:drop` do.
fn tells_by_itself(rule: &Rule) -> bool {
    rule.scope != Scope::Path && !rule.words.starts_with('*') && rule.words.split_whitespace().count() > 0
}
