//! Any configuration format as entries.

use super::super::script::{self, Entry, Expr, Kind, Language};
use super::properties;
use crate::source::SourceFile;
use crate::{json, yaml};

/// Endings of files that others copy; the format is that of the name before.
const COPIES: [&str; 6] = ["dist", "example", "sample", "template", "tmpl", "default"];

/// Why a file could not be read.
#[derive(Debug)]
pub struct Broken {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong, one line.
    pub message: String,
}

/// Everything that `file` sets.
pub fn entries(file: &SourceFile) -> Result<Vec<Entry>, Broken> {
    let mut name = file.path();
    while let Some((stem, _)) = name.rsplit_once(['.', '-']).filter(|(_, ending)| COPIES.contains(ending)) {
        name = stem;
    }
    if let Some(language) = Language::of(name) {
        return Ok(script::read(file, language));
    }
    match name.rsplit('.').next().unwrap_or_default() {
        "json" => from_json_file(file),
        "yml" | "yaml" => from_yaml_file(file),
        "toml" => from_toml_file(file),
        _ => Ok(properties::entries(file)),
    }
}

fn entry(key: Option<&str>, start: usize, value: Expr) -> Entry {
    Entry { key: key.map(str::to_owned), start, value }
}

fn from_json_file(file: &SourceFile) -> Result<Vec<Entry>, Broken> {
    let value = json::parse(file).map_err(|error| Broken {
        line: error.line,
        column: error.column,
        message: format!("not JSON: expected {}", error.expected),
    })?;
    Ok(from_json(&value).into_entries())
}

fn from_json(value: &json::Value) -> Expr {
    let kind = match &value.kind {
        json::Kind::Word(word) => Kind::Name(word.clone()),
        json::Kind::Text(text) => Kind::Text(text.clone()),
        json::Kind::Array(items) => {
            Kind::Group(items.iter().map(|item| entry(None, item.start, from_json(item))).collect())
        }
        json::Kind::Object(members) => Kind::Group(
            members
                .iter()
                .map(|member| entry(Some(&member.key), member.start, from_json(&member.value)))
                .collect(),
        ),
    };
    Expr { start: value.start, kind }
}

fn from_yaml_file(file: &SourceFile) -> Result<Vec<Entry>, Broken> {
    let plain = SourceFile::new(file.path(), without_tags(file.text()));
    let documents = yaml::parse(&plain).map_err(|error| {
        let (line, column) = error.at();
        Broken { line, column, message: error.reason().to_owned() }
    })?;
    Ok(documents.iter().map(|document| entry(None, document.start(), from_yaml(document))).collect())
}

fn from_yaml(node: &yaml::Node) -> Expr {
    let start = node.start();
    let kind = if let Some(text) = node.as_str() {
        Kind::Text(properties::with_defaults(text.trim_end()))
    } else if node.is_mapping() {
        let entries = node.entries();
        Kind::Group(
            entries
                .iter()
                .map(|member| entry(Some(member.name()), member.key.start(), from_yaml(member.value)))
                .collect(),
        )
    } else {
        Kind::Group(node.items().iter().map(|item| entry(None, item.start(), from_yaml(item))).collect())
    };
    Expr { start, kind }
}

/// `text` without ERB: what a tag prints is replaced by its default, or by the variable that it reads, padded to the tag's
/// length so that all places stay.
fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<%") {
        let Some((code, behind)) = after.split_once("%>") else {
            break;
        };
        plain.push_str(before);
        let value = code.strip_prefix('=').map(printed).unwrap_or_default();
        plain.push_str(&value);
        let breaks = code.matches('\n').count();
        let length = code.len() + "<%%>".len();
        plain.extend(std::iter::repeat_n(' ', length.saturating_sub(value.len() + breaks)));
        plain.extend(std::iter::repeat_n('\n', breaks));
        rest = behind;
    }
    plain + rest
}

fn printed(code: &str) -> String {
    let entries = script::read(&SourceFile::new("", code), Language::Ruby);
    let values: Vec<script::Value> = entries.iter().map(|entry| entry.value.value()).collect();
    let text = values.iter().find_map(|value| value.text.clone());
    let variable = values.iter().find_map(|value| value.variable.as_ref());
    match (text, variable) {
        (Some(text), _) => text,
        (None, Some(variable)) => format!("${{{variable}}}"),
        (None, None) => String::new(),
    }
}

fn from_toml_file(file: &SourceFile) -> Result<Vec<Entry>, Broken> {
    let document = toml_edit::Document::parse(file.text()).map_err(|error| {
        let position = file.position(error.span().map_or(0, |span| span.start));
        Broken {
            line: position.line,
            column: position.column,
            message: format!("not TOML: {}", error.message()),
        }
    })?;
    Ok(from_table(document.as_table()))
}

fn from_table(table: &dyn toml_edit::TableLike) -> Vec<Entry> {
    table
        .iter()
        .map(|(key, item)| {
            let start = table.key(key).and_then(toml_edit::Key::span).map_or(0, |span| span.start);
            let kind = match item.as_table_like() {
                Some(table) => Kind::Group(from_table(table)),
                None => item.as_value().map_or(Kind::Nothing, scalar),
            };
            entry(Some(key), start, Expr { start, kind })
        })
        .collect()
}

fn scalar(value: &toml_edit::Value) -> Kind {
    match value.as_str() {
        Some(text) => Kind::Text(text.to_owned()),
        None => Kind::Name(value.to_string().trim().to_owned()),
    }
}

impl Expr {
    fn into_entries(self) -> Vec<Entry> {
        match self.kind {
            Kind::Group(entries) => entries,
            Kind::Text(_)
            | Kind::Name(_)
            | Kind::Call(..)
            | Kind::Choice(_)
            | Kind::Join(_)
            | Kind::Nothing => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str, text: &str, keys: &[&str]) -> Option<String> {
        let mut level = entries(&SourceFile::new(path, text)).ok()?;
        let mut expr = None;
        if path.contains("yml") {
            level = level.remove(0).value.into_entries();
        }
        for key in keys {
            expr = script::get(&level, key).cloned();
            level = expr.clone()?.into_entries();
        }
        expr?.text()
    }

    #[test]
    fn all_formats_look_alike() {
        let keys = ["a", "b"];
        for (path, source) in [
            ("x.json", "{\"a\": {\"b\": \"c\"}}"),
            ("x.yml.sample", "x: &x\n  b: c\na:\n  <<: *x\n"),
            ("x.toml", "[a]\nb = 'c'\n"),
            ("x.properties", "# no\na.b = ${V:c}\n"),
            ("x.ini", "[a]\nb=c\n"),
            ("x.py", "a = {'b': 'c'}\n"),
        ] {
            assert_eq!(text(path, source, &keys).as_deref(), Some("c"), "{path}");
        }
    }

    #[test]
    fn embedded_ruby_leaves_its_defaults() {
        let source = "<% if x %>\na:\n  b: <%= ENV.fetch(\"DB\") { 'shop' } %>\n  c: <%= ENV['C'] %>\n";
        assert_eq!(text("database.yml", source, &["a", "b"]).as_deref(), Some("shop"));
        assert_eq!(text("database.yml", source, &["a", "c"]).as_deref(), Some("${C}"));
    }
}
