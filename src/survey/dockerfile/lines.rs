//! A Dockerfile's instructions: continued lines joined, comments dropped, heredocs skipped.

/// One instruction.
pub(super) struct Instruction {
    /// Upper-case keyword.
    pub(super) keyword: String,
    /// What follows it, on one line.
    pub(super) rest: String,
    /// Line of the keyword, from 1.
    pub(super) line: usize,
}

/// All instructions of `text`.
pub(super) fn instructions(text: &str) -> Vec<Instruction> {
    let escape = escape_character(text);
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let mut found = Vec::new();
    while let Some((at, first)) = lines.next() {
        if is_skipped(first) {
            continue;
        }
        let mut joined = String::new();
        let mut part = first;
        while let Some(open) = part.trim_end().strip_suffix(escape) {
            joined.push_str(open);
            part = lines.by_ref().map(|(_, line)| line).find(|line| !is_skipped(line)).unwrap_or_default();
        }
        joined.push_str(part);
        let (keyword, rest) = joined.trim().split_once(char::is_whitespace).unwrap_or((joined.trim(), ""));
        let keyword = keyword.to_ascii_uppercase();
        if matches!(keyword.as_str(), "RUN" | "COPY" | "ADD") {
            for end in heredocs(rest) {
                let _ = lines.by_ref().find(|(_, line)| line.trim_start_matches('\t') == end);
            }
        }
        found.push(Instruction { keyword, rest: rest.trim().to_owned(), line: at + 1 });
    }
    found
}

fn is_skipped(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// The character that continues lines: a backslash, unless a directive at the top says otherwise.
fn escape_character(text: &str) -> char {
    let directives =
        text.trim_start_matches('\u{feff}').lines().map_while(|line| line.trim_start().strip_prefix('#'));
    let mut values = directives.filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("escape").then(|| value.trim().chars().next())?
    });
    values.next().unwrap_or('\\')
}

/// Words that end the heredocs which `rest` opens, in order.
fn heredocs(rest: &str) -> Vec<&str> {
    let openings = rest.split("<<").skip(1);
    let words = openings.filter_map(|after| {
        let word =
            after.trim_start_matches('-').split(|c: char| c.is_whitespace() || ";|&>)".contains(c)).next()?;
        Some(word.trim_matches(['"', '\'']))
    });
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')).collect()
}

#[cfg(test)]
mod tests {
    use super::instructions;

    fn summary(text: &str) -> Vec<String> {
        let all = instructions(text);
        all.iter().map(|found| format!("{} {} {}", found.line, found.keyword, found.rest)).collect()
    }

    #[test]
    fn continued_lines_join_over_comments_and_blank_lines() {
        assert_eq!(summary("# c\nfrom a \\\n# c\n\n as b\r\nRUN x\n"), ["2 FROM a  as b", "6 RUN x"]);
    }

    #[test]
    fn another_escape_character_may_be_declared() {
        assert_eq!(summary("# escape=`\nRUN c:\\\nFROM `\n a\n"), ["2 RUN c:\\", "3 FROM a"]);
    }

    #[test]
    fn heredocs_hide_what_only_looks_like_an_instruction() {
        let text = "FROM a\nRUN <<EOF cat <<-'X'\nFROM b\nEOF\nFROM c\n\tX\nUSER d\n";
        assert_eq!(summary(text), ["1 FROM a", "2 RUN <<EOF cat <<-'X'", "7 USER d"]);
        assert_eq!(summary("FROM a\nRUN x << EOF\nUSER b\n").len(), 3);
    }
}
