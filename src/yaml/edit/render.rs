//! New YAML, written in the style that surrounds it.

/// A value to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string; quoted where YAML would read something else.
    Text(String),
    /// A number or truth value, written as it is.
    Plain(String),
    /// A list.
    List(Vec<Value>),
    /// A mapping, in order.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// A string.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A number or truth value.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }
}

/// How far nested parts are indented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Columns between a key and the keys below it.
    pub(super) step: usize,
    /// Columns between a key and the dashes below it.
    pub(super) list_step: usize,
}

impl Layout {
    /// Two columns for both.
    pub(super) const DEFAULT: Self = Self { step: 2, list_step: 2 };
}

/// Lines of `value` in block style, each indented by `indent` or more.
pub(super) fn block(value: &Value, layout: Layout, indent: usize) -> Vec<String> {
    let margin = " ".repeat(indent);
    match value {
        Value::Text(_) | Value::Plain(_) => vec![format!("{margin}{}", flow(value))],
        Value::List(items) => items.iter().flat_map(|item| list_item(item, layout, indent)).collect(),
        Value::Map(entries) => {
            entries.iter().flat_map(|(key, value)| map_entry(key, value, layout, indent)).collect()
        }
    }
}

/// `value` on one line.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Text(text) => scalar(text),
        Value::Plain(text) => text.clone(),
        Value::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| flow_entry(key, value)).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// `key: value` on one line.
pub(super) fn flow_entry(key: &str, value: &Value) -> String {
    format!("{}: {}", scalar(key), flow(value))
}

/// Whether a string is written without quotes.
pub(super) fn is_plain(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/'))
        || ["./", "../", "~/"].iter().any(|start| text.starts_with(start));
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_./@+=~-:".contains(c);
    starts && text.chars().all(allowed) && !text.ends_with(':') && !is_reserved(text)
}

fn is_reserved(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    matches!(lower.as_str(), "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n")
}

fn list_item(item: &Value, layout: Layout, indent: usize) -> Vec<String> {
    let mut lines = block(item, layout, indent + 2);
    if let Some(first) = lines.first_mut() {
        *first = format!("{}- {}", " ".repeat(indent), first.trim_start());
    }
    lines
}

fn map_entry(key: &str, value: &Value, layout: Layout, indent: usize) -> Vec<String> {
    let (empty, below) = match value {
        Value::Text(_) | Value::Plain(_) => (true, 0),
        Value::List(items) => (items.is_empty(), layout.list_step),
        Value::Map(entries) => (entries.is_empty(), layout.step),
    };
    let margin = " ".repeat(indent);
    if empty {
        return vec![format!("{margin}{}", flow_entry(key, value))];
    }
    let mut lines = vec![format!("{margin}{}:", scalar(key))];
    lines.extend(block(value, layout, indent + below));
    lines
}

fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    if text.chars().all(is_printable) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let escaped: String = text.chars().map(escape).collect();
    format!("\"{escaped}\"")
}

fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn escape(c: char) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        '\n' => "\\n".to_owned(),
        c if is_printable(c) => c.to_string(),
        c => format!("\\u{:04x}", u32::from(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::yaml;
    use proptest::prelude::*;

    #[test]
    fn only_harmless_strings_go_without_quotes() {
        for plain in ["shop_pgdata", "./backups:/backups", "pg_isready", "~/x", "a=b"] {
            assert_eq!(scalar(plain), plain);
        }
        let quoted =
            [("5432", "'5432'"), ("yes", "'yes'"), ("a: b", "'a: b'"), ("it's", "'it''s'"), ("", "''")];
        for (text, expected) in quoted {
            assert_eq!(scalar(text), expected);
        }
        assert_eq!(scalar("a\n\"b\""), "\"a\\n\\\"b\\\"\"");
    }

    #[test]
    fn nesting_follows_the_layout() {
        let test = Value::List(vec![Value::text("CMD"), Value::text("x")]);
        let mount = Value::Map(vec![
            ("type".into(), Value::text("bind")),
            ("read_only".into(), Value::plain("true")),
        ]);
        let value = Value::Map(vec![("test".into(), test), ("mounts".into(), Value::List(vec![mount]))]);
        let lines = block(&value, Layout { step: 4, list_step: 0 }, 2);
        assert_eq!(
            lines,
            ["  test:", "  - CMD", "  - x", "  mounts:", "  - type: bind", "    read_only: true"]
        );
        assert_eq!(flow(&value), "{test: [CMD, x], mounts: [{type: bind, read_only: true}]}");
    }

    proptest! {
        #[test]
        fn every_string_reads_back_as_itself(text in "([ -~]|\\PC|\n|\t){0,20}") {
            for written in [format!("a: {}\n", scalar(&text)), format!("a: [{}]\n", scalar(&text))] {
                let root = yaml::parse_one(&SourceFile::new("a.yml", written)).unwrap();
                let node = root.get("a").unwrap();
                prop_assert_eq!(node.items().first().unwrap_or(node).as_str(), Some(text.as_str()));
            }
        }
    }
}
