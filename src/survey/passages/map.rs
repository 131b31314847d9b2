//! Where the bytes of a passage stand in its file.

/// Furthest that a word may stand from where it is looked for, in bytes: escapes and indentation are short.
const WINDOW: usize = 400;

/// A map from bytes of a text to bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// Bytes of the text, rising, with their bytes in the file.
    steps: Vec<(usize, usize)>,
}

impl Map {
    /// The text stands in the file as it is, from `start` on.
    pub fn shifted(start: usize) -> Self {
        Self { steps: vec![(0, start)] }
    }

    /// The words of `text` stand in `raw`, in this order; `raw` begins at `start`.
    pub fn aligned(text: &str, raw: &str, start: usize) -> Self {
        let mut steps = vec![(0, start)];
        let mut from = 0;
        for (at, word) in words(text) {
            let mut end = (from + word.len() + WINDOW).min(raw.len());
            while !raw.is_char_boundary(end) {
                end -= 1;
            }
            let Some(found) = raw.get(from..end).and_then(|window| window.find(word)) else { continue };
            from += found;
            steps.push((at, start + from));
            from += word.len();
        }
        Self { steps }
    }

    /// Lines of a text, each with its place in the file.
    pub fn of_lines(lines: &[(&str, usize)]) -> Self {
        let mut at = 0;
        let mut steps = Vec::new();
        for (line, place) in lines {
            steps.push((at, *place));
            at += line.len() + 1;
        }
        Self { steps }
    }

    /// The byte of the file at which byte `at` of the text stands.
    pub fn place(&self, at: usize) -> usize {
        let next = self.steps.partition_point(|(from, _)| *from <= at);
        let (from, place) =
            next.checked_sub(1).and_then(|last| self.steps.get(last)).copied().unwrap_or_default();
        place + at - from
    }
}

/// Words with the bytes that they begin at; an escaped letter ends a word, since the file spells it differently.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_gap = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\\' | '\'');
    let mut at = 0;
    text.split_inclusive(is_gap).filter_map(move |piece| {
        let start = at;
        at += piece.len();
        let word = piece.trim_end_matches(is_gap);
        (!word.is_empty()).then_some((start, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_behind_escapes_and_indentation() {
        let raw = "\"psql -c \\\"DROP TABLE a\\\"\\n  && ls\"";
        let text = "psql -c \"DROP TABLE a\"\n  && ls";
        let map = Map::aligned(text, raw, 100);
        assert_eq!(map.place(0), 101);
        assert_eq!(map.place(text.find("TABLE").expect("word")), 100 + raw.find("TABLE").expect("word"));
        assert_eq!(map.place(text.find("ls").expect("word")), 100 + raw.find("ls").expect("word"));
    }

    #[test]
    fn lines_keep_their_places() {
        let map = Map::of_lines(&[("ab", 10), ("cd", 40)]);
        assert_eq!((map.place(1), map.place(3), map.place(4)), (11, 40, 41));
        assert_eq!(Map::shifted(7).place(3), 10);
    }
}
