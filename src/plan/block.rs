//! Managed blocks: the lines of a person's file that dbguard owns, between one pair of marker comments.
//!
//! Everything outside the pair stays byte-identical; line ends, byte-order mark and a missing final newline are kept.

use std::ops::Range;

/// What the line before a block holds, with the block's id behind it.
pub(crate) const BEGIN: &str = ">>> dbguard:";
/// The same for the line after it.
pub(crate) const END: &str = "<<< dbguard:";
const NOTICE: &str = "managed by dbguard; edits here are overwritten";

/// How the file's language writes a comment on a line of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentStyle {
    /// `# …`: ignore files, shell, YAML, TOML, CODEOWNERS.
    Hash,
    /// `<!-- … -->`: Markdown, HTML.
    Html,
    /// `// …`: JSON with comments, JavaScript, Go.
    Slashes,
}

/// Markers that are not absent and not exactly one ordered pair each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed dbguard markers on line {}: {problem}", list(lines))]
pub struct MarkerError {
    /// The lines of the markers concerned, from 1, ascending.
    pub lines: Vec<usize>,
    /// What is wrong with them.
    pub problem: &'static str,
}

/// Sets the block `id` of `current` to `body`: replaced where it is, else appended after a blank line.
pub fn upsert(current: &[u8], id: &str, style: CommentStyle, body: &str) -> Result<Vec<u8>, MarkerError> {
    let newline = newline_of(current);
    let block = render(id, style, body, newline);
    let mut text = current.to_vec();
    if let Some(found) = find(current, id, style)? {
        text.splice(found.outer, block.into_bytes());
    } else {
        append(&mut text, &block, newline);
    }
    match find(&text, id, style)? {
        Some(_) => Ok(text),
        None => Err(MarkerError {
            lines: Vec::new(),
            problem: "the block's id or body cannot be told from a marker",
        }),
    }
}

/// The lines between the markers of block `id`, line ends included; `None` when there is no such block.
pub fn body<'a>(current: &'a [u8], id: &str, style: CommentStyle) -> Result<Option<&'a [u8]>, MarkerError> {
    Ok(find(current, id, style)?.map(|found| &current[found.inner]))
}

struct Found {
    /// From the first byte of the begin marker's line to the end marker's last byte, without its line end.
    outer: Range<usize>,
    inner: Range<usize>,
}

enum Marker<'a> {
    Begin(&'a [u8]),
    End(&'a [u8]),
    Broken,
}

fn find(current: &[u8], wanted: &str, style: CommentStyle) -> Result<Option<Found>, MarkerError> {
    let mut seen: Vec<(&[u8], usize)> = Vec::new();
    let mut open: Option<(&[u8], usize, Range<usize>)> = None;
    let mut found = None;
    for (line, range) in lines(current) {
        match (marker(&current[range.clone()], style), open.take()) {
            (None, still) => open = still,
            (Some(Marker::Broken), _) => return malformed(&[line], "the marker is cut short"),
            (Some(Marker::Begin(_)), Some((_, first, _))) => {
                return malformed(&[first, line], "a second begin before the end");
            }
            (Some(Marker::Begin(id)), None) => {
                if let Some((_, first)) = seen.iter().find(|(other, _)| *other == id) {
                    return malformed(&[*first, line], "the same block twice");
                }
                seen.push((id, line));
                open = Some((id, line, range));
            }
            (Some(Marker::End(_)), None) => return malformed(&[line], "an end without a begin"),
            (Some(Marker::End(id)), Some((begun, first, _))) if begun != id => {
                return malformed(&[first, line], "begin and end name different blocks");
            }
            (Some(Marker::End(id)), Some((_, _, begin))) => {
                if id == wanted.as_bytes() {
                    let outer = begin.start..content_end(current, &range);
                    found = Some(Found { outer, inner: begin.end..range.start });
                }
            }
        }
    }
    match open {
        Some((_, line, _)) => malformed(&[line], "a begin without an end"),
        None => Ok(found),
    }
}

fn malformed<T>(lines: &[usize], problem: &'static str) -> Result<T, MarkerError> {
    Err(MarkerError { lines: lines.to_vec(), problem })
}

/// Line numbers from 1 with their byte ranges, line ends included.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
    let mut start = 0;
    text.split_inclusive(|&byte| byte == b'\n').enumerate().map(move |(index, line)| {
        let range = start..start + line.len();
        start = range.end;
        (index + 1, range)
    })
}

fn content_end(text: &[u8], line: &Range<usize>) -> usize {
    let mut end = line.end;
    while end > line.start && matches!(text[end - 1], b'\n' | b'\r') {
        end -= 1;
    }
    end
}

fn marker(line: &[u8], style: CommentStyle) -> Option<Marker<'_>> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
    let comment = line.strip_prefix(style.opener().as_bytes())?.trim_ascii_start();
    let is_begin = comment.starts_with(BEGIN.as_bytes());
    let rest = comment.strip_prefix(BEGIN.as_bytes()).or_else(|| comment.strip_prefix(END.as_bytes()))?;
    let mut words = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let arrows: &[u8] = if is_begin { b">>>" } else { b"<<<" };
    Some(match (words.next(), words.next()) {
        (Some(id), Some(close)) if close == arrows && is_begin => Marker::Begin(id),
        (Some(id), Some(close)) if close == arrows => Marker::End(id),
        _ => Marker::Broken,
    })
}

fn render(id: &str, style: CommentStyle, body: &str, newline: &str) -> String {
    let (opener, closer) = (style.opener(), style.closer());
    let mut lines = vec![format!("{opener} {BEGIN}{id} >>> {NOTICE}{closer}")];
    lines.extend(body.lines().map(str::to_owned));
    lines.push(format!("{opener} {END}{id} <<<{closer}"));
    lines.join(newline)
}

fn append(text: &mut Vec<u8>, block: &str, newline: &str) {
    let ends_open = !text.is_empty() && !text.ends_with(b"\n");
    if ends_open {
        text.extend_from_slice(newline.as_bytes());
    }
    if !text.is_empty() {
        text.extend_from_slice(newline.as_bytes());
    }
    text.extend_from_slice(block.as_bytes());
    if !ends_open {
        text.extend_from_slice(newline.as_bytes());
    }
}

fn newline_of(text: &[u8]) -> &'static str {
    let all = text.split(|&byte| byte == b'\n').count() - 1;
    let windows = text.windows(2).filter(|pair| pair == b"\r\n").count();
    if windows * 2 > all { "\r\n" } else { "\n" }
}

fn list(lines: &[usize]) -> String {
    lines.iter().map(usize::to_string).collect::<Vec<_>>().join(" and ")
}

impl CommentStyle {
    const fn opener(self) -> &'static str {
        match self {
            Self::Hash => "#",
            Self::Html => "<!--",
            Self::Slashes => "//",
        }
    }

    const fn closer(self) -> &'static str {
        match self {
            Self::Html => " -->",
            Self::Hash | Self::Slashes => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str =
        "# >>> dbguard:x >>> managed by dbguard; edits here are overwritten\nb\n# <<< dbguard:x <<<";

    fn put(current: &str, body: &str) -> String {
        String::from_utf8(upsert(current.as_bytes(), "x", CommentStyle::Hash, body).unwrap()).unwrap()
    }

    #[test]
    fn appends_and_keeps_the_final_newline_state() {
        assert_eq!(put("", "b\n"), format!("{BLOCK}\n"));
        assert_eq!(put("a\n", "b"), format!("a\n\n{BLOCK}\n"));
        assert_eq!(put("a", "b"), format!("a\n\n{BLOCK}"));
        assert_eq!(
            put("\u{feff}a\r\n", "b"),
            format!("\u{feff}a\r\n\r\n{}\r\n", BLOCK.replace('\n', "\r\n"))
        );
    }

    #[test]
    fn replaces_in_place_and_is_idempotent() {
        for current in ["", "a", "a\n", "a\r\nb\r\n", "\u{feff}", "\n\n", "a\r"] {
            let once = put(current, "b\n");
            assert_eq!(put(&once, "b\n"), once, "{current:?}");
            let moved = format!("{once}\nmore\n");
            let changed = put(&moved, "c\nd\n");
            assert_eq!(put(&changed, "b\n"), moved, "{current:?}");
        }
    }

    #[test]
    fn malformed_markers_name_their_lines() {
        let begin = "# >>> dbguard:x >>>\n";
        let end = "# <<< dbguard:x <<<\n";
        for (text, lines) in [
            (format!("a\n{begin}"), vec![2]),
            (end.to_owned(), vec![1]),
            (format!("{end}{begin}"), vec![1]),
            (format!("{begin}{begin}{end}"), vec![1, 2]),
            (format!("{begin}{end}b\n{begin}{end}"), vec![1, 4]),
            (format!("{begin}# <<< dbguard:y <<<\n"), vec![1, 2]),
            ("# >>> dbguard:x\n".to_owned(), vec![1]),
        ] {
            let error = upsert(text.as_bytes(), "x", CommentStyle::Hash, "b").unwrap_err();
            assert_eq!(error.lines, lines, "{text}");
        }
    }

    #[test]
    fn two_blocks_live_side_by_side_and_prose_is_no_marker() {
        let first = upsert(b"see `<!-- >>> dbguard:x >>>`\n", "x", CommentStyle::Html, "one").unwrap();
        let both = upsert(&first, "y", CommentStyle::Html, "two").unwrap();
        assert_eq!(body(&both, "x", CommentStyle::Html).unwrap(), Some(&b"one\n"[..]));
        assert_eq!(body(&both, "y", CommentStyle::Html).unwrap(), Some(&b"two\n"[..]));
        assert_eq!(body(&both, "z", CommentStyle::Html).unwrap(), None);
    }

    #[test]
    fn a_body_that_holds_a_marker_is_refused() {
        assert!(upsert(b"", "x", CommentStyle::Hash, "# <<< dbguard:x <<<\n").is_err());
        assert!(upsert(b"", "two words", CommentStyle::Hash, "b").is_err());
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_file_holds_only_the_block_is_ours(
            current in "[a# <>:\\-\r\n\u{feff}é]{0,60}",
            first in "[b #\n]{0,20}",
            second in "[c #\n]{0,20}",
        ) {
            for style in [CommentStyle::Hash, CommentStyle::Html, CommentStyle::Slashes] {
                let once = upsert(current.as_bytes(), "x", style, &first).unwrap();
                proptest::prop_assert!(once.starts_with(current.as_bytes()));
                proptest::prop_assert_eq!(&upsert(&once, "x", style, &first).unwrap(), &once);
                let changed = upsert(&once, "x", style, &second).unwrap();
                proptest::prop_assert_eq!(&upsert(&changed, "x", style, &first).unwrap(), &once);
            }
        }
    }
}
