//! Dockerfiles, as far as needed to know which image a build starts from.

mod lines;

use std::collections::BTreeMap;

use super::interpolate;
use crate::source::SourceFile;

/// Most stages that are followed before a chain counts as endless.
const MAX_STAGES: usize = 100;

/// Where a build's final stage comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The external image reference, variables replaced (`postgres:16-alpine`, `scratch`).
    pub image: String,
    /// Line of the `FROM` that names it, from 1.
    pub line: usize,
}

/// The external image that the build of `target` (the last stage when none) starts from; stages that build on one another
/// are followed down. `args` are build arguments given from outside. None when there is no such stage or no `FROM`.
pub fn base(file: &SourceFile, target: Option<&str>, args: &BTreeMap<String, String>) -> Option<Base> {
    let stages = stages(file, args);
    let mut at = match target.filter(|target| !target.is_empty()) {
        Some(target) => {
            stages.iter().rposition(|stage| stage.is_named(target)).or_else(|| target.parse().ok())?
        }
        None => stages.len().checked_sub(1)?,
    };
    for _ in 0..MAX_STAGES {
        let stage = stages.get(at)?;
        match stages[..at].iter().rposition(|earlier| earlier.is_named(&stage.from)) {
            Some(earlier) => at = earlier,
            None => return Some(Base { image: stage.from.clone(), line: stage.line }),
        }
    }
    None
}

struct Stage {
    name: Option<String>,
    from: String,
    line: usize,
}

impl Stage {
    fn is_named(&self, name: &str) -> bool {
        self.name.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }
}

fn stages(file: &SourceFile, args: &BTreeMap<String, String>) -> Vec<Stage> {
    let mut stages = Vec::new();
    let mut global = BTreeMap::new();
    for instruction in lines::instructions(file.text()) {
        let expand = |text: &str| interpolate::expand(text, &|name| global.get(name).cloned()).text;
        match instruction.keyword.as_str() {
            "FROM" => stages.extend(stage(&expand(&instruction.rest), instruction.line)),
            "ARG" if stages.is_empty() => {
                let given: Vec<(String, String)> = declarations(&expand(&instruction.rest), args);
                global.extend(given);
            }
            _ => {}
        }
    }
    stages
}

/// `[--platform=…] IMAGE [AS NAME]`
fn stage(rest: &str, line: usize) -> Option<Stage> {
    let mut words = rest.split_whitespace().skip_while(|word| word.starts_with("--"));
    let from = unquoted(words.next()?).to_owned();
    let named = words.next().is_some_and(|word| word.eq_ignore_ascii_case("as"));
    let name = if named { words.next().map(str::to_owned) } else { None };
    Some(Stage { name, from, line })
}

/// `NAME[=default]…`, each with the value from outside where one is given.
fn declarations(rest: &str, args: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let declared = rest.split_whitespace().filter_map(|word| {
        let (name, default) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let value = args.get(name).map(String::as_str).or(default.map(unquoted))?;
        Some((name.to_owned(), value.to_owned()))
    });
    declared.collect()
}

fn unquoted(word: &str) -> &str {
    let inner = |quote| word.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn image(text: &str, target: Option<&str>, args: &[(&str, &str)]) -> Option<String> {
        let args = args.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        base(&SourceFile::new("Dockerfile", text), target, &args).map(|base| base.image)
    }

    #[test]
    fn stages_are_followed_to_the_external_image() {
        let text = "FROM postgres:16 AS base\nFROM golang AS tool\nFROM Base\nRUN x\n";
        assert_eq!(image(text, None, &[]).as_deref(), Some("postgres:16"));
        assert_eq!(image(text, Some("tool"), &[]).as_deref(), Some("golang"));
        assert_eq!(image(text, Some("1"), &[]).as_deref(), Some("golang"));
        assert_eq!(image(text, Some("nowhere"), &[]), None);
        assert_eq!(image("RUN x\n", None, &[]), None);
    }

    #[test]
    fn a_stage_may_be_named_as_its_own_image() {
        assert_eq!(image("FROM postgres AS postgres\n", None, &[]).as_deref(), Some("postgres"));
    }

    #[test]
    fn arguments_before_the_first_stage_are_replaced() {
        let text = "ARG V=15 \\\n  FLAVOUR=\"alpine\"\nARG TAG=${V}-${FLAVOUR}\nFROM --platform=$X postgres:${TAG}\nARG V=1\n";
        assert_eq!(image(text, None, &[]).as_deref(), Some("postgres:15-alpine"));
        assert_eq!(image(text, None, &[("V", "17")]).as_deref(), Some("postgres:17-alpine"));
        assert_eq!(image("ARG V\nFROM redis:${V:-7}\n", None, &[]).as_deref(), Some("redis:7"));
    }

    #[test]
    fn the_line_is_that_of_the_from() {
        let file = SourceFile::new("Dockerfile", "# syntax=x\n\nFROM a AS b\nFROM b\n");
        assert_eq!(base(&file, None, &BTreeMap::new()), Some(Base { image: "a".to_owned(), line: 3 }));
    }

    proptest! {
        #[test]
        fn never_panics(text in "(FROM |ARG |AS |<<EOF|EOF|[a-z$={}\\\\#\" \r\n]){0,40}") {
            image(&text, None, &[]);
        }
    }
}
