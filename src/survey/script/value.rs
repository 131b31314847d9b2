//! What an expression comes to, as far as the text tells.

use super::{Entry, Expr, Kind};

/// A setting's value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Value {
    /// The literal, or the default of the environment variable.
    pub text: Option<String>,
    /// The environment variable that overrides it.
    pub variable: Option<String>,
}

impl Expr {
    /// The value: a literal, what the pieces come to, or an environment variable and its default.
    pub fn value(&self) -> Value {
        match &self.kind {
            Kind::Text(text) => Value { text: Some(text.clone()), variable: None },
            Kind::Name(name) => named(name),
            Kind::Call(name, on, arguments) => called(name, on.as_deref(), arguments),
            Kind::Choice(choices) => choices.iter().map(Self::value).fold(Value::default(), Value::or),
            Kind::Join(parts) => joined(parts),
            Kind::Group(entries) => match entries.as_slice() {
                [only] if only.key.is_none() => only.value.value(),
                _ => Value::default(),
            },
            Kind::Nothing => Value::default(),
        }
    }

    /// The text of the value.
    pub fn text(&self) -> Option<String> {
        self.value().text
    }
}

impl Value {
    fn or(self, other: Self) -> Self {
        Self {
            text: self.text.filter(|text| !text.is_empty()).or(other.text),
            variable: self.variable.or(other.variable),
        }
    }
}

fn named(name: &str) -> Value {
    if let Some(variable) =
        name.strip_prefix("process.env.").or_else(|| name.strip_prefix("import.meta.env."))
    {
        return Value { text: None, variable: Some(variable.to_owned()) };
    }
    let number = name.starts_with(|first: char| first.is_ascii_digit());
    Value { text: number.then(|| name.to_owned()), variable: None }
}

fn called(name: &str, on: Option<&Expr>, arguments: &[Entry]) -> Value {
    let positional: Vec<&Expr> =
        arguments.iter().filter(|entry| entry.key.is_none()).map(|entry| &entry.value).collect();
    if reads_environment(name) {
        let variable = positional.first().and_then(|first| first.text());
        let default =
            super::get(arguments, "default").or_else(|| positional.get(1).copied()).and_then(Expr::text);
        return Value { text: default, variable };
    }
    if let Some(on) = on {
        // `.replace(…)`, `.strip()`: whatever it does, the value is still mostly this one.
        return on.value();
    }
    match name.rsplit('.').next().unwrap_or_default() {
        "join" | "joinpath" | "resolve" => joined_path(&positional),
        "Path" | "str" | "String" | "parse" | "config" | "int" | "fileURLToPath" => {
            positional.first().map(|first| first.value()).unwrap_or_default()
        }
        _ => Value::default(),
    }
}

/// Whether a call of `name` reads an environment variable named by its first argument.
fn reads_environment(name: &str) -> bool {
    let name = name.trim_end_matches("[]").trim_start_matches('\\').to_ascii_lowercase();
    let mut parts = name.split('.');
    let first = parts.next().unwrap_or_default();
    let last = parts.next_back().unwrap_or(first);
    matches!(first, "env" | "getenv" | "environ" | "getenv_docker")
        || matches!(last, "getenv" | "get_env" | "fetch_env" | "environ" | "getenvironmentvariable")
        || name.contains("environ.")
        || last == "env"
        || name == "config" && first == "config"
}

/// Pieces of text; a piece that is not known is left out.
fn joined(parts: &[Expr]) -> Value {
    let values: Vec<Value> = parts.iter().map(Expr::value).collect();
    let texts: Vec<&str> = values.iter().filter_map(|value| value.text.as_deref()).collect();
    Value {
        text: (!texts.is_empty()).then(|| texts.concat()),
        variable: values.iter().find_map(|value| value.variable.clone()),
    }
}

fn joined_path(parts: &[&Expr]) -> Value {
    let texts: Vec<String> = parts.iter().filter_map(|part| part.text()).collect();
    Value { text: (!texts.is_empty()).then(|| texts.join("/")), variable: None }
}

#[cfg(test)]
mod tests {
    use super::super::{Language, get, read};
    use super::*;
    use crate::source::SourceFile;

    fn value(language: Language, text: &str) -> Value {
        let entries = read(&SourceFile::new("f", text), language);
        get(&entries, "x").map(Expr::value).unwrap_or_default()
    }

    fn known(text: Option<&str>, variable: Option<&str>) -> Value {
        Value { text: text.map(str::to_owned), variable: variable.map(str::to_owned) }
    }

    #[test]
    fn evaluates_python() {
        let text = "x = os.environ.get('URL', '').replace(\n  'a', 'b') or \\\n  'sqlite:///' + os.path.join(base, 'app.db')\ny = 1";
        assert_eq!(value(Language::Python, text), known(Some("sqlite:///app.db"), Some("URL")));
        assert_eq!(value(Language::Python, "x = BASE / 'db.sqlite3'"), known(Some("db.sqlite3"), None));
        assert_eq!(value(Language::Python, "x = os.environ['U']"), known(None, Some("U")));
        assert_eq!(value(Language::Python, "x: str = config('U', default='d')"), known(Some("d"), Some("U")));
    }

    #[test]
    fn evaluates_javascript() {
        assert_eq!(
            value(Language::JavaScript, "const x = process.env.URL || 'd';"),
            known(Some("d"), Some("URL"))
        );
        assert_eq!(
            value(Language::JavaScript, "let x = process?.env?.P ?? 5432"),
            known(Some("5432"), Some("P"))
        );
        assert_eq!(
            value(Language::JavaScript, "const x = env('C', 'sqlite')"),
            known(Some("sqlite"), Some("C"))
        );
        assert_eq!(
            value(Language::JavaScript, "const x = env.int('C', 3306)"),
            known(Some("3306"), Some("C"))
        );
        assert_eq!(value(Language::JavaScript, "const x = a === 'b'"), known(None, None));
    }

    #[test]
    fn evaluates_php_ruby_and_elixir() {
        assert_eq!(value(Language::Php, "<?php return ['x' => env('A', 'my' . 'sql')];"), known(None, None));
        let entries =
            read(&SourceFile::new("f", "<?php return ['x' => env('A', 'my' . 'sql')];"), Language::Php);
        let mut seen = Value::default();
        super::super::each_entry(&entries, &mut |entry| {
            if entry.key.as_deref() == Some("x") {
                seen = entry.value.value();
            }
        });
        assert_eq!(seen, known(Some("mysql"), Some("A")));
        assert_eq!(value(Language::Ruby, "x = ENV.fetch('A', 'b')"), known(Some("b"), Some("A")));
        assert_eq!(value(Language::Elixir, "x = System.get_env(\"A\")"), known(None, Some("A")));
    }
}
