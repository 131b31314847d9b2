//! What an audit says: one finding each, and the words for how bad and how sure it is.

pub(crate) mod fingerprint;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::{Edit, SourceFile, Span};

/// How much would be lost, in context: what destroys throw-away data is `Low`, a mere mention at most `Info`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never fails a build.
    Info,
    /// Hygiene, or data that is thrown away anyway.
    Low,
    /// Makes the accident likelier or the recovery worse.
    Medium,
    /// One plausible mistake or one outside event away.
    High,
    /// A routine or automatic action destroys the only copy.
    Critical,
}

impl Severity {
    /// The word for it, as written in output and options.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How sure the rule is that it has understood what it saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess.
    Low,
    /// Likely.
    Medium,
    /// As good as certain.
    High,
}

impl Confidence {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Where findings of this kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text that people copy from.
    Doc,
    /// What a person or a program runs.
    Script,
    /// A workflow of a CI system.
    Ci,
    /// Configuration of services, infrastructure, agents.
    Config,
    /// Source code and migrations.
    Code,
    /// What git holds or hides.
    Git,
    /// The repository and its policy have grown apart.
    Drift,
}

impl Kind {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Doc => "doc",
            Self::Script => "script",
            Self::Ci => "ci",
            Self::Config => "config",
            Self::Code => "code",
            Self::Git => "git",
            Self::Drift => "drift",
        }
    }
}

/// A range of a file: root-relative `/`-separated path, lines and character columns from 1, the end exclusive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The file.
    pub path: String,
    /// First line.
    pub line: usize,
    /// First column, in characters.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// One past the last column.
    pub end_column: usize,
}

impl Place {
    /// The place of `span` in `file`.
    pub fn of(file: &SourceFile, span: Span) -> Self {
        let (start, end) = (file.position(span.start), file.position(span.end.max(span.start)));
        Self {
            path: file.path().to_owned(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }

    /// A file as a whole: its first line.
    pub fn file(path: impl Into<String>) -> Self {
        Self { path: path.into(), line: 1, column: 1, end_line: 1, end_column: 1 }
    }
}

/// A second place that explains the first: the volume that a teardown removes, the database that lives on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What it has to do with the finding, one line.
    pub message: String,
}

/// A change that makes the finding go away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Whether it cannot change what a program does for its users; others are made by `--unsafe-fix` only.
    pub safe: bool,
    /// What it does, one line.
    pub summary: String,
    /// Edits by path; their spans refer to the file as it was read.
    pub edits: BTreeMap<String, Vec<Edit>>,
}

/// The fix that a rule has, as its documentation tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Whether `--fix` makes it; others are made by `--unsafe-fix` only.
    pub safe: bool,
    /// What it does, as the rest of a sentence that begins with the option.
    pub does: &'static str,
}

impl Offer {
    /// One that cannot change what a program does for its users.
    pub const fn safe(does: &'static str) -> Self {
        Self { safe: true, does }
    }

    /// One that somebody has to ask for.
    pub const fn asked(does: &'static str) -> Self {
        Self { safe: false, does }
    }

    /// The option that makes it.
    pub const fn option(&self) -> &'static str {
        if self.safe { "--fix" } else { "--unsafe-fix" }
    }
}

/// Where somebody has said that a finding does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SilencedBy {
    /// A comment at the finding.
    Comment,
    /// An entry of `dbguard.toml`.
    Policy,
    /// An entry of the baseline.
    Baseline,
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// Where that is said.
    pub by: SilencedBy,
    /// What the person wrote; of a baseline, where it is.
    pub reason: String,
    /// The day, `YYYY-MM-DD`, from which it counts again.
    pub expires: Option<String>,
}

/// One thing that an audit has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule, such as `compose-down-volumes`.
    pub rule: &'static str,
    /// The rule's title.
    pub title: &'static str,
    /// How bad, in context.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Where such findings live.
    pub kind: Kind,
    /// The primary place.
    pub place: Place,
    /// What would be lost, and why; one or two sentences without markup.
    pub message: String,
    /// What to do instead; may be several lines.
    pub help: String,
    /// The command as written, where the finding is about one.
    pub command: Option<String>,
    /// What differs from what dbguard would write, as lines of a diff without secrets; only for drift.
    pub diff: Option<String>,
    /// Further places, the nearest first.
    pub related: Vec<Related>,
    /// A change that mends it, if there is one.
    pub fix: Option<Fix>,
    /// Set where a person has said that it does not count.
    pub suppressed: Option<Suppressed>,
}

impl Finding {
    /// Whether it counts towards `--fail-on`: suppressed findings and `info` never do.
    pub fn counts(&self, from: Severity) -> bool {
        self.suppressed.is_none() && self.severity >= from.max(Severity::Low)
    }

    /// Whether the baseline has accepted it.
    pub fn is_accepted(&self) -> bool {
        self.suppressed.as_ref().is_some_and(|silenced| silenced.by == SilencedBy::Baseline)
    }

    /// Whether the audit fails by it: it counts, or it is drift, which counts whatever its severity.
    pub fn fails(&self, from: Severity) -> bool {
        self.counts(from) || (self.kind == Kind::Drift && self.suppressed.is_none())
    }
}

/// What a rule is, as its documentation, `dbguard rules`, SARIF and the schema show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// Its id: the problem's name.
    pub id: &'static str,
    /// One line, no full stop.
    pub title: &'static str,
    /// The severity for a production-like target, before the context lowers it.
    pub severity: Severity,
    /// Why data is lost by it, in a few sentences of Markdown.
    pub why: &'static str,
    /// A real incident or the measured fact behind it, with its public address.
    pub evidence: &'static str,
    /// An example that is found.
    pub bad: &'static str,
    /// The same, done well.
    pub good: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// The fix that it has, if any. A test compares this with what the rule gives.
    pub fix: Option<Offer>,
}

/// Sorts findings for people and machines alike: by path, line, column, rule.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| (&a.place, a.rule, &a.message).cmp(&(&b.place, b.rule, &b.message)));
}
