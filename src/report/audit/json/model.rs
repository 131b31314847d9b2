//! The shape of `dbguard.audit/1`: what is written, and the JSON Schema that is published.

use schemars::JsonSchema;
use serde::Serialize;

use crate::finding::{Confidence, Fix, Kind, Related, Severity, SilencedBy, Suppressed};
use crate::survey::Incomplete;

/// Name and version of the format.
pub(super) const SCHEMA: &str = "dbguard.audit/1";

/// What `dbguard audit --format json` writes. Later versions of `dbguard.audit/1` may add fields, and change none.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "dbguard.audit/1")]
pub(super) struct AuditReport<'a> {
    /// Name and version of this format.
    #[schemars(extend("const" = "dbguard.audit/1"))]
    pub(super) schema: &'static str,
    /// What wrote the report.
    pub(super) tool: Tool,
    /// The audited directory, as it was given.
    pub(super) root: &'a str,
    /// How many findings there are.
    pub(super) summary: Summary,
    /// Every finding, suppressed ones included; by path, line, column and rule.
    pub(super) findings: Vec<FindingEntry<'a>>,
    /// What could not be read. An entry with `matters` makes the exit code 4 where it would be 0 or 3.
    pub(super) incomplete: &'a [Incomplete],
}

/// A program.
#[derive(Serialize, JsonSchema)]
pub(super) struct Tool {
    /// Its name.
    pub(super) name: &'static str,
    /// Its version.
    pub(super) version: &'static str,
}

/// Numbers of findings. `total` is the sum of the five severities, without the suppressed ones.
#[derive(Serialize, JsonSchema)]
pub(super) struct Summary {
    /// All that are not suppressed.
    pub(super) total: usize,
    /// A routine or automatic action destroys the only copy.
    pub(super) critical: usize,
    /// One plausible mistake or one outside event away.
    pub(super) high: usize,
    /// Makes the accident likelier or the recovery worse.
    pub(super) medium: usize,
    /// Hygiene, or data that is thrown away anyway.
    pub(super) low: usize,
    /// Worth knowing; never fails a build.
    pub(super) info: usize,
    /// Silenced, of any severity.
    pub(super) suppressed: usize,
    /// How many of the suppressed ones the baseline accepts; absent where that is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) baseline: Option<usize>,
    /// Left out by `--since`, since none of their lines has changed; only with that option, in no other number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unchanged: Option<usize>,
}

/// One thing that was found. Lines and columns count characters from 1; the end is exclusive.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub(super) struct FindingEntry<'a> {
    /// Id of the rule; `dbguard explain RULE` tells more.
    pub(super) rule: &'a str,
    /// The rule's title.
    pub(super) title: &'a str,
    /// How bad, in context.
    pub(super) severity: Severity,
    /// How sure.
    pub(super) confidence: Confidence,
    /// Where such findings live.
    pub(super) kind: Kind,
    /// The file, relative to the root, `/`-separated.
    pub(super) path: &'a str,
    /// First line.
    #[schemars(range(min = 1))]
    pub(super) line: usize,
    /// First column.
    #[schemars(range(min = 1))]
    pub(super) column: usize,
    /// Last line.
    #[schemars(range(min = 1))]
    pub(super) end_line: usize,
    /// One past the last column.
    #[schemars(range(min = 1))]
    pub(super) end_column: usize,
    /// What would be lost, and why.
    pub(super) message: &'a str,
    /// What to do instead; may be several lines.
    pub(super) help: &'a str,
    /// Further places, the nearest first.
    pub(super) related: Vec<RelatedEntry<'a>>,
    /// The command as written, where the finding is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command: Option<&'a str>,
    /// Drift only: what differs, as lines of a unified diff for people. What may be secret is `***`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) diff: Option<&'a str>,
    /// A change that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fix: Option<FixEntry<'a>>,
    /// Present where a person has said that it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suppressed: Option<SuppressedEntry<'a>>,
}

/// A place that explains a finding.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Related")]
pub(super) struct RelatedEntry<'a> {
    path: &'a str,
    #[schemars(range(min = 1))]
    line: usize,
    /// What it has to do with the finding.
    message: &'a str,
}

/// A change that makes a finding go away.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Fix")]
pub(super) struct FixEntry<'a> {
    /// Made by `--fix`; others by `--unsafe-fix` only.
    safe: bool,
    /// What it does.
    summary: &'a str,
    /// All of them together, or none.
    edits: Vec<EditEntry<'a>>,
}

/// A replacement in the file as it was read.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Edit")]
pub(super) struct EditEntry<'a> {
    path: &'a str,
    /// First byte, and the one after the last; equal where text is only inserted.
    span: [usize; 2],
    /// The new text.
    replacement: &'a str,
}

/// Why a finding does not count.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Suppressed")]
pub(super) struct SuppressedEntry<'a> {
    /// Where that is said: in a comment at the finding, in `dbguard.toml`, or in the baseline.
    by: SilencedBy,
    /// What the person wrote; of a baseline, where it is.
    reason: &'a str,
    /// The day, `YYYY-MM-DD`, from which it counts again; null if never.
    expires: Option<&'a str>,
}

impl<'a> From<&'a Related> for RelatedEntry<'a> {
    fn from(one: &'a Related) -> Self {
        Self { path: &one.place.path, line: one.place.line, message: &one.message }
    }
}

impl<'a> From<&'a Fix> for FixEntry<'a> {
    fn from(fix: &'a Fix) -> Self {
        let by_path = fix.edits.iter().flat_map(|(path, edits)| edits.iter().map(move |edit| (path, edit)));
        let edits = by_path.map(|(path, edit)| EditEntry {
            path,
            span: [edit.span.start, edit.span.end],
            replacement: &edit.replacement,
        });
        Self { safe: fix.safe, summary: &fix.summary, edits: edits.collect() }
    }
}

impl<'a> From<&'a Suppressed> for SuppressedEntry<'a> {
    fn from(silenced: &'a Suppressed) -> Self {
        Self { by: silenced.by, reason: &silenced.reason, expires: silenced.expires.as_deref() }
    }
}
