//! Reports that hold what breaks formats.

use std::collections::BTreeMap;
use std::rc::Rc;

use dbguard::finding::{Confidence, Finding, Fix, Kind, Place, Related, Severity, SilencedBy, Suppressed};
use dbguard::report::audit::{Format, Report, render};
use dbguard::rules::RULES;
use dbguard::source::{Edit, SourceFile, Span};
use dbguard::survey::{Incomplete, Survey};

/// Text that ends elements, strings, lines, cells, commands and links in one format or another.
pub(crate) const TEXT: &str = "</script><b>&\"' ]]> [see](https://evil.example) `x` | \\| ${A} {0}\n::error file=x::%0A\r\u{1b}[31m \u{202e}表🦀 --> <!-- \0";
const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
const KINDS: [Kind; 7] =
    [Kind::Doc, Kind::Script, Kind::Ci, Kind::Config, Kind::Code, Kind::Git, Kind::Drift];
/// Paths that formats must keep apart from their own marks; every one is in a report.
pub(crate) const PATHS: [&str; 9] = [
    "README.md",
    "docs/a b#50%.md",
    "docs/ünï/表.md",
    "a&<b>\"'.yml",
    "with,comma:colon;=.sh",
    "b[1](2).md",
    "pipe|tick`.md",
    "line\nfeed\u{1b}.sh",
    "gone.sh",
];

/// A report and what it is made of.
pub(crate) struct Nasty {
    pub(crate) findings: Vec<Finding>,
    pub(crate) incomplete: Vec<Incomplete>,
}

impl Nasty {
    /// Every severity, kind and path; suppressed, with related places, fixes, spans of several lines, unread files.
    pub(crate) fn full() -> Self {
        let mut findings: Vec<Finding> =
            PATHS.iter().enumerate().flat_map(|(at, path)| [finding(at, path), finding(at, path)]).collect();
        for (at, one) in findings.iter_mut().enumerate() {
            one.severity = SEVERITIES[at % 5];
            one.kind = KINDS[at % 7];
        }
        findings[2].suppressed = Some(Suppressed {
            by: SilencedBy::Policy,
            reason: TEXT.to_owned(),
            expires: Some("2027-01-01".to_owned()),
        });
        findings[3].suppressed =
            Some(Suppressed { by: SilencedBy::Comment, reason: "a demo".to_owned(), expires: None });
        findings[1].suppressed = Some(Suppressed {
            by: SilencedBy::Baseline,
            reason: format!("accepted in {TEXT}"),
            expires: None,
        });
        findings[4].place.end_line = 4;
        findings[4].place.end_column = 1;
        findings[5].fix = None;
        findings[6].message = "long ".repeat(20_000);
        dbguard::finding::sort(&mut findings);
        Self { findings, incomplete: unread() }
    }

    /// Nothing found, and everything read.
    pub(crate) fn empty() -> Self {
        Self { findings: Vec::new(), incomplete: Vec::new() }
    }

    /// Nothing found where not everything could be read.
    pub(crate) fn unread() -> Self {
        Self { findings: Vec::new(), incomplete: unread() }
    }

    /// All three.
    pub(crate) fn all() -> [Self; 3] {
        [Self::full(), Self::empty(), Self::unread()]
    }

    pub(crate) fn written(&self, format: Format) -> String {
        let about: Vec<_> = RULES.iter().map(|rule| rule.about).collect();
        let report = Report {
            root: "a <b> & c",
            findings: &self.findings,
            unchanged: None,
            rules: &about,
            sources: &source,
            originals: &source,
            survey: &Survey::default(),
            incomplete: &self.incomplete,
        };
        render(format, &report).unwrap()
    }

    /// The findings that count.
    pub(crate) fn open(&self) -> Vec<&Finding> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none()).collect()
    }
}

fn source(path: &str) -> Option<Rc<SourceFile>> {
    let text = format!("# x\n\tdocker compose down -v {TEXT}\n\n{}\nend\n", "x".repeat(50_000));
    (path != "gone.sh").then(|| Rc::new(SourceFile::new(path, text)))
}

fn finding(at: usize, path: &str) -> Finding {
    let rule = RULES[at % RULES.len()].about;
    let place = Place { path: path.to_owned(), line: 2, column: 2, end_line: 2, end_column: 24 };
    let edit = |start, end, text: &str| Edit { span: Span::new(start, end), replacement: text.to_owned() };
    let edits = vec![edit(4, 7, ""), edit(9, 9, TEXT)];
    Finding {
        rule: rule.id,
        title: rule.title,
        severity: Severity::High,
        confidence: Confidence::Medium,
        kind: Kind::Doc,
        related: PATHS.iter().map(|path| related(path)).collect(),
        place,
        message: format!("It deletes [the volume](of db): {TEXT}"),
        help: format!("Leave it out.\n\n{TEXT}"),
        command: Some(TEXT.to_owned()),
        diff: None,
        fix: Some(Fix {
            safe: at.is_multiple_of(2),
            summary: TEXT.to_owned(),
            edits: BTreeMap::from([(path.to_owned(), edits), ("none.md".to_owned(), Vec::new())]),
        }),
        suppressed: None,
    }
}

fn related(path: &str) -> Related {
    let place = Place { path: path.to_owned(), line: 4, column: 1, end_line: 4, end_column: 3 };
    Related { place, message: "this [volume](3) \\".to_owned() }
}

fn unread() -> Vec<Incomplete> {
    let one = |path: &str, line, matters| Incomplete {
        path: path.to_owned(),
        line,
        column: line,
        message: TEXT.to_owned(),
        matters,
    };
    vec![one(PATHS[1], Some(7), true), one(PATHS[3], None, true), one(PATHS[7], None, false)]
}
