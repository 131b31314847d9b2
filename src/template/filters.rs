//! The quoting filters: every value that enters a generated file passes through one.

use std::fmt::Write as _;

use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind};

/// Adds `sh`, `yaml`, `toml`, `md`, `md_code` and `md_codes` to `environment`.
pub(super) fn register(environment: &mut Environment<'static>) {
    environment.add_filter("sh", sh);
    environment.add_filter("yaml", yaml);
    environment.add_filter("toml", toml);
    environment.add_filter("md", md);
    environment.add_filter("md_code", md_code);
    environment.add_filter("md_codes", md_codes);
}

/// One bash word; a list becomes words with spaces between.
fn sh(value: &Value) -> Result<String, Error> {
    if value.kind() == ValueKind::Seq {
        let words: Result<Vec<_>, Error> = value.try_iter()?.map(|item| sh(&item)).collect();
        return Ok(words?.join(" "));
    }
    let text = scalar(value)?;
    if text.contains('\0') {
        return Err(Error::new(ErrorKind::InvalidOperation, "a shell word cannot hold a NUL byte"));
    }
    Ok(if is_plain_word(&text) { text } else { format!("'{}'", text.replace('\'', r"'\''")) })
}

/// One YAML scalar that reads back as the same value.
fn yaml(value: &Value) -> Result<String, Error> {
    let text = scalar(value)?;
    let is_native = matches!(value.kind(), ValueKind::Number | ValueKind::Bool);
    Ok(if is_native || is_plain_yaml(&text) { text } else { double_quoted(&text) })
}

/// One TOML value; a list becomes an array.
fn toml(value: &Value) -> Result<String, Error> {
    if value.kind() == ValueKind::Seq {
        let items: Result<Vec<_>, Error> = value.try_iter()?.map(|item| toml(&item)).collect();
        return Ok(format!("[{}]", items?.join(", ")));
    }
    let text = scalar(value)?;
    let is_native = matches!(value.kind(), ValueKind::Number | ValueKind::Bool);
    Ok(if is_native { text } else { toml_edit::Value::from(text).to_string() })
}

/// Text inside Markdown, also in a table cell: shown as it is, on one line.
fn md(value: &Value) -> Result<String, Error> {
    let mut shown = String::new();
    for letter in one_line(&scalar(value)?).chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&') {
            shown.push('\\');
        }
        shown.push(letter);
    }
    Ok(shown)
}

/// A Markdown code span, backticks included; pipes are escaped so that it also fits a table cell.
fn md_code(value: &Value) -> Result<String, Error> {
    let text = one_line(&scalar(value)?).replace('|', r"\|");
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    Ok(format!("{fence}{pad}{text}{pad}{fence}"))
}

/// A list as code spans with commas between.
fn md_codes(value: &Value) -> Result<String, Error> {
    let spans: Result<Vec<_>, Error> = value.try_iter()?.map(|item| md_code(&item)).collect();
    Ok(spans?.join(", "))
}

fn scalar(value: &Value) -> Result<String, Error> {
    let kind = value.kind();
    if kind == ValueKind::Bool {
        return Ok(if value.is_true() { "true" } else { "false" }.to_owned());
    }
    if matches!(kind, ValueKind::String | ValueKind::Number) {
        return Ok(value.to_string());
    }
    Err(Error::new(ErrorKind::InvalidOperation, format!("cannot quote a value of kind {kind}")))
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `~` and `=` are left out: bash expands a leading tilde, and `a=b` in front of a command is an assignment.
fn is_plain_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./:,@%+".contains(&byte))
}

fn is_plain_yaml(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let starts_well = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || "_/".contains(letter));
    starts_well
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other if other.is_control() || matches!(other, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(other));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const NASTY: [&str; 12] = [
        "plain-1.2/x",
        "",
        "it's",
        "a b",
        "$(id) `id` \\",
        "two\nlines",
        "-n",
        "ünïcode €",
        "~",
        "a=b",
        "!x",
        "\"q\"",
    ];

    #[test]
    fn bash_reads_back_what_sh_wrote() {
        for text in NASTY {
            let word = sh(&Value::from(text)).unwrap();
            let script = format!("printf '%s' {word}");
            let script = if word.starts_with('-') { format!("printf -- '%s' {word}") } else { script };
            let output = Command::new("bash").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), text, "{word}");
        }
        assert_eq!(sh(&Value::from("db_main")).unwrap(), "db_main");
        assert!(sh(&Value::from("a\0b")).is_err());
        assert!(sh(&Value::UNDEFINED).is_err());
    }

    #[test]
    fn yaml_quotes_what_reads_as_something_else() {
        for (text, expected) in [
            ("postgres", "postgres"),
            ("no", "\"no\""),
            ("1.0", "\"1.0\""),
            ("a: b", "\"a: b\""),
            ("x\ty\n\"\\", r#""x\ty\n\"\\""#),
            ("\u{7}", "\"\\u0007\""),
            ("", "\"\""),
        ] {
            assert_eq!(yaml(&Value::from(text)).unwrap(), expected);
        }
        assert_eq!(yaml(&Value::from(5)).unwrap(), "5");
        assert_eq!(yaml(&Value::from(true)).unwrap(), "true");
    }

    #[test]
    fn toml_round_trips() {
        for text in NASTY {
            let line = format!("key = {}\n", toml(&Value::from(text)).unwrap());
            let document: toml_edit::DocumentMut = line.parse().unwrap();
            assert_eq!(document["key"].as_str().unwrap(), text);
        }
    }

    #[test]
    fn markdown_stays_in_its_cell() {
        assert_eq!(md(&Value::from("a|b\n*c*_d_")).unwrap(), r"a\|b \*c\*\_d\_");
        assert_eq!(md_code(&Value::from("a|b")).unwrap(), r"`a\|b`");
        assert_eq!(md_code(&Value::from("x `y`")).unwrap(), "`` x `y` ``");
    }
}
