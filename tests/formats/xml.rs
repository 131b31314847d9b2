//! XML through xmllint, and `JUnit` through a reader of it.

use dbguard::finding::Severity;
use dbguard::report::audit::Format;
use serde_json::Value;

use crate::nasty::{Nasty, TEXT};
use crate::programs::{answer, installed, python_with};

/// What an expression of `XPath` gives, without the line end of the tool.
fn ask(xml: &str, expression: &str) -> Option<String> {
    let xmllint = installed("xmllint")?;
    let text = answer(xmllint, &["--noent", "--huge", "--xpath", expression, "-"], xml);
    Some(text.strip_suffix('\n').unwrap_or(&text).to_owned())
}

#[test]
fn junit_counts_what_it_holds() {
    for nasty in Nasty::all() {
        let xml = nasty.written(Format::Junit);
        for (attribute, elements) in [
            ("tests", "//testcase"),
            ("failures", "//testcase/failure"),
            ("errors", "//testcase/error"),
            ("skipped", "//testcase/skipped"),
        ] {
            let Some(said) = ask(&xml, &format!("string(/testsuites/testsuite/@{attribute})")) else {
                return;
            };
            assert_eq!(Some(said), ask(&xml, &format!("count({elements})")), "{attribute}");
        }
    }
}

const READ_JUNIT: &str = "
import json, sys, junitparser
suites = junitparser.JUnitXml.fromstring(sys.stdin.read().encode())
cases = [case for suite in suites for case in suite]
print(json.dumps([[case.classname, case.name, [type(one).__name__ for one in case.result], case.is_passed] for case in cases]))
";

#[test]
fn junit_is_read_as_failed_skipped_and_passed_tests() {
    let Some(python) = python_with("junitparser") else { return };
    let full = Nasty::full();
    let text = answer(python, &["-c", READ_JUNIT], &full.written(Format::Junit));
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let number = |kind: &str| cases.iter().filter(|case| case[2] == serde_json::json!([kind])).count();
    let failed = full.open().iter().filter(|one| one.severity > Severity::Info).count();
    assert_eq!((number("Failure"), number("Skipped"), number("Error")), (failed, 3, 2));
    let mut names: Vec<String> = cases.iter().map(|case| format!("{} {}", case[0], case[1])).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), cases.len(), "two tests of one name count as one");
}

#[test]
fn checkstyle_holds_every_finding_in_its_file() {
    let full = Nasty::full();
    let xml = full.written(Format::Checkstyle);
    let Some(errors) =
        ask(&xml, "count(/checkstyle/file[@name]/error[@line and @severity and @message and @source])")
    else {
        return;
    };
    assert_eq!(errors, (full.open().len() + 2).to_string(), "and the unread files that matter");
    let known = "@severity='error' or @severity='warning' or @severity='info'";
    assert_eq!(ask(&xml, &format!("count(//error[not({known})])")).unwrap(), "0");
    assert_eq!(ask(&Nasty::empty().written(Format::Checkstyle), "count(//file)").unwrap(), "0");
}

#[test]
fn text_comes_out_of_xml_as_it_went_in() {
    let full = Nasty::full();
    let message =
        ask(&full.written(Format::Junit), "string(//testcase/skipped[starts-with(@message, '<')]/@message)");
    let Some(message) = message else { return };
    let expected = TEXT.replace('\u{1b}', "\\u{1b}").replace('\u{202e}', "\\u{202e}").replace('\0', "\\u{0}");
    assert_eq!(message, expected);
}
