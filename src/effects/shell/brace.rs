//! `{a,b}` and `{1..3}`: one word that a shell makes several of, before it looks at anything else.

/// Most words that one may become; one with more stays as it is.
const MOST: usize = 64;

/// The words that a text with braces stands for; None when it has none outside quotes.
pub(super) fn alternatives(text: &str) -> Option<Vec<String>> {
    let mut done = Vec::new();
    let mut open = vec![text.to_owned()];
    while let Some(text) = open.pop() {
        match first(&text) {
            None => done.push(text),
            Some(parts) => open.extend(parts.into_iter().rev()),
        }
        if done.len() + open.len() > MOST {
            return None;
        }
    }
    (done.len() > 1).then_some(done)
}

/// The text with each alternative of its first braces in their place.
fn first(text: &str) -> Option<Vec<String>> {
    let bare = bare(text);
    let is = |at: usize, mark: char| text[at..].starts_with(mark) && bare[at];
    let starts =
        text.char_indices().map(|(at, _)| at).filter(|&at| is(at, '{') && !text[..at].ends_with('$'));
    starts.into_iter().find_map(|start| {
        let (end, commas) = closing(text, start, is)?;
        let edges = [start].into_iter().chain(commas).chain([end]).collect::<Vec<_>>();
        let parts = match edges.as_slice() {
            [_, _] => sequence(&text[start + 1..end])?,
            edges => edges.windows(2).map(|pair| text[pair[0] + 1..pair[1]].to_owned()).collect(),
        };
        Some(parts.into_iter().map(|part| format!("{}{part}{}", &text[..start], &text[end + 1..])).collect())
    })
}

/// Where the braces close, and the commas between that belong to them.
fn closing(text: &str, start: usize, is: impl Fn(usize, char) -> bool) -> Option<(usize, Vec<usize>)> {
    let (mut depth, mut commas) = (0_usize, Vec::new());
    for (at, _) in text.char_indices().skip_while(|(at, _)| *at < start) {
        match () {
            () if is(at, '{') => depth += 1,
            () if is(at, '}') => depth -= 1,
            () if is(at, ',') && depth == 1 => commas.push(at),
            () => {}
        }
        if depth == 0 {
            return Some((at, commas));
        }
    }
    None
}

/// `1..9` and `a..e`.
fn sequence(inner: &str) -> Option<Vec<String>> {
    let (from, to) = inner.split_once("..")?;
    if let (Ok(from), Ok(to)) = (from.parse::<i32>(), to.parse::<i32>()) {
        let all = from.min(to)..=from.max(to);
        return Some(all.take(MOST + 1).map(|number| number.to_string()).collect());
    }
    let letter = |text: &str| text.chars().next().filter(|one| one.is_ascii_alphabetic() && text.len() == 1);
    let (from, to) = (letter(from)?, letter(to)?);
    Some((from.min(to)..=from.max(to)).map(String::from).collect())
}

/// For each byte, whether it stands outside quotes and expansions.
fn bare(text: &str) -> Vec<bool> {
    let mut bare = vec![false; text.len()];
    let (mut quote, mut escaped, mut nested) = (None, false, 0_usize);
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            _ if escaped => escaped = false,
            (Some('\''), '\'') | (Some('"'), '"') | (Some('`'), '`') => quote = None,
            (None | Some('"'), '\\') => escaped = true,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(letter),
            (None, '(' | '{') if before == '$' || nested > 0 => nested += 1,
            (None, ')' | '}') if nested > 0 => nested -= 1,
            (None, _) => bare[at] = nested == 0,
        }
        before = letter;
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::alternatives;

    fn of(text: &str) -> Vec<String> {
        alternatives(text).unwrap_or_default()
    }

    #[test]
    fn braces_become_words() {
        assert_eq!(of("data/{app,log}.db"), ["data/app.db", "data/log.db"]);
        assert_eq!(of("{a,b{1..3}}"), ["a", "b1", "b2", "b3"]);
        assert_eq!(of("x{,.bak}"), ["x", "x.bak"]);
        assert_eq!(of("\"$D\"/{a,b}"), ["\"$D\"/a", "\"$D\"/b"]);
    }

    #[test]
    fn other_braces_stay() {
        for text in
            ["{}", "${x,y}", "'{a,b}'", "\"{\\\"a\\\": 1, b}\"", "\\{a,b\\}", "{a", "$(f {a,b})", "{1..900}"]
        {
            assert_eq!(alternatives(text), None, "{text}");
        }
    }
}
