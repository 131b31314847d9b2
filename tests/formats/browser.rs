//! A real browser, driven by `browser.py`.

use serde_json::{Value, json};

use crate::programs::{answer, installed};

/// What came of some steps.
pub(crate) struct Seen {
    /// What each `eval` gave.
    pub(crate) results: Vec<Value>,
    /// Every address that the page asked for.
    pub(crate) requests: Vec<String>,
    /// What the page complained of.
    pub(crate) errors: Vec<String>,
}

/// Takes the steps of `browser.py`; none, after saying so, without a browser.
pub(crate) fn browse(steps: &Value) -> Option<Seen> {
    let (chromium, python) = (installed("chromium")?, installed("python3")?);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/browser.py");
    let text = answer(python, &[script, chromium.to_str().unwrap()], &steps.to_string());
    let value: Value = serde_json::from_str(&text).unwrap();
    let texts = |key: &str| serde_json::from_value(value[key].clone()).unwrap();
    Some(Seen {
        results: value["results"].as_array().unwrap().clone(),
        requests: texts("requests"),
        errors: texts("errors"),
    })
}

/// A step that asks the page for a value.
pub(crate) fn eval(expression: &str) -> Value {
    json!({ "eval": expression })
}
