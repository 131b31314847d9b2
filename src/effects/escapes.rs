//! Escapes with a backslash, as `$'…'`, `echo -e` and `printf` read them.

use std::iter::Peekable;
use std::str::Chars;

/// The text of `$'…'`: `\'` is a quote.
pub(super) fn of_quotes(text: &str) -> String {
    resolved(text, false)
}

/// What `echo -e` or `printf` print: a backslash before any other letter stays.
pub(super) fn of_output(text: &str) -> String {
    resolved(text, true)
}

fn resolved(text: &str, keeps_others: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('x') => out.extend(number("", &mut letters, 16, 2)),
            Some('u') => out.extend(number("", &mut letters, 16, 4)),
            Some('U') => out.extend(number("", &mut letters, 16, 8)),
            Some(digit @ '0'..='7') => out.extend(octal(digit, &mut letters)),
            Some(other) if matches!(other, '\\' | '\'' | '"') || !keeps_others => out.push(other),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

/// `\044` of `echo -e` has a digit more than `\44`.
fn octal(first: char, letters: &mut Peekable<Chars<'_>>) -> Option<char> {
    let longest = if first == '0' { 4 } else { 3 };
    number(&first.to_string(), letters, 8, longest)
}

fn number(start: &str, letters: &mut Peekable<Chars<'_>>, radix: u32, longest: usize) -> Option<char> {
    let mut digits = start.to_owned();
    while digits.len() < longest && letters.peek().is_some_and(|next| next.is_digit(radix)) {
        digits.extend(letters.next());
    }
    u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_resolved() {
        assert_eq!(of_quotes(r"\x64rop\144b\u0021\'"), "dropdb!'");
        assert_eq!(of_output(r"SELECT 0\r\nFLUSH\x41LL\n"), "SELECT 0\r\nFLUSHALL\n");
    }

    #[test]
    fn what_is_no_escape_stays_in_output() {
        assert_eq!(of_output(r"\dt \\ a"), r"\dt \ a");
        assert_eq!(of_quotes(r"a\"), r"a\");
    }
}
