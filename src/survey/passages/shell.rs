//! Shell files: the script itself, what it prints for people, and its comments.

use super::{Form, Passage};
use crate::presets::tools::Language;
use crate::source::{SourceFile, Span};

/// Programs and functions that print what follows them.
const PRINTS: [&str; 3] = ["echo ", "printf ", "print"];

pub(super) fn read(file: &SourceFile) -> Vec<Passage> {
    let whole = Span::new(0, file.text().len());
    let mut passages = vec![Passage::slice(file, whole, Language::Shell, Form::Script)];
    passages.extend(beside(file, whole));
    passages
}

/// Comments and printed advice within a part of a file.
pub(super) fn beside(file: &SourceFile, part: Span) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut at = part.start;
    let mut in_text: Option<String> = None;
    for line in file.slice(part).split_inclusive('\n') {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        let code = line.trim();
        if let Some(end) = &in_text {
            if code == end {
                in_text = None;
            } else {
                let span = Span::new(start, start + code.len());
                passages.push(Passage::slice(file, span, Language::Shell, Form::Advice));
            }
        } else if let Some(comment) = code.strip_prefix('#') {
            let text = comment.trim_start_matches(['#', '!', ' ', '\t']);
            let span = Span::new(start + code.len() - text.len(), start + code.len());
            passages.push(Passage::slice(file, span, Language::Shell, Form::Comment));
        } else if PRINTS.iter().any(|name| code.contains(name)) {
            passages.extend(printed(file, start, code));
        }
        in_text = in_text.or_else(|| printed_text(code));
    }
    passages
}

/// The word that ends a text which `cat` prints.
fn printed_text(code: &str) -> Option<String> {
    let (_, word) = code.split_once("cat <<")?;
    if word.contains(['>', '|']) {
        return None;
    }
    Some(word.trim_start_matches(['-', ' ']).trim_matches(['"', '\'', ' ']).to_owned())
}

/// The strings of a line that prints.
fn printed(file: &SourceFile, start: usize, code: &str) -> Vec<Passage> {
    let first = code.split_whitespace().next().unwrap_or_default();
    let prints = PRINTS.iter().any(|name| first.starts_with(name.trim())) || first.ends_with("echo");
    if !prints || code.contains('|') || code.contains("> ") {
        return Vec::new();
    }
    let mut passages = Vec::new();
    let mut from = 0;
    while let Some(open) = code.get(from..).and_then(|rest| rest.find(['"', '\''])).map(|at| from + at) {
        let quote = &code[open..=open];
        let Some(length) = code[open + 1..].find(quote) else { break };
        let span = Span::new(start + open + 1, start + open + 1 + length);
        passages.push(Passage::slice(file, span, Language::Shell, Form::Advice));
        from = open + length + 2;
    }
    passages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, form: Form) -> Vec<String> {
        let file = SourceFile::new("a.sh", text);
        read(&file).into_iter().filter(|one| one.form == form).map(|one| one.text).collect()
    }

    #[test]
    fn advice_and_comments_stand_apart() {
        let text =
            "#!/bin/sh\n# run make x\necho \"try: a -v\"\nu() { cat <<EOF\nb -v\nEOF\nc\necho 'x' | sh\n";
        assert_eq!(of(text, Form::Advice), ["try: a -v", "b -v"]);
        assert_eq!(of(text, Form::Comment), ["/bin/sh", "run make x"]);
        assert_eq!(of(text, Form::Script), [text]);
    }

    #[test]
    fn places_are_those_of_the_file() {
        let file = SourceFile::new("a.sh", "ls\n  echo \"now: rm x\"\n");
        let advice = read(&file).into_iter().find(|one| one.form == Form::Advice).expect("advice");
        assert_eq!(file.position(advice.place(&(5..9)).start).line, 2);
        assert_eq!(file.slice(advice.place(&(5..9))), "rm x");
    }
}
