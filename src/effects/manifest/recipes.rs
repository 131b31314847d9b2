//! Recipes of a Makefile or a justfile. The file is read once, and a target is followed once, however often others need it.

use std::collections::{BTreeMap, BTreeSet};

/// Which of the two languages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// GNU make.
    Make,
    /// just.
    Just,
}

/// Variables that are put into one line.
const MOST_VARIABLES: usize = 64;

/// Length up to which a line grows by its variables.
const LONGEST: usize = 16 * 1024;

/// The shell texts of a target, those of what it needs first; an empty name is the first target. None when there is no such target.
pub(super) fn recipe(text: &str, name: &str, kind: Kind) -> Option<Vec<String>> {
    let joined = text.replace("\\\n", " ");
    let file = File::read(&joined, kind);
    let first = if name.is_empty() { file.rules.first()?.targets.first().copied()? } else { name };
    file.rules_of(first).next()?;
    let (mut waiting, mut seen, mut texts) = (vec![first], BTreeSet::new(), Vec::new());
    while let Some(target) = waiting.pop() {
        if !seen.insert(target) {
            continue;
        }
        for rule in file.rules_of(target) {
            texts.push(file.body(rule));
            waiting.extend(&rule.needs);
        }
    }
    texts.reverse();
    Some(texts)
}

struct Rule<'a> {
    targets: Vec<&'a str>,
    needs: Vec<&'a str>,
    lines: Vec<&'a str>,
}

struct File<'a> {
    kind: Kind,
    rules: Vec<Rule<'a>>,
    by_target: BTreeMap<&'a str, Vec<usize>>,
    definitions: BTreeMap<&'a str, &'a str>,
}

impl<'a> File<'a> {
    fn read(text: &'a str, kind: Kind) -> Self {
        let mut file =
            Self { kind, rules: Vec::new(), by_target: BTreeMap::new(), definitions: BTreeMap::new() };
        for row in text.lines() {
            let indented = row.starts_with([' ', '\t']);
            match file.rules.last_mut() {
                Some(rule) if indented || row.trim().is_empty() => rule.lines.push(row.trim()),
                _ => file.head(row),
            }
        }
        file
    }

    /// A line that is not indented: a definition, the head of a rule, or something else.
    fn head(&mut self, row: &'a str) {
        if let Some((name, value)) = definition(row) {
            self.definitions.entry(name).or_insert(value);
        } else if let Some(rule) = rule(row, self.kind) {
            for target in &rule.targets {
                self.by_target.entry(target).or_default().push(self.rules.len());
            }
            self.rules.push(rule);
        }
    }

    fn rules_of(&self, target: &str) -> impl Iterator<Item = &Rule<'a>> {
        let numbers = self.by_target.get(target).map(Vec::as_slice).unwrap_or_default();
        numbers.iter().filter_map(|number| self.rules.get(*number))
    }

    fn body(&self, rule: &Rule<'_>) -> String {
        let lines = rule.lines.iter().map(|line| self.expanded(line.trim_start_matches(['@', '-', '+'])));
        lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    /// A line with the variables of the file itself; `$$X` is the shell's own `$X`.
    fn expanded(&self, line: &str) -> String {
        let (open, close) = if self.kind == Kind::Make { ("$(", ")") } else { ("{{", "}}") };
        let mut out = line.to_owned();
        for _ in 0..MOST_VARIABLES {
            let Some(start) = out.find(open) else { break };
            let Some(length) = out.get(start..).and_then(|rest| rest.find(close)) else { break };
            let name = out[start + open.len()..start + length].trim();
            let value = if name == "MAKE" { Some("make") } else { self.definitions.get(name).copied() };
            let value =
                value.filter(|value| out.len() + value.len() < LONGEST).unwrap_or("$UNKNOWN").to_owned();
            out.replace_range(start..start + length + close.len(), &value);
        }
        if self.kind == Kind::Make { out.replace("$$", "$") } else { out }
    }
}

/// `NAME = value`, in any of make's forms, and just's `name := value`.
fn definition(row: &str) -> Option<(&str, &str)> {
    let rest = row.strip_prefix("export ").unwrap_or(row);
    let end = rest.find(|letter: char| !(letter.is_alphanumeric() || "_-.".contains(letter)))?;
    let (name, rest) = rest.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
    let operators = [":=", "?=", "::=", "="];
    let value = operators.iter().find_map(|operator| rest.trim_start().strip_prefix(operator))?;
    Some((name, value.trim().trim_matches(['"', '\''])))
}

/// The head of a rule: its targets, and what they need.
fn rule(row: &str, kind: Kind) -> Option<Rule<'_>> {
    if row.starts_with(['#', '.', '[']) && !row.starts_with("..") {
        return None;
    }
    let (targets, rest) = row.split_once(':')?;
    if rest.starts_with('=') || targets.contains('=') && kind == Kind::Make {
        return None;
    }
    let names = targets.trim_start_matches('@').split_whitespace();
    let targets: Vec<&str> = if kind == Kind::Make { names.collect() } else { names.take(1).collect() };
    let is_plain =
        |word: &&str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
    let rest = rest.trim_start_matches(':');
    // `target: needed ; command` is a recipe on the same line.
    let (needs, command) =
        rest.split_once(';').map_or((rest, None), |(needs, command)| (needs, Some(command)));
    let needs =
        needs.split(['#', '|']).next().unwrap_or_default().split_whitespace().filter(is_plain).collect();
    let lines = command.filter(|_| kind == Kind::Make).map(str::trim).into_iter().collect();
    (!targets.is_empty()).then_some(Rule { targets, needs, lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn make_resolves_variables_and_dependencies() {
        let text = "DC := docker compose\n\nall: wipe\n\techo $$X\nwipe: ; \n\t@$(DC) down -v\n\nx=1\n";
        let found = recipe(text, "all", Kind::Make).unwrap_or_default();
        assert_eq!(
            found.iter().map(|one| one.trim()).collect::<Vec<_>>(),
            ["docker compose down -v", "echo $X"]
        );
        assert_eq!(recipe(text, "x", Kind::Make), None);
    }

    #[test]
    fn a_recipe_may_stand_on_the_line_of_its_target() {
        assert_eq!(recipe("a: b ; dropdb x\nb:\n", "a", Kind::Make).unwrap_or_default(), ["", "dropdb x"]);
    }

    #[test]
    fn just_reads_parameters_and_dependencies() {
        let text = "db := \"clinic\"\nwipe target='x': stop\n    dropdb {{db}}\nstop:\n    docker stop db\n";
        assert_eq!(recipe(text, "wipe", Kind::Just).unwrap_or_default(), ["docker stop db", "dropdb clinic"]);
    }

    #[test]
    fn targets_that_need_each_other_end() {
        let text = format!("all: {}\n\ttrue\nb: all all b\n\tfalse\n", "all b ".repeat(500));
        assert_eq!(recipe(&text, "all", Kind::Make).unwrap_or_default(), ["false", "true"]);
        let chain: Vec<String> = (0..20_000).map(|n| format!("t{n}: t{}\n\t$(X)\n", n + 1)).collect();
        assert_eq!(recipe(&chain.concat(), "", Kind::Make).unwrap_or_default().len(), 20_000);
    }

    #[test]
    fn a_variable_that_grows_is_cut() {
        let text = format!("A = {}\nall:\n\techo {}\n", "$(A)x ".repeat(100), "$(A)".repeat(10));
        assert!(recipe(&text, "all", Kind::Make).unwrap_or_default().concat().len() < 2 * LONGEST);
    }
}
