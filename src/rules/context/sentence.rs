//! The words that belong to a place in a document: its sentence, what leads into its list or block, and its headings.

use crate::source::{SourceFile, Span};

/// Lines that are looked at before a block or list for the sentence that leads into it.
const LEAD_LINES: usize = 40;

/// What stands around a place.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// The line itself, and the comment above it in a block.
    pub(super) line: String,
    /// The sentence that leads into the block or the list.
    pub(super) lead: String,
    /// The headings above it, the nearest first.
    pub(super) headings: Vec<String>,
}

/// Reads what stands around `span`.
pub(super) fn around(file: &SourceFile, span: Span, in_block: bool) -> Around {
    let at = file.line_of(span.start);
    let lines: Vec<&str> = file.text().lines().collect();
    let line = |number: usize| lines.get(number.wrapping_sub(1)).copied().unwrap_or_default();
    let mut own = vec![if in_block { line(at).to_owned() } else { sentence(file, &lines, at, span) }];
    let above = line(at.saturating_sub(1)).trim();
    if in_block && (above.starts_with('#') || above.starts_with("--") || above.starts_with("//")) {
        own.push(above.to_owned());
    }
    Around { line: own.join("\n"), lead: lead(&lines, at, in_block), headings: headings(&lines, at) }
}

/// The sentence that holds `span`, from where its paragraph, list item or table row begins to the end of the line.
fn sentence(file: &SourceFile, lines: &[&str], at: usize, span: Span) -> String {
    let begins = |number: usize| {
        let own = lines.get(number - 1).map_or("", |line| line.trim());
        let above = number.checked_sub(2).and_then(|index| lines.get(index)).map_or("", |line| line.trim());
        own.starts_with(['-', '*', '|', '+', '#', '>']) && !own.starts_with("**")
            || own
                .split_once(". ")
                .is_some_and(|(digits, _)| digits.bytes().all(|byte| byte.is_ascii_digit()))
            || above.is_empty()
            || above.starts_with(['#', '|'])
            || above.starts_with("```")
    };
    let mut first = at;
    while first > 1 && at - first < LEAD_LINES && !begins(first) {
        first -= 1;
    }
    let text = file.text();
    let start = offset(lines, first, text);
    let end = text[span.start..].find('\n').map_or(text.len(), |length| span.start + length);
    let before = &text[start..span.start];
    let from = before.rfind(". ").or_else(|| before.rfind(".\n")).filter(|at| *at > 3).map_or(0, |at| at + 1);
    let behind = &text[span.start..end];
    let to = behind.find(". ").map_or(behind.len(), |length| length + 1);
    format!("{}{}", &before[from..], &behind[..to])
}

/// The byte at which line `number`, from 1, begins.
fn offset(lines: &[&str], number: usize, text: &str) -> usize {
    let Some(line) = lines.get(number.wrapping_sub(1)) else { return text.len() };
    line.as_ptr() as usize - text.as_ptr() as usize
}

/// The last line of prose before the block or the list that line `at` belongs to. A paragraph has one only where it is nothing
/// but code, or where that line ends with a colon: what the paragraph above says else is about something else.
fn lead(lines: &[&str], at: usize, in_block: bool) -> String {
    let mut inside = in_block;
    let own = lines.get(at.wrapping_sub(1)).map_or("", |line| line.trim());
    let follows = in_block || is_item(own) || own.starts_with('`') && own.ends_with('`');
    for line in lines[..at.saturating_sub(1).min(lines.len())].iter().rev().take(LEAD_LINES) {
        let line = line.trim();
        if inside {
            inside = !line.starts_with("```") && !line.starts_with("~~~");
            continue;
        }
        if line.is_empty() {
            continue;
        }
        if line.starts_with('#') {
            return String::new();
        }
        if in_block || !is_item(line) {
            let leads = follows || line.ends_with([':', '：']);
            return if leads { line.to_owned() } else { String::new() };
        }
    }
    String::new()
}

/// Whether a line begins an item of a list or a row of a table.
fn is_item(line: &str) -> bool {
    let numbered = || line.split_once(['.', ')']).is_some_and(|(head, _)| head.parse::<u32>().is_ok());
    line.starts_with(['-', '*', '|', '+']) && !line.starts_with("**") || numbered()
}

/// The headings that a line is under. A comment in a block of code looks like one, so fences are counted.
fn headings(lines: &[&str], at: usize) -> Vec<String> {
    let mut stack: Vec<(usize, String)> = Vec::new();
    let mut fenced = false;
    for line in lines.iter().take(at) {
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fenced = !fenced;
            continue;
        }
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if fenced || level == 0 || level > 6 {
            continue;
        }
        stack.retain(|(above, _)| *above < level);
        stack.push((level, line.trim_start_matches('#').trim().to_owned()));
    }
    stack.into_iter().rev().map(|(_, text)| text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_has_no_lead_but_a_list_and_bare_code_have() {
        for (text, expected) in [
            ("Never edit by hand.\n\nReset with `a -v` now.\n", ""),
            ("You must never lose data.\nReset: `a -v`\n", ""),
            ("Never do this:\n\nReset with `a -v` now.\n", "Never do this:"),
            ("Never do this.\n\n`a -v`\n", "Never do this."),
            ("Never do this.\n\n- Reset with `a -v` now.\n", "Never do this."),
            ("Never do this.\n\n1. Stop\n2. Reset with `a -v` now.\n", "Never do this."),
        ] {
            let file = SourceFile::new("a.md", text);
            let at = text.find("a -v").expect("text");
            assert_eq!(around(&file, Span::new(at, at + 4), false).lead, expected, "{text}");
        }
    }

    #[test]
    fn words_around_a_place() {
        let text = "# Top\n## Never\n\nNot this:\n\n```sh\n# wrong\na -v\n```\n- x\n- y `b`\n";
        let file = SourceFile::new("a.md", text);
        let at = text.find("a -v").expect("text");
        let found = around(&file, Span::new(at, at + 1), true);
        assert_eq!(found.line, "a -v\n# wrong");
        assert_eq!(found.lead, "Not this:");
        assert_eq!(found.headings, ["Never", "Top"]);
    }
}
