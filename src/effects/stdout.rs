//! What `echo`, `printf` and `base64 -d` print.

use super::escapes;
use super::run::Input;
use super::tool::Reading;
use super::value::Value;
use crate::presets::model::Str;

/// `echo WORDS`.
pub(super) fn echo(arguments: &[Value]) -> Value {
    let is_option = |value: &&Value| matches!(value.text(), "-n" | "-e" | "-E" | "-ne" | "-en");
    let escapes = arguments.iter().take_while(is_option).any(|value| value.text().contains('e'));
    let words: Vec<_> = arguments.iter().skip_while(is_option).map(Value::text).collect();
    let joined = words.join(" ");
    Value(format!("{}\n", if escapes { escapes::of_output(&joined) } else { joined }))
}

/// `printf FORMAT WORDS`: conversions take the words in turn, and the format is used again while there are any.
pub(super) fn printf(arguments: &[Value]) -> Value {
    let mut arguments = arguments;
    if arguments.first().is_some_and(|first| first.text() == "--") {
        arguments = &arguments[1..];
    }
    let Some((format, words)) = arguments.split_first() else { return Value::default() };
    let format = escapes::of_output(format.text());
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

/// What `find` finds, as patterns: its paths with the names that it looks for, at any depth.
pub(super) fn find(arguments: &[Value]) -> Value {
    let is_path = |value: &&Value| !value.text().starts_with(['-', '(', '!', '\\']);
    let options = arguments.iter().take_while(|one| matches!(one.text(), "-L" | "-H" | "-P")).count();
    let arguments = arguments.get(options..).unwrap_or_default();
    let paths: Vec<_> = arguments.iter().take_while(is_path).map(Value::text).collect();
    let names = names_of_find(arguments);
    let here = if paths.is_empty() { vec!["."] } else { paths };
    let found = here.iter().flat_map(|path| match names.as_slice() {
        [] => vec![(*path).to_owned()],
        names => names.iter().map(|name| format!("{path}/{name}")).collect(),
    });
    Value(found.map(|path| path + "\n").collect())
}

/// What `fd` finds, as patterns: the first word is one, the others are folders.
pub(super) fn fd(reading: &Reading<'_>, extension: &[Str]) -> Value {
    let mut words = reading.rest.iter().map(|word| word.text());
    let name = words.next().filter(|name| !matches!(*name, "." | "" | ".*")).unwrap_or_default();
    let folders: Vec<_> = words.collect();
    let endings: Vec<_> = extension.iter().flat_map(|option| reading.line.values(option)).collect();
    let endings = if endings.is_empty() {
        vec![String::new()]
    } else {
        endings.iter().map(|one| format!(".{one}")).collect()
    };
    let folders = if folders.is_empty() { vec!["."] } else { folders };
    let star = if name.is_empty() { "*".to_owned() } else { format!("*{}*", name.trim_matches(['^', '$'])) };
    let found = folders.iter().flat_map(|folder| {
        endings.iter().map(|ending| format!("{folder}/**/{star}{ending}\n")).collect::<Vec<_>>()
    });
    Value(found.collect())
}

/// Folders with the pattern that an option gives, as `Get-ChildItem` prints them.
pub(super) fn folders(reading: &Reading<'_>, pattern: &[Str]) -> Value {
    let pattern = pattern.iter().flat_map(|option| reading.line.values(option)).next();
    let words: Vec<_> = reading.rest.iter().map(|word| word.text()).collect();
    let folders = if words.is_empty() { vec!["."] } else { words };
    let end = pattern.map_or(String::new(), |pattern| format!("/{pattern}"));
    Value(folders.iter().flat_map(|folder| [*folder, &end, "\n"]).collect())
}

/// Patterns behind `-name` and the like; what is behind `!` spares, and tells nothing about what is found.
fn names_of_find(arguments: &[Value]) -> Vec<String> {
    let near = arguments.windows(2).any(|pair| pair[0].text() == "-maxdepth" && pair[1].text() == "1");
    let deep = if near { "" } else { "**/" };
    let spares = |at: usize| at > 0 && matches!(arguments[at - 1].text(), "!" | "-not");
    let pairs = arguments.windows(2).enumerate().filter(|(at, _)| !spares(*at)).map(|(_, pair)| pair);
    pairs
        .filter_map(|pair| match pair[0].text() {
            "-name" | "-iname" => Some(format!("{deep}{}", pair[1].text())),
            "-path" | "-ipath" | "-wholename" => Some(pair[1].text().trim_start_matches("./").to_owned()),
            "-regex" | "-iregex" => Some(pair[1].text().replace(".*", "*").replace('\\', "")),
            _ => None,
        })
        .collect()
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

/// Base64 of UTF-16, as PowerShell's `-EncodedCommand` takes it.
pub(super) fn from_base64_utf16(text: &str) -> Option<String> {
    let bytes = from_base64(text)?;
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok().filter(|text| !text.is_empty())
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
