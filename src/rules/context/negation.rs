//! Whether a command stands there as what must not be done, in the languages that such rules are written in.

use super::sentence;
use crate::source::{SourceFile, Span};
use crate::survey::passages::{Form, Passage};

/// Words that forbid, in lower case; each is looked for as whole words.
const FORBIDS: &str = "never|do not|don't|don’t|dont|must not|mustn't|should not|shouldn't|not allowed|forbidden|prohibited|avoid|blocked|blocks|\
requires approval|require approval|needs approval|without approval|without confirmation|without user confirmation|without asking|\
instead of|rather than|wrong|anti-pattern|no `|\
❌|⛔|🚫|🛑|\
nie|niemals|nicht|keinesfalls|verboten|vermeiden|ne pas|jamais|interdit|éviter|nunca|jamás|no usar|no ejecutar|prohibido|evitar|\
não|proibido|mai|non usare|vietato|никогда|нельзя|не запускайте|не используйте|запрещено|不要|禁止|切勿|绝不|请勿|严禁|しないで|禁止";

/// Turns of phrase that hold such a word and forbid nothing.
const FORBIDS_NOT: [&str; 15] = [
    "don't forget",
    "do not forget",
    "don't worry",
    "do not worry",
    "never mind",
    "if you don't",
    "if you do not",
    "don't need",
    "do not need",
    "doesn't",
    "not working",
    "if not",
    "don't have",
    "do not have",
    "don't want to keep",
];

/// Headings of lists of what is dangerous rather than advised.
const LISTS: &str = "risky commands|commands to avoid|what not to do|never do|safety rules|incident|incidents|\
post-mortem|postmortem|lessons learned|what happened";

/// Whether the sentence, list item, lead or heading of a passage forbids it.
pub(super) fn forbids(file: &SourceFile, passage: &Passage, span: Span) -> bool {
    match passage.form {
        Form::Block | Form::Inline => in_document(file, span, passage.form == Form::Block),
        Form::Advice | Form::Comment => says(line_of(file, span)),
        Form::Step | Form::Script | Form::Recipe | Form::Source | Form::Statements => false,
    }
}

fn in_document(file: &SourceFile, span: Span, in_block: bool) -> bool {
    let around = sentence::around(file, span, in_block);
    // A heading that names a symptom ("Not allowed to connect") forbids nothing; one that forbids begins with it.
    let heading = |text: &String| begins(text) || lists(text);
    says(&around.line) || says(&around.lead) || around.headings.iter().take(2).any(heading)
}

fn line_of(file: &SourceFile, span: Span) -> &str {
    let text = file.text();
    let start = text[..span.start.min(text.len())].rfind('\n').map_or(0, |at| at + 1);
    text[start..].lines().next().unwrap_or_default()
}

fn says(text: &str) -> bool {
    let mut lower = text.to_lowercase();
    for phrase in FORBIDS_NOT {
        lower = lower.replace(phrase, " ");
    }
    FORBIDS.split('|').any(|word| holds(&lower, word))
}

fn begins(text: &str) -> bool {
    let lower = text.to_lowercase();
    let start: String = lower
        .trim_start_matches(|letter: char| !letter.is_alphabetic() && !"❌⛔🚫🛑".contains(letter))
        .into();
    FORBIDS
        .split('|')
        .filter(|word| !matches!(*word, "blocked" | "not allowed"))
        .any(|word| start.starts_with(word) && holds(&start, word))
}

fn lists(text: &str) -> bool {
    let lower = text.to_lowercase();
    let of_danger = ["destructive", "dangerous", "blocked", "forbidden", "protected"]
        .iter()
        .any(|word| holds(&lower, word));
    let of_commands = ["operations", "commands", "actions"].iter().any(|word| holds(&lower, word));
    of_danger && of_commands || LISTS.split('|').any(|word| holds(&lower, word))
}

/// Whether `text` holds `word` with no letter on either side; scripts without blanks need none.
pub(super) fn holds(text: &str, word: &str) -> bool {
    let plain =
        word.chars().all(|letter| letter.is_alphabetic() || letter == ' ' || letter == '\'' || letter == '’');
    let spaced = plain && word.chars().all(|letter| (letter as u32) < 0x2e80);
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let after = text[at + word.len()..].chars().next().is_some_and(char::is_alphanumeric);
        !spaced || !before && !after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forbidden(text: &str) -> bool {
        let file = SourceFile::new("a.md", text);
        let passages = crate::survey::passages::read(&file);
        let passage = passages.iter().find(|one| one.text.contains("down")).expect("passage");
        let at = passage.text.find("down").expect("command");
        forbids(&file, passage, passage.place(&(at..at + 4)))
    }

    #[test]
    fn prohibitions_in_several_languages() {
        for text in [
            "Never run `x down -v` here.\n",
            "- ❌ `x down -v`\n",
            "Führen Sie niemals `x down -v` aus.\n",
            "Ne pas lancer `x down -v`.\n",
            "Никогда не запускайте `x down -v`.\n",
            "不要运行 `x down -v`\n",
            "NUNCA ejecutes `x down -v`\n",
            "## Forbidden commands\n\n```sh\nx down -v\n```\n",
            "Do not do this:\n\n```sh\nx down -v\n```\n",
            "```sh\n# WRONG\nx down -v\n```\n",
            "- Never run `a`,\n  `b c`,\n  `x down -v` or the like.\n",
        ] {
            assert!(forbidden(text), "{text}");
        }
    }

    #[test]
    fn advice_is_no_prohibition() {
        for text in [
            "To start over run `x down -v`.\n",
            "Don't forget to run `x down -v`.\n",
            "## Troubleshooting\n\nIf it is not working:\n\n```sh\nx down -v\n```\n",
            "If you don't see it, `x down -v` helps.\n",
            "Never mix the two. Then run `x down -v`.\n",
            "## Never\n\nx\n\n## Reset\n\n```sh\nx down -v\n```\n",
        ] {
            assert!(!forbidden(text), "{text}");
        }
    }
}
