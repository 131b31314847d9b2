use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Instant;

use serde_json::Value;

use super::*;
use crate::finding::{Confidence, Fix, Kind, Offer, Place, Related, SilencedBy, Suppressed};
use crate::source::{Edit, Span};
use crate::survey::{Database, Origin};

const RULE: Description = Description {
    id: "compose-down-volumes",
    title: "A teardown deletes the volumes of a database",
    severity: Severity::Critical,
    why: "The option removes named volumes, and with them the only copy.",
    evidence: "Measured: the volume is gone after one run.",
    bad: "docker compose down -v",
    good: "docker compose down",
    remedy: "Leave the option out.",
    fix: Some(Offer::safe(
        "puts a warning above the command where a document has it, in the language of the document",
    )),
};
const HOSTILE: &str = "</script><b>&\"'\n::error::%0A ]]> | `x` \u{1b}[31m \u{202e}表";

fn finding(path: &str, message: &str) -> Finding {
    let place = Place { path: path.to_owned(), line: 2, column: 2, end_line: 2, end_column: 24 };
    let edit = Edit { span: Span::new(24, 27), replacement: String::new() };
    Finding {
        rule: RULE.id,
        title: RULE.title,
        severity: Severity::High,
        confidence: Confidence::High,
        kind: Kind::Doc,
        related: vec![Related {
            place: Place { line: 4, end_line: 4, ..Place::file("compose.yml") },
            message: "this volume".to_owned(),
        }],
        place,
        message: message.to_owned(),
        help: "Leave the option out.".to_owned(),
        command: Some("docker compose down -v".to_owned()),
        diff: None,
        fix: Some(Fix {
            safe: true,
            summary: "remove the option".to_owned(),
            edits: BTreeMap::from([(path.to_owned(), vec![edit])]),
        }),
        suppressed: None,
    }
}

fn mixed() -> Vec<Finding> {
    let mut medium = finding("docs/a b#.md", HOSTILE);
    medium.severity = Severity::Medium;
    medium.kind = Kind::Script;
    let mut silenced = finding("docs/old.md", "It deletes the volume of db.");
    silenced.suppressed = Some(Suppressed {
        by: SilencedBy::Policy,
        reason: "a \"demo\"".to_owned(),
        expires: Some("2027-01-01".to_owned()),
    });
    let mut told = finding("docs/told.md", "The text forbids it.");
    (told.severity, told.confidence, told.fix) = (Severity::Info, Confidence::Low, None);
    (told.place.end_line, told.place.end_column) = (3, 4);
    vec![finding("README.md", "It deletes the volume of db."), medium, silenced, told]
}

fn unread() -> Vec<Incomplete> {
    let one = |path: &str, line, message: &str, matters| Incomplete {
        path: path.to_owned(),
        line,
        column: line,
        message: message.to_owned(),
        matters,
    };
    vec![
        one("deploy/compose.yml", Some(3), "a mapping is not closed", true),
        one("<a>.md", None, "not UTF-8", false),
    ]
}

fn written(format: Format, findings: &[Finding]) -> String {
    written_with(format, findings, &[])
}

fn written_with(format: Format, findings: &[Finding], incomplete: &[Incomplete]) -> String {
    let source = |path: &str| Some(Rc::new(SourceFile::new(path, "# x\n\tdocker compose down -v\nend\n")));
    let mut survey = Survey::default();
    let mut database =
        Database::new("postgres", Origin::Compose, crate::survey::Place::new("compose.yml", 4));
    database.id = "db".to_owned();
    database.compose_service = Some("<script>alert(1)</script>".to_owned());
    database.compose_file = Some("compose.yml".to_owned());
    database.volume = Some("db-data".to_owned());
    database.volume_kind = crate::survey::VolumeKind::Named;
    survey.databases.push(database);
    let report = Report {
        root: ".",
        findings,
        unchanged: None,
        rules: &[RULE],
        sources: &source,
        originals: &source,
        survey: &survey,
        incomplete,
    };
    render(format, &report).unwrap()
}

#[test]
fn every_format_looks_as_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for format in Format::ALL {
            let text = written_with(format, &mixed(), &unread());
            insta::assert_snapshot!(format!("audit-{}", format.word()), text);
        }
    });
}

#[test]
fn people_get_eighty_columns_and_no_control_characters() {
    let text = written(Format::Human, &mixed());
    assert!(text.lines().all(|line| console::measure_text_width(line) <= 80), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
}

#[test]
fn an_annotation_is_one_line_whatever_the_text() {
    let text = written(Format::Github, &mixed());
    let levels: Vec<&str> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(levels, ["::error", "::warning", "::notice"]);
    assert!(text.contains("%250A"), "{text}");
}

#[test]
fn xml_holds_no_text_that_ends_it() {
    for format in [Format::Junit, Format::Checkstyle] {
        let text = written(format, &mixed());
        assert!(!text.contains("]]>") && !text.contains("<b>") && !text.contains('\u{1b}'), "{text}");
        assert!(text.contains("&lt;b&gt;"), "{text}");
    }
}

#[test]
fn the_page_holds_no_foreign_markup_and_no_address() {
    let text = written(Format::Html, &mixed());
    assert_eq!(text.matches("</script>").count(), 1);
    assert!(!text.contains("<b>") && !text.contains("http:") && !text.contains("https:"));
    assert!(text.contains("class=\"found\">3 findings</text>"), "all that are open concern the database");
}

#[test]
fn sarif_encodes_paths_and_keeps_what_is_silenced() {
    let value: Value = serde_json::from_str(&written(Format::Sarif, &mixed())).unwrap();
    let results = value["runs"][0]["results"].as_array().unwrap();
    let location = &results[1]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "docs/a%20b%23.md");
    assert_eq!(results[2]["suppressions"][0]["justification"], "a \"demo\"");
    let region = &results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"];
    assert_eq!((&region["startLine"], &region["startColumn"]), (&Value::from(2), &Value::from(21)));
}

#[test]
fn gitlab_gets_its_fields_and_distinct_fingerprints() {
    let twice = [finding("a", "one"), finding("a", "two")];
    let value: Value = serde_json::from_str(&written(Format::Gitlab, &twice)).unwrap();
    for key in ["description", "check_name", "fingerprint", "severity"] {
        assert!(value[0][key].is_string(), "{key}");
    }
    assert_eq!(value[0]["location"]["lines"]["begin"], 2);
    assert_ne!(value[0]["fingerprint"], value[1]["fingerprint"]);
}

#[test]
fn no_findings_are_a_report_too() {
    assert_eq!(written(Format::Human, &[]), "No findings\n");
    assert_eq!(written(Format::Gitlab, &[]), "[]\n");
    assert_eq!(written(Format::Github, &[]), "");
    assert!(written(Format::Junit, &[]).contains("tests=\"1\" failures=\"0\""));
    assert!(written(Format::Markdown, &[]).starts_with("## dbguard audit: 0 findings\n"));
    let page = written(Format::Html, &[]);
    assert!(
        page.contains("0 open findings") && page.contains("<p>Nothing found.</p>") && !page.contains("<form")
    );
}

#[test]
fn ten_thousand_findings_are_quick_and_a_summary_stays_below_its_limit() {
    let many: Vec<Finding> = (0..10_000).map(|at| finding(&format!("docs/{at:05}.md"), HOSTILE)).collect();
    for format in Format::ALL {
        let start = Instant::now();
        let text = written(format, &many);
        assert!(start.elapsed().as_secs() < 20, "{format:?} took {:?}", start.elapsed());
        assert!(format != Format::Markdown || (text.len() < 1 << 20 && text.contains("left out")));
    }
}

/// `DBGUARD_BLESS=1` writes the examples.
#[test]
fn the_documentation_shows_each_format_as_it_is() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/output.md");
    let committed = std::fs::read_to_string(path).unwrap();
    let one = [finding("README.md", "It deletes the volume of db.")];
    let mut text = committed.clone();
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Html) {
        let section = text.find(&format!("\n## {}\n", format.word())).expect("a section for each format");
        let start = section + text[section..].find("\n```").unwrap() + 4;
        let start = start + text[start..].find('\n').unwrap() + 1;
        let end = start + text[start..].find("```\n").unwrap();
        text.replace_range(start..end, &written(format, &one));
    }
    assert!(text.contains("\n## html\n"));
    if std::env::var_os("DBGUARD_BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert!(
        text == committed,
        "docs/output.md is out of date; run: DBGUARD_BLESS=1 cargo test --lib report::audit"
    );
}

#[test]
fn a_rule_page_says_why_and_how_to_mend_and_to_silence() {
    let text = page(&RULE);
    let titles: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    let silence = "# dbguard: ignore[compose-down-volumes] why this is safe here";
    let expected =
        ["# compose-down-volumes", "## Why", "## Found", "## Better", "## Fix", "## Silence", silence];
    assert_eq!(titles, expected);
    for part in [RULE.title, RULE.why, RULE.evidence, RULE.bad, RULE.good, RULE.remedy] {
        assert!(text.contains(part), "{part}");
    }
}
