//! Dockerfiles: what the image runs when it is built and when it starts.

use super::keyed::exec_words;
use super::{Form, Passage};
use crate::presets::tools::Language;
use crate::source::{SourceFile, Span};

pub(super) fn read(file: &SourceFile) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut at = 0;
    let mut lines = file.text().split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        let mut open = line.trim_end().ends_with('\\');
        while open || next_is_note(&mut lines, open) {
            let Some(more) = lines.next() else { break };
            at += more.len();
            let note = more.trim_start().starts_with('#') || more.trim().is_empty();
            open = note || more.trim_end().ends_with('\\');
        }
        passages.extend(instruction(file, Span::new(start, at)));
    }
    passages
}

fn next_is_note(lines: &mut std::iter::Peekable<std::str::SplitInclusive<'_, char>>, open: bool) -> bool {
    open && lines.peek().is_some_and(|line| line.trim_start().starts_with('#'))
}

fn instruction(file: &SourceFile, span: Span) -> Option<Passage> {
    let text = file.slice(span);
    let (keyword, rest) = text.split_once(char::is_whitespace)?;
    let keyword = keyword.to_ascii_uppercase();
    if !matches!(keyword.as_str(), "RUN" | "CMD" | "ENTRYPOINT") {
        return None;
    }
    let body = rest.trim_start();
    let from = Span::new(span.end - body.len(), span.end);
    let is_note = |line: &&str| !line.trim_start().starts_with('#');
    let text = exec_words(body.trim())
        .unwrap_or_else(|| body.lines().filter(is_note).collect::<Vec<_>>().join("\n"));
    Some(Passage::aligned(file, text, from, Language::Shell, Form::Step).named(keyword))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_over_several_lines_and_lists_of_words() {
        let text = "FROM a\nRUN x && \\\n# note\n    y -v\nCMD [\"prisma\", \"db\", \"push\"]\nCOPY a b\n";
        let file = SourceFile::new("Dockerfile", text);
        let found = read(&file);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].text, "prisma db push");
        assert_eq!((found[0].name.as_str(), found[1].name.as_str()), ("RUN", "CMD"));
        let at = found[0].text.find("y -v").expect("text");
        assert_eq!(file.position(found[0].place(&(at..at + 1)).start).line, 4);
    }
}
