//! JSON against schemas: ours as published, GitLab's as documented.

use dbguard::report::audit::{Format, schema};
use serde_json::{Value, json};

use crate::nasty::Nasty;
use crate::programs::{answer, python_with};

/// Reads `[schema, [document, …]]`; complains about every place that does not fit, and about a schema that is none.
const VALIDATE: &str = "
import json, sys
from jsonschema import validators
schema, documents = json.load(sys.stdin)
validator = validators.validator_for(schema)
validator.check_schema(schema)
errors = [f'{list(e.absolute_path)}: {e.message[:300]}' for d in documents for e in validator(schema).iter_errors(d)]
sys.exit('\\n'.join(errors[:20]) if errors else None)
";

/// Whether every document fits, checked by Python's jsonschema; false if that is not installed. The test fails if one does not fit.
pub(crate) fn fits(schema: &Value, documents: &[Value]) -> bool {
    let Some(python) = python_with("jsonschema") else { return false };
    answer(python, &["-c", VALIDATE], &json!([schema, documents]).to_string());
    true
}

pub(crate) fn documents(format: Format) -> Vec<Value> {
    Nasty::all().iter().map(|one| serde_json::from_str(&one.written(format)).unwrap()).collect()
}

#[test]
fn json_fits_its_published_schema() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    let strict = without_more(schema.clone());
    fits(&schema, &documents(Format::Json));
    fits(&strict, &documents(Format::Json));
}

/// The schema without room for fields that it does not name.
fn without_more(mut schema: Value) -> Value {
    let close = |object: &mut Value| object["additionalProperties"] = json!(false);
    close(&mut schema);
    schema["$defs"]
        .as_object_mut()
        .unwrap()
        .values_mut()
        .filter(|one| one["type"] == "object")
        .for_each(close);
    schema
}

#[test]
fn the_published_schema_refuses_what_is_no_report() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut report = documents(Format::Json).swap_remove(0);
        change(&mut report);
        std::panic::catch_unwind(|| fits(&schema, &[report])).is_err()
    };
    if !fits(&schema, &[]) {
        return;
    }
    assert!(broken(&|report| report["schema"] = json!("dbguard.audit/2")));
    assert!(broken(&|report| report["findings"][0]["severity"] = json!("severe")));
    assert!(broken(&|report| report["findings"][0]["line"] = json!(0)));
    assert!(broken(&|report| report["findings"][0]["fix"]["edits"][0]["span"] = json!([1])));
    assert!(broken(&|report| drop(report["summary"].as_object_mut().unwrap().remove("total"))));
}

#[test]
fn gitlab_gets_what_its_documentation_asks_for() {
    let text = json!({ "type": "string", "minLength": 1 });
    let line = json!({ "type": "integer", "minimum": 1 });
    let lines =
        json!({ "type": "object", "required": ["begin"], "properties": { "begin": line, "end": line } });
    let path = json!({ "type": "string", "minLength": 1, "not": { "pattern": "^(/|\\./)" } });
    let location = json!({ "type": "object", "required": ["path", "lines"], "properties": { "path": path, "lines": lines } });
    let severity = json!({ "enum": ["info", "minor", "major", "critical", "blocker"] });
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "location", "severity"],
            "properties": { "description": text, "check_name": text, "fingerprint": text, "location": location, "severity": severity },
        },
    });
    let documents = documents(Format::Gitlab);
    fits(&schema, &documents);
    for document in &documents {
        let mut prints: Vec<&str> =
            document.as_array().unwrap().iter().map(|one| one["fingerprint"].as_str().unwrap()).collect();
        let number = prints.len();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), number, "a fingerprint twice hides an issue");
    }
    let full = Nasty::full();
    assert_eq!(
        documents[0].as_array().unwrap().len(),
        full.open().len() + 2,
        "and the unread files that matter"
    );
    assert_eq!(documents[1], json!([]));
    assert_eq!(documents[2].as_array().unwrap().len(), 2);
}
