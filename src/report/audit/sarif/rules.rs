//! What a rule is, for the documentation beside an alert.

use serde_json::{Value, json};

use super::level;
use crate::finding::Description;
use crate::report::audit::{address, page};

/// GitHub shows a description of up to this many characters.
const LONGEST: usize = 1024;

/// A rule without GitHub's `security-severity`: that is one score for every finding of the rule, and would show the
/// teardown of a test database as critical. GitHub takes the level of each result instead.
pub(super) fn rule(rule: &Description) -> Value {
    let mut value = json!({
        "id": rule.id,
        "shortDescription": { "text": cut(rule.title) },
        "fullDescription": { "text": cut(rule.why) },
        "help": { "text": rule.remedy, "markdown": page(rule) },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": ["database", "data-loss"] },
    });
    if let (Some(address), Some(fields)) = (address(rule.id), value.as_object_mut()) {
        fields.insert("helpUri".to_owned(), json!(address));
    }
    value
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST - 1) {
        Some((end, c)) if end + c.len_utf8() < text.len() => format!("{}…", &text[..end]),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_cut_where_it_is_too_long() {
        assert_eq!(cut(&"é".repeat(LONGEST)), "é".repeat(LONGEST));
        assert_eq!(cut(&"é".repeat(LONGEST + 1)), "é".repeat(LONGEST - 1) + "…");
    }
}
