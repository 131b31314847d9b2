//! Messages. SARIF reads `[text](1)` in a message as a link to a related location.

use serde_json::{Value, json};

use crate::finding::Finding;
use crate::report::audit::visible_lines;

/// A message that is shown as it is.
pub(super) fn message(text: &str) -> Value {
    json!({ "text": literal(text) })
}

/// What would be lost, what to do, and a link to each related place: GitHub shows only those that a message links to.
pub(super) fn linked(finding: &Finding) -> String {
    let mut text = literal(&format!("{}\n\n{}", finding.message, finding.help));
    for (related, id) in finding.related.iter().zip(1..) {
        let words = format!("{}:{} {}", related.place.path, related.place.line, related.message);
        text.extend(["\n\nsee [".to_owned(), escaped(&visible_lines(&words)), format!("]({id})")]);
    }
    text
}

/// `text` without a link. Brackets stay as they are where none could be read: not every viewer takes the escape away.
fn literal(text: &str) -> String {
    let text = visible_lines(text);
    if text.contains("](") { escaped(&text) } else { text }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_repository_is_no_link() {
        assert_eq!(literal("see [here](https://evil.example)"), "see \\[here\\](https://evil.example)");
        assert_eq!(literal("rm \\[x](1)"), "rm \\\\\\[x\\](1)");
        assert_eq!(literal("a[0] and \\d"), "a[0] and \\d");
    }
}
