//! Text that git checked out with Windows line ends is still the same text.

/// `text` with `\n` line ends, if every one of its line ends is `\r\n` and there is at least one.
pub(super) fn unix(text: &[u8]) -> Option<Vec<u8>> {
    let lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    let (last, ended) = lines.split_last()?;
    let stripped: Option<Vec<&[u8]>> = ended.iter().map(|line| line.strip_suffix(b"\r")).collect();
    let mut lines = stripped.filter(|lines| !lines.is_empty())?;
    lines.push(last);
    Some(lines.join(&b'\n'))
}

/// `text` with `\r\n` line ends.
pub(super) fn windows(text: &[u8]) -> Vec<u8> {
    text.split(|&byte| byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..])
}

/// Whether both hold the same lines; `wanted` has `\n` line ends.
pub(super) fn same_lines(found: &[u8], wanted: &[u8]) -> bool {
    found == wanted || unix(found).is_some_and(|found| found == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_that_is_windows_throughout_is_converted() {
        assert_eq!(unix(b"a\r\nb\r\n"), Some(b"a\nb\n".to_vec()));
        assert_eq!(unix(b"a\r\nb"), Some(b"a\nb".to_vec()));
        for other in [&b""[..], b"a", b"a\n", b"a\r\nb\n", b"a\rb"] {
            assert_eq!(unix(other), None);
        }
        assert_eq!(windows(b"a\nb"), b"a\r\nb");
        assert!(same_lines(b"a\r\n", b"a\n") && !same_lines(b"b\r\n", b"a\n"));
    }
}
