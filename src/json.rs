//! JSON with places: a reader that remembers where each value stands and forgives comments and trailing commas.

pub mod edit;

use crate::source::{SourceFile, Span};

/// Deeper nesting than this is refused.
const MAX_DEPTH: usize = 200;

/// A value and where it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Offset of its first byte.
    pub start: usize,
    /// Offset behind its last byte.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `null`, `true`, `false` or a number, as written.
    Word(String),
    /// A string, unescaped.
    Text(String),
    /// An array.
    Array(Vec<Value>),
    /// An object; members in order, keys may repeat.
    Object(Vec<Member>),
}

/// One member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Offset of the key.
    pub start: usize,
    /// The key, unescaped.
    pub key: String,
    /// The value.
    pub value: Value,
}

/// Text that is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: not JSON: expected {expected}")]
pub struct JsonError {
    /// Root-relative path.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What should stand there.
    pub expected: &'static str,
}

/// Reads a whole file.
pub fn parse(file: &SourceFile) -> Result<Value, JsonError> {
    let mut reader = Reader { text: file.text(), at: 0, depth: 0 };
    let value = reader.document().map_err(|expected| {
        let position = file.position(reader.at);
        JsonError { path: file.path().to_owned(), line: position.line, column: position.column, expected }
    })?;
    Ok(value)
}

impl Value {
    /// Where it stands.
    pub const fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }

    /// The last member with the key `key`, as every JSON reader has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members().iter().rfind(|member| member.key == key).map(|member| &member.value)
    }

    /// Follows `keys` from object to object.
    pub fn path(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Members of an object; none for other values.
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Object(members) => members,
            Kind::Word(_) | Kind::Text(_) | Kind::Array(_) => &[],
        }
    }

    /// Items of an array; none for other values.
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::Array(items) => items,
            Kind::Word(_) | Kind::Text(_) | Kind::Object(_) => &[],
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::Word(_) | Kind::Array(_) | Kind::Object(_) => None,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

type Read<T> = Result<T, &'static str>;

impl Reader<'_> {
    fn document(&mut self) -> Read<Value> {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        let value = self.value()?;
        self.space();
        if self.at < self.text.len() { Err("the end of the file") } else { Ok(value) }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                self.at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    fn value(&mut self) -> Read<Value> {
        self.space();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("less nesting");
        }
        let start = self.at;
        let kind = match self.byte() {
            Some(b'"') => Kind::Text(self.string()?),
            Some(b'{') => Kind::Object(self.object()?),
            Some(b'[') => Kind::Array(self.array()?),
            _ => Kind::Word(self.bare()?),
        };
        self.depth -= 1;
        Ok(Value { start, end: self.at, kind })
    }

    fn bare(&mut self) -> Read<String> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        let known = matches!(word, "null" | "true" | "false");
        if !known && word.parse::<f64>().is_err() {
            return Err("a value");
        }
        self.at += length;
        Ok(word.to_owned())
    }

    fn string(&mut self) -> Read<String> {
        let open = self.at;
        let mut text = String::new();
        self.at += 1;
        while let Some(character) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            self.at += character.len_utf8();
            match character {
                '"' => return Ok(text),
                '\\' => text.push(self.escaped()?),
                '\n' => break,
                _ => text.push(character),
            }
        }
        self.at = open;
        Err("the end of this string")
    }

    fn escaped(&mut self) -> Read<char> {
        let escaped = self.byte().ok_or("an escaped character")?;
        self.at += 1;
        Ok(match escaped {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'"' | b'\\' | b'/' => char::from(escaped),
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4).ok_or("four hexadecimal digits")?;
                let code = u32::from_str_radix(digits, 16).map_err(|_| "four hexadecimal digits")?;
                self.at += 4;
                // Halves of a pair never occur in names of packages, paths or variables.
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err("an escaped character"),
        })
    }

    fn array(&mut self) -> Read<Vec<Value>> {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            self.space();
            if self.byte() == Some(b']') {
                self.at += 1;
                return Ok(items);
            }
            items.push(self.value()?);
            self.comma_or(b']')?;
        }
    }

    fn object(&mut self) -> Read<Vec<Member>> {
        let mut members = Vec::new();
        self.at += 1;
        loop {
            self.space();
            let start = self.at;
            match self.byte() {
                Some(b'}') => {
                    self.at += 1;
                    return Ok(members);
                }
                Some(b'"') => {}
                _ => return Err("a key in double quotes"),
            }
            let key = self.string()?;
            self.space();
            if self.byte() != Some(b':') {
                return Err("`:`");
            }
            self.at += 1;
            members.push(Member { start, key, value: self.value()? });
            self.comma_or(b'}')?;
        }
    }

    fn comma_or(&mut self, close: u8) -> Read<()> {
        self.space();
        match self.byte() {
            Some(b',') => {
                self.at += 1;
                Ok(())
            }
            Some(byte) if byte == close => Ok(()),
            _ => Err("`,` or the closing bracket"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_values_with_their_places() {
        let text = "\u{feff}{\n  // why\n  \"a\": {\"b\\u0041\": [1, -2.5e3, true, null,]},\n  \"a\": \"last\\n\"\n}\n";
        let file = SourceFile::new("p.json", text);
        let value = parse(&file).expect("JSON");
        assert_eq!(value.get("a").and_then(Value::as_str), Some("last\n"));
        let first = &value.members()[0];
        assert_eq!(file.line_of(first.start), 3);
        assert_eq!(first.value.get("bA").map(|items| items.items().len()), Some(4));
    }

    #[test]
    fn names_the_place_of_a_mistake() {
        for (text, line, column) in
            [("{\"a\": }", 1, 7), ("{\n'a': 1}", 2, 1), ("{} x", 1, 4), ("[\"a\n", 1, 2), ("", 1, 1)]
        {
            let error = parse(&SourceFile::new("p.json", text)).expect_err("not JSON");
            assert_eq!((error.line, error.column), (line, column), "{text:?}: {error}");
        }
        assert!(parse(&SourceFile::new("p.json", "[".repeat(100_000))).is_err());
    }
}
