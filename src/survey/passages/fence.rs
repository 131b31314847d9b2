//! Fences of Markdown.

/// The line that opens a block of code: a run of backticks or tildes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence {
    mark: char,
    length: usize,
}

impl Fence {
    /// The fence that opens at the beginning of `text`, which comes without indentation and markers.
    pub fn opening(text: &str) -> Option<Self> {
        let mark = text.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let length = run(text, mark);
        (length >= 3 && !text[length..].contains('`')).then_some(Self { mark, length })
    }

    /// How many marks it has, each one byte.
    pub(super) fn length(self) -> usize {
        self.length
    }

    /// Whether `text` is the line that ends the block.
    pub fn is_closed_by(self, text: &str) -> bool {
        let length = run(text, self.mark);
        length >= self.length && text.trim_end().len() == length
    }
}

fn run(text: &str, mark: char) -> usize {
    text.chars().take_while(|letter| *letter == mark).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_closed_by_as_many_of_its_own_marks() {
        let fence = Fence::opening("````sh").expect("fence");
        assert!(fence.is_closed_by("````") && fence.is_closed_by("`````  "));
        for other in ["```", "~~~~", "```` sh", ""] {
            assert!(!fence.is_closed_by(other), "{other}");
        }
        for text in ["``", "```a`", "text", ""] {
            assert_eq!(Fence::opening(text), None, "{text}");
        }
    }
}
