//! What kind of life the data of a file leads, judged by the whole words of its path.

use crate::finding::Severity;
use crate::survey::environment::words;

/// Whose data a file is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Surroundings {
    /// Tests and CI: thrown away by design.
    ThrowAway,
    /// Something to learn from or to copy.
    Example,
    /// A developer's machine.
    Development,
    /// Nothing told.
    Unknown,
    /// Real users' data.
    Production,
}

const PRODUCTION: [&str; 6] = ["production", "prod", "prd", "live", "staging", "preprod"];
const THROW_AWAY: [&str; 16] = [
    "test",
    "tests",
    "testing",
    "ci",
    "e2e",
    "cypress",
    "playwright",
    "spec",
    "specs",
    "fixture",
    "fixtures",
    "bench",
    "benchmark",
    "benchmarks",
    "mock",
    "mocks",
];
const EXAMPLES: [&str; 16] = [
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "template",
    "templates",
    "tutorial",
    "tutorials",
    "playground",
    "docs",
    "archive",
    "archived",
    "quickstart",
    "dist",
];
const DEVELOPMENT: [&str; 5] = ["dev", "development", "develop", "local", "devcontainer"];

impl Surroundings {
    /// Judges `path`; the most telling word wins, production before all others but tests.
    pub(super) fn of(path: &str) -> Self {
        let words = words([path]);
        let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        if says(&THROW_AWAY) {
            Self::ThrowAway
        } else if says(&PRODUCTION) {
            Self::Production
        } else if says(&EXAMPLES) {
            Self::Example
        } else if says(&DEVELOPMENT) {
            Self::Development
        } else {
            Self::Unknown
        }
    }

    /// What is left of `severity` here: nothing where data is thrown away, one level less in examples and development.
    pub(super) fn weigh(self, severity: Severity) -> Option<Severity> {
        match self {
            Self::ThrowAway => None,
            Self::Example | Self::Development => Some(lower(severity)),
            Self::Unknown | Self::Production => Some(severity),
        }
    }
}

/// One level less, never below `low`; what is `info` stays so.
pub(super) fn lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium | Severity::Low => Severity::Low,
        Severity::Info => Severity::Info,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_of_the_path_decide() {
        for (path, expected) in [
            ("docker-compose.yml", Surroundings::Unknown),
            ("docker-compose.prod.yml", Surroundings::Production),
            ("deploy/test/compose.yml", Surroundings::ThrowAway),
            ("docker-compose.dev.yml", Surroundings::Development),
            ("latest/compose.yml", Surroundings::Unknown),
            ("devices/compose.yml", Surroundings::Unknown),
            ("examples/pg/compose.yml", Surroundings::Example),
        ] {
            assert_eq!(Surroundings::of(path), expected, "{path}");
        }
    }

    #[test]
    fn weights() {
        assert_eq!(Surroundings::ThrowAway.weigh(Severity::Critical), None);
        assert_eq!(Surroundings::Development.weigh(Severity::Critical), Some(Severity::High));
        assert_eq!(Surroundings::Unknown.weigh(Severity::Low), Some(Severity::Low));
    }
}
