//! What `echo`, `printf` and `base64 -d` print.

use super::run::Input;
use super::value::{UNKNOWN, Value};

/// `echo WORDS`.
pub(super) fn echo(arguments: &[Value]) -> Value {
    let is_option = |value: &&Value| matches!(value.text(), "-n" | "-e" | "-E" | "-ne" | "-en");
    let escapes = arguments.iter().take_while(is_option).any(|value| value.text().contains('e'));
    let words: Vec<_> = arguments.iter().skip_while(is_option).map(Value::text).collect();
    let joined = words.join(" ");
    Value(format!("{}\n", if escapes { unescaped(&joined) } else { joined }))
}

/// `printf FORMAT WORDS`: conversions take the words in turn, and the format is used again while there are any.
pub(super) fn printf(arguments: &[Value]) -> Value {
    let mut arguments = arguments;
    if arguments.first().is_some_and(|first| first.text() == "--") {
        arguments = &arguments[1..];
    }
    let Some((format, words)) = arguments.split_first() else { return Value::default() };
    let format = unescaped(format.text());
    let mut words = words.iter();
    let mut printed = formatted(&format, &mut words);
    while words.len() > 0 && format.contains('%') && printed.len() < super::shell::LONGEST {
        printed.push_str(&formatted(&format, &mut words));
    }
    Value(printed)
}

fn formatted(format: &str, words: &mut std::slice::Iter<'_, Value>) -> String {
    let mut out = String::new();
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let conversion = letters.find(|next| next.is_ascii_alphabetic() || *next == '%');
        match conversion {
            Some('%') | None => out.push('%'),
            Some(_) => out.push_str(words.next().map_or("", Value::text)),
        }
    }
    out
}

/// What `find` finds, as patterns: its paths with the names that it looks for.
pub(super) fn find(arguments: &[Value]) -> Value {
    let is_path = |value: &&Value| !value.text().starts_with(['-', '(', '!']);
    let paths: Vec<_> = arguments.iter().take_while(is_path).map(Value::text).collect();
    let names: Vec<_> = arguments
        .windows(2)
        .filter(|pair| matches!(pair[0].text(), "-name" | "-iname"))
        .map(|pair| pair[1].text())
        .collect();
    let found = paths.iter().flat_map(|path| match names.as_slice() {
        [] => vec![(*path).to_owned()],
        names => names.iter().map(|name| format!("{path}/{name}")).collect(),
    });
    Value(found.map(|path| path + "\n").collect())
}

/// The words that are no options, one a line.
pub(super) fn words(arguments: &[Value]) -> Value {
    let words = arguments.iter().map(Value::text).filter(|text| !text.starts_with('-'));
    Value(words.flat_map(|word| [word, "\n"]).collect())
}

/// `base64 -d` of a known text.
pub(super) fn decoded(arguments: &[Value], input: &Input) -> Value {
    let decodes = arguments.iter().any(|one| matches!(one.text(), "-d" | "-D" | "--decode"));
    match input {
        Input::Text(text) if decodes && text.is_known() => from_base64(text.text())
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .map_or_else(Value::unknown, Value),
        Input::Text(_) | Input::None => Value::unknown(),
    }
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut filled, mut out) = (0_u32, 0, Vec::new());
    for letter in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0x00ff_ffff;
        filled += 6;
        if filled >= 8 {
            filled -= 8;
            out.push(u8::try_from(bits >> filled & 0xff).ok()?);
        }
    }
    Some(out)
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('0'..='9' | 'x') => out.push(UNKNOWN),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
    out
}
