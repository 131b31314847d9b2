//! Dotenv files, read as text with positions; nothing in them is ever executed.

use super::hidden::Hidden;
use crate::source::{SourceFile, Span};

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    /// Without quotes; ends at the line's end or at a `#` behind a blank.
    None,
    /// `'…'`: taken literally.
    Single,
    /// `"…"`: with escapes, over several lines if need be.
    Double,
    /// `` `…` ``: taken literally.
    Backtick,
}

/// One assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The variable's name.
    pub key: String,
    /// The value without quotes and escapes; `$NAME` in it is not replaced.
    pub value: Hidden,
    /// How the value is written.
    pub quote: Quote,
    /// Where the value stands, quotes included, comments and surrounding blanks not.
    pub span: Span,
    /// Line of the key, from 1.
    pub line: usize,
}

impl Entry {
    /// Whether readers of dotenv files replace `$NAME` in the value.
    pub fn expands(&self) -> bool {
        matches!(self.quote, Quote::None | Quote::Double)
    }
}

/// All assignments of `file` in order, repeated keys included. Lines that are none are skipped, and so are names without a
/// value (`KEY` alone), which only pass on what the shell has.
pub fn parse(file: &SourceFile) -> Vec<Entry> {
    let text = file.text();
    let mut entries = Vec::new();
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while at < text.len() {
        let line_end = end_of_line(text, at);
        let mut next = line_end;
        if let Some((key, value_start)) = assignment(text, at, line_end) {
            let (value, quote, span) = read_value(text, value_start, line_end);
            next = end_of_line(text, span.end).max(line_end);
            entries.push(Entry {
                key: key.to_owned(),
                value: Hidden::new(value),
                quote,
                span,
                line: file.line_of(at),
            });
        }
        at = next + 1;
    }
    entries
}

/// The last assignment of `key`, which is the one that counts.
pub fn find<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Entry> {
    entries.iter().rev().find(|entry| entry.key == key)
}

/// Key and first byte of the value of the line `at..end`.
fn assignment(text: &str, at: usize, end: usize) -> Option<(&str, usize)> {
    let line = &text[at..end];
    let body = line.trim_start();
    let exported =
        body.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).map(str::trim_start);
    let body = exported.unwrap_or(body);
    let length = body.find(|c: char| !is_key_character(c)).unwrap_or(body.len());
    let (key, rest) = body.split_at(length);
    if !key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let rest = rest.trim_start_matches([' ', '\t']);
    let value = match rest.strip_prefix('=') {
        Some(value) => value,
        None => {
            rest.strip_prefix(':').filter(|value| value.is_empty() || value.starts_with([' ', '\t', '\r']))?
        }
    };
    Some((key, end - value.trim_start_matches([' ', '\t']).len()))
}

fn is_key_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

fn read_value(text: &str, start: usize, line_end: usize) -> (String, Quote, Span) {
    let quote = match text.as_bytes().get(start) {
        Some(b'\'') => Quote::Single,
        Some(b'"') => Quote::Double,
        Some(b'`') => Quote::Backtick,
        _ => Quote::None,
    };
    let closing = if quote == Quote::None { None } else { closing_quote(&text[start..], quote) };
    let Some(length) = closing else {
        let value = unquoted(&text[start..line_end]);
        return (value.to_owned(), Quote::None, Span::new(start, start + value.len()));
    };
    let inner = &text[start + 1..start + length];
    let value = if quote == Quote::Double { unescape(inner) } else { inner.replace("\r\n", "\n") };
    (value, quote, Span::new(start, start + length + 1))
}

/// Offset of the quote that closes the one that `text` starts with, if only a comment follows it on its line.
fn closing_quote(text: &str, quote: Quote) -> Option<usize> {
    let wanted = text.chars().next()?;
    let mut escaped = false;
    let found = text.char_indices().skip(1).find(|&(_, c)| {
        let closes = c == wanted && !escaped;
        escaped = quote == Quote::Double && c == '\\' && !escaped;
        closes
    });
    let (length, _) = found?;
    let rest = text[length + 1..].lines().next().unwrap_or_default().trim_start();
    (rest.is_empty() || rest.starts_with('#')).then_some(length)
}

fn unquoted(line: &str) -> &str {
    let mut before = ' ';
    let comment = line.char_indices().find(|&(_, c)| {
        let starts = c == '#' && before.is_ascii_whitespace();
        before = c;
        starts
    });
    line[..comment.map_or(line.len(), |(at, _)| at)].trim_end()
}

fn unescape(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match (c, if c == '\\' { rest.clone().next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some(plain @ ('"' | '\\' | '\'' | '$'))) => out.push(plain),
            _ => {
                out.push(c);
                continue;
            }
        }
        rest.next();
    }
    out.replace("\r\n", "\n")
}

fn end_of_line(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(&SourceFile::new(".env", text))
            .into_iter()
            .map(|entry| (entry.key, entry.value.reveal().to_owned()))
            .collect()
    }

    fn value(line: &str) -> String {
        pairs(line).pop().map(|(_, value)| value).unwrap()
    }

    #[test]
    fn common_spellings_give_the_same_pair() {
        for line in [
            "A=b c",
            "export A=b c",
            "  A = b c  ",
            "A='b c'",
            "A=\"b c\" # x",
            "A: b c",
            "A=b c # x",
            "A=`b c`",
        ] {
            assert_eq!(pairs(line), [("A".to_owned(), "b c".to_owned())], "{line}");
        }
    }

    #[test]
    fn values_keep_what_only_looks_special() {
        assert_eq!(value("A=postgres://u:p=w@h/d?x=y="), "postgres://u:p=w@h/d?x=y=");
        assert_eq!(value("A=pa#ss"), "pa#ss");
        assert_eq!(value("A=#not a value"), "");
        assert_eq!(value("A=it's"), "it's");
        assert_eq!(value("A=\"open"), "\"open");
        assert_eq!(value("A='x' y"), "'x' y");
        assert_eq!(value("A="), "");
    }

    #[test]
    fn double_quotes_take_escapes_and_lines() {
        assert_eq!(value("A=\"a\\\"b\\n\\\\c\""), "a\"b\n\\c");
        let entries = parse(&SourceFile::new(".env", "K=\"one\r\ntwo\" # c\r\nB=2\r\n"));
        assert_eq!(entries[0].value.reveal(), "one\ntwo");
        assert_eq!((entries[1].key.as_str(), entries[1].line, entries[1].value.reveal()), ("B", 3, "2"));
    }

    #[test]
    fn marks_comments_and_other_lines_are_skipped() {
        let text = "\u{feff}A=1\r\n# B=2\n\nPASS_ON\nhttp://x\n=3\nexport\nC:4\nA=5\n";
        assert_eq!(pairs(text), [("A".to_owned(), "1".to_owned()), ("A".to_owned(), "5".to_owned())]);
        let entries = parse(&SourceFile::new(".env", text));
        assert_eq!(find(&entries, "A").map(|entry| entry.line), Some(9));
    }

    #[test]
    fn spans_cover_the_value_as_written() {
        let text = "A = 'b' # c\nB= x \n";
        let spans: Vec<&str> =
            parse(&SourceFile::new(".env", text)).iter().map(|entry| &text[entry.span.range()]).collect();
        assert_eq!(spans, ["'b'", "x"]);
    }

    #[test]
    fn debug_output_shows_no_value() {
        assert!(!format!("{:?}", parse(&SourceFile::new(".env", "A=hunter2\n"))).contains("hunter2"));
    }

    proptest! {
        #[test]
        fn never_panics_and_spans_stay_inside(text in "([A-Z='\"`#\\\\ \r\n\t:$]|é|\u{feff}|export ){0,40}") {
            for entry in parse(&SourceFile::new(".env", text.as_str())) {
                prop_assert!(text.get(entry.span.range()).is_some());
            }
        }

        #[test]
        fn never_panics_on_any_text(text in "\\PC*") {
            parse(&SourceFile::new(".env", text));
        }
    }
}
