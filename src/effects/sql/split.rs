//! A text in statements and lines for the client.

use std::ops::Range;

use super::lex::{self, Kind, Lexed, Token};

/// A piece of a text.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// A statement without its end mark.
    Statement(Vec<Token>, Range<usize>),
    /// A line that the client itself understands.
    Client(String, Range<usize>),
    /// A statement that is made up at run time.
    Unknown,
}

/// All pieces in order; false when a quote has no end.
pub(super) fn pieces(text: &str) -> (Vec<Piece>, bool) {
    let mut splitter =
        Splitter { text, at: 0, mark: ";".to_owned(), tokens: Vec::new(), pieces: Vec::new(), depth: 0 };
    let whole = splitter.run();
    splitter.end_statement();
    (splitter.pieces, whole)
}

struct Splitter<'a> {
    text: &'a str,
    at: usize,
    /// What ends a statement; MySQL's client can change it.
    mark: String,
    tokens: Vec<Token>,
    pieces: Vec<Piece>,
    /// BEGIN … END inside a routine's body.
    depth: usize,
}

impl Splitter<'_> {
    fn run(&mut self) -> bool {
        while self.at < self.text.len() {
            if self.client_line() || self.mark_here() {
                continue;
            }
            match lex::next(self.text, self.at) {
                None => break,
                Some(Lexed::Endless) => return self.endless(),
                Some(Lexed::Blank(length) | Lexed::Open(length)) => self.at += length.max(1),
                Some(Lexed::Token(token)) => {
                    self.at = token.span.end;
                    self.nest(&token);
                    self.tokens.push(token);
                }
            }
        }
        true
    }

    /// An end mark; inside a routine's body `;` ends nothing.
    fn mark_here(&mut self) -> bool {
        if !self.text[self.at..].starts_with(&self.mark) || self.depth > 0 && self.mark == ";" {
            return false;
        }
        self.at += self.mark.len();
        self.end_statement();
        // The data of COPY … FROM STDIN is none of ours.
        self.skip_copy_data();
        true
    }

    fn nest(&mut self, token: &Token) {
        if !self.is_routine() {
            return;
        }
        match token.word().as_str() {
            "BEGIN" | "CASE" | "LOOP" => self.depth += 1,
            "END" => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn is_routine(&self) -> bool {
        let words: Vec<String> = self.tokens.iter().take(10).map(Token::word).collect();
        matches!(words.first().map(String::as_str), Some("CREATE" | "ALTER"))
            && words.iter().any(|word| {
                matches!(word.as_str(), "FUNCTION" | "PROCEDURE" | "TRIGGER" | "EVENT" | "PACKAGE")
            })
    }

    fn endless(&mut self) -> bool {
        self.at = self.text.len();
        false
    }

    fn end_statement(&mut self) {
        self.depth = 0;
        let tokens = std::mem::take(&mut self.tokens);
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        let span = first.span.start..last.span.end;
        let made_up = first.kind == Kind::Word && first.text.starts_with('$') && first.text.len() > 1;
        self.pieces.push(if made_up { Piece::Unknown } else { Piece::Statement(tokens, span) });
    }

    /// A line for the client: at a line's beginning, or behind a blank for psql's backslash.
    fn client_line(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let line = rest.lines().next().unwrap_or_default();
        let at_start = self.at == 0 || self.text[..self.at].ends_with(['\n', ';', ' ', '\t']);
        let first = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        let empty = self.tokens.is_empty();
        let own = rest.starts_with('\\') || empty && (is_dot_command(line) || is_client_word(&first, line));
        if own && at_start {
            self.take_client(line);
        } else if self.line_start() && first == "GO" && line.trim().len() <= 6 {
            self.at += line.len();
            self.end_statement();
        } else {
            return false;
        }
        true
    }

    fn line_start(&self) -> bool {
        self.text[..self.at].rsplit('\n').next().is_none_or(|before| before.trim().is_empty())
    }

    fn take_client(&mut self, line: &str) {
        let span = self.at..self.at + line.len();
        self.at = span.end;
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        if first.eq_ignore_ascii_case("DELIMITER") {
            words.next().unwrap_or(";").clone_into(&mut self.mark);
            return;
        }
        if first.starts_with("\\g") {
            self.end_statement();
        }
        self.pieces.push(Piece::Client(line.trim().trim_end_matches(';').trim_end().to_owned(), span));
    }

    fn skip_copy_data(&mut self) {
        let Some(Piece::Statement(tokens, _)) = self.pieces.last() else { return };
        let words: Vec<String> = tokens.iter().map(Token::word).collect();
        let copies =
            words.first().is_some_and(|word| word == "COPY") && words.iter().any(|word| word == "STDIN");
        if copies && let Some(end) = self.text[self.at..].find("\n\\.") {
            self.at += end + 3;
        }
    }
}

/// `.read x`, but not `.5`.
fn is_dot_command(line: &str) -> bool {
    line.strip_prefix('.').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_lowercase()))
}

fn is_client_word(first: &str, line: &str) -> bool {
    let alone = first.starts_with('@') && first.len() > 1 && !line.contains('=');
    alone || matches!(first, "DELIMITER" | "SOURCE" | "SYSTEM" | "START_SCRIPT") || first == "!"
}
