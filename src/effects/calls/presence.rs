//! Whether a text can hold a call at all, told without taking it apart: it has the call's word, whole, and beside it the marks
//! that belong there. What is refused here holds no call for certain; what passes may still hold none.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::tokens::{Token, is_word};

/// How comments begin, in whatever language.
const COMMENTS: [&[u8]; 4] = [b"//", b"/*", b"#", b"--"];

/// The words to look for, and what has to stand beside each.
#[derive(Debug, Clone, Default)]
pub(super) struct Presence {
    words: Vec<String>,
    beside: Vec<Vec<Beside>>,
    numbers: HashMap<String, usize>,
    /// Some call has no word to look for, so that any text may hold one.
    anything: bool,
    /// Commands in backticks, `%x(…)` and `qx(…)` count.
    commands: bool,
    any_case: bool,
    /// None until it is asked for, and where the words are too many.
    automaton: Option<AhoCorasick>,
}

/// What has to stand on both sides of a word, blanks left out.
#[derive(Debug, Clone)]
struct Beside {
    /// The fixed words and marks in front of it, the nearest first.
    before: Vec<String>,
    behind: Side,
}

#[derive(Debug, Clone, Copy)]
enum Side {
    Anything,
    /// A mark that begins with this letter.
    Mark(u8),
    /// The bracket or quote that arguments begin with.
    Arguments,
    /// The mark behind a name that is given something.
    Assignment,
}

impl Presence {
    /// A call of which the token at `anchor` is the word to look for.
    pub(super) fn add(&mut self, tokens: &[Token<'_>], anchor: Option<usize>) {
        let Some((at, Token::Word(word))) = anchor.and_then(|at| Some((at, tokens.get(at)?))) else {
            self.anything = true;
            return;
        };
        let before = tokens.iter().take(at).rev().map_while(spelled).map(str::to_owned).collect();
        let behind = match tokens.get(at + 1).map(spelled) {
            Some(Some(mark)) if !mark.starts_with(is_word) => {
                mark.bytes().next().map_or(Side::Anything, Side::Mark)
            }
            _ => Side::Anything,
        };
        self.expect(word, Beside { before, behind });
    }

    /// A function that runs a string of its own.
    pub(super) fn add_function(&mut self, name: &str) {
        if name == "`" {
            self.commands = true;
            return;
        }
        self.expect(name, Beside { before: Vec::new(), behind: Side::Arguments });
    }

    /// A name that is given a string which is run later: `CommandText = "…"`.
    pub(super) fn add_name(&mut self, name: &str) {
        self.expect(name, Beside { before: Vec::new(), behind: Side::Assignment });
    }

    /// A method of a string that is run by it: `"…".execute(`.
    pub(super) fn add_method(&mut self, name: &str) {
        self.expect(name, Beside { before: vec![".".to_owned()], behind: Side::Mark(b'(') });
    }

    fn expect(&mut self, word: &str, beside: Beside) {
        let number = *self.numbers.entry(word.to_owned()).or_insert_with(|| {
            self.words.push(word.to_owned());
            self.beside.push(Vec::new());
            self.words.len() - 1
        });
        if let Some(known) = self.beside.get_mut(number) {
            known.push(beside);
        }
    }

    /// Makes it ready to be asked; letters are compared without case if `any_case`.
    pub(super) fn ready(mut self, any_case: bool) -> Self {
        let mut builder = AhoCorasick::builder();
        let builder = builder.ascii_case_insensitive(any_case).kind(Some(AhoCorasickKind::DFA));
        self.any_case = any_case;
        self.automaton = builder.build(&self.words).ok();
        self
    }

    /// Whether the text may hold one of the calls.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let Some(automaton) = self.automaton.as_ref().filter(|_| !self.anything) else { return true };
        let commands = self.commands && ["`", "%x", "qx"].iter().any(|mark| text.contains(mark));
        commands
            || automaton.find_overlapping_iter(text).any(|word| {
                let beside = self.beside.get(word.pattern().as_usize()).map_or(&[][..], Vec::as_slice);
                is_whole(text, word.range())
                    && beside.iter().any(|beside| beside.fits(text, word.range(), self.any_case))
            })
    }
}

/// How a token of a pattern has to be spelled; None where it stands for several, or for a string.
fn spelled<'a>(token: &Token<'a>) -> Option<&'a str> {
    match token {
        Token::Mark(mark) if *mark != "..." => Some(mark),
        Token::Word(word) if *word != "_" => Some(word),
        Token::Mark(_) | Token::Word(_) | Token::Text(_) => None,
    }
}

fn is_whole(text: &str, word: std::ops::Range<usize>) -> bool {
    let before = text.get(..word.start).and_then(|text| text.chars().next_back());
    let behind = text.get(word.end..).and_then(|text| text.chars().next());
    !before.is_some_and(is_word) && !behind.is_some_and(is_word)
}

impl Beside {
    fn fits(&self, text: &str, word: std::ops::Range<usize>, any_case: bool) -> bool {
        let (before, behind) = (&text[..word.start], &text.as_bytes()[word.end..]);
        self.behind.is_behind(behind) && (any_case || self.follows(before))
    }

    /// Whether what stands in front of a word is what its call begins with. Beyond the end of a line, and behind a comment, that
    /// is not looked at.
    fn follows(&self, mut text: &str) -> bool {
        for token in &self.before {
            let bare = text.trim_end();
            let hidden = text[bare.len()..].contains('\n') || bare.ends_with("*/");
            let Some(rest) = bare.strip_suffix(token.as_str()) else { return hidden };
            text = rest;
        }
        true
    }
}

impl Side {
    /// A comment, and a blank that is not of ASCII, may stand between the word and what follows it.
    fn is_behind(self, text: &[u8]) -> bool {
        let text = text.trim_ascii_start();
        let Some(first) = text.first() else { return matches!(self, Self::Anything) };
        let hidden = || COMMENTS.iter().any(|comment| text.starts_with(comment)) || !first.is_ascii();
        match self {
            Self::Anything => true,
            Self::Mark(mark) => *first == mark || hidden(),
            Self::Assignment => matches!(first, b'=' | b':') || hidden(),
            Self::Arguments => match first {
                b'(' | b'[' => !text[1..].trim_ascii_start().starts_with(b")"),
                b'"' | b'\'' | b'`' => true,
                _ => hidden(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::Language;
    use crate::effects::calls::{Hit, scan};
    use crate::effects::knowledge::Knowledge;

    fn of(call: &'static str, anchor: usize) -> Presence {
        let mut presence = Presence::default();
        presence.add(&super::super::tokens::tokens(call, Language::JavaScript), Some(anchor));
        presence.ready(false)
    }

    #[test]
    fn a_word_is_whole_and_has_its_marks() {
        let presence = of("fs.rm(", 2);
        for text in [
            "fs.rm('a')",
            "fs . rm ('a')",
            "fs.\n// all of it\nrm('a')",
            "fs./* x */rm/* y */('a')",
            "fs. rm\n('a')",
        ] {
            assert!(presence.is_in(text), "{text}");
        }
        for text in ["it.rm('a')", "form('a')", "fs.rmdir('a')", "rm('a')", "fs.rm = 1", "the rm command"] {
            assert!(!presence.is_in(text), "{text}");
        }
    }

    #[test]
    fn a_function_that_runs_text_is_given_some() {
        let mut presence = Presence::default();
        presence.add_function("run");
        let presence = presence.ready(false);
        for text in ["run('a')", "run ( `a`)", "run \"a\"", "run(['a'])", "run # so\n('a')"] {
            assert!(presence.is_in(text), "{text}");
        }
        for text in ["run()", "run ( )", "run", "run: 'a'", "runs('a')"] {
            assert!(!presence.is_in(text), "{text}");
        }
    }

    #[test]
    fn a_word_within_a_longer_one_hides_neither() {
        let mut presence = Presence::default();
        presence.add_function("delete");
        presence.add_function("deleteMany");
        let presence = presence.ready(false);
        assert!(presence.is_in("x.deleteMany({})") && presence.is_in("x.delete('a')"));
        assert!(!presence.is_in("x.deleteManyMore({})"));
    }

    /// Texts that a scan finds something in always pass: each call of each language, spelled as its preset spells it.
    #[test]
    fn what_is_found_is_never_refused() {
        let knowledge = Knowledge::embedded();
        let mut tried = 0;
        for language in [
            Language::Python,
            Language::JavaScript,
            Language::Ruby,
            Language::Php,
            Language::Elixir,
            Language::Perl,
            Language::Lua,
            Language::CLike,
            Language::Mongo,
            Language::RedisCommands,
            Language::Cypher,
        ] {
            for call in knowledge.calls(language) {
                let text = call.text.replace("...", "a");
                let found: Vec<(usize, Hit)> = scan(&text, language, &knowledge);
                let may = knowledge.patterns(language).may_be_in(&text);
                assert!(may || found.is_empty(), "{language:?} {text}");
                tried += found.len();
            }
        }
        assert!(tried > 100, "{tried}");
    }
}
