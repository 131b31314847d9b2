//! A rule's documentation, for `docs/rules/*.md`, `explain` and code scanning.

use crate::finding::{Description, Offer};

/// The page of `rule`, Markdown with a final newline.
pub fn page(rule: &Description) -> String {
    let sections = [
        format!("# {}", rule.id),
        format!(
            "{}. Severity: {}, lower where the context says that less is at stake.",
            rule.title,
            rule.severity.word()
        ),
        format!("## Why\n\n{}\n\n{}", rule.why.trim(), rule.evidence.trim()),
        format!("## Found\n\n{}", block(rule.bad)),
        format!("## Better\n\n{}", block(rule.good)),
        format!("## Fix\n\n{}{}", rule.remedy.trim(), offer(rule.fix)),
        silence(rule.id),
    ];
    sections.join("\n\n") + "\n"
}

/// The ways to say that a finding does not count.
fn silence(id: &str) -> String {
    let comment = block(&format!("# dbguard: ignore[{id}] why this is safe here"));
    let entry = block(&format!(
        "[[audit.ignore]]\nrule = \"{id}\"\npath = \"a/folder/**\"\nreason = \"why this is safe there\"\nexpires = \"YYYY-MM-DD\""
    ));
    format!(
        "## Silence\n\nWrite a comment with a reason on the line or on the one above it:\n\n{comment}\n\n\
         Or an entry in `dbguard.toml`; without `path` it holds everywhere, without `expires` for good:\n\n{entry}"
    )
}

/// What dbguard itself can do about it, as a paragraph; empty where that is nothing.
fn offer(fix: Option<Offer>) -> String {
    fix.map_or(String::new(), |offer| format!("\n\n`dbguard audit {}` {}.", offer.option(), offer.does))
}

/// `text` in a fence that is longer than any inside it.
fn block(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{}\n{fence}", text.trim_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_hold_fences() {
        assert_eq!(block("```\nx\n```\n"), "````\n```\nx\n```\n````");
        assert_eq!(block("x"), "```\nx\n```");
    }
}
