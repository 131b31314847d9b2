//! The advice of a preset, taken apart: commands read the same in every language, sentences do not.

use crate::presets::Presets;
use crate::survey::tree::Tree;

/// What to do around a command that destroys data.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Steps {
    /// Before it.
    pub(super) before: Vec<String>,
    /// Instead of it, one after the other.
    pub(super) instead: Vec<String>,
}

/// English words without which hardly any sentence does, and no command has.
const SENTENCE: &str = "the|a|an|and|or|to|it|is|that|under|without|until|another|keeps|which|first|with|of|for|what|should|by|\
from|on|in|not|be|its|their|these|those|when|before|after|look|one|lists|shows";

/// The steps of `advice` that are commands: scripts of the tree, and programs that presets know. `X first` goes before, everything
/// else instead. What `command` itself is helps nobody.
pub(super) fn of(advice: &str, command: &str, tree: &Tree) -> Steps {
    let (before, instead) = match advice.split_once(" first, then ") {
        Some((before, instead)) => (before, instead),
        None => advice.strip_suffix(" first").map_or(("", advice), |before| (before, "")),
    };
    let steps = |text: &str| {
        let parts = text.split(", then ").flat_map(|part| part.split("; "));
        let fitting = parts.map(str::trim).filter(|part| is_command(part, tree) && !is_same(part, command));
        fitting.map(str::to_owned).collect()
    };
    Steps { before: steps(before), instead: steps(instead) }
}

fn is_command(text: &str, tree: &Tree) -> bool {
    let mut words = text.split_whitespace();
    let Some(first) = words.next() else { return false };
    let is_program =
        || Presets::embedded_tools().any(|tool| tool.programs.iter().any(|name| **name == *first));
    let known = if first.contains('/') { tree.has(first) || is_runner(first) } else { is_program() };
    known
        && !text.contains([',', '…', '`', '|'])
        && !words.any(|word| SENTENCE.split('|').any(|known| known == word))
}

/// Whether a step is the command over again, but for where its program lies.
fn is_same(step: &str, command: &str) -> bool {
    let (program, rest) = step.split_once(' ').unwrap_or((step, ""));
    let program = program.rsplit('/').next().unwrap_or(program);
    command.contains(format!("{program} {rest}").trim_end())
        && !rest.is_empty()
        && command.trim_end().ends_with(rest)
}

/// Scripts that a framework puts into every project.
fn is_runner(word: &str) -> bool {
    matches!(word, "bin/rails" | "bin/console" | "bin/magento" | "bin/cake")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(advice: &str, files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let steps = of(advice, "rails db:rollback", &Tree::in_memory(files.iter().copied()));
        (steps.before, steps.instead)
    }

    #[test]
    fn commands_are_kept_and_sentences_are_not() {
        let none: Vec<String> = Vec::new();
        let one = |text: &str| vec![text.to_owned()];
        assert_eq!(steps("docker compose down", &[]), (none.clone(), one("docker compose down")));
        assert_eq!(steps("drush sql:dump first", &[]), (one("drush sql:dump"), none.clone()));
        let script = [("scripts/db/backup.sh", "")];
        let both = "scripts/db/backup.sh first, then dbmate rollback";
        assert_eq!(steps(both, &script), (one("scripts/db/backup.sh"), one("dbmate rollback")));
        assert_eq!(steps(both, &[]), (none.clone(), one("dbmate rollback")), "a script that is not there");
        assert_eq!(steps("bin/rails db:rollback", &[]), (none.clone(), none.clone()), "the command itself");
        for sentence in ["a migration", "docker compose rm, without -v", "MATCH with WHERE", "a backup first"]
        {
            assert_eq!(steps(sentence, &[]), (none.clone(), none.clone()), "{sentence}");
        }
    }
}
